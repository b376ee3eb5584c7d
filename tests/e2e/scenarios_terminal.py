# SPDX-License-Identifier: ISC
"""Waiting with somebody watching: a table on a real pseudo-terminal, and what is left of it."""

import re
import signal
import time

from ghsim import Job
from harness import each, scenario
from terminal import cells

GET_RUN = r"/actions/runs/\d+(\?|$)"
JOBS = (Job("compile", life="in_progress:400 completed/success"),
        Job("unit tests", life="queued:400"),
        Job("call / deploy (eu, prod)", life="queued:400"))


def watch(t, *arguments, rows=24, columns=100, life="in_progress", jobs=JOBS, env=None,
          waiting=None, flows=False, **more):
    """Starts a wait on a terminal."""
    t.hub = hub = t.github(life=life, jobs=jobs, **more)
    term = t.terminal(rows, columns, flows)
    t.start(*t.base(), "--wait", *(t.waiting() if waiting is None else waiting), *arguments,
            terminal=term, env=env)
    return hub, term


def end(t, hub, life="completed/success"):
    with hub.lock:
        hub.dispatched[0].life.turn(life)
    t.finish()


def width(text):
    return sum(map(cells, text))


def shown_jobs(t, term, jobs=JOBS):
    term.wait_for_text(*(job.name for job in jobs), timeout=t.scaled(20))


@scenario
def a_table_shows_the_run_and_its_jobs(t):
    hub, term = watch(t, columns=140)
    hub.wait_for("GET", GET_RUN, 1, t.scaled(30))
    run = hub.dispatched[0]
    shown_jobs(t, term)
    with term.changed:
        lines = term.screen.lines()
    text = "\n".join(lines)
    t.expect(run.html_url in text, f"the screen has no URL: {lines}")
    t.expect(run.title in text, f"the screen has no title: {lines}")
    rows = [next(at for at, line in enumerate(lines) if job.name in line) for job in JOBS]
    t.expect(rows == sorted(set(rows)), "the jobs are not in order")
    above = next(at for at, line in enumerate(lines) if run.html_url in line)
    t.expect(above < rows[0], "the URL is not on top")
    end(t, hub)
    t.concluded(run)
    t.dispatched(1)


@scenario
def the_states_of_the_jobs_are_shown_as_they_change(t):
    hub, term = watch(t, jobs=(Job("first", life="queued:8 in_progress:8 completed/success"),
                               Job("second", life="queued:12 in_progress:8 completed/failure")))
    seen = set()
    for name, state in (("first", "queued"), ("first", "progress"), ("first", "success"),
                        ("second", "failure")):
        term.wait_for(lambda screen, name=name, state=state: any(
            name in line and (state in line.lower() or {
                "progress": "running", "success": "succeeded", "failure": "failed"}.get(
                    state, state) in line.lower()) for line in screen.lines()),
            t.scaled(20), f"{name} {state}")
        seen.add((name, state))
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@scenario
def the_elapsed_time_advances_between_looks(t):
    """Once a second something moves, though the next look is an hour away."""
    t.hub = hub = t.github(life="in_progress", jobs=(Job("compile"),))
    term = t.terminal(24, 100)
    t.start(*t.base(), "--wait", "--poll-interval", "1h", terminal=term)
    term.wait_for_text("compile", timeout=t.scaled(20))
    with term.changed:
        before = term.screen.lines()
    term.wait_for(lambda screen: screen.lines() != before
                  and any("compile" in line for line in screen.lines()), t.scaled(5), "a change")
    t.signal(signal.SIGINT)
    t.finish()
    t.exits(130)
    t.expect(len(t.looks()) == 1, f"{len(t.looks())} looks")
    t.dispatched(1)


