# SPDX-License-Identifier: ISC
"""Single jobs: waiting for some of them by name, the report on those that failed, their logs."""

import texts
from ghsim import Job, matrix
from harness import each, scenario, smoke
from lives import Step
from logs import Log

GET_JOBS = r"/actions/runs/\d+/jobs"
GET_LOG = r"/actions/jobs/\d+/logs"
MEMORY = 4096       # KiB
LIBRARIES = 2048    # KiB, resident of a C library and an mbedTLS that are shared


def shown(t):
    """The lines of logs that were printed."""
    return [line.partition("| ")[2] for line in t.result.log.splitlines()
            if line.startswith("return-dispatch: | ") or line == "return-dispatch: |"]


def annotations(t, kind="error"):
    return [line for line in t.result.log.splitlines() if line.startswith(f"::{kind}")]


def failing(*jobs, **more):
    return {"life": "in_progress:2 completed/failure", "jobs": jobs, **more}


# ---- waiting for some

@scenario
def a_named_job_is_enough_while_the_run_continues(t):
    hub = t.github(life="in_progress", jobs=(
        Job("build", life="queued:2 in_progress:3 completed/success"), Job("deploy")))
    t.wait("--job", "build", env={"GITHUB_OUTPUT": t.file("output")})
    t.concluded(hub.dispatched[0], "", code=0)
    t.expect(t.outputs()["run_conclusion"] == "", f"the outputs are {t.outputs()}")
    t.dispatched(1)


@smoke
def all_the_named_jobs_must_succeed(t):
    hub = t.github(life="in_progress", jobs=(
        Job("build", life="in_progress:2 completed/success"),
        Job("test", life="queued:3 in_progress:6 completed/success"), Job("deploy")))
    t.wait("--job", "build", "--job", "test")
    t.concluded(hub.dispatched[0], "", code=0)
    t.expect(len(t.requests(t.JOBS)) >= 10, "did not wait for the second")
    t.dispatched(1)


@each(("failure", "cancelled", "skipped", "neutral", "timed_out", "action_required", "stale",
       "exploded"))
def a_named_job_that_ends_otherwise_fails_at_once(t, conclusion):
    hub = t.github(life="in_progress", jobs=(
        Job("build", life=f"in_progress:2 completed/{conclusion}"),
        Job("test", life="in_progress"), Job("deploy")))
    t.wait("--job", "test", "--job", "build")
    t.concluded(hub.dispatched[0], "", code=1)
    t.says("build", conclusion)
    t.took_at_most(10)
    t.dispatched(1)


@scenario
def a_job_that_failed_beside_the_named_ones_does_not_matter(t):
    hub = t.github(life="in_progress", jobs=(
        Job("lint", life="completed/failure"),
        Job("build", life="in_progress:4 completed/success")))
    t.wait("--job", "build")
    t.concluded(hub.dispatched[0], "", code=0)
    t.dispatched(1)


@scenario
def a_run_that_failed_with_the_named_jobs_successful_is_fine(t):
    t.github(life="in_progress:2 completed/failure", jobs=(
        Job("lint"), Job("build", conclusion="success")))
    t.wait("--job", "build")
    t.exits(0)
    t.dispatched(1)


@scenario
def a_name_that_is_not_there_yet_is_awaited(t):
    hub = t.github(life="in_progress", jobs=(
        Job("prepare", life="in_progress:3 completed/success"),
        Job("call / inner", life="absent:5 queued:2 in_progress:2 completed/success")))
    t.wait("--job", "call / inner")
    t.concluded(hub.dispatched[0], "", code=0)
    t.dispatched(1)


@scenario
def a_name_that_never_comes_lists_the_jobs_there_were(t):
    for name in ("build", "Build (1)", "inner", "call"):
        t.hub = hub = t.github(life="in_progress:3 completed/success",
                               jobs=(Job("build (1)"), Job("build (2)"), Job("call / inner")))
        t.wait("--job", name, "--job", "build (2)")
        t.concluded(hub.dispatched[0], "success", code=1)
        t.says(name, "build (1)", "build (2)", "call / inner")
    t.dispatched(4)


@scenario
def a_run_without_jobs_has_none_of_the_named_ones(t):
    hub = t.github(life="queued:2 completed/startup_failure")
    t.wait("--job", "build")
    t.concluded(hub.dispatched[0], "startup_failure")
    t.says("build")
    t.dispatched(1)


