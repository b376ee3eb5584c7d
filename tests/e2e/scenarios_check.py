# SPDX-License-Identifier: ISC
"""check: tells beforehand what would become of a dispatch, and starts nothing."""

import dataclasses
import os
import re

import texts
from ghsim import Input
from harness import each, scenario, smoke

NAMES = ("server", "token", "repository", "actions", "workflow", "state", "ref",
         "default_branch", "trigger", "inputs", "distinct_id", "permission", "clock")
WORDS = {"ok": "ok", "FAIL": "fail", "can't tell": "unknown"}
LINE = re.compile(r"(ok|FAIL|can't tell) +([a-z_]+)  +(\S.*)")
CLASSIC = {"X-OAuth-Scopes": "repo, workflow"}
TOKENS = re.compile(r"/access_tokens$|/installation/token$")      # of an App, not of a repository
FILE = ".github/workflows/build.yml"


def lines_of(t):
    """{name: (result, detail)}, of lines that are all there, in order."""
    rows = [LINE.fullmatch(line) for line in
            t.result.stdout.decode().splitlines()]
    t.expect(all(rows), "lines have a form of their own")
    t.expect(tuple(row[2] for row in rows) == NAMES, "each thing has one line, in order")
    return {row[2]: (row[1], row[3]) for row in rows}


def check(t, *arguments, base=None, code=0, **more):
    """Checks, and returns the lines. Whatever there is, only GETs are sent."""
    t.run("check", *(t.base() if base is None else base), *arguments, **more)
    t.exits(code)
    for request in (request for server in t.servers for request in server.requests):
        t.expect(request.method in ("GET", "CONNECT") or TOKENS.search(request.path),
                 "nothing else is sent")
    t.dispatched(0)
    return lines_of(t)


def expect_lines(t, lines, **wanted):
    for name, result in wanted.items():
        t.expect(lines[name][0] == result, f"{name}: {lines[name]} is not {result}")


def all_ok(t, lines, but=()):
    expect_lines(t, lines, **{name: "ok" for name in NAMES if name not in but})


def classic(hub, **more):
    """What a classic token of somebody who may write is told."""
    hub.token_headers = dict(CLASSIC)
    hub.actions_enabled = True
    for key, value in more.items():
        setattr(hub, key, value)
    return hub


@smoke
def a_healthy_dispatch_is_all_ok(t):
    hub = classic(t.github(inputs={"env": Input(required=True, options=("test", "prod"))}))
    hub.token_headers["GitHub-Authentication-Token-Expiration"] = "2031-05-13 19:47:28 UTC"
    lines = check(t, "-f", "env=prod")
    all_ok(t, lines)
    for name, *words in (("server", "localhost:", "127.0.0.1", "TLSv1.", "issued by"),
                         ("token", "repo, workflow", "2031-05-13"),
                         ("repository", "octo-org/octo-repo"), ("workflow", FILE, "159038"),
                         ("default_branch", "main"), ("ref", "main", "branch"),
                         ("inputs", "env")):
        for word in words:
            t.expect(word in lines[name][1], f"{name} says {word}")


@each(["ghes-3.21", "ghes-3.20", "ghes-3.8", "silent"])
def servers_of_each_kind_are_told_apart(t, kind):
    hub = classic(t.github(kind, inputs={"distinct_id": Input()}))
    lines = check(t)
    all_ok(t, lines)
    t.expect((hub.enterprise or "Enterprise") in lines["server"][1] or not hub.enterprise,
             "the server's version is told")
    t.expect(("declared" in lines["distinct_id"][1]) == (kind in ("ghes-3.20", "ghes-3.8")),
             "an old server needs the ID")


@dataclasses.dataclass
class Defect:
    """A server with one thing wrong."""
    name: str
    line: str                   # that says so
    words: tuple = ()           # that are in it
    flow: dict = dataclasses.field(default_factory=dict)
    hub: dict = dataclasses.field(default_factory=dict)
    told: dict = dataclasses.field(default_factory=dict)    # of the repository
    base: dict = dataclasses.field(default_factory=dict)
    arguments: tuple = ()
    kind: str = "github.com"
    unknown: tuple = ()         # lines that depend on it
    also: tuple = ()            # lines that say so, too
    refusal: object = None      # (path, row of texts)
    code: int = 3
    env: dict = None

    def __repr__(self):
        return self.name


