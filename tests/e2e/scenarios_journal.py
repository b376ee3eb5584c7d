# SPDX-License-Identifier: ISC
"""--journal: whatever ends the program, the next start with the same journal sends what was not
sent, finds what was, and repeats nothing."""

import fcntl
import json
import os
import signal

import texts
from ghsim import KINDS, Input, Lag, step_named
from harness import each, native_only, scenario, smoke
from scenarios_several import named, printed

DISPATCHES = "/dispatches$"
STEP = step_named("{distinct_id}")


def start(t, *arguments, name="journal", **more):
    t.dispatch("--journal", t.path(name), *arguments, **more)


def wait(t):
    t.wait("--journal", t.path("journal"))


def kill_at(t, hub, *request, **more):
    """The server kills the program when it has this request, before it answers."""
    hub.fault(*request, hook=lambda *_: os.kill(t.process.pid, signal.SIGKILL), **more)


def is_killed(t, *arguments, starts=start):
    """A start that something else kills."""
    t.killed = True
    starts(t, *arguments)
    t.exits(-signal.SIGKILL)


def records(t, name="journal"):
    """Without the first line."""
    lines = t.read(name).decode().splitlines()
    t.expect(json.loads(lines[0])["journal"] == "return-dispatch", lines[0])
    return [json.loads(line) for line in lines[1:]]


def states(t, *wanted):
    found = [record["state"] for record in records(t)]
    t.expect(found == list(wanted), f"the journal says {found}, expected {list(wanted)}")


# ---- without a crash

@smoke
def a_second_start_prints_the_same_run_without_a_request(t):
    hub = t.github(jobs=STEP)
    start(t)
    t.found(hub.dispatched[0])
    t.requests_were(t.POST)
    states(t, "sending", "identified")
    start(t)
    t.found(hub.dispatched[0])
    t.requests_were(t.POST)
    states(t, "sending", "identified")
    t.dispatched(1)


@each(KINDS)
def each_kind_of_server_has_one_run(t, kind):
    hub = t.github(kind, jobs=STEP)
    for _ in range(3):
        start(t)
        t.found(hub.dispatched[0])
    t.expect(len(t.posts()) == 1, f"{len(t.posts())} dispatches were sent")
    t.dispatched(1)


@scenario
def a_second_start_waits_for_the_run(t):
    hub = t.github(life="queued in_progress completed/failure")
    start(t)
    t.found(hub.dispatched[0])
    wait(t)
    t.concluded(hub.dispatched[0], "failure")
    t.dispatched(1)


@scenario
def the_file_keeps_secrets_and_others_out(t):
    hub = t.github(jobs=STEP)
    start(t, "-f", "env=a secret value")
    t.found(hub.dispatched[0])
    text = t.read("journal")
    t.expect(b"secret value" not in text, "an input is in the journal")
    t.expect(t.token.encode() not in text, "the token is in the journal")
    mode = os.stat(t.path("journal")).st_mode & 0o777
    t.expect(mode == 0o600, f"the journal has mode {mode:o}")
    t.dispatched(1)


@scenario
def a_refusal_lets_a_later_start_send(t):
    hub = t.github(refs=())
    start(t)
    t.refused("main", code=3)
    states(t, "sending", "not_started")
    hub.workflows[0].refs = ("main",)
    start(t)
    t.found(hub.dispatched[0])
    states(t, "sending", "not_started", "sending", "identified")
    t.dispatched(1)


@scenario
def a_workflow_without_the_input_is_recorded_before_each_request(t):
    hub = t.github(inputs={})
    start(t)
    t.found(hub.dispatched[0])
    t.says("no later start could find the run")
    t.requests_were(t.POST, t.POST)
    states(t, "sending", "not_started", "sending", "identified")
    t.expect([record.get("distinct_id") is None for record in records(t)]
             == [False, True, True, True], "which dispatch has an ID is recorded wrongly")
    t.dispatched(1)