@scenario
def a_named_job_on_the_third_page(t):
    jobs = matrix(260, _255={"life": "queued:2 in_progress:2 completed/success"})
    hub = t.github(life="in_progress", jobs=jobs)
    t.wait("--job", "test (255)")
    t.concluded(hub.dispatched[0], "", code=0)
    pages = {request.query.get("page", "1") for request in t.requests(t.JOBS)}
    t.expect(pages == {"1", "2", "3"}, f"the pages were {pages}")
    for request in t.requests(t.JOBS):
        t.expect(request.query.get("per_page") == "100", f"{request.line()} asks for little")
        t.expect(request.query.get("filter") == "latest", f"{request.line()} asks for all")
    t.dispatched(1)


@scenario
def jobs_are_listed_once_a_look_and_conditionally(t):
    hub = t.github(life="in_progress", jobs=(
        Job("build", life="queued:6 completed/success"),))
    t.wait("--job", "build")
    t.concluded(hub.dispatched[0], "", code=0)
    lists, looks = t.requests(t.JOBS), t.looks()
    t.expect(len(lists) == 7, f"{len(lists)} lists of jobs, expected 7")
    t.expect(len(looks) <= len(lists) + 1, f"{len(looks)} looks with {len(lists)} lists")
    t.expect([request.status for request in lists].count(304) == 5,
             f"the answers were {[request.status for request in lists]}")
    t.dispatched(1)


@scenario
def names_of_jobs_can_be_anything(t):
    names = ("call-deploy / nested / deploy (eu-west-1, prod)", 'quo"ted \\ back', "🚀 ☃ é",
             "--job", "a=b", "x" * 300)
    hub = t.github(life="in_progress", jobs=tuple(
        Job(name, life="in_progress:2 completed/success") for name in names) + (Job("last"),))
    t.wait(*[word for name in names for word in ("--job", name)])
    t.concluded(hub.dispatched[0], "", code=0)
    t.dispatched(1)


@scenario
def two_jobs_of_the_same_name_must_both_succeed(t):
    hub = t.github(life="in_progress", jobs=(
        Job("test", life="in_progress completed/success"),
        Job("test", life="in_progress:5 completed/failure")))
    t.wait("--job", "test")
    t.concluded(hub.dispatched[0], "", code=1)
    t.dispatched(1)


@scenario
def input_jobs_has_one_per_line(t):
    hub = t.github(life="in_progress", jobs=(
        Job("build", life="in_progress:2 completed/success"),
        Job("call / inner", life="in_progress:5 completed/success"), Job("deploy")))
    t.wait(env={"INPUT_JOBS": "\n  build  \n\n\tcall / inner\r\n   \n"})
    t.concluded(hub.dispatched[0], "", code=0)
    t.expect(len(t.requests(t.JOBS)) >= 6, "did not wait for the second")
    t.dispatched(1)


@scenario
def an_empty_input_jobs_means_the_run(t):
    hub = t.github(life="in_progress:3 completed/success")
    t.wait(env={"INPUT_JOBS": "  \n \n"})
    t.concluded(hub.dispatched[0])
    t.expect(not t.requests(t.JOBS), "jobs were listed in vain")
    t.dispatched(1)


@scenario
def the_option_wins_over_input_jobs(t):
    hub = t.github(life="in_progress", jobs=(
        Job("build", life="completed/success"), Job("deploy")))
    t.wait("--job", "build", env={"INPUT_JOBS": "deploy"})
    t.concluded(hub.dispatched[0], "", code=0)
    t.dispatched(1)


@scenario
def bad_weather_over_the_list_of_jobs_is_ridden_out(t):
    hub = t.github(life="in_progress", jobs=(
        Job("build", life="in_progress:3 completed/success"),))
    hub.fault("GET", GET_JOBS, 2, act=False, status=502, body={"message": "Server Error"})
    hub.fault("GET", GET_JOBS, 4, cut="body", how="reset")
    hub.refuse_with(texts.not_found(), "GET", GET_JOBS, 1)
    t.wait("--job", "build")
    t.concluded(hub.dispatched[0], "", code=0)
    t.dispatched(1)