@scenario
def the_table_is_redrawn_in_place(t):
    hub, term = watch(t)
    shown_jobs(t, term)
    hub.wait_for("GET", GET_RUN, 60, t.scaled(60))
    time.sleep(t.scaled(2))
    with term.changed:
        text = term.screen.text()
    for job in JOBS:
        t.expect(text.count(job.name) == 1, f"{job.name} is there {text.count(job.name)} times")
    t.expect(not term.screen.gone, "lines were scrolled away")
    end(t, hub)
    t.concluded(hub.dispatched[0])
    text = term.screen.text()
    for job in JOBS:
        t.expect(text.count(job.name) <= 2, f"{job.name} is left {text.count(job.name)} times")
    t.dispatched(1)


@scenario
def nothing_is_drawn_while_nothing_changes(t):
    """A spinner may spin; a table that is drawn at every occasion would fill recordings."""
    hub, term = watch(t, "--poll-interval=500ms", waiting=t.waiting(poll_interval=None))
    shown_jobs(t, term)
    before = len(term.raw)
    time.sleep(2)
    drawn = len(term.raw) - before
    t.expect(drawn < 20000, f"{drawn} bytes in two seconds")
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@scenario
def lines_that_stay_are_not_overwritten(t):
    """What was on the screen before the program started."""
    t.hub = hub = t.github(life="in_progress:30 completed/success", jobs=JOBS)
    term = t.terminal(24, 100)
    with term.changed:
        term.screen.feed("".join(f"earlier {n}\r\n" for n in range(22)))
    t.start(*t.base(), "--wait", *t.waiting(), terminal=term)
    t.finish()
    t.concluded(hub.dispatched[0])
    text = term.screen.text()
    for n in range(22):
        t.expect(text.count(f"earlier {n}\n") == 1, f"line {n} is gone")
    t.dispatched(1)


@each((("success", 0), ("failure", 1)))
def the_end_is_tidy(t, row):
    conclusion, code = row
    hub, term = watch(t)
    shown_jobs(t, term)
    end(t, hub, f"completed/{conclusion}")
    t.concluded(hub.dispatched[0], conclusion, code=code)
    t.expect(conclusion in t.result.log.lower() or
             {"success": "succeeded", "failure": "failed"}[conclusion] in t.result.log.lower(),
             f"the verdict is not left on the screen: {t.result.log!r}")
    t.expect(term.screen.modes["cursor"], "the cursor is hidden")
    t.dispatched(1)


@scenario
def a_termination_is_tidy(t):
    hub, term = watch(t)
    shown_jobs(t, term)
    t.signal(signal.SIGTERM)
    t.finish()
    t.exits(143)
    t.says(hub.dispatched[0].html_url)
    t.dispatched(1)


@scenario
def the_deadline_is_tidy(t):
    t.hub = hub = t.github(life="in_progress", jobs=JOBS)
    term = t.terminal(24, 100)
    t.start(*t.base(), "--wait", *t.waiting(wait_timeout=t.seconds(2)), terminal=term)
    t.finish()
    t.concluded(hub.dispatched[0], "", code=6)
    t.says(hub.dispatched[0].html_url)
    t.dispatched(1)


@scenario
def control_c_is_tidy(t):
    hub, term = watch(t)
    shown_jobs(t, term)
    term.type(b"\x03")
    t.finish()
    t.exits(130)
    t.says(hub.dispatched[0].html_url)
    # The last lines are messages, in lines of their own.
    lines = [line for line in t.result.log.splitlines() if line]
    t.expect(any(line.startswith("return-dispatch: ") and hub.dispatched[0].html_url in line
                 for line in lines), f"the message is mixed with the table: {lines}")
    t.expect(not hub.cancelled(), "cancelled")
    t.dispatched(1)


@scenario
def control_c_may_cancel(t):
    hub, term = watch(t, "--cancel-on-interrupt")
    shown_jobs(t, term)
    term.type(b"\x03")
    t.finish()
    t.exits(130)
    t.expect(hub.cancelled() == [("cancel", "202")], f"{hub.cancelled()}")
    t.dispatched(1)


