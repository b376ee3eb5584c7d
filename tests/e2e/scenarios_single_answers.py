# SPDX-License-Identifier: ISC
"""One bad answer, once, at each request of a flow in turn: whatever it is, what the program prints,
says and exits with is true of what the server did, and one refusal is not the last word.

Each scenario runs a flow undisturbed first, which gives the requests that it is made of; then once
for each of them, with the bad answer in its place."""

import dataclasses
import json
import re
import secrets
import signal

import texts
import wire
from ghsim import Job, Lag, step_named
from harness import each, native_only

DISPATCHES = "/dispatches$"
AMPLE = 40              # seconds: no deadline that a single answer may reach
SHORT = 3               # where only the deadline can end a search

HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = ("<!DOCTYPE html>\n<html><head><title>Sign in</title></head>"
        "<body><form action=\"/login\"></form></body></html>\n")


@dataclasses.dataclass
class Bad:
    """`acts`: the server does nevertheless what it is asked to do."""
    status: int
    body: object
    headers: dict = dataclasses.field(default_factory=dict)
    acts: bool = False
    token: str = "ghs_"     # how the token begins

    @classmethod
    def row(cls, row, **more):
        status, headers, body = row
        return cls(status, body, headers, **more)

    @property
    def is_page(self):
        return self.headers is HTML

    @property
    def is_unknown(self):
        """Nobody can tell from it whether the dispatch was carried out."""
        return self.status >= 500 or (self.status == 200 and self.is_page)


CONFLICT = texts.refusal(409, "Conflict")
GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body></body></html>\n"
ANSWERS = {
    "401": Bad.row(texts.BAD_CREDENTIALS),
    "403": Bad.row(texts.INTEGRATION),
    "403 to another token": Bad.row(texts.PERSONAL_TOKEN, token="ghp_"),
    "404": Bad.row(texts.not_found()),
    "404 with a page": Bad(404, PAGE, HTML),
    "409": Bad.row(CONFLICT),
    "500": Bad(500, {"message": "Server Error"}),
    "500, and it acted": Bad(500, {"message": "Server Error"}, acts=True),
    "502 with a page": Bad(502, GATEWAY, HTML),
    "503 with a page, and it acted": Bad(503, texts.UNAVAILABLE_HTML, HTML, acts=True),
    "200 with a page": Bad(200, PAGE, HTML),
    "200 with a page, and it acted": Bad(200, PAGE, HTML, acts=True),
    "200 with null": Bad(200, "null", acts=True),
    "200 with nothing": Bad(200, "", acts=True),
    "200 with {}": Bad(200, "{}", acts=True),
}


class At(wire.Fault):
    """What goes wrong with the request of that number, whatever it asks for."""

    def matches(self, request):
        self.seen += 1
        return self.seen == self.nth


# ---- the flows

class Flow:
    """`begin` sets the server up and runs the program; `kind` is the simulated server's."""

    kind = "ghes-3.21"
    named = True        # whether the answer to the dispatch names the run
    first_looks = 1     # requests before which nothing has succeeded of what they ask about

    def __init__(self, **fields):
        self.fields = fields

    def server(self, t):
        return t.github(self.kind, **self.fields)

    def begin(self, t, hub, seconds):
        t.dispatch("--timeout", t.seconds(seconds))

    def ours(self, hub):
        """The runs that the program may speak of."""
        return hub.dispatched


class Old(Flow):
    named = False

    def __init__(self, kind, **fields):
        super().__init__(**fields)
        self.kind = kind

    def server(self, t):
        hub = super().server(t)
        hub.add_run(done=True, age=300, jobs=(Job("build"),), life="completed/success")
        hub.after_dispatch = lambda hub, run: hub.neighbours(1)
        return hub


class Lost(Old):
    """The dispatch acts, and nothing comes back."""

    def server(self, t):
        hub = super().server(t)
        hub.fault("POST", DISPATCHES, 1, cut="reply")
        return hub

    def begin(self, t, hub, seconds):
        t.dispatch("--distinct-id", "--timeout", t.seconds(seconds))


class Wait(Flow):
    pace = "20ms"

    def begin(self, t, hub, seconds):
        t.wait("--timeout", t.seconds(seconds), *self.options(t),
               waiting=t.waiting(wait_timeout=t.seconds(AMPLE), poll_interval=self.pace))

    def options(self, t):
        return ()


class Cancel(Wait):
    pace = "200ms"

    def options(self, t):
        return ("--cancel-after", "300ms")


