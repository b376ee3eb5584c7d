# SPDX-License-Identifier: ISC
"""Waiting for the run that was dispatched: the verdict, the deadline, bad weather, re-runs."""

import json
import os
import re
import time

import texts
from ghsim import Job, step_named
from harness import each, scenario

GOING = ("queued", "waiting", "pending", "requested", "in_progress", "thinking_about_it", "null")
CONCLUSIONS = ("failure", "neutral", "cancelled", "skipped", "timed_out", "action_required",
               "stale", "startup_failure")
GET_RUN = r"/actions/runs/\d+(\?|$)"
BAD_GATEWAY = {"act": False, "status": 502, "body": {"message": "Server Error"}}


def gaps(requests):
    return [later.time - earlier.time for earlier, later in zip(requests, requests[1:])]


# ---- the verdict

@each([f"{status}/{conclusion}" for status in GOING
       for conclusion in ("null", "success", "failure")])
def only_completed_ends_the_wait(t, phase):
    hub = t.github(life=f"{phase}:3 completed/success")
    t.wait()
    t.concluded(hub.dispatched[0])
    t.expect(len(t.looks()) == 4, f"{len(t.looks())} looks, expected 4")
    t.dispatched(1)


@scenario
def success_is_exit_0(t):
    hub = t.github(life="queued:2 in_progress:2 completed/success")
    t.wait()
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@each(CONCLUSIONS)
def any_other_conclusion_is_exit_1(t, conclusion):
    hub = t.github(life=f"in_progress:2 completed/{conclusion}")
    t.wait()
    t.concluded(hub.dispatched[0], conclusion)
    t.says(conclusion, hub.dispatched[0].id)
    t.dispatched(1)


@each(("exploded", "Success", "SUCCESS", "successful"))
def an_unknown_conclusion_is_not_success_and_is_reported(t, conclusion):
    hub = t.github(life=f"in_progress:2 completed/{conclusion}")
    t.wait()
    t.concluded(hub.dispatched[0], conclusion)
    t.says(conclusion)
    t.dispatched(1)


@scenario
def completed_without_a_conclusion_is_not_success(t):
    hub = t.github(life="in_progress:2 completed/null")
    t.wait("--wait-timeout", t.seconds(3), waiting=t.waiting(wait_timeout=None))
    # Either a verdict, or not yet one.
    t.exits(1, 6)
    t.stdout_is(f"run_id={hub.dispatched[0].id}\nrun_url={hub.dispatched[0].html_url}\n"
                "run_attempt=1\n")
    t.says(("without a conclusion", "no conclusion"))
    t.dispatched(1)


@scenario
def a_run_that_has_completed_before_the_first_look(t):
    hub = t.github(life="completed/success")
    t.wait(waiting=t.waiting(poll_interval="30s"))
    t.concluded(hub.dispatched[0])
    t.took_at_most(5)
    t.dispatched(1)


@scenario
def hostile_words_for_states_are_only_text(t):
    for actions in ("true", "false"):
        t.hub = hub = t.github(life="in_progress completed/failure")

        def spoil(request, answer):
            answer.body = answer.body.replace(
                b'"status":"in_progress"', b'"status":"\\u001b[31m\\n::error::gotcha ##[error]"')
            answer.body = answer.body.replace(
                b'"conclusion":"failure"', b'"conclusion":"x\\n::error::y\\r\\u001b]0;z\\u0007"')
        hub.fault("GET", GET_RUN, hook=spoil)
        t.wait(env={"GITHUB_ACTIONS": actions, "GITHUB_OUTPUT": t.file("output")})
        t.exits(1)
        text = t.result.stdout.decode()
        t.expect(text.count("\n") == 4 and "\x1b" not in text and "\r" not in text,
                 f"stdout is {text!r}")
        t.expect(set(t.outputs()) == {"run_id", "run_url", "run_conclusion", "run_attempt"},
                 f"the outputs are {t.outputs()}")
    t.dispatched(2)


# ---- what a wait costs

@scenario
def a_wait_costs_one_conditional_request_a_look(t):
    hub = t.github(life="queued:3 in_progress:4 completed/success")
    t.wait()
    run = hub.dispatched[0]
    t.concluded(run)
    t.requests_were(t.POST, *[t.RUN] * 8)
    # What the server is was asked on the other one.
    t.expect(hub.connections == 2, f"{hub.connections} connections")
    looks = t.looks()
    t.expect({look.query.get("exclude_pull_requests") for look in looks} == {"true"},
             "pull requests were asked for")
    t.expect(not looks[0].header("If-None-Match"), "the first look has a condition")
    t.expect(all(look.header("If-None-Match") for look in looks[1:]), "a look has no condition")
    t.expect([look.status for look in looks] == [200, 304, 304, 200, 304, 304, 304, 200],
             f"the answers were {[look.status for look in looks]}")
    t.dispatched(1)