@scenario
def a_second_control_c_is_tidy_too(t):
    hub, term = watch(t, "--cancel-on-interrupt")
    hub.fault("POST", "/cancel$", stall="reply")
    shown_jobs(t, term)
    term.type(b"\x03")
    hub.wait_for("POST", "/cancel$", 1, t.scaled(10))
    term.type(b"\x03")
    t.finish()
    t.exits(130)
    t.dispatched(1)


@scenario
def colours_help_where_they_are_wanted(t):
    hub, term = watch(t)
    shown_jobs(t, term)
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@each((("NO_COLOR", "1"), ("TERM", "dumb")))
def no_colour_where_it_is_not_wanted(t, row):
    hub, term = watch(t, env={row[0]: row[1]},
                      jobs=(Job("build", life="in_progress:5 completed/failure"), Job("last")))
    hub.wait_for("GET", GET_RUN, 20, t.scaled(30))
    end(t, hub, "completed/failure")
    t.exits(1)
    t.expect(not term.screen.colours, f"colours were set: {term.screen.colours[:3]}")
    if row[0] == "TERM":
        t.expect("\x1b" not in term.raw.decode("utf-8", "replace"),
                 "a dumb terminal got escape sequences")
    t.dispatched(1)


@scenario
def an_empty_no_color_does_not_count(t):
    """https://no-color.org: when present and not empty."""
    hub, term = watch(t, env={"NO_COLOR": ""})
    shown_jobs(t, term)
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@scenario
def long_and_wide_names_stay_within_the_width(t):
    names = ("wide-" + "x" * 200, "wide-" + "宽" * 100, "wide-" + "e\u0301" * 150,
             "wide-" + "🚀" * 60, "wide-" + "한글" * 50)
    hub, term = watch(t, columns=60, jobs=tuple(Job(name, life="in_progress") for name in names))
    term.wait_for(lambda screen: sum("wide-" in line for line in screen.lines()) == 5,
                  t.scaled(20), "all five jobs")
    hub.wait_for("GET", GET_RUN, 20, t.scaled(30))
    with term.changed:
        lines = term.screen.lines()
        overlong = [row for row in term.screen.overlong if "wide-" in row]
    t.expect(not overlong, f"rows ran over the edge: {overlong[:2]}")
    t.expect(all(width(line) <= 60 for line in lines), "the screen is broken")
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@each((8, 12, 20, 40, 400))
def any_width_works(t, columns):
    hub, term = watch(t, columns=columns,
                      jobs=(Job("job-a", life="in_progress"), Job("job-b", life="queued")))
    hub.wait_for("GET", GET_RUN, 25, t.scaled(30))
    with term.changed:
        overlong = [row for row in term.screen.overlong if "job-" in row]
    t.expect(not overlong, f"rows ran over the edge: {overlong[:2]}")
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@scenario
def a_terminal_that_does_not_know_its_size(t):
    t.hub = hub = t.github(life="in_progress", jobs=JOBS)
    term = t.terminal(24, 80)
    term.set_size(0, 0)
    t.start(*t.base(), "--wait", *t.waiting(), terminal=term)
    shown_jobs(t, term)
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@each((3, 5, 10))
def more_jobs_than_rows_do_not_scroll_the_table(t, rows):
    hub, term = watch(t, rows=rows, jobs=tuple(
        Job(f"job number {n}", life="in_progress") for n in range(60)))
    hub.wait_for("GET", GET_RUN, 30, t.scaled(60))
    time.sleep(t.scaled(1))
    with term.changed:
        gone = [row.text() for row in term.screen.gone]
    t.expect(sum("job number" in row for row in gone) <= 60,
             f"{len(gone)} rows have been scrolled away")
    before = len(gone)
    hub.wait_for("GET", GET_RUN, 60, t.scaled(60))
    time.sleep(t.scaled(1))
    with term.changed:
        after = len(term.screen.gone)
    t.expect(after == before, f"{after - before} more rows have been scrolled away")
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@scenario
def a_matrix_of_256_is_summed_up(t):
    hub, term = watch(t, rows=24, jobs=tuple(
        Job(f"test ({n})", life="in_progress") for n in range(256)))
    term.wait_for(lambda screen: any("test (" in line for line in screen.lines()) and any(
        "more" in line or "256" in line for line in screen.lines()),
        t.scaled(30), "some jobs and word of the others")
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@scenario
def a_resize_is_followed(t):
    jobs = (Job("==resized-" + "x" * 90, life="in_progress"), Job("short", life="queued"))
    hub, term = watch(t, columns=140, jobs=jobs)
    shown_jobs(t, term, jobs)
    for rows, columns in ((24, 50), (24, 140), (12, 70), (30, 30)):
        term.resize(rows, columns)
        with term.changed:
            term.screen.overlong.clear()
        term.wait_for(lambda screen: any("==" in line for line in screen.lines())
                      and any("short" in line for line in screen.lines()),
                      t.scaled(10), f"the table at {rows}x{columns}")
        hub.wait_for("GET", GET_RUN, len(t.looks()) + 10, t.scaled(30))
        time.sleep(t.scaled(1.2))
        with term.changed:
            lines = term.screen.lines()
            overlong = [row for row in term.screen.overlong if "==" in row]
        t.expect(all(width(line) <= columns for line in lines), f"wider than {columns}: {lines}")
        t.expect(not overlong, f"at {columns} columns rows ran over the edge: {overlong[:2]}")
        t.expect(sum("==" in line for line in lines) == 1
                 and sum("short" in line for line in lines) == 1,
                 f"at {columns} columns the table is there more than once: {lines}")
    term.resize(24, 140)
    shown_jobs(t, term, jobs)
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@scenario
def a_resize_is_followed_where_lines_are_reflowed(t):
    """On most terminals a line that no longer fits takes two rows then."""
    jobs = tuple(Job(f"=={n}-" + "x" * 80, life="in_progress") for n in range(4))
    hub, term = watch(t, rows=40, columns=130, jobs=jobs, flows=True)
    shown_jobs(t, term, jobs)
    for columns in (60, 130, 45, 100, 40):
        term.resize(40, columns)
        hub.wait_for("GET", GET_RUN, len(t.looks()) + 10, t.scaled(30))
        time.sleep(t.scaled(1.2))
        with term.changed:
            text = term.screen.text()
        for n in range(4):
            t.expect(text.count(f"=={n}-") == 1,
                     f"at {columns} columns job {n} is there {text.count(f'=={n}-')} times")
        t.expect(text.count("dispatching ") == 1 and text.count("identified") == 1,
                 f"at {columns} columns lines above the table are gone: {text!r}")
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@scenario
def a_resize_is_followed_between_looks(t):
    t.hub = hub = t.github(life="in_progress", jobs=(Job("resized-" + "x" * 90), Job("short")))
    term = t.terminal(24, 140)
    t.start(*t.base(), "--wait", "--poll-interval", "1h", terminal=term)
    term.wait_for_text("resized-" + "x" * 90, timeout=t.scaled(20))
    term.resize(24, 40)
    term.wait_for(lambda screen: any(line.startswith("resized-") or " resized-" in line
                                     for line in screen.lines())
                  and all(width(line) <= 40 for line in screen.lines()),
                  t.scaled(5), "a narrower table")
    term.resize(24, 140)
    term.wait_for_text("resized-" + "x" * 90, timeout=t.scaled(5))
    term.type(b"\x03")
    t.finish()
    t.exits(130)
    t.expect(len(t.looks()) == 1, f"a resize is no reason to look: {len(t.looks())} looks")
    t.dispatched(1)


