# SPDX-License-Identifier: ISC
"""Asking GitHub to cancel the run: after a while, or because somebody has interrupted the wait."""

import shutil
import signal
import subprocess
import time

import texts
from ghsim import Job
from harness import each, native_only, scenario, smoke

GET_RUN = r"/actions/runs/\d+(\?|$)"
CANCEL = "/cancel$"
SIGNALS = ((signal.SIGINT, 130), (signal.SIGTERM, 143))
SOON = 5        # seconds from the signal to the end: the runner kills a little later


def cancels(t, hub=None):
    return (hub or t.hub).cancelled()


def interrupted(t, number, code):
    began = time.monotonic()
    t.signal(number)
    t.finish()
    t.exits(code)
    t.expect(time.monotonic() - began < t.scaled(SOON + 0.8),
             f"took {time.monotonic() - began:.1f} s after the signal")


def wait_and_interrupt(t, number, code, *arguments, looks=3, **more):
    t.start(*t.base(), "--wait", *t.waiting(), *arguments, **more)
    t.hub.wait_for("GET", GET_RUN, looks, t.scaled(30))
    interrupted(t, number, code)


# ---- after a while

@smoke
def a_run_that_takes_too_long_is_cancelled_once(t):
    hub = t.github(life="in_progress")
    t.wait("--cancel-after", "1s")
    t.concluded(hub.dispatched[0], "cancelled")
    t.expect(cancels(t) == [("cancel", "202")], f"the requests were {cancels(t)}")
    posted = t.requests(t.CANCEL)[0]
    waited = posted.time - t.looks()[0].time
    t.expect(0.8 < waited < t.scaled(1.8), f"cancelled after {waited:.2f} s")
    t.expect(posted.header("Authorization") == "Bearer " + t.token, "without the token")
    t.says("cancel")
    t.dispatched(1)


@scenario
def the_pause_between_looks_does_not_delay_the_cancel(t):
    hub = t.github(life="in_progress")
    hub.after_dispatch = lambda hub, run: setattr(run, "on_cancel", "completed/cancelled")
    t.wait("--cancel-after", "1s", waiting=t.waiting(poll_interval="1h", wait_timeout=t.seconds(3)))
    t.concluded(hub.dispatched[0], "cancelled")
    waited = t.requests(t.CANCEL)[0].time - t.looks()[0].time
    t.expect(0.8 < waited < t.scaled(1.8), f"cancelled after {waited:.2f} s")
    t.dispatched(1)


@scenario
def a_run_that_ends_in_time_is_not_cancelled(t):
    hub = t.github(life="in_progress:5 completed/success")
    t.wait("--cancel-after", t.seconds(20))
    t.concluded(hub.dispatched[0])
    t.expect(not cancels(t), "cancelled")
    t.dispatched(1)


@scenario
def a_run_that_ends_as_it_is_cancelled_has_its_own_verdict(t):
    for conclusion in ("success", "failure"):
        t.hub = hub = t.github(life="in_progress")

        def end(request, answer, hub=hub, conclusion=conclusion):
            hub.dispatched[0].life.turn(f"completed/{conclusion}")
        hub.fault("POST", CANCEL, act=False, status=409, body=texts.CANCEL_CONFLICT[2], hook=end)
        t.wait("--cancel-after", "500ms")
        t.concluded(hub.dispatched[0], conclusion)
        t.expect(len(cancels(t)) == 1, f"the requests were {cancels(t)}")
    t.dispatched(2)


@scenario
def a_cancel_that_is_refused_does_not_end_the_wait(t):
    for row in (texts.INTEGRATION, texts.not_found()):
        t.hub = hub = t.github(life="in_progress:2s completed/success")
        hub.refuse_with(row, "POST", CANCEL)
        t.wait("--cancel-after", "300ms")
        t.concluded(hub.dispatched[0])
        t.says(str(row[0]), "cancel")
        t.expect(len(cancels(t)) <= 2, f"asked {len(cancels(t))} times")
    t.dispatched(2)


@scenario
def a_cancel_in_bad_weather_is_asked_again(t):
    for what in ({"act": False, "status": 502, "body": {"message": "Server Error"}},
                 {"act": False, "cut": "reply"}, {"cut": "reply"}):
        t.hub = hub = t.github(life="in_progress")
        hub.fault("POST", CANCEL, 1, **what)
        t.wait("--cancel-after", "500ms")
        t.concluded(hub.dispatched[0], "cancelled")
    t.dispatched(3)