@scenario
def a_named_job_that_never_ends_is_a_time_out(t):
    hub = t.github(life="in_progress")
    t.wait("--job", "build", waiting=t.waiting(wait_timeout=t.seconds(1)))
    t.concluded(hub.dispatched[0], "", code=6)
    t.says("build")
    t.dispatched(1)


@scenario
def a_rerun_gives_the_named_jobs_another_chance(t):
    hub = t.github(life="in_progress:2 completed/failure:6 #2 in_progress:2 completed/success",
                   jobs=(Job("build", conclusion=("failure", "success")),))
    t.wait("--job", "build", "--rerun-grace", t.seconds(20))
    t.exits(0, 1)
    if t.result.code == 0:
        t.concluded(hub.dispatched[0], "success", attempt=2)
    t.dispatched(1)


# ---- the report

@smoke
def the_report_names_jobs_and_steps_and_links(t):
    hub = t.github(**failing(
        Job("build", conclusion="success"),
        Job("unit / test (3.12)", ("Run checkout", Step("Run make test", "failure"), "Upload")),
        Job("deploy", ("Log in", Step("Roll out", "failure"), Step("Notify", "failure")))))
    t.wait()
    run = hub.dispatched[0]
    t.concluded(run, "failure")
    t.says("unit / test (3.12)", "Run make test", "deploy", "Roll out", "Notify",
           f"{run.html_url}/job/{run.first_job + 1}", f"{run.html_url}/job/{run.first_job + 2}")
    t.says_not("Run checkout", "Upload", f"/job/{run.first_job}\n", "Log in")
    t.expect(len(t.requests(t.JOBS)) == 1, f"{len(t.requests(t.JOBS))} lists of jobs")
    t.dispatched(1)


@scenario
def the_report_has_how_each_job_ended(t):
    hub = t.github(**failing(Job("one", conclusion="timed_out"), Job("two"),
                             Job("three", conclusion="cancelled"),
                             Job("four", conclusion="exploded")))
    t.wait()
    t.concluded(hub.dispatched[0], "failure")
    for name, word in (("one", "timed_out"), ("two", "failure"), ("three", "cancelled"),
                       ("four", "exploded")):
        t.expect(any(name in line and word in line.replace(" ", "_")
                     for line in t.result.log.splitlines()), f"{name} is not {word}")
    t.dispatched(1)


@scenario
def on_a_runner_the_report_is_annotations(t):
    hub = t.github(**failing(
        Job("good one", conclusion="success"),
        Job("test, a: 100%", (Step("Run make, test: now", "failure"),)), Job("deploy")))
    t.wait(env={"GITHUB_ACTIONS": "true"})
    t.concluded(hub.dispatched[0], "failure")
    said = [line.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
            for line in annotations(t)]
    for name in ("test, a: 100%", "deploy"):
        t.expect(any(name in line for line in said), f"{name} is not in {said}")
    t.expect(not any("good one" in line for line in said), f"a success is in {said}")
    t.dispatched(1)


@scenario
def the_report_finds_failures_on_every_page(t):
    jobs = matrix(260, **{f"_{n}": {"conclusion": "success"} for n in range(1, 261)
                          if n not in (3, 150, 259)})
    hub = t.github(life="in_progress:2 completed/failure", jobs=jobs)
    t.wait()
    t.concluded(hub.dispatched[0], "failure")
    t.says("test (3)", "test (150)", "test (259)")
    t.says_not("test (4)", "test (258)")
    t.dispatched(1)


@scenario
def a_run_that_could_not_start_has_no_jobs_to_report(t):
    hub = t.github(life="queued completed/startup_failure")
    t.wait()
    t.concluded(hub.dispatched[0], "startup_failure")
    t.says("startup_failure", hub.dispatched[0].html_url)
    t.dispatched(1)


@scenario
def an_unavailable_list_of_jobs_does_not_change_the_verdict(t):
    for what in ({"act": False, "status": 502, "body": {"message": "Server Error"}},
                 {"act": False, "status": 403, "body": texts.INTEGRATION[2]},
                 {"stall": "reply"}, {"body": "<html>"}):
        t.hub = hub = t.github(life="in_progress:2 completed/failure")
        hub.fault("GET", GET_JOBS, **what)
        t.wait(waiting=t.waiting(wait_timeout=t.seconds(4)))
        t.concluded(hub.dispatched[0], "failure")
        t.took_at_most(45)
    t.dispatched(4)


