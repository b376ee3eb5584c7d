# SPDX-License-Identifier: ISC
"""The same dispatch in several repositories: --repo repeated, --repos, INPUT_REPOS."""

import json
import signal

import texts
from ghsim import Lag
from harness import each, scenario, smoke, static_only

KINDS = ("github.com", "ghes-3.20")


def name(hub):
    return f"{hub.owner}/{hub.repo}"


def several(t, count, kind="github.com", **more):
    """That many repositories on one server; the first is the server's own."""
    more.setdefault("run_name", "Deploy {distinct_id}")
    hub = t.github(kind, **more)
    return [hub] + [hub.beside(f"repo-{n}", **more) for n in range(2, count + 1)]


def named(hubs):
    """An option for each of these."""
    return [word for hub in hubs for word in ("--repo", name(hub))]


def listing(t, hubs, **base):
    """The usual command line, with a list of these."""
    text = "".join(f"{name(hub)}\n" for hub in hubs)
    return [*t.base(repo=None, **base), "--repos", t.file("repos", text.encode())]


def dispatch(t, hubs, *arguments, base={}, **more):
    t.run(*listing(t, hubs, **base), *arguments, **more)


def line(hub, conclusion=""):
    run = hub.dispatched[0]
    return " ".join([name(hub), str(run.id), run.html_url] + [conclusion] * bool(conclusion))


def printed(t, hubs):
    """A line of each, in any order, and nothing else."""
    t.expect(sorted(t.result.stdout.decode().splitlines(True))
             == sorted(line(hub) + "\n" for hub in hubs), f"stdout is {t.result.stdout!r}")


def once_each(t, hubs):
    for hub in hubs:
        t.expect(len(hub.dispatched) == 1, f"{name(hub)} has {len(hub.dispatched)} runs")
    t.dispatched(len(hubs))


def apart(t):
    """A second between two dispatches, as the server sees them; the clocks of both are read at
    other moments, so that is a little less."""
    times = [request.time for request in t.hub.requests if request.method == "POST"]
    for one, next in zip(times, times[1:]):
        t.expect(next - one > 0.9, f"dispatches {next - one:.2f} s apart")


@each(KINDS)
def three_repositories_are_dispatched_to(t, kind):
    hubs = several(t, 3, kind)
    dispatch(t, hubs)
    t.exits(0)
    printed(t, hubs)
    once_each(t, hubs)
    ids = {hub.dispatched[0].inputs.get("distinct_id") for hub in hubs}
    t.expect(len(ids) == (1 if kind == "github.com" else 3), f"the IDs are {ids}")
    apart(t)


@scenario
def one_wait_for_all_of_them(t):
    hubs = several(t, 3, life="in_progress:2 completed/success")
    hubs[1].workflows[0].life = "in_progress completed/failure"
    output, summary = t.path("output"), t.path("summary")
    dispatch(t, hubs, "--wait", *t.waiting(),
             env={"GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": summary})
    t.exits(1)
    verdicts = ("success", "failure", "success")
    lines = t.result.stdout.decode().splitlines()
    t.expect(lines[:3] == [line(hub) for hub in hubs], f"stdout is {t.result.stdout!r}")
    t.expect(sorted(lines[3:]) == sorted(map(line, hubs, verdicts)),
             f"stdout is {t.result.stdout!r}")
    t.expect(json.loads(t.outputs("output")["runs"]) == [
        {"repository": name(hub), "run_id": hub.dispatched[0].id,
         "run_url": hub.dispatched[0].html_url, "conclusion": verdict,
         "exit_status": int(verdict != "success")}
        for hub, verdict in zip(hubs, verdicts)], f"runs is {t.outputs('output')}")
    report = t.read("summary").decode()
    t.expect(all(hub.dispatched[0].html_url in report for hub in hubs), f"summary: {report!r}")
    once_each(t, hubs)


def outcome(t, hub):
    """What the output says of this repository."""
    one = [row for row in json.loads(t.outputs("output")["runs"])
           if row["repository"] == name(hub)]
    t.expect(len(one) == 1, f"{len(one)} outcomes for {name(hub)}")
    return one[0]


@each(KINDS)
def one_refusal_stops_no_other(t, kind):
    hubs = several(t, 3, kind)
    hubs[1].workflows.clear()
    output = t.path("output")
    dispatch(t, hubs, env={"GITHUB_OUTPUT": output})
    t.exits(3)
    t.says_once("error: octo-org/repo-2: ")
    last = t.result.log.splitlines()[-1]
    t.expect("error: octo-org/repo-2: " in last and "404" in last, f"the last line is {last!r}")
    for hub in (hubs[0], hubs[2]):
        t.expect(outcome(t, hub)["exit_status"] == 0, f"{name(hub)} has failed")
    t.expect(outcome(t, hubs[1]) == {
        "repository": "octo-org/repo-2", "run_id": None, "run_url": None, "exit_status": 3},
        f"it is {outcome(t, hubs[1])}")
    once_each(t, [hubs[0], hubs[2]])