class Interrupt(Wait):
    def begin(self, t, hub, seconds):
        t.start(*t.base(), "--timeout", t.seconds(seconds), "--wait", "--cancel-on-interrupt",
                *t.waiting(wait_timeout=t.seconds(AMPLE), poll_interval=t.seconds(AMPLE)))
        self.wait_for_a_look(t, hub)
        t.signal(signal.SIGTERM)
        t.finish()

    @staticmethod
    def wait_for_a_look(t, hub):
        """Or for the end of the program."""
        def looked():
            return any(re.fullmatch(t.RUN, request.line()) for request in hub.requests)
        with hub.changed:
            for _ in range(int(t.scaled(AMPLE) / 0.05)):
                if hub.changed.wait_for(looked, 0.05) or t.process.poll() is not None:
                    return


class Await(Flow):
    def __init__(self, *lives, options=(), **fields):
        super().__init__(**fields)
        self.lives, self.options, self.first_looks = lives, options, len(lives)

    def server(self, t):
        hub = super().server(t)
        for life in self.lives:
            hub.add_run(life=life)
        return hub

    def begin(self, t, hub, seconds):
        t.awaits(*hub.runs, *self.options, waiting=t.waiting(wait_timeout=t.seconds(AMPLE)))

    def ours(self, hub):
        return hub.runs


LIFE = "queued in_progress completed/success"
FLOWS = {
    "a dispatch that names its run": Flow(),
    "a search by the run's name": Old("ghes-3.20", run_name="Build {distinct_id}",
                                      lag=Lag(listed=1)),
    "a search by a job's name": Old("ghes-3.8", jobs=(Job("build ({distinct_id})"),)),
    "a search by a step's name": Old("ghes-3.20", jobs=step_named("{distinct_id}")),
    "a search after a lost reply": Lost("ghes-3.21", run_name="Build {distinct_id}"),
    "a wait after a dispatch": Wait(life=LIFE),
    "a wait for a failure": Wait(life="in_progress completed/failure"),
    "an await of one run": Await(LIFE),
    "an await of three runs": Await(LIFE, LIFE, "in_progress completed/success"),
    "an await of a job": Await("in_progress:4 completed/success", options=("--job", "build"),
                               jobs=(Job("build", life="queued in_progress completed/success"),
                                     Job("deploy"))),
    "a wait that cancels": Cancel(life="in_progress"),
    "a cancel on interrupt": Interrupt(life="in_progress"),
}


# ---- what is true

def completed(flow, hub):
    return [run for run in flow.ours(hub) if run.status() == "completed"]


# What a message may claim, and when that is true at the end. A warning about a refusal may say
# that nothing was started, and be followed by a dispatch.
CLAIMS = (
    (r"error: .*(nothing was (dispatched|started|sent)|no run was started|was not dispatched)",
     lambda flow, hub: not hub.dispatched),
    (r"(?<!whether )(?<!whether the )(workflow|it|run) was (dispatched|started)\b",
     lambda flow, hub: bool(hub.dispatched)),
    (r"(already|has|had) (concluded|completed)|concluded with",
     lambda flow, hub: bool(completed(flow, hub))),
    (r"still running|it goes on|runs? \d+ goes on|still going on",
     lambda flow, hub: len(completed(flow, hub)) < len(flow.ours(hub))),
    (r"(token )?has expired", lambda flow, hub: False),
    (r"(was|is) (deleted|gone)", lambda flow, hub: False),
)


def says_nothing_false(t, flow, hub, bad):
    for pattern, holds in CLAIMS:
        found = re.search(pattern, t.result.log, re.IGNORECASE)
        t.expect(not found or holds(flow, hub), f"{found and found[0]!r} is not true")
    if bad and bad.is_page:
        t.says_not("no such repository", "no such workflow")


def code_is_true(t, flow, hub):
    """The exit codes as they are documented."""
    code, acted, over = t.result.code, hub.dispatched, completed(flow, hub)
    succeeded = [run for run in over if run.conclusion() == "success"]
    waits = isinstance(flow, (Wait, Await))
    true = {
        0: not waits or len(over) == len(flow.ours(hub)) == len(succeeded)
           or getattr(flow, "options", ()) == ("--job", "build"),
        1: waits and len(over) > len(succeeded),
        3: not acted or waits, 4: not isinstance(flow, Await), 5: bool(acted),
        6: waits and len(over) < len(flow.ours(hub)), 7: not acted or waits,
        143: isinstance(flow, Interrupt)}
    t.exits(*true)
    t.expect(true[code], f"exit code {code} is not true")


