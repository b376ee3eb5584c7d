# SPDX-License-Identifier: ISC
"""A GitHub App in the place of a token: what it signs, creates, renews and revokes."""

import signal
import subprocess

import texts
from harness import each, plain_only, scenario
from scenarios_secrets import Watched

TOKENS = r"POST .*/app/installations/\d+/access_tokens"
INSTALLED = r"GET .*/repos/[^/]+/[^/]+/installation"
REVOKE = r"DELETE .*/installation/token"
KEYS = ("pkcs1", "pkcs8", "crlf", "escaped", "base64")


def key_in(t, app, form):
    """The App's key as it may arrive."""
    with open(app.key, "rb") as file:
        text = file.read()
    if form == "pkcs8":
        return subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", app.key],
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True).stdout
    if form == "crlf":
        return text.replace(b"\n", b"\r\n")
    if form == "escaped":
        return text.replace(b"\n", b"\\n")
    if form == "base64":
        return subprocess.run(["openssl", "base64", "-A"], input=text, stdout=subprocess.PIPE,
                              check=True).stdout
    return text


def none_is_left(t, hub, app):
    t.expect(app.tokens and app.all_revoked(hub), "a token outlived the program")


@scenario
def an_app_dispatches_and_its_token_is_revoked(t):
    hub = t.github("ghes-3.21", run_name="Build [{distinct_id}]")
    app = t.app()
    t.dispatch(*t.as_app(app), "-v", token=False)
    t.found(hub.dispatched[0])
    t.requests_were(INSTALLED, TOKENS, t.POST, REVOKE)
    t.expect(app.bodies == [{"repositories": ["octo-repo"], "permissions": {"actions": "write"}}],
             f"asked for {app.bodies}")
    none_is_left(t, hub, app)
    t.dispatched(1)


@each([(2048, form) for form in KEYS] + [(3072, "pkcs1"), (4096, "pkcs1"), (4096, "pkcs8")])
def an_apps_key_is_good_in_every_form(t, row):
    bits, form = row
    hub = t.github()
    app = t.app(bits=bits)
    key = key_in(t, app, form)
    t.dispatch(*t.as_app(app, key=t.file("key.pem", key), id=app.client_id), token=False)
    t.found(hub.dispatched[0])
    t.dispatch(env={"INPUT_APP_ID": app.id, "INPUT_APP_PRIVATE_KEY": key.decode()}, token=False)
    t.found(hub.dispatched[1])
    none_is_left(t, hub, app)
    t.dispatched(2)


@scenario
def an_app_with_an_older_server(t):
    hub = t.github("ghes-3.20", run_name="Build [{distinct_id}]")
    app = t.app()
    t.dispatch(*t.as_app(app), token=False)
    t.found(hub.dispatched[0])
    none_is_left(t, hub, app)
    t.dispatched(1)


@scenario
def a_wait_outlasts_three_tokens_of_an_app(t):
    hub = t.github(life=f"in_progress:{t.scaled(12)}s completed/success")
    app = t.app(life=t.scaled(4))
    app.unknown = 1                 # each new token is refused once
    t.wait(*t.as_app(app), waiting=t.waiting(poll_interval="100ms", wait_timeout=t.seconds(60)),
           token=False)
    t.concluded(hub.dispatched[0])
    t.expect(len(app.tokens) >= 4, f"{len(app.tokens)} tokens")
    none_is_left(t, hub, app)
    t.dispatched(1)


@scenario
def an_app_goes_by_the_servers_clock_if_it_must(t):
    hub = t.github(clock_offset=-3600)
    app = t.app()
    t.dispatch(*t.as_app(app), "-v", token=False)
    t.found(hub.dispatched[0])
    t.expect(len(app.refused) == 1, f"refused: {app.refused}")
    t.dispatched(1)


@scenario
def an_app_is_refused_once(t):
    hub = t.github()
    app = t.app()
    app.unknown = 2
    hub.refuse_with(texts.BAD_CREDENTIALS, method="GET", path="/installation$", nth=1)
    t.dispatch(*t.as_app(app), token=False)
    t.found(hub.dispatched[0])
    none_is_left(t, hub, app)
    t.dispatched(1)


def not_installed(app):
    app.installations.clear()


def not_selected(app):
    app.installations[0].repos = ["another"]


def suspended(app):
    app.installations[0].suspended = True


def not_permitted(app):
    app.installations[0].permissions = {"actions": "read"}


def other_id(app):
    app.id, app.client_id = "1", "Iv1.other"


@each([(not_installed, "not installed for octo-org/octo-repo", "https://docs.github.com/apps"),
       (not_selected, "no access to octo-org/octo-repo", "/settings/installations/98765432"),
       (suspended, "is suspended", "/settings/installations/98765432"),
       (not_permitted, "\"Actions: write\"", "/settings/installations/98765432"),
       (other_id, "There is no such App", "https://docs.github.com/apps")])
def what_an_app_lacks_is_told(t, row):
    change, *words = row
    t.github()
    app = t.app()
    options = t.as_app(app)
    change(app)
    t.dispatch(*options, token=False)
    t.refused(*words, "Nothing was dispatched", code=3)
    t.expect(not app.tokens, "a token was created")
    t.dispatched(0)


