# SPDX-License-Identifier: ISC
"""The token goes to the configured server and to nobody else, whatever answers, inputs and
addresses say. A second simulated GitHub, with a certificate that is trusted and the same token,
would answer anything; nobody must ever come to it."""

import logs
import texts
from ghsim import Job, Lag, matrix
from harness import each, native_only, scenario

LIFE = "in_progress:3 completed/failure"
POST, RUNS, JOBS = "/dispatches$", r"/runs(\?|$)", r"/jobs(\?|$)"
RUN, CANCEL, LOGS = r"/actions/runs/\d+(\?|$)", "/cancel$", "/logs$"


def decoy(t):
    """It has what our server has, so that following a link to it would succeed."""
    other = t.github("ghes-3.21", life="completed/success")
    other.add_run(id=t.hub.runs[0].id if t.hub.runs else None)
    return other


def nobody_came(t, other):
    other.settle()
    t.expect(not other.requests, f"the decoy was asked {[str(one) for one in other.requests]}")
    t.expect(not other.connections, f"{other.connections} connections to the decoy")


def forms(hub, other):
    """Ways to write the decoy's address; all have our server's as far as may be."""
    return {"another port": f"https://localhost:{other.port}",
            "another host": f"https://127.0.0.1:{other.port}",
            "without a scheme": f"//localhost:{other.port}",
            "ours as its user": f"https://localhost:{hub.port}@127.0.0.1:{other.port}",
            "ours as its user and password": f"https://localhost:x@localhost:{other.port}",
            "in plain text": f"http://localhost:{other.port}"}


FORMS = ("another port", "another host", "without a scheme", "ours as its user",
         "ours as its user and password", "in plain text")

# ---- what is run: each command, on both kinds of server

def dispatches(t):
    t.dispatch("--timeout", t.seconds(5))


def dispatches_and_waits(t):
    t.wait("--timeout", t.seconds(5), waiting=t.waiting(wait_timeout=t.seconds(5)))


def awaits(t):
    t.awaits(t.hub.runs[0], waiting=t.waiting(wait_timeout=t.seconds(5)))


def awaits_by_url(t):
    t.awaits(t.hub.runs[0].html_url, base=t.base(repo=None, workflow=None, ref=None,
                                                 retry_interval=None),
             waiting=t.waiting(wait_timeout=t.seconds(5)))


def awaits_by_input(t):
    t.awaits(waiting=t.waiting(wait_timeout=t.seconds(5)),
             env={"INPUT_RUN_ID": str(t.hub.runs[0].id)})


def awaits_a_job(t):
    t.awaits(t.hub.runs[0], "--job", "test (120)",
             waiting=t.waiting(wait_timeout=t.seconds(5)))


def cancels(t):
    t.hub.workflows[0].life = "in_progress"
    t.wait("--cancel-after", "100ms", "--timeout", t.seconds(5),
           waiting=t.waiting(wait_timeout=t.seconds(5)))


COMMANDS = {run.__name__.replace("_", " "): run for run in (
    dispatches, dispatches_and_waits, awaits, awaits_by_url, awaits_by_input, awaits_a_job,
    cancels)}


def a_server(t, kind):
    """Lists of it are several pages long."""
    t.hub = hub = t.github(kind, jobs=matrix(120, marker_at=120), life=LIFE, lag=Lag(listed=1))
    hub.add_run(life=LIFE, jobs=matrix(120, marker_at=120, marker="make"))
    hub.after_dispatch = lambda hub, run: hub.neighbours(25)
    return hub


def ended(t, *codes):
    t.exits(*(codes or (0, 1, 3, 4, 5, 6, 7)))


# ---- answers that name it

def rewrite(hub, other):
    """Every address in every answer becomes the decoy's, those of `Link` too."""
    ours, theirs = f"localhost:{hub.port}", f"localhost:{other.port}"

    def hook(request, answer):
        answer.body = answer.body.replace(ours.encode(), theirs.encode())
        answer.headers = [(name, value.replace(ours, theirs)) for name, value in answer.headers]
        for name, value in (("Alt-Svc", f'h2="{theirs}", h3="{theirs}"'),
                            ("Refresh", f"0; url=https://{theirs}/"),
                            ("Content-Location", f"https://{theirs}/"),
                            ("Access-Control-Allow-Origin", f"https://{theirs}")):
            answer.set(name, value)
    return hook