@scenario
def hostile_names_in_the_report_are_only_text(t):
    evil = "x\x1b[31m\x07\r\n::error::gotcha\n##[error]gotcha ::set-env name=a::b %0A::c::d\u009b1m"
    for actions in ("true", "false"):
        t.hub = hub = t.github(**failing(Job(evil, (Step(evil, "failure"),)), Job("::error::z")))
        t.wait("-v", env={"GITHUB_ACTIONS": actions})
        t.concluded(hub.dispatched[0], "failure")
        t.says("gotcha")
        for line in t.result.log.splitlines():
            t.expect(not line.startswith(("::error::gotcha", "::set-env", "::error::z")),
                     f"the line {line!r}")
    t.dispatched(2)


@scenario
def links_of_jobs_that_are_not_links_are_not_followed(t):
    hub = t.github(**failing(Job("build")))
    hub.fault("GET", GET_JOBS, hook=lambda request, answer: setattr(
        answer, "body", answer.body.replace(b'"html_url":"https://github.com/octo-org/octo-repo'
                                            b'/actions', b'"html_url":"javascript:alert(1)//\\n')))
    t.wait(env={"GITHUB_STEP_SUMMARY": t.file("summary")})
    t.concluded(hub.dispatched[0], "failure")
    t.expect("(javascript:" not in t.read("summary").decode(), "the summary links it")
    t.dispatched(1)


@scenario
def a_job_without_its_usual_fields_is_reported_too(t):
    hub = t.github(**failing(Job("build")))

    def hollow(request, answer):
        answer.body = answer.body.replace(b'"steps":[', b'"steps":null,"other":[')
        answer.body = answer.body.replace(b'"runner_name":"GitHub', b'"runner_name":null,"x":"')
        answer.body = answer.body.replace(b'"completed_at":"', b'"completed_at":null,"y":"')
    hub.fault("GET", GET_JOBS, hook=hollow)
    t.wait()
    t.concluded(hub.dispatched[0], "failure")
    t.says("build")
    t.dispatched(1)


@scenario
def a_success_is_not_reported_on(t):
    hub = t.github(life="in_progress:2 completed/success",
                   jobs=(Job("build"), Job("optional", conclusion="failure")))
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0])
    t.expect(not t.requests(t.JOBS) and not t.requests(t.LOGS), "jobs were asked for in vain")
    t.dispatched(1)


# ---- logs

def numbered(count):
    return tuple(f"this is line {number}" for number in range(1, count + 1))


@smoke
def the_last_hundred_lines_of_a_failed_job(t):
    hub = t.github(**failing(Job("good", conclusion="success", log=("good says",)),
                             Job("bad", log=numbered(300))))
    host = t.log_host()
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    lines = shown(t)
    t.expect(len(lines) == 100 and lines[0].endswith("this is line 201")
             and lines[-1].endswith("this is line 300"),
             f"{len(lines)} lines, from {lines[:1]} to {lines[-1:]}")
    t.says_not("good says")
    t.expect(len(host.requests) == 1, f"{len(host.requests)} downloads")
    t.dispatched(1)


@scenario
def without_the_option_no_log_is_fetched(t):
    hub = t.github(**failing(Job("bad", log=numbered(30))))
    host = t.log_host()
    t.wait()
    t.concluded(hub.dispatched[0], "failure")
    t.expect(not t.requests(t.LOGS) and not host.requests, "a log was fetched")
    t.dispatched(1)


@each((("1", 1), ("5", 5), ("299", 299), ("300", 300), ("301", 300), ("10000", 300)))
def as_many_lines_as_asked_for(t, row):
    asked, expected = row
    hub = t.github(**failing(Job("bad", log=numbered(300))))
    t.log_host()
    t.wait("--log-failed", "--log-lines", asked)
    t.concluded(hub.dispatched[0], "failure")
    lines = shown(t)
    t.expect(len(lines) == expected and lines[-1].endswith("this is line 300"),
             f"{len(lines)} lines to {lines[-1:]}")
    t.dispatched(1)