AFTER_TRIGGER = ("inputs", "distinct_id")
AFTER_REPOSITORY = NAMES[3:-1]
DEFECTS = [
    Defect("a wrong token", "token", ("401", "Bad credentials"),
           env={"GITHUB_TOKEN": "ghp_someone_elses_token"}, unknown=NAMES[2:-1]),
    Defect("an exhausted rate limit", "token", ("rate limit",), unknown=NAMES[2:-1],
           refusal=(r"octo-repo$", texts.primary_limit(4102444800))),
    Defect("no such repository", "repository", ("404", "token"),
           base={"repo": "octo-org/elsewhere"}, unknown=AFTER_REPOSITORY),
    Defect("single sign-on", "repository", (texts.SSO_URL,), unknown=AFTER_REPOSITORY,
           refusal=(r"octo-repo$", texts.SSO)),
    Defect("an IP allow list", "repository", ("IP allow list",), unknown=AFTER_REPOSITORY,
           refusal=(r"octo-repo$", texts.IP_LIST)),
    Defect("an archived repository", "repository", ("archived",), told={"archived": True}),
    Defect("a disabled repository", "repository", ("disabled",), told={"disabled": True}),
    Defect("actions disabled", "actions", ("Settings",), hub={"actions_enabled": False}),
    Defect("no such workflow", "workflow", ("404",), base={"workflow": "nowhere.yml"},
           unknown=("state", "inputs", "distinct_id"), also=("default_branch", "trigger")),
    Defect("a workflow disabled by hand", "state", ("gh workflow enable",),
           flow={"state": "disabled_manually"}),
    Defect("a workflow disabled for inactivity", "state", ("disabled_inactivity", "gh workflow enable"),
           flow={"state": "disabled_inactivity"}),
    Defect("no such ref", "ref", ("trunk", "branch or tag"), base={"ref": "trunk"},
           unknown=("trigger",) + AFTER_TRIGGER),
    Defect("a pull request's ref", "ref", ("refs/pull/7/merge",),
           base={"ref": "refs/pull/7/merge"}, unknown=("trigger",) + AFTER_TRIGGER),
    Defect("no trigger", "trigger", ("workflow_dispatch", FILE), flow={"trigger": False},
           unknown=AFTER_TRIGGER),
    Defect("no file at that ref", "trigger", (FILE,), base={"ref": "dev"},
           flow={"refs": ("main", "dev"), "text": {"main": "on: workflow_dispatch"}},
           unknown=AFTER_TRIGGER),
    Defect("an undeclared input", "inputs", ('"foo" is not declared',),
           flow={"inputs": {"bar": Input()}}, arguments=("-f", "foo=1")),
    Defect("a required input not given", "inputs", ('"must" is required',),
           flow={"inputs": {"must": Input(required=True)}}),
    Defect("a choice that is none", "inputs", ('"where"', "options"), arguments=("-f", "where=x"),
           flow={"inputs": {"where": Input(options=("test", "prod"))}}),
    Defect("a boolean that is none", "inputs", ('"dry"', "true or false"),
           arguments=("-f", "dry=maybe"),
           flow={"text": "on: {workflow_dispatch: {inputs: {dry: {type: boolean}}}}"}),
    Defect("too many inputs", "inputs", ("more than 25",),
           flow={"inputs": {f"i{n}": Input() for n in range(26)}}),
    Defect("no distinct_id for an old server", "distinct_id", ("not declared",), kind="ghes-3.20",
           flow={"inputs": {"other": Input()}}),
    Defect("a token without the scope", "permission", ('"repo"',),
           hub={"token_headers": {"X-OAuth-Scopes": "read:org"}}),
    Defect("a token that may not read workflows", "permission", ("Actions",),
           unknown=("workflow", "state"),
           refusal=(r"/actions/workflows/build\.yml$", texts.PERSONAL_TOKEN)),
]


@each(DEFECTS)
def each_defect_has_its_line(t, defect):
    hub = classic(t.github(defect.kind, **defect.flow), **defect.hub)
    hub.facts_told.update(defect.told)
    hub.tags = ("v1",)
    if defect.refusal:
        hub.refuse_with(defect.refusal[1], "GET", defect.refusal[0])
    if defect.env:
        t.secrets += defect.env.values()
    lines = check(t, *defect.arguments, base=t.base(**defect.base), code=defect.code,
                  env=defect.env, token=not defect.env)
    wrong = (defect.line, *defect.also)
    expect_lines(t, lines, **{name: "FAIL" for name in wrong},
                 **{name: "can't tell" for name in defect.unknown})
    all_ok(t, lines, wrong + defect.unknown)
    for word in defect.words:
        t.expect(word in lines[defect.line][1], f"{lines[defect.line]} says {word}")
    t.says("a dispatch would fail: ")