@each(texts.CANCEL_NOT_YET)
def a_cancel_that_comes_too_early_is_asked_again(t, row):
    hub = t.github(life="in_progress")
    hub.refuse_with(row, "POST", CANCEL, range(1, 4))
    t.wait("--cancel-after", "300ms")
    t.concluded(hub.dispatched[0], "cancelled")
    t.expect(cancels(t) == [("cancel", "409")] * 3 + [("cancel", "202")],
             f"the requests were {cancels(t)}")
    t.says(row[2]["message"])
    t.says_not("already")
    t.dispatched(1)


@scenario
def an_odd_response_to_a_cancel_proves_nothing(t):
    for what in ({"status": 200, "body": "<!doctype html><p>Sign in</p>",
                  "headers": {"Content-Type": "text/html"}}, {"status": 409, "body": ""}):
        t.hub = hub = t.github(life="in_progress")
        hub.fault("POST", CANCEL, 1, act=False, **what)
        t.wait("--cancel-after", "300ms")
        t.concluded(hub.dispatched[0], "cancelled")
        t.expect(len(cancels(t)) == 2, f"the requests were {cancels(t)}")
    t.dispatched(2)


@each(("failure", "skipped"))
def a_named_job_that_fails_cancels_the_rest(t, conclusion):
    hub = t.github(life="in_progress", jobs=(
        Job("build", life=f"in_progress:2 completed/{conclusion}"), Job("deploy")))
    hub.refuse_with(texts.CANCEL_NOT_YET[0], "POST", CANCEL, 1)
    t.wait("--job", "build", env={"INPUT_CANCEL_TIMEOUT_SECONDS": "20"})
    t.exits(1)
    t.expect([status for _, status in cancels(t)] == ["409", "202"],
             f"the requests were {cancels(t)}")
    t.says(f'job "build" of run {hub.dispatched[0].id} concluded with {conclusion}',
           "asked to cancel")
    t.dispatched(1)


@scenario
def a_named_job_that_fails_cancels_nothing_without_a_cancel_timeout(t):
    for life, cancel_after in (("in_progress", ()),
                               ("in_progress:2 completed/failure", ("--cancel-after", "20s"))):
        t.hub = t.github(life=life, jobs=(
            Job("build", life="in_progress:2 completed/failure"), Job("deploy")))
        t.wait("--job", "build", *cancel_after)
        t.exits(1)
        t.expect(not cancels(t), f"the requests were {cancels(t)}")
    t.dispatched(2)


@scenario
def a_run_that_hangs_in_cancelling_is_forced(t):
    hub = t.github(life="in_progress", deaf=1)
    t.wait("--cancel-after", "500ms", "--force-cancel-after", "1s")
    t.concluded(hub.dispatched[0], "cancelled")
    t.expect(cancels(t) == [("cancel", "202"), ("force-cancel", "202")],
             f"the requests were {cancels(t)}")
    first, second = t.requests(t.CANCEL)[0], t.requests(t.FORCE_CANCEL)[0]
    t.expect(0.8 < second.time - first.time < t.scaled(2),
             f"forced after {second.time - first.time:.2f} s")
    t.dispatched(1)


@scenario
def a_run_that_obeys_is_not_forced(t):
    hub = t.github(life="in_progress")
    t.wait("--cancel-after", "500ms", "--force-cancel-after", t.seconds(10))
    t.concluded(hub.dispatched[0], "cancelled")
    t.expect(cancels(t) == [("cancel", "202")], f"the requests were {cancels(t)}")
    t.dispatched(1)