@scenario
def each_failed_job_has_its_log(t):
    hub = t.github(**failing(Job("one", log=("one says",)), Job("two", log=("two says",)),
                             Job("three", conclusion="timed_out", log=("three says",))))
    t.log_host()
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    t.says("one says", "two says", "three says")
    t.dispatched(1)


@scenario
def the_link_is_used_as_it_is_and_without_the_token(t):
    hub = t.github(**failing(Job("bad", log=("it says",))))
    host = t.log_host()
    t.wait("--log-failed", "-v", env={"RUNNER_DEBUG": "1"})
    t.concluded(hub.dispatched[0], "failure")
    t.says("it says")
    t.expect(len(hub.log_links) == 1 and hub.log_links[0].endswith(host.requests[0].target),
             "the link was changed")
    t.expect(not host.requests[0].header("Authorization"), "the token was sent")
    t.says_not(host.secret(hub.log_links[0]))
    t.dispatched(1)


@scenario
def the_links_signature_is_not_logged_when_the_log_moves_on_its_host(t):
    hub = t.github(**failing(Job("bad", log=("it says",))))
    host = t.log_host()
    moved = "/elsewhere?sig=c2lnbmF0dXJl"
    link = host.link

    def linked(log):
        host.logs[moved] = log
        return link(log)
    host.link = linked
    host.fault("GET", "signedlogcontent", 1, act=False, status=307, headers={"Location": moved})
    t.wait("--log-failed", "-v")
    t.concluded(hub.dispatched[0], "failure")
    t.says("it says", "307 redirects to /elsewhere")
    t.says_not("c2lnbmF0dXJl")
    t.dispatched(1)


@scenario
def the_token_stays_away_from_the_same_host_on_another_port(t):
    """The link's host is the API's, by name; only the port differs."""
    for name in ("localhost", "127.0.0.1"):
        t.hub = hub = t.github(**failing(Job("bad", log=("it says",))))
        host = t.log_host()
        link = host.link
        host.link = lambda log, link=link, name=name: link(log, name)
        t.wait("--log-failed")
        t.concluded(hub.dispatched[0], "failure")
        t.says("it says")
    t.dispatched(2)


@each((("http", False), ("other scheme", None)))
def a_link_to_a_lesser_scheme_is_not_followed(t, row):
    hub = t.github(**failing(Job("bad", log=("it says",))))
    host = t.log_host(tls=False)
    if row[1] is None:
        hub.fault("GET", GET_LOG, act=False, status=302,
                  headers={"Location": f"ftp://localhost:{host.port}/log"})
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    t.says("bad")
    t.says_not("it says")
    t.expect(not host.connections, "the plain host was called")
    t.dispatched(1)


@scenario
def a_log_host_that_nobody_vouches_for_is_not_believed(t):
    hub = t.github(**failing(Job("bad", log=("it says",))))
    host = t.log_host(leaf="stranger")
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    t.says_not("it says")
    t.expect(not host.requests, "the stranger was asked")
    t.dispatched(1)


@scenario
def links_that_lead_in_circles_end(t):
    hub = t.github(**failing(Job("bad", log=("it says",))))
    host = t.log_host()
    host.fault("GET", "/", act=False, status=302,
               hook=lambda request, answer: answer.set("Location", request.target))
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    t.expect(len(host.requests) <= 10, f"{len(host.requests)} hops")
    t.dispatched(1)


@scenario
def a_token_that_was_left_behind_stays_behind(t):
    """The log host sends us on, in the end to the API itself."""
    hub = t.github(**failing(Job("bad", log=("it says",))))
    host = t.log_host()
    other = t.log_host()
    hub.log_host = host
    host.fault("GET", "/", act=False, status=302, headers={
        "Location": other.link(Log(("it says",)))})
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    t.says("it says")
    host.faults.clear()
    host.fault("GET", "/", act=False, status=302, headers={"Location": hub.url() + "/stolen"})
    t.wait("--log-failed")
    t.exits(1)
    for request in t.requests(".*/stolen.*"):
        t.expect(not request.header("Authorization"), "the token was sent again")
    t.dispatched(2)