@scenario
def hostile_names_do_not_reach_the_terminal(t):
    evil = ("evil\x1b[31m\x1b]0;title\x07\x1b[2J\x08\r\n\x9b1m\x7f\u202egnp.exe\u2028"
            "\x1b[6n\x1bP$q\x1b\\\x00\t::error::x ##[error]y")
    t.hub = hub = t.github(life="in_progress", title=evil,
                           jobs=(Job(evil, life="in_progress"), Job("after", life="queued")))
    term = t.terminal(24, 200)
    t.start(*t.base(), "--wait", *t.waiting(), "-v", terminal=term, env={"NO_COLOR": "1"})
    term.wait_for_text("evil", "after", timeout=t.scaled(20))
    hub.wait_for("GET", GET_RUN, 10, t.scaled(30))
    with term.changed:
        lines = term.screen.lines()
    t.expect(sum("evil" in line for line in lines) >= 1, f"{lines}")
    end(t, hub, "completed/failure")
    t.exits(1)
    for word in (b"\x1b[31m", b"\x1b]", b"\x07", b"\x1b[2J", b"\x1b[6n", b"\x1bP",
                 "\u202e".encode(), "\u2028".encode(), b"\x00"):
        t.expect(word not in term.raw, f"the terminal got {word!r}")
    t.dispatched(1)