@native_only
@each([(command, kind) for command in COMMANDS for kind in ("ghes-3.21", "ghes-3.20")])
def addresses_in_answers_are_not_followed(t, row):
    command, kind = row
    hub = a_server(t, kind)
    other = decoy(t)
    for method in ("GET", "POST"):
        hub.fault(method, "", hook=rewrite(hub, other))
    COMMANDS[command](t)
    ended(t)
    nobody_came(t, other)
    t.expect(hub.requests, "our server wasn't asked either")
    t.dispatched(len(hub.dispatched))


STATUSES = (301, 302, 303, 307, 308)
ASKED = (("dispatches", "POST", POST), ("dispatches", "GET", RUNS), ("dispatches", "GET", JOBS),
         ("dispatches and waits", "GET", RUN), ("awaits", "GET", RUN), ("awaits", "GET", JOBS),
         ("awaits a job", "GET", JOBS), ("cancels", "POST", CANCEL))


@native_only
@each([(command, method, path, form) for command, method, path in ASKED for form in FORMS])
def redirects_to_it_are_not_followed(t, row):
    command, method, path, form = row
    hub = a_server(t, "ghes-3.20")
    other = decoy(t)
    base = forms(hub, other)[form]
    status = STATUSES[(ASKED.index(row[:3]) + FORMS.index(form)) % len(STATUSES)]
    hub.fault(method, path, 1, act=False, status=status,
              hook=lambda request, answer: answer.set("Location", base + request.target))
    COMMANDS[command](t)
    ended(t)
    nobody_came(t, other)
    t.expect(any(request.status == status for request in hub.requests), "nothing was redirected")
    t.expect(len(hub.dispatched) <= 1, "dispatched twice")
    t.dispatched(len(hub.dispatched))


@scenario
def a_refusal_that_names_it_is_only_quoted(t):
    hub = t.github()
    other = decoy(t)
    status, headers, body = texts.SSO
    address = f"https://localhost:{other.port}/sso"
    hub.refuse_with((status, {"x-github-sso": f"required; url={address}"},
                     {**body, "documentation_url": address}))
    t.dispatch()
    t.exits(3)
    nobody_came(t, other)
    t.dispatched(0)


# ---- logs are the one thing that is elsewhere

@each((301, 302, 307, 308))
def logs_are_fetched_without_the_token(t, status):
    hub = t.github(life="in_progress completed/failure", jobs=(Job("build", log=("it broke",)),))
    first, second = t.log_host(), t.log_host()
    link = first.link(logs.Log(("never shown",)))
    hub.log_host = second
    hub.fault("GET", LOGS, 1, hook=lambda request, answer: (
        first.fault("GET", "", 1, act=False, status=status,
                    headers={"Location": dict(answer.headers)["Location"]}),
        answer.set("Location", link)))
    t.wait("--log-failed")
    t.exits(1)
    t.says("it broke")
    for host in (first, second):
        t.expect(len(host.requests) == 1, f"{len(host.requests)} requests, expected 1")
        for request in host.requests:
            names = {name.lower() for name, _ in request.headers}
            t.expect(not names & {"authorization", "cookie", "proxy-authorization"},
                     f"the log host was sent {sorted(names)}")
    t.dispatched(1)


@scenario
def a_log_link_back_to_a_server_of_githubs_gets_no_token(t):
    hub = t.github(life="in_progress completed/failure")
    other = t.github()
    host = t.log_host(hub)
    hub.fault("GET", LOGS, 1, status=302, headers={
        "Location": other.url() + "/repos/octo-org/octo-repo/actions/runs"})
    t.wait("--log-failed")
    t.exits(1)
    t.expect(not host.requests, "the other log host was asked")
    for request in other.requests:
        t.expect(request.header("Authorization") is None, "the decoy was sent the token")
    t.dispatched(1)


# ---- inputs that name it

def addresses_of_a_run(hub, other):
    tail = f"/octo-org/octo-repo/actions/runs/{hub.runs[0].id}"
    return [base + tail for base in forms(hub, other).values()] + [
        f"https://localhost:{hub.port}\\@localhost:{other.port}{tail}",
        f"https://localhost:{other.port}#@localhost:{hub.port}{tail}",
        f"https://localhost:{other.port}?@localhost:{hub.port}{tail}",
        f"https://localhost:{other.port}/localhost:{hub.port}{tail}",
        f"HTTPS://LOCALHOST:{other.port}{tail}",
        f"https://localhost.:{other.port}{tail}",
        f"https://[::1]:{other.port}{tail}"]