@scenario
def a_log_on_the_same_server_is_fetched_too(t):
    for link in ("{}/_apis/log?sig=a%2Bb", "/_apis/log?sig=a%2Bb"):
        t.hub = hub = t.github(**failing(Job("bad")))
        hub.fault("GET", GET_LOG, act=False, status=302,
                  headers={"Location": link.format(hub.url())})
        hub.fault("GET", "/_apis/log", act=False, status=200, body="it says\n")
        t.wait("--log-failed")
        t.concluded(hub.dispatched[0], "failure")
        t.says("it says")
        t.expect(len(t.requests(r"GET /_apis/log\?sig=a%2Bb")) == 1, "the link was changed")
    t.dispatched(2)


@scenario
def a_log_of_a_repository_that_moved(t):
    """The first redirect is GitHub's own, and needs the token."""
    hub = t.github(**failing(Job("bad", log=("it says",))))
    t.log_host()
    hub.old_name = "octo-org/former"
    t.wait("--log-failed", base=t.base(repo="octo-org/former"))
    t.exits(1)
    t.says("it says")
    t.dispatched(1)


@scenario
def a_missing_log_does_not_change_the_verdict(t):
    for row in (texts.not_found(), texts.LOG_GONE, texts.ADMIN_RIGHTS, texts.BAD_CREDENTIALS):
        t.hub = hub = t.github(**failing(Job("bad", log=("it says",)), Job("worse")))
        t.log_host()
        hub.refuse_with(row, "GET", GET_LOG)
        t.wait("--log-failed")
        t.concluded(hub.dispatched[0], "failure")
        t.says("bad", "log", str(row[0]))
    t.dispatched(4)


@each(({"act": False, "status": 403, "body": "<Error/>"},
       {"act": False, "status": 503, "body": ""}, {"cut": "reply"}, {"cut": "head"},
       {"cut": "body"}, {"stall": "reply"}, {"stall": "body"}, {"drip": 1}))
def a_log_host_in_trouble_does_not_change_the_verdict(t, what):
    hub = t.github(**failing(Job("bad", log=numbered(5000))))
    t.log_host().fault("GET", "/", **what)
    t.wait("--log-failed", waiting=t.waiting(wait_timeout=t.seconds(5)))
    t.concluded(hub.dispatched[0], "failure")
    t.says("log")
    t.took_at_most(50)
    t.dispatched(1)


@scenario
def a_log_host_that_hangs_is_not_waited_for_again_and_again(t):
    hub = t.github(**failing(*(Job(f"bad {n}", log=("it says",)) for n in range(20))))
    t.log_host().fault("GET", "/", stall="reply")
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    t.took_at_most(50)
    t.dispatched(1)


@scenario
def one_log_that_fails_leaves_the_others(t):
    hub = t.github(**failing(Job("one", log=("one says",)), Job("two", log=("two says",))))
    t.log_host()
    hub.refuse_with(texts.not_found(), "GET", GET_LOG, 1)
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    t.says("two says")
    t.dispatched(1)


@each(("length", "chunked", "fancy", "close"))
def a_log_comes_in_any_framing(t, framing):
    if framing == "fancy":
        log = Log(numbered(300), framing="chunked", newline=False)
    else:
        log = Log(numbered(300), framing=framing, filler=300000)
    hub = t.github(**failing(Job("bad", log=log)))
    t.log_host()
    t.wait("--log-failed", "--log-lines", "3")
    t.concluded(hub.dispatched[0], "failure")
    t.expect([line[-16:] for line in shown(t)] == [f"this is line {n}" for n in (298, 299, 300)],
             f"the lines are {shown(t)}")
    t.dispatched(1)


@scenario
def the_last_line_needs_no_end(t):
    for newline in (True, False):
        t.hub = hub = t.github(**failing(Job("bad", log=Log(("first", "last"), newline=newline))))
        t.log_host()
        t.wait("--log-failed")
        t.concluded(hub.dispatched[0], "failure")
        t.expect(len(shown(t)) == 2 and shown(t)[-1].endswith("last"), f"it is {shown(t)}")
    t.dispatched(2)


@scenario
def the_mark_at_the_start_is_not_text(t):
    hub = t.github(**failing(Job("bad", log=Log(("only line",), stamps=False))))
    t.log_host()
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    t.expect(shown(t) == ["only line"], f"it is {shown(t)}")
    t.dispatched(1)