@scenario
def a_lost_reply_is_settled_beside_the_others(t):
    hubs = several(t, 3)
    t.hub.fault("POST", "/repo-2/.*/dispatches$", 1, cut="reply")
    dispatch(t, hubs, "--distinct-id")
    t.exits(0)
    printed(t, hubs)
    once_each(t, hubs)


@scenario
def a_lost_reply_that_nothing_settles_is_unknown(t):
    hubs = several(t, 3, run_name="Deploy")
    t.hub.fault("POST", "/repo-2/.*/dispatches$", 1, cut="reply")
    output = t.path("output")
    dispatch(t, hubs, "--distinct-id", "--timeout", t.seconds(4), env={"GITHUB_OUTPUT": output})
    t.exits(4)
    t.expect([outcome(t, hub)["exit_status"] for hub in hubs] == [0, 4, 0], "other outcomes")
    t.says_once("error: octo-org/repo-2: ")
    once_each(t, hubs)


@scenario
def a_run_that_is_listed_late_holds_up_no_other(t):
    hubs = several(t, 4, "ghes-3.20")
    hubs[0].workflows[0].lag = Lag(listed=30)
    dispatch(t, hubs, "--timeout", t.seconds(60), base={"retry_interval": "100ms"})
    t.exits(0)
    last = t.result.stdout.decode().splitlines()[-1]
    t.expect(last == line(hubs[0]), f"stdout is {t.result.stdout!r}")
    printed(t, hubs)
    once_each(t, hubs)


@scenario
def a_token_that_is_refused_ends_it_for_all(t):
    hubs = several(t, 3)
    t.hub.refuse_with(texts.BAD_CREDENTIALS, path="/repo-2/.*/dispatches$")
    output = t.path("output")
    dispatch(t, hubs, env={"GITHUB_OUTPUT": output})
    t.exits(3)
    t.expect([outcome(t, hub)["exit_status"] for hub in hubs] == [0, 3, 3], "other outcomes")
    t.says("error: octo-org/repo-3: nothing was sent", "octo-org/repo-2")
    once_each(t, hubs[:1])


@each((signal.SIGINT, signal.SIGTERM))
def a_signal_tells_of_each_what_is_true(t, number):
    hubs = several(t, 4)
    output = t.path("output")
    t.start(*listing(t, hubs), env={"GITHUB_OUTPUT": output})
    t.hub.wait_for("POST", "/repo-2/.*/dispatches$")
    t.signal(number)
    t.finish()
    t.exits(128 + number)
    told = {hub: outcome(t, hub) for hub in hubs}
    for hub in hubs:
        row = told[hub]
        if not hub.dispatched:
            t.expect(row["run_id"] is None and row["exit_status"] == 128 + number, f"{row}")
            t.says(f"{name(hub)}: ")
        elif row["run_id"] is not None:
            t.expect(row["run_id"] == hub.dispatched[0].id, f"{row}")
            t.says(f"{name(hub)}: run {row['run_id']} was dispatched")
        else:
            t.says(f"{name(hub)}: ", "unknown")
    t.dispatched(sum(len(hub.dispatched) for hub in hubs))
    t.expect(not hubs[3].dispatched, "the last one was dispatched to")


@scenario
def a_signal_in_the_wait_cancels_all(t):
    hubs = several(t, 3, life="in_progress:1000")
    t.start(*listing(t, hubs), "--wait", *t.waiting(), "--cancel-on-interrupt")
    t.hub.wait_for("GET", r"/repo-3/actions/runs/\d+")
    t.signal(signal.SIGTERM)
    t.finish()
    t.exits(143)
    t.expect(len(t.hub.cancelled()) == 3, f"{t.hub.cancelled()}")
    once_each(t, hubs)


@each(("/dev/full", "closed"))
def a_result_that_is_lost_keeps_no_one_from_being_dispatched_to(t, way):
    hubs = several(t, 3)
    if way == "closed":
        dispatch(t, hubs, close_stdout=True)
    else:
        with open(way, "wb") as full:
            dispatch(t, hubs, stdout=full)
    t.exits(8)
    for hub in hubs:
        t.says_once(f"error: {name(hub)}: run_id={hub.dispatched[0].id} ")
    once_each(t, hubs)