@scenario
def an_unreachable_server_fails_the_first_line(t):
    t.hub = None
    lines = check(t, base=t.base(**{"api-url": f"http://127.0.0.1:{t.refusing_port()}"}), code=7)
    expect_lines(t, lines, server="FAIL", **{name: "can't tell" for name in NAMES[1:]})


@scenario
def a_certificate_that_is_not_trusted_is_told(t):
    hub = t.github(leaf="expired")
    lines = check(t, code=7)
    expect_lines(t, lines, server="FAIL", token="can't tell", clock="can't tell")
    t.expect("expired" in lines["server"][1], "the reason is told")
    t.expect(not hub.requests, "nothing is asked")


@scenario
def the_proxy_on_the_way_is_told(t):
    classic(t.github())
    proxy = t.proxy()
    lines = check(t, env={"https_proxy": proxy.url()})
    all_ok(t, lines)
    t.expect("through the proxy" in lines["server"][1], "the proxy is told")
    t.expect("https_proxy" in lines["server"][1], "and where it comes from")


@scenario
def what_an_app_may_not_read_is_not_taken_for_a_failure(t):
    hub = t.github()
    hub.readable = False
    lines = check(t)
    unknown = ("actions", "default_branch", "ref", "trigger", "inputs", "distinct_id", "permission")
    expect_lines(t, lines, **{name: "can't tell" for name in unknown})
    all_ok(t, lines, unknown)
    t.expect("Contents: read" in lines["ref"][1], "what it would take is told")


@scenario
def a_trouble_of_the_server_is_not_taken_for_a_failure(t):
    hub = classic(t.github())
    hub.fault("GET", "/git/ref/", act=False, status=502, body={"message": "Server Error"})
    lines = check(t)
    expect_lines(t, lines, ref="can't tell")
    all_ok(t, lines, ("ref",))
    t.expect("502" in lines["ref"][1], "the trouble is told")


@scenario
def a_workflow_of_another_branch_only_is_told_from_none(t):
    hub = classic(t.github(refs=("main", "dev"), text={"dev": "on: workflow_dispatch"}))
    lines = check(t, base=t.base(ref="dev"))
    expect_lines(t, lines, default_branch="can't tell")
    all_ok(t, lines, ("default_branch",))
    hub.fault("GET", r"/actions/workflows/build\.yml$", act=False, status=404,
              body={"message": "Not Found"})
    lines = check(t, base=t.base(ref="dev"), code=3)
    expect_lines(t, lines, workflow="FAIL", default_branch="FAIL", trigger="ok")


@scenario
def tags_and_full_names_of_refs_are_found(t):
    classic(t.github()).tags = ("v1",)
    for ref, word in (("v1", "tag"), ("refs/tags/v1", "tag"), ("refs/heads/main", "branch")):
        lines = check(t, base=t.base(ref=ref))
        all_ok(t, lines)
        t.expect(word in lines["ref"][1], f"{ref} is a {word}")
    lines = check(t, base=t.base(ref="refs/tags/main"), code=3)
    expect_lines(t, lines, ref="FAIL")


@scenario
def yaml_that_is_not_understood_is_not_taken_for_a_failure(t):
    classic(t.github(text="on: !!map {workflow_dispatch: }"))
    lines = check(t, "-f", "a=1")
    expect_lines(t, lines, trigger="can't tell", inputs="can't tell")


@scenario
def a_clock_that_is_wrong_is_told(t):
    classic(t.github(clock_offset=7200))
    lines = check(t)
    all_ok(t, lines)
    t.expect(re.match(r"7\d\d\d s behind", lines["clock"][1]), "how much is told")


@scenario
def machines_get_one_object_on_a_line(t):
    classic(t.github(state="disabled_manually"))
    t.run("check", *t.base(), "--format", "json")
    t.exits(3)
    t.expect(t.result.stdout.count(b"\n") == 1, "one line")
    found = t.json()
    t.expect(found["repository"] == "octo-org/octo-repo" and found["exit_status"] == 3, "heads")
    t.expect(tuple(one["name"] for one in found["checks"]) == NAMES, "in order")
    t.expect(all(one["result"] in WORDS.values() and one["detail"] for one in found["checks"]),
             "each has a result and a detail")
    t.expect([one["name"] for one in found["checks"] if one["result"] == "fail"] == ["state"],
             "what failed")
    t.dispatched(0)