@scenario
def standard_output_is_not_drawn_on(t):
    hub, term = watch(t)
    shown_jobs(t, term)
    end(t, hub)
    t.concluded(hub.dispatched[0])
    t.expect(b"\x1b" not in t.result.stdout, "escape sequences on standard output")
    t.dispatched(1)


@scenario
def both_on_one_terminal(t):
    """As in a shell: the result's lines must stay readable."""
    t.hub = hub = t.github(life="in_progress:40 completed/failure", jobs=JOBS)
    term = t.terminal(24, 120)
    t.start(*t.base(), "--wait", *t.waiting(), terminal=term, stdout="terminal")
    t.finish()
    t.exits(1)
    run = hub.dispatched[0]
    lines = term.screen.text().splitlines()
    for line in (f"run_id={run.id}", f"run_url={run.html_url}", "run_conclusion=failure",
                 "run_attempt=1"):
        t.expect(lines.count(line) == 1, f"{line} is not there once: {lines}")
    t.dispatched(1)


@scenario
def quiet_draws_nothing(t):
    hub, term = watch(t, "--quiet")
    hub.wait_for("GET", GET_RUN, 10, t.scaled(30))
    end(t, hub)
    t.concluded(hub.dispatched[0])
    t.expect(not term.raw, f"the terminal got {term.raw[:100]!r}")
    t.expect(not t.requests(t.JOBS), "jobs were listed for nobody")
    t.dispatched(1)


@scenario
def on_a_runner_nothing_is_drawn_even_on_a_terminal(t):
    hub, term = watch(t, env={"GITHUB_ACTIONS": "true"})
    hub.wait_for("GET", GET_RUN, 10, t.scaled(30))
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@scenario
def several_runs_in_one_table(t):
    t.hub = hub = t.github()
    runs = [hub.add_run(life="in_progress", title=f"Deploy number {n}",
                        jobs=(Job(f"job-of-{n}", life="in_progress"),)) for n in range(3)]
    term = t.terminal(40, 140)
    t.start(*t.awaiting(*runs), terminal=term)
    term.wait_for_text(*(str(run.id) for run in runs), timeout=t.scaled(20))
    hub.wait_for("GET", GET_RUN, 60, t.scaled(60))
    for run in runs:
        with hub.lock:
            run.life.turn("completed/success")
    t.finish()
    t.exits(0)
    t.dispatched(0)


@scenario
def warnings_during_the_wait_stand_above_the_table(t):
    hub, term = watch(t, columns=140)
    shown_jobs(t, term)
    hub.fault("GET", GET_RUN, {2, 3}, act=False, status=502, body={"message": "Server Error"})
    hub.wait_for("GET", GET_RUN, len(t.looks()) + 12, t.scaled(60))
    time.sleep(t.scaled(1.2))
    with term.changed:
        text = term.screen.text()
    for job in JOBS:
        t.expect(text.count(job.name) == 1, f"{job.name} is there {text.count(job.name)} times: "
                 f"{text!r}")
    end(t, hub)
    t.exits(0)
    t.dispatched(1)