@scenario
def each_repository_has_a_json_object(t):
    hubs = several(t, 2)
    dispatch(t, hubs, "--format", "json", "--distinct-id")
    t.exits(0)
    rows = t.json_lines()
    t.expect([row["repository"] for row in rows] == [name(hub) for hub in hubs], f"{rows}")
    t.expect([row["run_id"] for row in rows] == [hub.dispatched[0].id for hub in hubs], f"{rows}")
    t.expect(len({row["distinct_id"] for row in rows}) == 2, f"{rows}")
    once_each(t, hubs)


@scenario
def a_given_id_is_the_same_in_each(t):
    hubs = several(t, 2)
    t.dispatch(*named(hubs), "--distinct-id=release-4711", base=t.base(repo=None))
    t.exits(0)
    for hub in hubs:
        t.expect(hub.dispatched[0].inputs == {"distinct_id": "release-4711"},
                 f"{hub.dispatched[0].inputs}")
    once_each(t, hubs)


@smoke
def repositories_come_from_an_input(t):
    hubs = several(t, 2)
    lines = "".join(f"{name(hub)}\n" for hub in hubs)
    t.dispatch(base=t.base(repo=None), env={"INPUT_REPOS": lines})
    t.exits(0)
    once_each(t, hubs)


@scenario
def a_list_comes_from_standard_input(t):
    hubs = several(t, 2)
    lines = "# all of them\n\n" + "".join(f"  {name(hub)} # one\r\n" for hub in hubs)
    t.dispatch("--repos", "-", base=t.base(repo=None), stdin=lines.encode())
    t.exits(0)
    once_each(t, hubs)


@scenario
def a_bad_list_sends_nothing(t):
    t.github()
    for lines, words in ((b"o/a\no\n", ("line 2", '"o"')),
                         (b"o/a\no/b\nO/A\n", ("line 1", "line 3")),
                         (b"# none\n", ("no repository",)), (b"x.example/o/a\n", ("line 1",))):
        t.dispatch("--repos", t.file("repos", lines), base=t.base(repo=None))
        t.refused("repos", *words)
    t.dispatch("--repo", "a.example/o/r", "--repo", "b.example/o/q",
               base=t.base(repo=None, api_url=None))
    t.refused("a.example/o/r", "b.example/o/q", "same server")
    t.no_requests()
    t.dispatched(0)


@each(KINDS)
def twenty_repositories_take_twenty_seconds(t, kind):
    hubs = several(t, 20, kind, life="in_progress completed/success")
    dispatch(t, hubs, "--wait", *t.waiting(), base={"retry_interval": "1s"})
    t.exits(0)
    lines = t.result.stdout.decode().splitlines()
    t.expect(sorted(lines) == sorted([line(hub) for hub in hubs] +
                                     [line(hub, "success") for hub in hubs]), f"{lines}")
    t.took_at_least(19)
    t.took_at_most(40)
    apart(t)
    once_each(t, hubs)


@static_only
@each(KINDS)
def a_hundred_repositories_fit_in_eight_mebibytes(t, kind):
    hubs = several(t, 100, kind, life="in_progress completed/success")
    t.start(*listing(t, hubs, retry_interval=None), "--wait", *t.waiting(poll_interval="1s"),
            watch_memory=True)
    t.finish()
    t.exits(0)
    t.expect(len(t.result.stdout.splitlines()) == 200, f"stdout is {t.result.stdout!r}")
    t.expect(0 < t.result.peak < 8 << 10, f"{t.result.peak} KiB of memory")
    t.took_at_least(99)
    once_each(t, hubs)


@each(KINDS)
def a_start_after_a_crash_sends_only_what_was_not(t, kind):
    hubs = several(t, 4, kind)
    words = [*listing(t, hubs), "--journal", t.path("journal")]
    t.start(*words)
    t.hub.wait_for("POST", "/repo-2/.*/dispatches$")
    t.killed = True
    t.process.kill()
    t.finish()
    t.exits(-signal.SIGKILL)
    t.run(*words)
    t.exits(0)
    printed(t, hubs)
    once_each(t, hubs)


@each([("--repos", 3, ()), ("--repo", 2, ("deploy",))])
def an_event_goes_to_several_repositories(t, row):
    """Named by a list or by options; their workflows listen for all events or for this one."""
    way, count, listens = row
    hubs = several(t, count, listens=listens)
    event = {"workflow": None, "ref": None, "event_type": "deploy"}
    if way == "--repos":
        dispatch(t, hubs, base=event)
    else:
        t.dispatch(*named(hubs), base=t.base(repo=None, **event))
    t.exits(0)
    printed(t, hubs)
    once_each(t, hubs)