@scenario
def another_apps_key_is_refused(t):
    t.github()
    app = t.app()
    t.app(bits=3072)
    t.hub.app.id, t.hub.app.bits = app.id, 3072
    t.dispatch(*t.as_app(app), token=False)
    t.refused("could not be decoded", "do not belong together", code=3)
    t.dispatched(0)


@scenario
def a_token_of_an_app_is_revoked_after_a_failure(t):
    hub = t.github(life="in_progress:2 completed/failure")
    app = t.app()
    t.wait(*t.as_app(app), token=False)
    t.exits(1)
    none_is_left(t, hub, app)
    t.dispatched(1)


@scenario
def a_token_of_an_app_is_revoked_after_a_signal(t):
    hub = t.github(life="in_progress:600s completed/success")
    app = t.app()
    t.start("--wait", *t.waiting(), *t.base(), *t.as_app(app), token=False)
    hub.wait_for("GET", r"/runs/\d+($|\?)")
    t.signal(signal.SIGTERM)
    t.finish()
    t.exits(143)
    none_is_left(t, hub, app)
    t.dispatched(1)


@scenario
def a_token_that_cannot_be_revoked_changes_nothing(t):
    hub = t.github()
    app = t.app()
    hub.fault("DELETE", "/installation/token", stall="reply")
    t.dispatch(*t.as_app(app), token=False)
    t.found(hub.dispatched[0])
    t.took_at_most(10)
    t.dispatched(1)


@scenario
def runs_of_two_owners_are_awaited_by_one_app(t):
    hub = t.github()
    other = hub.beside("tools", owner="hubot")
    app = t.app()
    app.install("hubot")
    first = hub.add_run(life="in_progress:2 completed/success")
    second = other.add_run(life="in_progress:3 completed/success")
    t.awaits(first.html_url.replace("https://github.com", hub.url()), *t.as_app(app),
             second.html_url.replace("https://github.com", hub.url()), token=False,
             env={"GITHUB_SERVER_URL": hub.url()})
    t.exits(0)
    t.expect(app.bodies == [
        {"repositories": [name], "permissions": {"actions": "read"}}
        for name in ("octo-repo", "tools")], f"asked for {app.bodies}")
    none_is_left(t, hub, app)
    t.dispatched(0)


@plain_only
@scenario
def neither_key_nor_token_of_an_app_is_freed_as_it_is(t):
    hub = t.github(life=f"in_progress:{t.scaled(5)}s completed/success")
    app = t.app(life=t.scaled(4))
    app.long = False
    with open(app.key) as file:
        lines = [line.strip() for line in file if line[0] != "-"]
    app.fixed = [f"ghs_{n}" + "fixed0token9" * 3 for n in range(9)]
    for key in ({"INPUT_APP_PRIVATE_KEY": open(app.key).read()}, None):
        watched = Watched(t, *lines[:-1], *app.fixed)
        more = watched(INPUT_APP_ID=app.id, **(key or {}))
        t.wait(*(() if key else ("--app-key", app.key)), token=False, **more)
        t.exits(0)
        watched.nothing_leaked()
    t.dispatched(2)


@scenario
def several_repositories_share_a_token_of_an_app(t):
    """One that the App has no access to stops no other."""
    hub = t.github()
    others = [hub.beside(name) for name in ("second", "third")]
    app = t.app(install=False)
    app.install(repos=["octo-repo", "second"])
    t.dispatch("--repo", "octo-org/octo-repo", "--repo", "octo-org/second", "--repo",
               "octo-org/third", *t.as_app(app), base=t.base(repo=None), token=False)
    t.exits(3)
    t.says("no access to octo-org/third")
    t.expect(app.bodies[-1]["repositories"] == ["octo-repo", "second"], f"{app.bodies}")
    t.expect(len(app.tokens) == 1, f"{len(app.tokens)} tokens")
    t.expect(len(others[0].dispatched) == 1 and not others[1].dispatched, "another dispatch")
    none_is_left(t, hub, app)
    t.dispatched(2)


@scenario
def an_event_is_sent_by_an_app(t):
    hub = t.github(life="completed/success", run_name="{distinct_id}", listens=("deploy",))
    app = t.app(install=False)
    app.install(permissions={"actions": "read", "contents": "write", "metadata": "read"})
    t.dispatch("--event-type", "deploy", *t.as_app(app),
               base=t.base(workflow=None, ref=None), token=False)
    t.found(hub.dispatched[0])
    t.expect(app.bodies == [{"repositories": ["octo-repo"],
                             "permissions": {"actions": "read", "contents": "write"}}],
             f"asked for {app.bodies}")
    t.dispatched(1)


@scenario
def an_app_is_checked(t):
    hub = t.github()
    app = t.app()
    t.run("check", *t.base(), *t.as_app(app), token=False)
    t.exits(0)
    t.expect(b"FAIL" not in t.result.stdout, f"{t.result.stdout}")
    none_is_left(t, hub, app)
    t.run("check", *t.base(), *t.as_app(app), token=False)
    t.exits(0)
    t.dispatched(0)