@scenario
def a_run_that_nothing_ends_is_a_time_out(t):
    hub = t.github(life="in_progress", deaf=2)
    t.wait("--cancel-after", "300ms", "--force-cancel-after", "300ms",
           waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.concluded(hub.dispatched[0], "", code=6)
    t.expect([what for what, _ in cancels(t)] == ["cancel", "force-cancel"],
             f"the requests were {cancels(t)}")
    t.dispatched(1)


@scenario
def a_cancelled_run_that_succeeds_after_all_has_succeeded(t):
    """always() and the like: what counts is the conclusion."""
    hub = t.github(life="in_progress")
    hub.after_dispatch = lambda hub, run: setattr(
        run, "on_cancel", "in_progress:3 completed/success")
    t.wait("--cancel-after", "300ms")
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_run_that_is_still_queued_is_cancelled_too(t):
    hub = t.github(life="queued")
    t.wait("--cancel-after", "500ms")
    t.concluded(hub.dispatched[0], "cancelled")
    t.dispatched(1)


@scenario
def a_cancel_while_the_server_is_silent(t):
    """The looks hang, the request to cancel must not wait for them forever."""
    hub = t.github(life="in_progress")
    hub.fault("GET", GET_RUN, {3}, stall="reply")
    t.wait("--cancel-after", "1s", waiting=t.waiting(wait_timeout=t.seconds(50)))
    t.exits(1)
    t.expect(cancels(t) == [("cancel", "202")], f"the requests were {cancels(t)}")
    t.dispatched(1)


@scenario
def the_input_of_the_action_cancels(t):
    hub = t.github(life="in_progress")
    t.wait(env={"INPUT_CANCEL_TIMEOUT_SECONDS": "1"})
    t.concluded(hub.dispatched[0], "cancelled")
    t.expect(len(cancels(t)) == 1, f"the requests were {cancels(t)}")
    t.dispatched(1)


@scenario
def a_moved_repository_is_cancelled_where_it_is_now(t):
    hub = t.github(life="in_progress")
    hub.old_name = "octo-org/former"
    t.wait("--cancel-after", "500ms", base=t.base(repo="octo-org/former"))
    t.exits(1)
    t.expect(("cancel", "202") in cancels(t), f"the requests were {cancels(t)}")
    t.dispatched(1)


# ---- because of a signal

@each(SIGNALS)
def a_signal_leaves_the_run_alone_unless_told_otherwise(t, row):
    hub = t.github(life="in_progress")
    wait_and_interrupt(t, *row)
    run = hub.dispatched[0]
    t.expect(not cancels(t), "cancelled")
    t.says(run.html_url)
    t.says("was not cancelled", f"return-dispatch await {run.html_url}")
    t.expect(t.result.log.splitlines()[-1].count(run.html_url) == 1, "the page is not told once")
    t.expect(b"run_conclusion" not in t.result.stdout, "an empty conclusion")
    t.expect(t.result.stdout.startswith(f"run_id={run.id}\n".encode()), "the run is not told")
    t.took_at_most(20)
    t.dispatched(1)


@each(SIGNALS)
def a_signal_cancels_the_run_if_told_so(t, row):
    hub = t.github(life="in_progress")
    wait_and_interrupt(t, *row, "--cancel-on-interrupt")
    t.expect(cancels(t) == [("cancel", "202")], f"the requests were {cancels(t)}")
    t.says("cancel", hub.dispatched[0].html_url)
    t.dispatched(1)


@scenario
def the_input_of_the_action_cancels_on_a_signal(t):
    for value, count in (("true", 1), ("TRUE", 1), ("false", 0), ("", 0)):
        t.hub = t.github(life="in_progress")
        wait_and_interrupt(t, *SIGNALS[0], env={"INPUT_CANCEL_ON_INTERRUPT": value})
        t.expect(len(cancels(t)) == count, f"{value!r}: the requests were {cancels(t)}")
    t.dispatched(4)


@scenario
def a_signal_in_a_long_pause_cancels_at_once(t):
    hub = t.github(life="in_progress")
    t.start(*t.base(), "--wait", "--poll-interval", "1h", "--cancel-on-interrupt")
    hub.wait_for("GET", GET_RUN, 1, t.scaled(30))
    time.sleep(t.scaled(0.3))
    began = time.monotonic()
    interrupted(t, signal.SIGINT, 130)
    t.expect(len(cancels(t)) == 1, f"the requests were {cancels(t)}")
    t.expect(time.monotonic() - began < t.scaled(2), "took long")
    t.dispatched(1)


@each(("reply", "head", "body"))
def a_signal_while_a_look_hangs_cancels_on_another_connection(t, where):
    hub = t.github(life="in_progress")
    hub.etags = False
    hub.fault("GET", GET_RUN, range(3, 10 ** 6), stall=where)
    wait_and_interrupt(t, *SIGNALS[0], "--cancel-on-interrupt")
    t.expect(cancels(t) == [("cancel", "202")], f"the requests were {cancels(t)}")
    t.dispatched(1)


@each(({"stall": "reply"}, {"stall": "head"}, {"delay": 30}, {"drip": 0.5}))
def a_cancel_that_hangs_does_not_hold_up_the_exit(t, what):
    hub = t.github(life="in_progress")
    hub.fault("POST", CANCEL, **what)
    wait_and_interrupt(t, *SIGNALS[1], "--cancel-on-interrupt")
    t.expect(len(cancels(t)) >= 1, "not asked to cancel")
    t.says("cancel", hub.dispatched[0].html_url)
    t.dispatched(1)


@scenario
def a_cancel_that_fails_says_so(t):
    for what in ({"act": False, "status": 403, "body": texts.INTEGRATION[2]},
                 {"act": False, "status": 502, "body": ""}, {"act": False, "cut": "reply"}):
        t.hub = hub = t.github(life="in_progress")
        hub.fault("POST", CANCEL, **what)
        wait_and_interrupt(t, *SIGNALS[0], "--cancel-on-interrupt")
        t.says("cancel", hub.dispatched[0].html_url)
        t.expect(len(cancels(t)) >= 1, "not asked to cancel")
    t.dispatched(3)


@scenario
def a_run_that_has_just_ended_needs_no_cancel(t):
    hub = t.github(life="in_progress")
    hub.fault("POST", CANCEL, act=False, status=409, body=texts.CANCEL_CONFLICT[2])
    wait_and_interrupt(t, *SIGNALS[0], "--cancel-on-interrupt")
    t.says(("completed", "ended", "concluded", "already"))
    t.dispatched(1)


@scenario
def a_cancel_that_comes_too_early_is_asked_again_after_a_signal(t):
    row = texts.CANCEL_NOT_YET[0]
    for last in (2, 10 ** 6):
        t.hub = hub = t.github(life="in_progress")
        hub.refuse_with(row, "POST", CANCEL, range(1, last + 1))
        wait_and_interrupt(t, *SIGNALS[0], "--cancel-on-interrupt")
        t.says(*(("asked to cancel",) if last == 2 else
                 ("was not cancelled", row[2]["message"], "return-dispatch await")))
        t.says_not("already")
        t.expect(len(cancels(t)) >= 3, f"the requests were {cancels(t)}")
    t.dispatched(2)


@scenario
def a_look_shows_that_nothing_is_left_to_cancel(t):
    hub = t.github(life="in_progress")

    def end(*_):
        hub.dispatched[0].life.turn("completed/success")
    hub.fault("POST", CANCEL, act=False, status=409, body=texts.CANCEL_NOT_YET[0][2], hook=end)
    wait_and_interrupt(t, *SIGNALS[0], "--cancel-on-interrupt")
    t.says("already concluded")
    t.expect(len(cancels(t)) == 1, f"the requests were {cancels(t)}")
    t.dispatched(1)


# ---- as the runner does: it signals the shell alone, and then kills it

SHELLS = tuple(found for found in (
    [shutil.which("bash"), "-e"], [shutil.which("dash"), "-e"],
    [shutil.which("busybox"), "sh", "-e"]) if found[0])
RUNNER = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


def wait_in_shell(t, shell, script, env):
    path = t.file("step.sh", script)
    t.start(*t.base(), "--wait", *t.waiting(), "--cancel-on-interrupt", env=env,
            program=[*shell, path, *t.setup.program])
    t.killed = True
    t.hub.wait_for("GET", GET_RUN, 3, t.scaled(30))


def ends_within(t, seconds):
    try:
        t.process.wait(t.scaled(seconds))
    except subprocess.TimeoutExpired:
        return False
    return True


@native_only
@each([(shell, signals) for shell in SHELLS for signals in (RUNNER, RUNNER[1:], RUNNER[2:])])
def a_shell_that_is_signalled_takes_us_along(t, row):
    shell, signals = row
    t.github(life="in_progress")
    wait_in_shell(t, shell, '"$@"\nexit $?\n', {"GITHUB_ACTIONS": "true"})
    for number in signals:
        t.signal(number)
        if ends_within(t, 0.5):
            break
    t.hub.wait_for("POST", CANCEL, 1, t.scaled(30))
    t.finish()
    t.result.checked = True
    t.expect(t.result.code < 0 or t.result.code > 128, f"the shell's code is {t.result.code}")
    t.expect(cancels(t) == [("cancel", "202")], f"the requests were {cancels(t)}")
    t.says("SIGTERM", "asked to cancel")
    t.dispatched(1)


@native_only
@each([(shell, *signal) for shell in SHELLS for signal in SIGNALS])
def exec_in_a_shell_gets_the_signal_itself(t, row):
    shell, number, code = row
    t.github(life="in_progress")
    wait_in_shell(t, shell, 'exec "$@"\n', {"GITHUB_ACTIONS": "true"})
    interrupted(t, number, code)
    t.expect(cancels(t) == [("cancel", "202")], f"the requests were {cancels(t)}")
    t.dispatched(1)


@native_only
@scenario
def outside_actions_the_program_outlives_the_shell(t):
    hub = t.github(life="in_progress:6 completed/success")
    wait_in_shell(t, SHELLS[0], '"$@"\nexit $?\n', {})
    t.signal(signal.SIGKILL)
    t.finish()
    t.result.checked = True
    t.expect(f"run_id={hub.dispatched[0].id}\n".encode() in t.result.stdout
             and b"run_conclusion=success\n" in t.result.stdout, "the wait was cut short")
    t.expect(not cancels(t), f"the requests were {cancels(t)}")
    t.dispatched(1)


@each((("SIGINT twice", signal.SIGINT, signal.SIGINT, 130),
       ("SIGTERM twice", signal.SIGTERM, signal.SIGTERM, 143),
       ("SIGINT, then SIGTERM", signal.SIGINT, signal.SIGTERM, None)))
def a_second_signal_exits_at_once(t, row):
    _, first, second, code = row
    hub = t.github(life="in_progress")
    hub.fault("POST", CANCEL, stall="reply")
    t.start(*t.base(), "--wait", *t.waiting(), "--cancel-on-interrupt")
    hub.wait_for("GET", GET_RUN, 3, t.scaled(30))
    t.signal(first)
    hub.wait_for("POST", CANCEL, 1, t.scaled(10))
    began = time.monotonic()
    t.signal(second)
    t.finish()
    t.exits(*((code,) if code else (130, 143)))
    t.expect(time.monotonic() - began < t.scaled(1), "took long after the second signal")
    t.dispatched(1)


@scenario
def a_signal_during_the_pause_of_a_rate_limit_cancels(t):
    hub = t.github(life="in_progress")
    hub.refuse_with(texts.secondary_limit(20), "GET", GET_RUN, range(3, 10 ** 6))
    t.start(*t.base(), "--wait", *t.waiting(), "--cancel-on-interrupt")
    hub.wait_for("GET", GET_RUN, 3, t.scaled(30))
    time.sleep(0.3)
    interrupted(t, signal.SIGINT, 130)
    t.expect(cancels(t) == [("cancel", "202")], f"the requests were {cancels(t)}")
    t.dispatched(1)


@scenario
def a_signal_while_a_log_arrives_is_obeyed(t):
    t.github(life="in_progress completed/failure", jobs=(Job("bad", log=("it says",)),))
    host = t.log_host()
    host.fault("GET", "/", stall="reply")
    t.start(*t.base(), "--wait", *t.waiting(), "--log-failed", "--cancel-on-interrupt")
    host.wait_for("GET", "/", 1, t.scaled(30))
    began = time.monotonic()
    t.signal(signal.SIGINT)
    t.finish()
    # The verdict was known.
    t.exits(1, 130)
    t.expect(time.monotonic() - began < t.scaled(SOON), "took long")
    t.expect(not cancels(t), "cancelled what had ended")
    t.dispatched(1)


@scenario
def a_signal_before_the_run_is_known_cancels_nothing(t):
    t.github("ghes-3.20", life="in_progress")
    t.start(*t.base(), "--wait", "--cancel-on-interrupt")
    t.hub.wait_for("GET", r"/runs(\?|$)", 3, t.scaled(30))
    interrupted(t, signal.SIGINT, 130)
    t.stdout_is("")
    t.expect(not cancels(t), "cancelled some run")
    t.dispatched(1)


@scenario
def the_result_file_is_whole_after_a_signal(t):
    hub = t.github(life="in_progress")
    wait_and_interrupt(t, *SIGNALS[1], "--cancel-on-interrupt",
                       env={"GITHUB_OUTPUT": t.file("output"),
                            "GITHUB_STEP_SUMMARY": t.file("summary")})
    t.expect(t.outputs()["run_id"] == str(hub.dispatched[0].id), "the output file is spoilt")
    t.dispatched(1)


@scenario
def every_run_that_is_still_running_is_cancelled(t):
    hub = t.github()
    done = hub.add_run(life="completed/success")
    going = [hub.add_run(life="in_progress") for _ in range(3)]
    t.start(*t.awaiting(done, *going), "--cancel-on-interrupt")
    hub.wait_for("GET", GET_RUN, 12, t.scaled(30))
    interrupted(t, signal.SIGINT, 130)
    asked = sorted(int(request.path.split("/")[-2]) for request in t.requests(t.CANCEL))
    t.expect(asked == sorted(run.id for run in going), f"asked to cancel {asked}")
    t.dispatched(0)


@scenario
def every_run_that_takes_too_long_is_cancelled(t):
    hub = t.github()
    quick = hub.add_run(life="in_progress:3 completed/success")
    slow = [hub.add_run(life="in_progress") for _ in range(2)]
    t.awaits(quick, *slow, "--cancel-after", t.seconds(1))
    t.exits(1)
    asked = sorted(int(request.path.split("/")[-2]) for request in t.requests(t.CANCEL))
    t.expect(asked == sorted(run.id for run in slow), f"asked to cancel {asked}")
    t.dispatched(0)