@scenario
def a_required_input_is_met(t):
    hub = t.github(inputs={"distinct_id": Input(required=True)})
    start(t)
    t.found(hub.dispatched[0])
    t.requests_were(t.POST)
    t.dispatched(1)


@scenario
def a_lost_reply_that_was_not_settled_is_settled_later(t):
    hub = t.github(jobs=STEP, lag=Lag(listed=10000))
    hub.fault("POST", DISPATCHES, cut="reply")
    start(t, "--timeout", t.seconds(2))
    t.refused("new journal", code=4)
    hub.dispatched[0].lag = Lag()
    start(t)
    t.found(hub.dispatched[0])
    states(t, "sending", "identified")
    t.dispatched(1)


# ---- with one

@each(KINDS)
def killed_before_the_dispatch_left(t, kind):
    """While the newest run is asked for: nothing is recorded, and the next start dispatches."""
    hub = t.github(kind, jobs=STEP)
    kill_at(t, hub, "GET", "/runs", 1, preparing=True)
    is_killed(t)
    start(t)
    t.found(hub.dispatched[0])
    states(t, *(("sending", "identified") if kind in ("github.com", "ghes-3.21")
                else ("sending", "accepted", "identified")))
    t.dispatched(1)


@each(KINDS)
def killed_after_the_run_was_started(t, kind):
    """Before the answer: the next start finds the run."""
    hub = t.github(kind, jobs=STEP, lag=Lag(listed=2))
    hub.neighbours(3, age=30)
    hub.after_dispatch = lambda hub, run: hub.neighbours(3)
    kill_at(t, hub, "POST", DISPATCHES, 1)
    is_killed(t)
    states(t, "sending")
    for _ in range(2):
        start(t)
        t.found(hub.dispatched[0])
    t.expect(len(t.posts()) == 1, "dispatched again")
    t.dispatched(1)


@each(KINDS)
def killed_with_a_request_that_was_not_acted_upon(t, kind):
    """Nobody can know: told as unknown, as often as one asks, and never sent again."""
    hub = t.github(kind, jobs=STEP)
    kill_at(t, hub, "POST", DISPATCHES, act=False)
    is_killed(t)
    for _ in range(2):
        start(t, "--timeout", t.seconds(2))
        t.refused("octo-org/octo-repo", "unknown", "new journal", code=4)
    states(t, "sending")
    t.expect(len(t.posts()) == 1, "dispatched again")
    hub.faults.clear()
    start(t, name="new")
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def killed_without_a_distinct_id(t):
    """The workflow has no such input: the runs that might be it are listed."""
    hub = t.github(inputs={})
    kill_at(t, hub, "POST", DISPATCHES, 2)
    is_killed(t)
    start(t, "--timeout", t.seconds(20))
    t.refused(hub.dispatched[0].html_url, code=4)
    states(t, "sending", "not_started", "sending")
    t.dispatched(1)


@scenario
def killed_while_searching(t):
    hub = t.github("ghes-3.20", jobs=STEP, lag=Lag(listed=3))
    kill_at(t, hub, "GET", "/runs", 2)
    is_killed(t)
    states(t, "sending", "accepted")
    start(t)
    t.found(hub.dispatched[0])
    t.expect(len(t.posts()) == 1, "dispatched again")
    t.dispatched(1)


@scenario
def a_run_that_was_accepted_and_is_not_found_is_exit_5(t):
    hub = t.github("ghes-3.20", lag=Lag(listed=10000))
    kill_at(t, hub, "GET", "/runs", 2)
    is_killed(t)
    start(t, "--timeout", t.seconds(2))
    t.refused("was dispatched", "new journal", code=5)
    t.dispatched(1)