@scenario
def the_exit_status_is_an_output_of_the_step(t):
    classic(t.github(state="disabled_manually"))
    check(t, code=3, env={"GITHUB_OUTPUT": t.file("output")})
    t.expect(t.outputs() == {}, "the exit status, and nothing else")


@scenario
def options_that_make_no_sense_are_refused(t):
    t.github()
    for words in (("--dry-run",), ("--format", "id"), ("17",), ("await",)):
        t.run("check", *t.base(), *words)
        t.refused(words[-1], code=2)
        t.no_requests()
    t.dispatched(0)


@scenario
def a_journal_is_left_alone(t):
    classic(t.github())
    all_ok(t, check(t, "--journal", t.path("journal")))
    t.expect(not os.path.exists(t.path("journal")), "no file is made")


@scenario
def an_event_is_checked_on_the_default_branch(t):
    text = "on: {repository_dispatch: {types: [go]}}"
    classic(t.github(text=text))
    base = t.base(ref=None, workflow=None)
    lines = check(t, "--event-type", "go", base=base)
    unknown = ("workflow", "state", "default_branch", "trigger")
    expect_lines(t, lines, **{name: "can't tell" for name in unknown})
    all_ok(t, lines, unknown)
    named = t.base(ref=None)
    all_ok(t, check(t, "--event-type", "go", base=named))
    lines = check(t, "--event-type", "stop", base=named, code=5)
    expect_lines(t, lines, trigger="FAIL")
    all_ok(t, lines, ("trigger",))


@scenario
def several_repositories_are_checked_one_by_one(t):
    hub = classic(t.github())
    other = classic(hub.beside("other", state="disabled_manually"))
    missing = "octo-org/missing"
    repos = t.file("repos", f"octo-org/octo-repo\nocto-org/other\n{missing}\n")
    base = t.base(repo=None)
    t.run("check", *base, "--repos", repos)
    t.exits(3)
    blocks = re.split(r"^(\S+/\S+):\n", t.result.stdout.decode(), flags=re.M)[1:]
    t.expect(blocks[::2] == ["octo-org/octo-repo", "octo-org/other", missing], "a heading for each")
    results = [[LINE.fullmatch(line) for line in block.splitlines()] for block in blocks[1::2]]
    t.expect([[row[2] for row in rows if row[1] == "FAIL"] for rows in results]
             == [[], ["state"], ["repository"]], "each has its own lines")
    t.says("disabled_manually", "404")
    t.run("check", *base, "--repos", repos, "--format", "json")
    t.exits(3)
    t.expect([(one["repository"], one["exit_status"]) for one in t.json_lines()]
             == [("octo-org/octo-repo", 0), ("octo-org/other", 3), (missing, 3)], "an object each")
    t.expect(not other.dispatched, "nothing is started")
    t.dispatched(0)


@scenario
def an_app_is_checked_with_a_token_of_its_own(t):
    hub = classic(t.github())
    hub.token_headers = {}
    app = t.app()
    lines = check(t, *t.as_app(app), token=False)
    expect_lines(t, lines, token="ok", repository="ok", workflow="ok", permission="ok")
    t.expect("App" in lines["permission"][1], "the App was granted it")
    t.expect(app.all_revoked(hub), "a token outlived the program")


@scenario
def several_repositories_are_checked_with_one_token_of_an_app(t):
    hub = classic(t.github())
    classic(hub.beside("other"))
    app = t.app()
    t.run("check", *t.base(repo=None), "--repo", "octo-org/octo-repo", "--repo", "octo-org/other",
          *t.as_app(app), token=False)
    t.exits(0)
    t.expect(len(app.tokens) == 1 and app.all_revoked(hub), f"{len(app.tokens)} tokens")
    t.dispatched(0)


@scenario
def an_app_that_gets_no_token_is_told(t):
    classic(t.github())
    app = t.app(install=False)
    lines = check(t, *t.as_app(app), token=False, code=3)
    expect_lines(t, lines, server="ok", token="FAIL",
                 **{name: "can't tell" for name in NAMES[2:-1]})
    t.expect("installed" in lines["token"][1], "the reason is told")