@scenario
def the_report_of_a_failure_follows_the_table(t):
    hub, term = watch(t, "--log-failed", columns=140, jobs=(
        Job("good", conclusion="success"), Job("bad", log=("it says \x1b[31mred",))))
    t.log_host(hub)
    term.wait_for_text("good", "bad", timeout=t.scaled(20))
    end(t, hub, "completed/failure")
    t.concluded(hub.dispatched[0], "failure")
    t.says("bad", "it says", f"{hub.dispatched[0].html_url}/job/")
    t.expect(b"\x1b[31mred" not in term.raw, "the log's colours got through")
    for line in t.result.log.splitlines():
        if "it says" in line:
            t.expect(line.startswith("return-dispatch: | "), f"the line {line!r}")
    t.dispatched(1)


@scenario
def jobs_are_listed_on_a_terminal_and_conditionally(t):
    hub, term = watch(t)
    shown_jobs(t, term)
    hub.wait_for("GET", "/jobs", 10, t.scaled(60))
    end(t, hub)
    t.exits(0)
    lists = t.requests(t.JOBS)
    t.expect(all(request.header("If-None-Match") for request in lists[1:]),
             "a list of jobs was asked for without a condition")
    t.expect(len(lists) <= len(t.looks()) + 1, f"{len(lists)} lists, {len(t.looks())} looks")
    t.dispatched(1)


@scenario
def a_stopped_program_comes_back(t):
    """Ctrl-Z and fg."""
    hub, term = watch(t)
    shown_jobs(t, term)
    t.signal(signal.SIGSTOP)
    time.sleep(0.3)
    t.signal(signal.SIGCONT)
    hub.wait_for("GET", GET_RUN, len(t.looks()) + 5, t.scaled(30))
    end(t, hub)
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def the_terminal_may_go_away(t):
    """The window is closed: the wait ends or goes on, but nothing is lost and nothing spins."""
    hub, term = watch(t, env={"GITHUB_OUTPUT": t.file("output")})
    shown_jobs(t, term)
    t.signal(signal.SIGHUP)
    try:
        t.process.wait(2)
    except Exception:
        pass
    if t.process.poll() is None:
        end(t, hub)
        t.exits(0)
    else:
        t.process.communicate()
        t.expect(t.process.returncode in (129, -signal.SIGHUP, 143),
                 f"exit {t.process.returncode}")
    t.expect(t.outputs()["run_id"] == str(hub.dispatched[0].id), "the output file is spoilt")
    t.dispatched(1)


@scenario
def widths_are_measured_on_the_screen_not_in_bytes(t):
    """Columns line up below wide names."""
    jobs = (Job("宽宽宽", life="in_progress"), Job("abcdef", life="in_progress"),
            Job("éèê", life="in_progress"))
    hub, term = watch(t, jobs=jobs)
    shown_jobs(t, term, jobs)
    with term.changed:
        lines = [line for line in term.screen.lines() if any(job.name in line for job in jobs)]
    places = []
    for line in lines:
        name = next(job.name for job in jobs if job.name in line)
        before, _, after = line.partition(name)
        rest = re.match(r"\s*", after)[0]
        places.append(width(before + name + rest))
    left = {width(line.partition(next(job.name for job in jobs if job.name in line))[0])
            for line in lines}
    t.expect(len(left) == 1, f"names do not line up: {lines}")
    if all(re.search(r"\S", line.partition(next(
            job.name for job in jobs if job.name in line))[2]) for line in lines):
        t.expect(len(set(places)) == 1, f"what follows the names does not line up: {lines}")
    end(t, hub)
    t.exits(0)
    t.dispatched(1)