@scenario
def killed_while_waiting(t):
    hub = t.github(life="queued:2 in_progress:2 completed/success")
    kill_at(t, hub, "GET", r"/runs/\d+", 2)
    is_killed(t, starts=wait)
    wait(t)
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_given_id_counts_from_the_first_start_on(t):
    """One that was used before is not taken for ours, however late the next start is."""
    hub = t.github("ghes-3.20", run_name="Build [{distinct_id}]")
    hub.add_run(inputs={"distinct_id": "nightly-build-of-today"}, age=120)
    kill_at(t, hub, "POST", DISPATCHES, 1)
    is_killed(t, "--distinct-id=nightly-build-of-today")
    hub.clock_offset += 7200
    start(t, "--distinct-id=nightly-build-of-today")
    t.found(hub.dispatched[0])
    t.dispatched(1)


# ---- several repositories

def start_all(t, hubs):
    start(t, *named(hubs), "--timeout", t.seconds(6), base=t.base(repo=None))


@each(("github.com", "ghes-3.20"))
def killed_between_several_repositories(t, kind):
    """Each is settled on its own: one is done, one was sent, one is left."""
    hub = t.github(kind, run_name="Build [{distinct_id}]")
    hubs = [hub] + [hub.beside(repo, run_name="Build [{distinct_id}]")
                    for repo in ("second", "third")]
    kill_at(t, hub, "POST", "/second/.*/dispatches$")
    is_killed(t, hubs, starts=start_all)
    for _ in range(2):
        start_all(t, hubs)
        t.exits(0)
        printed(t, hubs)
        t.expect(len(t.posts()) == 3, f"{len(t.posts())} dispatches were sent")
    t.dispatched(3)


@scenario
def one_of_several_that_is_unknown_stops_no_other(t):
    hub = t.github(run_name="Build [{distinct_id}]")
    hubs = [hub, hub.beside("second", run_name="Build [{distinct_id}]")]
    kill_at(t, hub, "POST", "/octo-repo/.*/dispatches$", act=False)
    is_killed(t, hubs, starts=start_all)
    for _ in range(2):
        start_all(t, hubs)
        t.exits(4)
        printed(t, hubs[1:])
        t.says("octo-org/octo-repo", "unknown", "new journal")
        t.expect(len(t.posts()) == 2, f"{len(t.posts())} dispatches were sent")
    t.dispatched(1)


# ---- the file

@scenario
def a_journal_is_of_one_dispatch(t):
    hub = t.github(jobs=STEP)
    start(t, "-f", "env=first value")
    t.found(hub.dispatched[0])
    for changes, field, more, words in (
            ({"ref": "v2"}, "first", (), ("ref", "main", "v2")),
            ({"workflow": "other.yml"}, "first", (), ("workflow", "other.yml", "build.yml")),
            ({}, "second", (), ("inputs",)),
            ({}, "first", ("--distinct-id=given-by-the-user",), ("inputs",))):
        start(t, "-f", f"env={field} value", *more, base=t.base(**changes))
        t.refused("another dispatch", "Nothing was sent", *words)
        t.says_not("first value", "second value")
    other = t.github(jobs=STEP)
    start(t, "-f", "env=first value", base=t.base(api_url=other.url()))
    t.refused("server", f"localhost:{other.port}")
    t.requests_were(t.POST)
    t.dispatched(1)