@scenario
def a_server_without_etags_can_be_waited_on(t):
    hub = t.github(life="queued:2 in_progress:2 completed/success")
    hub.etags = False
    t.wait()
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def the_pause_between_two_looks_is_the_one_asked_for(t):
    hub = t.github(life="in_progress:5 completed/success")
    t.wait(waiting=t.waiting(poll_interval="300ms"))
    t.concluded(hub.dispatched[0])
    for gap in gaps(t.looks()):
        t.expect(0.25 < gap < t.scaled(1.3), f"a pause of {gap:.2f} s")
    t.dispatched(1)


@scenario
def the_pause_is_five_seconds_if_nothing_is_said(t):
    hub = t.github(life="in_progress:2 completed/success")
    t.wait(waiting=t.waiting(poll_interval=None))
    t.concluded(hub.dispatched[0])
    for gap in gaps(t.looks()):
        t.expect(3 < gap < 5 + t.scaled(2), f"a pause of {gap:.2f} s")
    t.dispatched(1)


@scenario
def memory_stays_flat_over_thousands_of_looks(t):
    count = 100 if t.setup.instrumented else 4000
    hub = t.github(life="queued in_progress")
    sizes = []

    def sample(request, answer):
        t.sample_memory()
        sizes.append(t.peak)
    for number in (count // 4, count):
        hub.fault("GET", GET_RUN, number, hook=sample)
    hub.fault("GET", GET_RUN, count + 1, hook=lambda *_: hub.dispatched[0].life.turn(
        "completed/success"))
    hub.etags = False
    t.wait(waiting=t.waiting(poll_interval="1ms", wait_timeout="0"))
    t.concluded(hub.dispatched[0])
    if not t.setup.instrumented:
        t.expect(0 < sizes[1] <= sizes[0] + 64, f"from {sizes[0]} to {sizes[1]} KiB")
    t.dispatched(1)


@scenario
def a_wait_without_a_limit_lasts_until_the_end(t):
    hub = t.github(life="in_progress:2s completed/success")
    t.wait(waiting=t.waiting(wait_timeout="0"))
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


# ---- the deadline

@scenario
def a_run_that_ends_just_in_time_has_ended(t):
    """The pause is far longer than the wait: only a look at the deadline sees it."""
    hub = t.github(life="in_progress:1s completed/success")
    t.wait(waiting=t.waiting(poll_interval="1h", wait_timeout=t.seconds(3)))
    t.concluded(hub.dispatched[0])
    t.took_at_most(6)
    t.dispatched(1)


@scenario
def a_failure_just_in_time_is_a_failure(t):
    hub = t.github(life="in_progress:1s completed/failure")
    t.wait(waiting=t.waiting(poll_interval="1h", wait_timeout=t.seconds(3)))
    t.concluded(hub.dispatched[0], "failure")
    t.dispatched(1)


@scenario
def a_wait_that_times_out_says_what_it_knows(t):
    hub = t.github(life="queued:2 in_progress")
    t.wait(waiting=t.waiting(wait_timeout=t.seconds(1.5)),
           env={"GITHUB_OUTPUT": t.file("output")})
    run = hub.dispatched[0]
    t.concluded(run, "", code=6)
    t.says(run.html_url, "in_progress")
    t.took_at_least(1.5)
    t.took_at_most(4)
    t.expect(t.outputs() == {"run_id": str(run.id), "run_url": run.html_url,
                             "run_conclusion": "", "run_attempt": "1"},
             f"the outputs are {t.outputs()}")
    t.dispatched(1)


@scenario
def a_time_out_in_json_has_no_conclusion(t):
    t.github(life="in_progress")
    t.wait("--format", "json", waiting=t.waiting(wait_timeout=t.seconds(1)))
    t.exits(6)
    last = t.json_lines()[-1]
    t.expect(last["status"] == "in_progress" and last["conclusion"] is None
             and last["run_attempt"] == 1, f"the result is {last}")
    t.dispatched(1)


@scenario
def a_run_that_is_never_seen_is_exit_7(t):
    hub = t.github(life="in_progress")
    hub.fault("GET", GET_RUN, **BAD_GATEWAY)
    t.wait(waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.exits(7)
    run = hub.dispatched[0]
    t.says("502", run.html_url)
    t.expect(t.result.stdout.startswith(f"run_id={run.id}\nrun_url={run.html_url}\n".encode()),
             "the run is not told")
    t.took_at_most(6)
    t.dispatched(1)


@scenario
def a_run_seen_once_and_then_never_again_is_exit_6(t):
    hub = t.github(life="in_progress")
    hub.fault("GET", GET_RUN, range(3, 10 ** 6), **BAD_GATEWAY)
    t.wait(waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.concluded(hub.dispatched[0], "", code=6)
    t.says("502")
    t.dispatched(1)


@each((("reply", 1, 7), ("reply", 3, 6), ("head", 3, 6), ("body", 3, 6)))
def a_silent_server_does_not_stretch_the_wait(t, row):
    where, first, code = row
    hub = t.github(life="in_progress")
    hub.fault("GET", GET_RUN, range(first, 10 ** 6), stall=where)
    t.wait(waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.exits(code)
    t.took_at_most(5)
    t.dispatched(1)


@scenario
def a_dripping_server_does_not_stretch_the_wait(t):
    hub = t.github(life="in_progress")
    hub.fault("GET", GET_RUN, range(2, 10 ** 6), drip=0.05)
    t.wait(waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.exits(6)
    t.took_at_most(5)
    t.dispatched(1)


@scenario
def the_time_to_identify_does_not_count(t):
    hub = t.github(life="in_progress:2s completed/success")
    hub.fault("POST", "/dispatches$", delay=1.5)
    t.wait("--timeout", t.seconds(20), waiting=t.waiting(wait_timeout=t.seconds(3)))
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


# ---- what is printed when

@scenario
def the_run_is_reported_before_the_wait(t):
    hub = t.github(life="in_progress:12 completed/success")
    hub.at_look = None

    def look(request, answer):
        hub.at_look = hub.at_look or t.read("stdout")
    hub.fault("GET", GET_RUN, 6, hook=look)
    with open(t.path("stdout"), "wb") as file:
        t.wait(stdout=file, waiting=t.waiting(poll_interval="50ms"),
               env={"GITHUB_OUTPUT": t.file("output")})
    t.exits(0)
    run = hub.dispatched[0]
    t.expect(hub.at_look == f"run_id={run.id}\nrun_url={run.html_url}\n".encode(),
             f"during the wait stdout was {hub.at_look!r}")
    t.expect(t.read("stdout").endswith(b"\nrun_conclusion=success\nrun_attempt=1\n"),
             "the verdict is missing")
    t.dispatched(1)


@scenario
def the_output_file_has_the_run_before_the_wait(t):
    hub = t.github(life="in_progress")
    t.start(*t.base(), "--wait", *t.waiting(), env={"GITHUB_OUTPUT": t.file("output")})
    hub.wait_for("GET", GET_RUN, 3, t.scaled(30))
    early = t.outputs()
    t.process.kill()
    t.process.communicate()
    t.expect(early == {"run_id": str(hub.dispatched[0].id),
                       "run_url": hub.dispatched[0].html_url}, f"the outputs were {early}")
    t.dispatched(1)


@scenario
def the_outputs_after_a_wait(t):
    for conclusion in ("success", "failure"):
        t.hub = hub = t.github(life=f"in_progress completed/{conclusion}")
        t.wait(env={"GITHUB_OUTPUT": t.file("output", "earlier=kept\n")})
        run = hub.dispatched[0]
        t.concluded(run, conclusion)
        t.expect(t.outputs() == {"earlier": "kept", "run_id": str(run.id),
                                 "run_url": run.html_url, "run_conclusion": conclusion,
                                 "run_attempt": "1"}, f"the outputs are {t.outputs()}")
    t.dispatched(2)


@scenario
def id_and_url_are_printed_once_and_nothing_after(t):
    for style in ("id", "url"):
        t.hub = hub = t.github(life="in_progress:2 completed/failure")
        t.wait("--format", style)
        t.exits(1)
        run = hub.dispatched[0]
        t.stdout_is(f"{run.id if style == 'id' else run.html_url}\n")
    t.dispatched(2)


@scenario
def json_has_a_second_line_after_the_wait(t):
    hub = t.github(life="in_progress:2 completed/cancelled")
    t.wait("--format", "json")
    t.exits(1)
    run = hub.dispatched[0]
    first = {"run_id": run.id, "run_url": run.html_url, "repository": "octo-org/octo-repo",
             "workflow": "build.yml", "ref": "main", "distinct_id": None,
             "identified_by": "response"}
    t.expect(t.json_lines() == [first, {**first, "status": "completed",
                                        "conclusion": "cancelled", "run_attempt": 1}],
             f"stdout is {t.result.stdout!r}")
    t.dispatched(1)


@scenario
def a_pipe_that_breaks_during_the_wait_is_exit_8(t):
    hub = t.github(life="in_progress:20 completed/success")
    reader, writer = os.pipe()
    hub.fault("GET", GET_RUN, 5, hook=lambda *_: os.close(reader))
    t.wait(stdout=writer, env={"GITHUB_OUTPUT": t.file("output")})
    os.close(writer)
    t.exits(8)
    t.says(hub.dispatched[0].id)
    t.expect(t.outputs()["run_conclusion"] == "success", "the output file lost it too")
    t.dispatched(1)


@scenario
def a_failure_that_cannot_be_written_is_not_a_success(t):
    hub = t.github(life="in_progress completed/failure")
    with open("/dev/full", "wb") as full:
        t.wait(stdout=full)
    t.exits(1, 8)
    t.says(hub.dispatched[0].id)
    t.dispatched(1)


@scenario
def without_a_terminal_there_is_one_line_per_change(t):
    hub = t.github(life="queued:5 in_progress:5 completed/success")
    t.wait()
    t.concluded(hub.dispatched[0])
    log = t.result.log
    for state in ("queued", "in_progress"):
        lines = [line for line in log.splitlines() if state in line.replace(" ", "_")]
        t.expect(len(lines) == 1, f"{len(lines)} lines say {state}")
    t.expect("\x1b" not in log and "\r" not in log, "the log has control characters")
    t.dispatched(1)


@scenario
def what_did_not_change_has_no_line(t):
    """Answers that differ, in the time of the last update, say, without telling anything new."""
    hub = t.github(life="queued:8 in_progress:8 completed/success")
    hub.etags = False
    hub.fault("GET", GET_RUN, hook=lambda request, answer: setattr(
        answer, "body", re.sub(rb'"updated_at":"[^"]*"', b'"updated_at":"2026-09-14T12:%02d:00Z"'
                               % len(t.looks()), answer.body)))
    t.wait()
    t.concluded(hub.dispatched[0])
    for state in ("queued", "in_progress"):
        lines = [line for line in t.result.log.splitlines() if state in line.replace(" ", "_")]
        t.expect(len(lines) == 1, f"{len(lines)} lines say {state}")
    t.dispatched(1)


@scenario
def each_line_about_a_change_has_a_time(t):
    t.github(life="queued:2 in_progress:2 completed/success")
    t.wait()
    t.exits(0)
    for state in ("queued", "in_progress"):
        line = next(line for line in t.result.log.splitlines()
                    if state in line.replace(" ", "_"))
        t.expect(any(part.count(":") == 2 and part.replace(":", "").strip("[]Z").isdigit()
                     for part in line.replace("T", " ").split()), f"no time in {line!r}")
    t.dispatched(1)


@scenario
def quiet_says_nothing_of_a_success(t):
    hub = t.github(life="queued:2 in_progress:2 completed/success")
    t.wait("--quiet")
    t.concluded(hub.dispatched[0])
    t.expect(not t.result.log, f"stderr is {t.result.log!r}")
    t.dispatched(1)


@scenario
def quiet_still_says_why_it_fails(t):
    hub = t.github(life="queued:2 in_progress:2 completed/failure")
    t.wait("--quiet")
    t.concluded(hub.dispatched[0], "failure")
    t.says("failure")
    t.dispatched(1)


# ---- the summary

def unescaped(text):
    """Markdown without its escapes."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


@scenario
def the_summary_has_the_verdict_and_a_table_of_the_jobs(t):
    hub = t.github(life="in_progress:3 completed/failure", jobs=(
        Job("build", conclusion="success"), Job("call / deploy (eu, prod)"),
        Job("cleanup", conclusion="skipped")))
    t.wait(env={"GITHUB_STEP_SUMMARY": t.file("summary", "before\n")})
    t.concluded(hub.dispatched[0], "failure")
    text = t.read("summary").decode()
    t.expect(text.startswith("before\n") and hub.dispatched[0].html_url in text, "no link")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    t.expect(len(rows) == 5, f"the summary is {text!r}")
    for name, conclusion in (("build", "success"), ("call / deploy (eu, prod)", "failure"),
                             ("cleanup", "skipped")):
        t.expect(any(name in unescaped(row) and conclusion in row.lower() for row in rows),
                 f"{name} is not in the table: {rows}")
    t.expect(len(t.requests(t.JOBS)) <= 2, f"{len(t.requests(t.JOBS))} lists of jobs")
    t.dispatched(1)


@scenario
def the_summary_of_a_success_has_its_jobs_too(t):
    hub = t.github(life="in_progress:3 completed/success", jobs=(Job("build"), Job("test")))
    t.wait(env={"GITHUB_STEP_SUMMARY": t.file("summary")})
    t.concluded(hub.dispatched[0])
    text = t.read("summary").decode()
    t.expect(all(word in text for word in ("build", "test", "success")), f"it is {text!r}")
    t.dispatched(1)


@scenario
def the_summary_after_a_time_out_says_so(t):
    hub = t.github(life="in_progress")
    t.wait(waiting=t.waiting(wait_timeout=t.seconds(1)),
           env={"GITHUB_STEP_SUMMARY": t.file("summary")})
    t.exits(6)
    t.expect(hub.dispatched[0].html_url in t.read("summary").decode(), "no link")
    t.dispatched(1)


@scenario
def names_of_jobs_cannot_break_the_summary(t):
    name = "a|b `c` <img src=x> [x](javascript:alert(1))\n# big\n| d | e |\\|&lt;"
    t.github(life="in_progress completed/failure", jobs=(
        Job(name, conclusion="failure"), Job("last")))
    t.wait(env={"GITHUB_STEP_SUMMARY": t.file("summary")})
    t.exits(1)
    text = t.read("summary").decode()
    rows = [line for line in text.splitlines() if line.startswith("|")]
    t.expect(len(rows) == 4, f"the table is {rows}")
    shown = name.replace("\n", r"\n").replace(r"|\|", r"|\ |").replace("|", r"\|")
    t.expect(f"| [``{shown}``](https://" in rows[2], f"the row is {rows[2]!r}")
    t.dispatched(1)


@scenario
def a_summary_of_very_many_jobs_stays_small(t):
    """The runner takes at most a mebibyte."""
    t.github(life="in_progress completed/failure",
             jobs=tuple(Job(f"{n} " + "x" * 8000) for n in range(256)))
    t.wait(env={"GITHUB_STEP_SUMMARY": t.file("summary")})
    t.exits(1)
    t.expect(0 < len(t.read("summary")) <= 1048576, f"{len(t.read('summary'))} bytes")
    t.dispatched(1)


# ---- bad weather

@scenario
def a_404_right_after_the_dispatch_heals(t):
    hub = t.github(life="in_progress:2 completed/success")
    hub.refuse_with(texts.not_found(), "GET", GET_RUN, {1, 2, 3})
    t.wait()
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_404_until_the_deadline_is_no_time_out(t):
    hub = t.github(life="in_progress")
    hub.refuse_with(texts.not_found(), "GET", GET_RUN)
    t.wait(waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.exits(3, 7)
    t.says("404")
    t.dispatched(1)


@scenario
def a_storm_of_server_errors_is_ridden_out(t):
    hub = t.github(life="in_progress:4 completed/success")
    hub.fault("GET", GET_RUN, {2, 3}, **BAD_GATEWAY)
    hub.fault("GET", GET_RUN, 5, act=False, status=503, body=texts.UNAVAILABLE_HTML,
              headers={"Content-Type": "text/html"}, framing="http10")
    hub.fault("GET", GET_RUN, 7, act=False, status=500, body="")
    t.wait()
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@each((("cut", "reply"), ("cut", "status"), ("cut", "head"), ("cut", "body")))
def a_connection_that_breaks_in_an_answer_is_ridden_out(t, row):
    hub = t.github(life="in_progress:3 completed/success")
    hub.fault("GET", GET_RUN, 2, how="reset", **{row[0]: row[1]})
    hub.fault("GET", GET_RUN, 4, how="fin", **{row[0]: row[1]})
    t.wait()
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@each((200, 503))
def a_reset_in_the_far_future_is_not_a_busy_loop(t, status):
    for reset in ("9223372036854774", "9223372036854775807", "18446744073709551615"):
        t.hub = hub = t.github(life="in_progress")
        hub.fault("GET", GET_RUN, range(2, 10 ** 6), headers={
            "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset},
            **({"act": False, "status": 503, "body": "{}"} if status == 503 else {}))
        t.wait(waiting=t.waiting(wait_timeout=t.seconds(2)))
        t.exits(6)
        t.took_at_most(15)
        t.expect(len(hub.requests) <= 12, f"{len(hub.requests)} requests")
    t.dispatched(3)


@each(("<html>Please log in</html>", "", "{}", "[]", "null", '{"id":1,"status":'))
def an_answer_without_a_run_is_not_a_verdict(t, body):
    hub = t.github(life="in_progress:3 completed/success")
    hub.fault("GET", GET_RUN, 2, act=False, status=200, body=body, headers={"ETag": None})
    t.wait()
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_run_with_another_id_is_not_a_verdict(t):
    hub = t.github(life="in_progress:3 completed/success")
    other = hub.add_run(life="completed/failure")

    def swap(request, answer):
        answer.body = hub.answer(200, hub.show_run(other)).body
    hub.fault("GET", GET_RUN, 2, hook=swap)
    t.wait()
    # Refusing to believe it is right as well, as long as nothing is made of it.
    t.expect(b"run_conclusion=failure" not in t.result.stdout, "another run's verdict was taken")
    t.exits(0, 3, 6, 7)
    t.dispatched(1)


@scenario
def an_odd_etag_does_not_end_the_wait(t):
    hub = t.github(life="in_progress:4 completed/success")
    hub.fault("GET", GET_RUN, 1, hook=lambda request, answer: answer.set("ETag", 'W/"x"y"'))
    t.wait()
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def retry_after_is_waited_for(t):
    for status in (403, 429):
        t.hub = hub = t.github(life="in_progress:3 completed/success")
        hub.refuse_with(texts.secondary_limit(2, status=status), "GET", GET_RUN, 2)
        t.wait()
        t.concluded(hub.dispatched[0])
        t.expect(gaps(t.looks())[1] >= 1.9, f"the pauses were {gaps(t.looks())}")
    t.dispatched(2)


@scenario
def the_reset_of_the_rate_limit_is_waited_for(t):
    hub = t.github(life="in_progress:3 completed/success")
    hub.refuse_with(texts.primary_limit(int(hub.now()) + 3), "GET", GET_RUN, 2)
    t.wait()
    t.concluded(hub.dispatched[0])
    t.expect(max(gaps(t.looks())) > 1, f"the pauses were {gaps(t.looks())}")
    t.dispatched(1)


@scenario
def a_rate_limit_that_outlasts_the_wait(t):
    hub = t.github(life="in_progress")
    hub.refuse_with(texts.secondary_limit(3600), "GET", GET_RUN, range(3, 10 ** 6))
    t.wait(waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.exits(3)
    t.says("rate limit", "in_progress when last seen", hub.dispatched[0].html_url)
    t.took_at_most(6)
    t.expect(len(t.looks()) <= 4, f"{len(t.looks())} looks in spite of the limit")
    t.dispatched(1)


@scenario
def a_quota_that_runs_low_is_made_to_last(t):
    hub = t.github(life="in_progress:4s completed/success")
    hub.etags = False
    hub.after_dispatch = lambda hub, run: hub.quota(12, 3)
    t.wait()
    t.concluded(hub.dispatched[0])
    refused = [look for look in t.looks() if look.status == 403]
    t.expect(len(refused) <= 1, f"{len(refused)} looks after the quota was used up")
    first = t.looks()[0].time
    early = [look for look in t.looks() if look.time < first + 1.5]
    t.expect(len(early) <= 10, f"{len(early)} of 12 requests in half the time")
    t.dispatched(1)


@scenario
def looks_that_cost_nothing_are_not_saved(t):
    """A 304 is free."""
    hub = t.github(life="in_progress:2s completed/success")
    hub.quota(2500, 3600)
    t.wait()
    t.concluded(hub.dispatched[0])
    t.expect(len(t.looks()) > 5, f"only {len(t.looks())} looks")
    t.dispatched(1)


@scenario
def a_connection_closed_between_looks_does_not_matter(t):
    hub = t.github(life="in_progress:5 completed/success")
    hub.closes = "silent"
    t.wait()
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_repository_that_moved_can_be_waited_on(t):
    hub = t.github(life="in_progress:2 completed/success")
    hub.old_name = "octo-org/former"
    t.wait(base=t.base(repo="octo-org/former"))
    t.exits(0)
    t.expect(b"run_conclusion=success" in t.result.stdout, "no verdict")
    t.dispatched(1)


@scenario
def a_permission_that_is_taken_away_ends_the_wait(t):
    for row, word in ((texts.INTEGRATION, "403"), (texts.SSO, texts.SSO_URL)):
        t.hub = hub = t.github(life="in_progress")
        hub.refuse_with(row, "GET", GET_RUN, range(3, 10 ** 6))
        t.wait()
        t.concluded(hub.dispatched[0], "", code=3)
        t.says(word)
        t.expect(len(t.looks()) <= 9, "looked on and on")
    t.dispatched(2)


# ---- one answer is not the whole truth

ONCE = ("401", "403", "404", "5xx", "null", "html", "no conclusion")


@each([(what, at) for what in ONCE for at in (1, 2, 4, 6)])
def one_odd_answer_in_a_wait_changes_nothing(t, row):
    what, at = row
    hub = t.github(life="in_progress:5 completed/success", jobs=(
        Job("build", life="in_progress:4 completed/success"),))
    answers = {
        "401": {"status": 401, "body": texts.BAD_CREDENTIALS[2]},
        "403": {"status": 403, "body": texts.INTEGRATION[2]},
        "404": {"status": 404, "body": texts.not_found()[2]},
        "5xx": {"status": 502, "body": "<html><p>Bad Gateway</p></html>",
                "headers": {"Content-Type": "text/html"}},
        "html": {"status": 200, "body": "<!doctype html><p>Sign in</p>",
                 "headers": {"Content-Type": "text/html"}},
    }
    if what in answers:
        hub.fault("GET", r"/actions/runs/\d+", at, act=False, **answers[what])
    else:
        spoilt = {"null": {"status": None}, "no conclusion": {"status": "completed",
                                                              "conclusion": None}}[what]

        def spoil(request, answer):
            if answer.status == 200:
                body = json.loads(answer.body)
                for one in [body, *body.get("jobs", ())]:
                    one.update(spoilt)
                answer.body = json.dumps(body).encode()
                answer.headers = [(name, value) for name, value in answer.headers
                                  if name.lower() != "etag"]
        hub.fault("GET", r"/actions/runs/\d+", at, hook=spoil)
    t.wait("--job", "build")
    t.exits(0)
    t.says_not("concluded with :", "is :")
    t.dispatched(1)


@scenario
def a_run_that_was_deleted_is_gone(t):
    hub = t.github(life="in_progress")
    hub.fault("GET", GET_RUN, 3, hook=lambda *_: hub.runs.clear())
    t.wait()
    run = hub.dispatched[0]
    t.concluded(run, "", code=3)
    t.says("is gone: it was deleted, or the token has lost access to it",
           "in_progress when last seen")
    t.says_not("goes on", "resume")
    t.took_at_least(10)
    t.took_at_most(20)
    t.dispatched(1)


@scenario
def a_conclusion_that_comes_late(t):
    for life, code, word in (("in_progress:2 completed/null:3 completed/success", 0, "success"),
                             ("in_progress:2 completed/null:3 completed/failure", 1, "failure"),
                             ("in_progress:2 completed/null", 1, "without a conclusion")):
        t.hub = t.github(life=life)
        t.wait()
        t.exits(code)
        t.says(word)
        t.says_not("concluded with :")
    t.took_at_least(10)
    t.dispatched(3)


# ---- tokens that end

@scenario
def a_token_that_expires_is_read_again_from_its_file(t):
    hub = t.github(life="in_progress:8 completed/success")
    second = "ghs_second" + t.token[10:]
    t.secrets.append(second)
    path = t.file("token", t.token + "\n")
    hub.token_ends = (4, second)
    hub.fault("GET", GET_RUN, 2, hook=lambda *_: t.file("token", second + "\n"))
    t.wait("--token-file", path, token=False)
    t.concluded(hub.dispatched[0])
    t.expect(sum(request.status == 401 for request in hub.requests) == 1,
             "the token was refused more than once")
    t.dispatched(1)


@scenario
def tokens_may_expire_again_and_again(t):
    hub = t.github(life="in_progress:20 completed/success")
    tokens = [t.token] + [f"ghs_number{n}{t.token[10:]}" for n in range(3)]
    t.secrets += tokens
    path = t.file("token", t.token)
    state = {"at": 0, "good": 5}

    def expire(request, answer):
        state["good"] -= 1
        if not state["good"] and state["at"] < 3:
            state["at"] += 1
            state["good"] = 5
            hub.token = tokens[state["at"]]
            t.file("token", hub.token)
    hub.fault("GET", GET_RUN, hook=expire)
    t.wait("--token-file", path, token=False)
    t.concluded(hub.dispatched[0])
    t.expect(state["at"] == 3, "the scenario is broken")
    t.dispatched(1)


@scenario
def a_token_that_expires_for_good_is_reported(t):
    hub = t.github(life="in_progress")
    hub.token_ends = (4, "another")
    t.wait()
    t.concluded(hub.dispatched[0], "", code=3)
    t.says("401", "may have expired", hub.dispatched[0].html_url)
    t.took_at_least(10)
    t.took_at_most(20)
    t.dispatched(1)


@scenario
def an_unchanged_token_file_does_not_help(t):
    hub = t.github(life="in_progress")
    hub.token_ends = (4, "another")
    t.wait("--token-file", t.file("token", t.token), token=False)
    t.concluded(hub.dispatched[0], "", code=3)
    t.says("expired")
    t.expect(sum(request.status == 401 for request in hub.requests) == 5, "asked on and on")
    t.dispatched(1)


@each(("", "bad\ntoken", None))
def a_token_file_that_went_bad_is_reported(t, content):
    hub = t.github(life="in_progress")
    hub.token_ends = (4, "another")
    path = t.file("token", t.token)

    def spoil(*_):
        os.remove(path) if content is None else t.file("token", content)
    hub.fault("GET", GET_RUN, 2, hook=spoil)
    t.wait("--token-file", path, token=False)
    t.concluded(hub.dispatched[0], "", code=3)
    t.says("expired")
    t.dispatched(1)


@scenario
def a_token_from_a_pipe_is_not_waited_for_again(t):
    hub = t.github(life="in_progress")
    hub.token_ends = (4, "another")
    path = t.path("pipe")
    os.mkfifo(path)
    t.start("--wait", *t.waiting(), "--token-file", path, *t.base(), token=False)
    with open(path, "w") as pipe:
        pipe.write(t.token)
    t.finish()
    t.concluded(hub.dispatched[0], "", code=3)
    t.says("expired")
    t.took_at_most(20)
    t.dispatched(1)


@scenario
def a_token_from_standard_input_cannot_be_read_again(t):
    hub = t.github(life="in_progress")
    hub.token_ends = (4, "another")
    t.wait("--token-file", "-", token=False, stdin=t.token)
    t.concluded(hub.dispatched[0], "", code=3)
    t.says("expired")
    t.dispatched(1)


# ---- re-runs

@scenario
def a_rerun_that_starts_meanwhile_is_the_one_waited_for(t):
    hub = t.github(life="in_progress:3 #2 queued:2 in_progress:2 completed/success")
    t.wait()
    t.concluded(hub.dispatched[0], attempt=2)
    t.dispatched(1)


@scenario
def without_grace_a_failure_ends_the_wait(t):
    hub = t.github(life="in_progress:2 completed/failure:3 #2 in_progress:2 completed/success")
    t.wait()
    t.concluded(hub.dispatched[0], "failure")
    t.dispatched(1)


@scenario
def within_the_grace_a_rerun_is_followed(t):
    hub = t.github(life="in_progress:2 completed/failure:8 #2 queued:2 in_progress:3 "
                        "completed/success")
    t.wait("--rerun-grace", t.seconds(20), env={"GITHUB_OUTPUT": t.file("output")})
    t.concluded(hub.dispatched[0], attempt=2)
    t.expect(t.outputs()["run_attempt"] == "2", f"the outputs are {t.outputs()}")
    t.dispatched(1)


@scenario
def a_rerun_may_fail_and_be_run_again(t):
    hub = t.github(life="completed/failure:4 #2 in_progress completed/failure:4 "
                        "#3 in_progress completed/success")
    t.wait("--rerun-grace", t.seconds(20))
    t.concluded(hub.dispatched[0], attempt=3)
    t.dispatched(1)


@scenario
def a_grace_that_passes_leaves_the_failure(t):
    hub = t.github(life="in_progress:2 completed/failure")
    t.wait("--rerun-grace", "1s")
    t.concluded(hub.dispatched[0], "failure")
    t.took_at_least(1)
    t.took_at_most(5)
    t.dispatched(1)


@scenario
def a_success_needs_no_grace(t):
    hub = t.github(life="in_progress:2 completed/success")
    t.wait("--rerun-grace", t.seconds(25))
    t.concluded(hub.dispatched[0])
    t.took_at_most(8)
    t.dispatched(1)


@scenario
def the_grace_ends_with_the_wait(t):
    hub = t.github(life="in_progress:2 completed/failure")
    t.wait("--rerun-grace", "10m", waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.concluded(hub.dispatched[0], "failure")
    t.took_at_most(6)
    t.dispatched(1)


@scenario
def a_rerun_that_does_not_end_in_time_is_a_time_out(t):
    hub = t.github(life="in_progress:2 completed/failure:3 #2 in_progress")
    t.wait("--rerun-grace", t.seconds(20), waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.concluded(hub.dispatched[0], "", attempt=2, code=6)
    t.dispatched(1)


@scenario
def the_report_is_about_the_attempt_that_counts(t):
    hub = t.github(life="in_progress:2 completed/failure:4 #2 in_progress:2 completed/failure",
                   jobs=(Job("flaky", conclusion=("failure", "success")),
                         Job("broken", conclusion=("success", "failure"))))
    t.wait("--rerun-grace", t.seconds(3))
    t.concluded(hub.dispatched[0], "failure", attempt=2)
    t.says("broken")
    last = t.requests(t.JOBS)[-1]
    t.expect(last.query.get("filter") == "latest", f"{last.line()} is not about the latest")
    t.dispatched(1)


# ---- after other ways to find the run

@scenario
def a_run_found_by_search_is_waited_for(t):
    hub = t.github("ghes-3.20", jobs=step_named("{distinct_id}"),
                   life="queued:0.3s in_progress:1s completed/success")
    t.wait()
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_run_found_after_a_lost_reply_is_waited_for(t):
    hub = t.github(run_name="Build [{distinct_id}]", life="in_progress:3 completed/failure")
    hub.fault("POST", "/dispatches$", cut="reply")
    t.wait("--distinct-id")
    t.concluded(hub.dispatched[0], "failure")
    t.dispatched(1)


@scenario
def a_dispatch_that_is_refused_is_not_waited_for(t):
    t.github(state="disabled_manually", life="completed/success")
    t.wait()
    t.refused("disabled", code=3)
    t.expect(not t.looks(), "looked at a run")
    t.dispatched(0)


@scenario
def a_run_that_is_not_identified_is_not_waited_for(t):
    t.github("ghes-3.20", life="completed/success")
    t.wait("--timeout", t.seconds(2))
    t.exits(5)
    t.stdout_is("")
    t.dispatched(1)


@scenario
def input_wait_is_the_same_as_the_option(t):
    for value in ("true", "True", "TRUE", "  true  "):
        t.hub = hub = t.github(life="in_progress:2 completed/failure")
        t.dispatch(*t.waiting(), env={"INPUT_WAIT": value})
        t.concluded(hub.dispatched[0], "failure")
    for value in ("false", "False", "FALSE", "", "  "):
        t.hub = hub = t.github(life="in_progress:2 completed/failure")
        t.dispatch(env={"INPUT_WAIT": value, "INPUT_RUN_TIMEOUT_SECONDS": "5"})
        t.found(hub.dispatched[0])
    t.dispatched(9)


@scenario
def the_inputs_of_the_action_set_the_wait(t):
    hub = t.github(life="in_progress")
    began = time.monotonic()
    t.dispatch(env={"INPUT_WAIT": "true", "INPUT_RUN_TIMEOUT_SECONDS": "2",
                    "INPUT_POLL_INTERVAL_MS": "100"})
    t.concluded(hub.dispatched[0], "", code=6)
    t.expect(time.monotonic() - began < t.scaled(6), "took too long")
    t.expect(8 <= len(t.looks()) <= 30 or t.setup.instrumented, f"{len(t.looks())} looks")
    t.dispatched(1)