@each(("as an argument", "as an input", "beside one of ours"))
def the_address_of_a_run_does_not_choose_the_server(t, how):
    hub = t.github("ghes-3.21", life=LIFE)
    hub.add_run(life=LIFE)
    other = decoy(t)
    for address in addresses_of_a_run(hub, other):
        for configured in ("option", "variable"):
            base = t.base(workflow=None, ref=None, retry_interval=None)
            env = {}
            if configured == "variable":
                base = t.base(workflow=None, ref=None, retry_interval=None, api_url=None)
                env["GITHUB_API_URL"] = hub.url()
            runs = {"as an argument": [address], "as an input": [],
                    "beside one of ours": [hub.runs[0], address]}[how]
            if how == "as an input":
                env["INPUT_RUN_ID"] = address
            t.awaits(*runs, base=base, env=env)
            t.refused()
            t.no_requests()
            nobody_came(t, other)
    t.dispatched(0)


@each(("127.0.0.1:{port}/octo-org", "https://127.0.0.1:{port}/octo-org", "@127.0.0.1:{port}",
       "../../..//127.0.0.1:{port}/octo-org"))
def an_owner_does_not_choose_the_server(t, owner):
    hub = t.github()
    other = decoy(t)
    base = t.base(repo=None)
    t.dispatch(base=base, env={"INPUT_OWNER": owner.format(port=other.port),
                               "INPUT_REPO": "octo-repo"})
    t.exits(2, 3)
    nobody_came(t, other)
    t.expect(not hub.dispatched, "dispatched")
    t.dispatched(0)


@each((("workflow", "https://127.0.0.1:{port}/octo-org/octo-repo/build.yml"),
       ("workflow", "//127.0.0.1:{port}/build.yml"),
       ("workflow", "octo-org/octo-repo/.github/workflows/build.yml@127.0.0.1:{port}"),
       ("ref", "https://127.0.0.1:{port}/main"),
       ("ref", "main\r\nHost: 127.0.0.1:{port}"),
       ("workflow", "build.yml HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX:")))
def no_other_value_chooses_the_server_either(t, row):
    name, value = row
    hub = t.github()
    other = decoy(t)
    t.dispatch(base=t.base(**{name: value.format(port=other.port)}))
    ended(t, 0, 2, 3)
    nobody_came(t, other)
    for request in hub.requests:
        t.expect([v for k, v in request.headers if k.lower() == "host"] ==
                 [f"localhost:{hub.port}"], "the request is for another host")
    t.dispatched(len(hub.dispatched))


# ---- proxies are asked for tunnels, and told nothing else

@native_only
@each(tuple(COMMANDS))
def a_proxy_is_never_sent_the_token(t, command):
    hub = a_server(t, "ghes-3.20")
    other = decoy(t)
    proxy = t.proxy()
    hub.fault("GET", JOBS, 1, act=False, status=302, hook=lambda request, answer: answer.set(
        "Location", f"https://localhost:{other.port}{request.target}"))
    run = t.run
    t.run = lambda *words, env=None, **more: run(
        *words, env={**(env or {}), "https_proxy": proxy.url()}, **more)
    COMMANDS[command](t)
    ended(t)
    nobody_came(t, other)
    t.expect(proxy.requests, "the proxy was not used")
    t.expect({request.target for request in proxy.requests} == {f"localhost:{hub.port}"},
             "there were other tunnels")
    t.dispatched(len(hub.dispatched))


@each((301, 302, 307, 308))
def a_proxy_does_not_choose_the_server(t, status):
    t.github()
    other = decoy(t)
    proxy = t.proxy()
    proxy.fault("CONNECT", "", act=False, status=status,
                headers={"Location": f"https://localhost:{other.port}/"})
    t.dispatch("--timeout", t.seconds(3), env={"https_proxy": proxy.url()})
    ended(t, 7)
    nobody_came(t, other)
    t.expect(proxy.requests, "the proxy was not used")
    t.dispatched(0)