@scenario
def two_processes_do_not_share_a_journal(t):
    t.github(jobs=STEP)
    with open(t.path("journal"), "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        start(t)
        t.refused("another process is using", "Nothing was sent")
        t.took_at_most(5)
    t.no_requests()
    start(t)
    t.found(t.hub.dispatched[0])
    t.dispatched(1)


@scenario
def what_is_not_a_journal_is_left_alone(t):
    t.github(jobs=STEP)
    os.mkdir(t.path("folder"))
    os.mkfifo(t.path("fifo"))
    t.file("target")
    os.symlink(t.path("target"), t.path("link"))
    t.file("notes", "remember the milk")
    for name, word in (("folder", "directory"), ("fifo", "regular file"),
                       ("link", "symbolic link"), ("notes", "line 1"),
                       ("missing/journal", "No such file"), ("/dev/full", "regular file")):
        start(t, name=name)
        t.refused(word, name, "Nothing was sent")
    t.expect(t.read("notes") == b"remember the milk", "the file was changed")
    t.no_requests()
    t.dispatched(0)


@scenario
def a_damaged_journal_is_refused_by_line(t):
    hub = t.github(jobs=STEP)
    start(t)
    t.found(hub.dispatched[0])
    text = t.read("journal").replace(b"sending", b"sendinX")
    t.file("journal", text)
    start(t)
    t.refused("line 2 of", t.path("journal"), "Nothing was sent")
    t.expect(t.read("journal") == text, "the file was changed")
    t.requests_were(t.POST)
    t.dispatched(1)


@scenario
def a_last_line_that_a_crash_cut_short_counts_as_not_written(t):
    hub = t.github(jobs=STEP)
    start(t)
    t.found(hub.dispatched[0])
    lines = t.read("journal").splitlines(True)
    for cut in (1, 20, len(lines[1]) - 2):
        t.file("journal", lines[0] + lines[1][:cut])
        start(t)
        t.found(hub.dispatched[-1])
        states(t, "sending", "identified")
    # Of the record behind a dispatch, that leaves one that was sent.
    t.file("journal", b"".join(lines)[:-2])
    start(t)
    t.found(hub.dispatched[0])
    t.dispatched(4)


@scenario
def a_last_line_that_lost_only_its_end_counts(t):
    """As by way of a shell's variable."""
    hub = t.github(jobs=STEP)
    kill_at(t, hub, "POST", DISPATCHES, 1)
    is_killed(t)
    t.file("journal", t.read("journal").rstrip(b"\n"))
    for _ in range(2):
        start(t)
        t.found(hub.dispatched[0])
        states(t, "sending", "identified")
    t.expect(len(t.posts()) == 1, "dispatched again")
    t.dispatched(1)


# What the header takes, so that this much more is left for records.
HEADER = 300


@native_only
@scenario
def a_full_disk_is_told_before_the_dispatch(t):
    t.github(jobs=STEP)
    start(t, limits={"FSIZE": 10})
    t.refused("cannot write", "Nothing was sent")
    t.no_requests()
    os.unlink(t.path("journal"))
    start(t, limits={"FSIZE": HEADER + 50})
    t.refused("cannot write", "Nothing was dispatched")
    t.expect(not t.posts(), "it was sent without a record")
    start(t)
    t.found(t.hub.dispatched[0])
    t.dispatched(1)


@native_only
@scenario
def a_disk_that_is_full_after_the_dispatch_loses_nothing(t):
    hub = t.github(jobs=STEP)
    hub.fault("POST", DISPATCHES, act=False, status=403, body=texts.INTEGRATION[2])
    start(t)
    t.refused(code=3)
    hub.faults.clear()
    room = len(t.read("journal")) + len(b"".join(t.read("journal").splitlines(True)[1:2])) + 9
    start(t, limits={"FSIZE": room})
    run = hub.dispatched[0]
    t.exits(8)
    t.stdout_is(f"run_id={run.id}\nrun_url={run.html_url}\n")
    t.says(f"run_id={run.id}", "could not be written", t.path("journal"))
    start(t)
    t.found(run)
    t.dispatched(1)


@scenario
def a_dry_run_needs_no_journal(t):
    t.github()
    start(t, "--dry-run")
    t.exits(0)
    t.expect(not os.path.exists(t.path("journal")), "there is a journal")
    t.no_requests()
    t.dispatched(0)


@scenario
def the_input_of_the_action(t):
    hub = t.github(jobs=STEP)
    for _ in range(2):
        t.dispatch(env={"INPUT_JOURNAL": t.path("journal")})
        t.found(hub.dispatched[0])
    t.requests_were(t.POST)
    t.dispatched(1)