def results_are_true(t, flow, hub):
    """No ID but that of a run of ours, and none that is lost once it was known."""
    out = t.result.stdout.decode()
    for number in re.findall(r"\b\d{9,}\b", out):
        t.expect(int(number) in [run.id for run in flow.ours(hub)], f"stdout names run {number}")
    t.expect(t.result.code not in (0, 1, 6) or "run_id=" in out, "the run is not on stdout")


def is_true(t, flow, hub, bad=None):
    code_is_true(t, flow, hub)
    results_are_true(t, flow, hub)
    says_nothing_false(t, flow, hub, bad)
    t.expect(len(hub.dispatched) <= 1, "dispatched twice")


# ---- what must come of it

def run_flow(t, flow, hub, seconds=AMPLE):
    t.hub = hub
    flow.begin(t, hub, seconds)
    t.result.checked = True


def outcome(t, flow, hub):
    """What the run of the program came to, in words that don't depend on the IDs, nor on which of
    several runs was told first."""
    ids = {str(run.id): f"<{place}>" for place, run in enumerate(flow.ours(hub))}
    out = re.sub(r"\d{9,}", lambda m: ids.get(m[0], "<another run>"), t.result.stdout.decode())
    out = re.sub(r"localhost:\d+", "<host>", out)
    if isinstance(flow, Interrupt):     # what is known of the run depends on the moment
        out = "".join(re.findall(r"run_(?:id|url)=.*\n", out))
    return t.result.code, sorted(re.split("(?m)^(?=run_id=)", out))


def expected(flow, kind, first, bad):
    """The exit codes of a dispatch that may come of it; None: as if nothing had happened."""
    if kind == "dispatch":
        return expected_of_dispatch(flow, bad)
    if kind == "cancel" or not first:
        return None
    if bad.status == 403 and bad.token != "ghs_":
        return (3,)
    # What the very first answer says may be about the address, or about the name.
    if bad.status in (404, 409) or bad.status == 200:
        return None if isinstance(flow, Await) and bad.status == 404 and not bad.is_page \
            else (0, 1, 3, 7)
    return None


def expected_of_dispatch(flow, bad):
    if bad.status == 401 or (bad.status == 403 and bad.token == "ghs_"):
        return None
    if bad.status < 500 and bad.status != 200:
        return (3,)
    if not flow.named:
        return None if bad.acts else (4,)
    return (4,) if bad.is_unknown else (5,)


def kind_of(request):
    if request.method == "GET":
        return "get"
    return "dispatch" if re.search(DISPATCHES, request.target) else "cancel"


def spoilt(t, flow, bad, place, kind):
    """One run of the flow with the bad answer to the request of that number."""
    hub = flow.server(t)
    act = None if bad.acts and kind != "get" else False
    fault = At("", "", place, act=act, status=bad.status, body=bad.body, headers=bad.headers)
    hub.faults.insert(0, fault)
    codes = expected(flow, kind, place <= flow.first_looks, bad)
    run_flow(t, flow, hub, SHORT if codes == (4,) else AMPLE)
    return hub, codes


@native_only
@each([(flow, answer) for flow in FLOWS for answer in ANSWERS])
def one_bad_answer_once(t, row):
    flow, bad = FLOWS[row[0]], ANSWERS[row[1]]
    t.token = bad.token + secrets.token_hex(18)
    t.secrets = [t.token]
    hub = flow.server(t)
    run_flow(t, flow, hub)
    is_true(t, flow, hub)
    undisturbed = outcome(t, flow, hub)
    kinds = [kind_of(request) for request in hub.requests]
    count = len(hub.dispatched)
    for place, kind in enumerate(kinds, 1):
        if (bad.acts and bad.status != 200 and kind == "get") or \
                (isinstance(flow, Lost) and kind == "dispatch"):
            continue
        t.servers.remove(hub)
        hub.stop()
        hub, codes = spoilt(t, flow, bad, place, kind)
        try:
            is_true(t, flow, hub, bad)
            if codes is None:
                t.expect(outcome(t, flow, hub) == undisturbed,
                         f"came to {outcome(t, flow, hub)}, undisturbed to {undisturbed}")
            else:
                t.expect(t.result.code in codes, f"exit {t.result.code}, expected {codes}")
        except Exception as failure:
            failure.args = (f"at request {place} of {len(kinds)} ({kind}): {failure}",)
            raise
        count = len(hub.dispatched)
    t.dispatched(count)