@scenario
def an_empty_log_is_fine(t):
    for log in (Log((), newline=False), Log((), newline=False, bom=False),
                Log(("", "", ""), stamps=False), Log(framing="chunked", newline=False)):
        t.hub = hub = t.github(**failing(Job("bad", log=log)))
        t.log_host()
        t.wait("--log-failed")
        t.concluded(hub.dispatched[0], "failure")
    t.dispatched(4)


@scenario
def hostile_lines_are_only_text(t):
    lines = ("::error::gotcha one", "##[group]gotcha two", "  ::set-env name=PATH::/evil",
             "\x1b[36;1mgotcha three\x1b[0m", "a\rb::error::gotcha four", "\x1b]0;title\x07five",
             "::stop-commands::x", "##[error]six ##[debug]x", "%0A::error::seven", "\u2028::e::f",
             "\u009b31meight", "nul \0 nine", b"\xff\xfe\xc0\x80 ten", "::endgroup::",
             "eleven \u202e olleh \ufeff", "##\x1b[0m[error]twelve", "##\x00[error]thirteen",
             "##\u200b[error]fourteen", "return-dispatch: error: fifteen")
    for actions in ("true", "false"):
        for stamps in (True, False):
            t.hub = hub = t.github(**failing(Job("bad", log=Log(lines, stamps=stamps))))
            t.log_host()
            t.wait("--log-failed", env={"GITHUB_ACTIONS": actions})
            t.concluded(hub.dispatched[0], "failure")
            t.says("gotcha one", "gotcha two", "gotcha three", "gotcha four", "nine", "ten",
                   "fourteen", "fifteen")
            for line in t.result.log.splitlines():
                t.expect("gotcha" not in line or line.startswith("return-dispatch: | "),
                         f"the line {line!r}")
                t.expect(not line.startswith(("::stop-commands", "::set-env",
                                              "return-dispatch: error: fifteen")),
                         f"the line {line!r}")
    t.dispatched(4)


@scenario
def the_colours_of_a_log_are_left_out(t):
    """Most logs have them, and somebody is to read the text."""
    hub = t.github(**failing(Job("bad", log=Log((
        "\x1b[36;1mmake test\x1b[0m", "\x1b[1m\x1b[38;5;196mFAIL\x1b[m here\x1b[K",
        "50%\r100% done\r", "tab\there"), stamps=False))))
    t.log_host()
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    t.expect("make test" in shown(t) and "FAIL here" in shown(t), f"it is {shown(t)}")
    t.says("100% done", "here")
    t.dispatched(1)


@scenario
def the_token_in_a_log_is_not_printed(t):
    hub = t.github(**failing(Job("bad", log=(
        f"Authorization: Bearer {t.token}", "x" * 3000 + t.token, t.token * 20, "the end"))))
    t.log_host()
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    t.says("the end")
    t.dispatched(1)


@scenario
def a_token_across_the_pieces_of_a_log_is_not_printed(t):
    """Wherever a buffer ends, half of a secret is a secret too."""
    hub = t.github(**failing(Job("bad", log=Log(tuple(
        "x" * (4096 * step + shift) + t.token for step in (1, 2, 4, 16)
        for shift in (-60, -39, -20, -1, 0)), stamps=False))))
    t.log_host()
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    for length in (12, 20, 30):
        t.expect(t.token[:length] not in t.result.log, f"{length} characters of the token")
    t.dispatched(1)


def takes_little_memory(t):
    most = MEMORY + (0 if t.setup.is_static else LIBRARIES)
    t.expect(0 < t.result.peak < most, f"{t.result.peak} KiB of memory")


@scenario
def two_hundred_megabytes_of_log_take_little_memory(t):
    size = (4 if t.setup.instrumented else 200) * 1000 * 1000
    log = Log(("the very last line",), filler=size, before_end=t.sample_memory)
    hub = t.github(**failing(Job("bad", log=log)))
    t.log_host()
    t.start(*t.base(), "--wait", *t.waiting(), "--log-failed", watch_memory=True)
    t.finish()
    t.concluded(hub.dispatched[0], "failure")
    t.expect(len(shown(t)) == 100 and shown(t)[-1].endswith("the very last line"),
             f"{len(shown(t))} lines, the last is {shown(t)[-1:]}")
    if not t.setup.instrumented:
        takes_little_memory(t)
    t.dispatched(1)


@scenario
def lines_of_a_megabyte_take_little_memory(t):
    log = Log(tuple(letter * (1 << 20) + "end" for letter in "abcdefgh") + ("the last",),
              filler=0 if t.setup.instrumented else 30 << 20, filler_width=1 << 20,
              before_end=t.sample_memory)
    hub = t.github(**failing(Job("bad", log=log)))
    t.log_host()
    t.start(*t.base(), "--wait", *t.waiting(), "--log-failed", watch_memory=True)
    t.finish()
    t.concluded(hub.dispatched[0], "failure")
    t.expect(shown(t)[-1].endswith("the last"), f"the last line is {shown(t)[-1][:80]!r}")
    t.expect(len(t.result.stderr) < 4 << 20, f"{len(t.result.stderr)} bytes of log")
    if not t.setup.instrumented:
        takes_little_memory(t)
    t.dispatched(1)


@scenario
def ten_thousand_long_lines_take_bounded_memory(t):
    if t.setup.instrumented:
        lines = 300
    else:
        lines = 12000
    log = Log(tuple(f"line {n} " + "y" * 2000 for n in range(lines)),
              before_end=t.sample_memory)
    hub = t.github(**failing(Job("bad", log=log)))
    t.log_host()
    t.start(*t.base(), "--wait", *t.waiting(), "--log-failed", "--log-lines", "10000",
            watch_memory=True)
    t.finish()
    t.concluded(hub.dispatched[0], "failure")
    t.expect(len(shown(t)) <= 10000 and f"line {lines - 1} " in shown(t)[-1],
             f"{len(shown(t))} lines, the last is {shown(t)[-1][:80]!r}")
    if not t.setup.instrumented:
        t.expect(0 < t.result.peak < 64 * 1024, f"{t.result.peak} KiB of memory")
    t.dispatched(1)


@scenario
def the_log_of_a_named_job_that_failed(t):
    hub = t.github(life="in_progress", jobs=(
        Job("build", life="in_progress:2 completed/failure", log=("it says",)),
        Job("other", life="in_progress completed/failure", log=("other says",)), Job("last")))
    t.log_host()
    t.wait("--job", "build", "--log-failed")
    t.concluded(hub.dispatched[0], "", code=1)
    t.says("it says")
    t.dispatched(1)


@scenario
def a_job_of_an_earlier_attempt(t):
    """After "re-run failed jobs" the last attempt has only what ran again."""
    for said, code in ((("success", "success"), 0), (("failure", "failure"), 1)):
        t.hub = t.github(life="#2 in_progress:3 completed/success", jobs=(
            Job("build", conclusion=said, attempts=(1,)), Job("test", conclusion=said)))
        t.wait("--job", "build")
        t.exits(code)
        if code:
            t.says('job "build"', "concluded with failure")
    t.dispatched(2)


@scenario
def a_named_job_that_nobody_has_seen(t):
    t.github(life="in_progress", jobs=(Job("build"), Job("test")))
    t.wait("--job", "biuld", waiting=t.waiting(wait_timeout="1500ms"))
    t.exits(6)
    t.says('No job "biuld" was seen; its jobs are: "build", "test".', "return-dispatch await")
    t.dispatched(1)


@scenario
def courtesies_beyond_the_timeout_have_one_budget(t):
    hub = t.github()
    runs = [hub.add_run(life="completed/failure") for _ in range(6)]
    hub.fault("GET", "/jobs", stall="reply")
    t.awaits(*runs, waiting=t.waiting(wait_timeout=t.seconds(2)),
             env={"GITHUB_STEP_SUMMARY": t.file("summary")})
    t.exits(1)
    for run in runs:
        t.says(f"run {run.id} concluded with failure")
    t.took_at_most(2 + 10 + 4)
    t.dispatched(0)


@scenario
def logs_that_come_without_a_redirect(t):
    """As servers that only resemble GitHub send them."""
    hub = t.github(**failing(Job("bad")))
    hub.fault("GET", GET_LOG, act=False, status=200, body="first\nlast\n",
              headers={"Content-Type": "text/plain"})
    t.wait("--log-failed")
    t.concluded(hub.dispatched[0], "failure")
    t.says("last")
    t.dispatched(1)
