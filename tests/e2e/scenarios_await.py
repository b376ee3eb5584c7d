# SPDX-License-Identifier: ISC
"""`return-dispatch await`: runs that exist already, by ID or URL, one or several."""

import signal
import time

import texts
from ghsim import Job
from harness import each, scenario, smoke

GET_RUN = r"/actions/runs/\d+(\?|$)"


def a_run(t, life="in_progress:3 completed/success", kind="github.com", **more):
    hub = t.hub = t.github(kind)
    return hub.add_run(life=life, **more)


def on_github_com(t, repo="octo-org/octo-repo"):
    """The simulated API is on another host than the pages, as behind a gateway."""
    return t.base(repo="github.com/" + repo, workflow=None, ref=None, retry_interval=None)


# ---- one

def nothing_without_the_run(t):
    """A verdict alone could be taken for that of another run."""
    t.expect(not t.result.stdout or t.result.stdout.startswith(b"run_id="),
             f"stdout is {t.result.stdout!r}")


@smoke
def a_run_is_awaited_by_its_id(t):
    run = a_run(t)
    t.awaits(run)
    t.concluded(run)
    t.requests_were(*[t.RUN] * 4)
    t.expect(t.hub.connections == 1, f"{t.hub.connections} connections")
    t.dispatched(0)


@scenario
def any_kind_of_run_can_be_awaited(t):
    for event in ("repository_dispatch", "push", "pull_request", "schedule"):
        run = a_run(t, event=event, life="in_progress completed/failure")
        t.awaits(run)
        t.concluded(run, "failure")
    t.dispatched(0)


@scenario
def a_run_is_awaited_by_its_url(t):
    for tail in ("", "/", "/attempts/1", "/job/52345678000", "/attempts/1/job/52345678000",
                 "?pr=7", "#summary", "/job/5?pr=1#step:3:1"):
        run = a_run(t)
        t.awaits(run.html_url + tail, base=on_github_com(t))
        t.concluded(run)
    t.dispatched(0)


@scenario
def a_url_names_a_run_on_the_server_that_is_configured(t):
    run = a_run(t, kind="ghes-3.20")
    where = run.html_url.split("/")[2]
    ca = ["--cacert", t.setup.pki.ca]
    for base, env in (([*ca, "-R", f"{where}/some/other"], {}),
                      ([*ca, "--api-url", t.hub.url()], {}),
                      (ca, {"GITHUB_API_URL": t.hub.url()}),
                      (ca, {"GITHUB_SERVER_URL": f"https://{where}"}),
                      (ca, {"GH_HOST": where}),
                      (ca, {"GITHUB_API_URL": t.hub.url(), "GH_HOST": "ghe.invalid"})):
        run = t.hub.add_run(life="completed/success")
        t.awaits(run.html_url, base=base, env=env)
        t.concluded(run)
    t.dispatched(0)


@each(("argument", "input"))
def a_url_on_any_other_server_gets_nothing(t, way):
    hub = t.github("ghes-3.20")
    decoy = t.github("ghes-3.20")
    run = decoy.add_run(life="completed/success")
    ca = ["--cacert", t.setup.pki.ca]
    theirs, ours = (server.html.split("/")[2] for server in (decoy, hub))
    for base, env, named in ((ca, {}, "github.com"),
                             ([*ca, "-R", "octo-org/octo-repo"], {}, "github.com"),
                             ([*ca, "--api-url", hub.url()], {}, ours),
                             ([*ca, "-R", f"{ours}/octo-org/octo-repo"], {}, ours),
                             (ca, {"GITHUB_API_URL": hub.url()}, ours),
                             (ca, {"GITHUB_API_URL": hub.url(), "GH_HOST": theirs}, ours),
                             (ca, {"GITHUB_SERVER_URL": hub.html}, ours),
                             (ca, {"GH_HOST": ours}, ours)):
        if way == "argument":
            t.awaits(run.html_url, base=base, env=env)
        else:
            t.awaits(base=base, env={**env, "INPUT_RUN_ID": run.html_url})
        t.refused(theirs, named, "Nothing was sent")
    for server in (hub, decoy):
        t.expect(server.connections == 0, "a server was called")
    t.dispatched(0)


@scenario
def the_repository_of_the_url_counts(t):
    run = a_run(t)
    t.awaits(run.html_url, base=on_github_com(t, "octo-org/elsewhere"),
             env={"GITHUB_REPOSITORY": "octo-org/elsewhere"})
    t.concluded(run)
    t.dispatched(0)


@scenario
def an_id_needs_a_repository(t):
    run = a_run(t)
    t.awaits(run, base=["--api-url", t.hub.url(), "--cacert", t.setup.pki.ca])
    t.refused("repo")
    t.no_requests()
    t.dispatched(0)


@each(("abc", "0", "-1", "12x", "1.5", "0x10", "99999999999999999999", "https://github.com/",
       "https://github.com/o/r", "https://github.com/o/r/actions/runs/",
       "https://github.com/o/r/actions/runs/x", "https://github.com/o/r/actions/runs/0",
       "https://github.com/o/r/runs/5", "ftp://github.com/o/r/actions/runs/5",
       "https://github.com/o/actions/runs/5", "https://u:p@github.com/o/r/actions/runs/5",
       "https://github.com/o/r/actions/runs/5x", "https://github.com/o/r/actions/runs/5\n"))
def what_is_no_run_is_refused(t, word):
    t.github()
    if word.startswith("-"):
        t.run(*t.awaiting(), "--", word)
    else:
        t.awaits(word)
    t.refused()
    t.no_requests()
    t.dispatched(0)


@scenario
def await_needs_a_run(t):
    t.github()
    t.awaits()
    t.refused("run")
    t.no_requests()
    t.dispatched(0)


@scenario
def a_run_that_is_not_there_is_looked_for_five_times(t):
    t.github()
    t.awaits(17654399999)
    t.exits(3)
    t.says("404", "17654399999")
    nothing_without_the_run(t)
    t.expect(len(t.looks()) == 5, f"{len(t.looks())} looks, expected 5")
    t.dispatched(0)


@scenario
def a_404_that_heals_is_forgotten(t):
    run = a_run(t, life="in_progress:6 completed/success")
    t.hub.refuse_with(texts.not_found(), "GET", GET_RUN, {1, 2, 3, 4, 6, 7, 8, 9})
    t.awaits(run)
    t.concluded(run)
    t.dispatched(0)


@scenario
def a_run_that_is_deleted_meanwhile_ends_the_wait(t):
    run = a_run(t, life="in_progress")
    t.hub.refuse_with(texts.not_found(), "GET", GET_RUN, range(4, 10 ** 6))
    t.awaits(run)
    t.concluded(run, "", code=3)
    t.says("404")
    error = next(line for line in t.result.log.splitlines() if "error: " in line)
    t.expect(str(run.id) in error, f"which run is not said: {error!r}")
    t.took_at_most(20)
    t.dispatched(0)


@each(((texts.BAD_CREDENTIALS, "401"), (texts.INTEGRATION, "403"), (texts.SSO, "SAML")))
def a_refusal_at_the_first_look_ends_it(t, row):
    refusal, word = row
    run = a_run(t)
    t.hub.refuse_with(refusal, "GET", GET_RUN)
    t.awaits(run)
    t.exits(3)
    t.says(word)
    nothing_without_the_run(t)
    # A token may be too new to be known everywhere.
    t.expect(len(t.looks()) <= 4, f"{len(t.looks())} looks")
    t.dispatched(0)


@scenario
def a_given_run_that_is_never_seen_is_exit_7(t):
    run = a_run(t)
    t.hub.fault("GET", GET_RUN, act=False, status=502, body={"message": "Server Error"})
    t.awaits(run, waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.exits(7)
    t.says("502", run.id)
    t.took_at_most(6)
    t.dispatched(0)


@scenario
def a_server_that_cannot_be_reached_is_exit_7(t):
    t.github()
    t.awaits(1, base=t.base(workflow=None, ref=None, retry_interval=None,
                            api_url=f"https://localhost:{t.refusing_port()}"),
             waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.exits(7)
    nothing_without_the_run(t)
    t.took_at_most(6)
    t.dispatched(0)


@scenario
def a_bad_certificate_is_not_waited_on(t):
    t.github(leaf="expired")
    t.awaits(1, waiting=t.waiting(wait_timeout=t.seconds(40)))
    t.exits(7)
    t.says("expired")
    t.took_at_most(10)
    t.dispatched(0)


@smoke
def an_await_that_times_out_is_exit_6(t):
    run = a_run(t, life="in_progress")
    t.awaits(run, waiting=t.waiting(wait_timeout=t.seconds(1)))
    t.concluded(run, "", code=6)
    t.dispatched(0)


@scenario
def an_attempt_that_began_earlier_is_reported(t):
    run = a_run(t, life="#3 in_progress:2 completed/success")
    t.awaits(run)
    t.concluded(run, attempt=3)
    t.dispatched(0)


# ---- what is printed

@scenario
def the_run_is_reported_when_it_is_first_seen(t):
    run = a_run(t, life="in_progress:12 completed/success")
    seen = {}
    t.hub.fault("GET", GET_RUN, 8, hook=lambda *_: seen.update(out=t.read("stdout")))
    with open(t.path("stdout"), "wb") as file:
        t.awaits(run, stdout=file)
    t.exits(0)
    t.expect(seen["out"] == f"run_id={run.id}\nrun_url={run.html_url}\n".encode(),
             f"during the wait stdout was {seen['out']!r}")
    t.dispatched(0)


@scenario
def the_formats_of_an_await(t):
    for style in ("id", "url"):
        run = a_run(t, life="in_progress completed/failure")
        t.awaits(run, "--format", style)
        t.exits(1)
        t.stdout_is(f"{run.id if style == 'id' else run.html_url}\n")
    t.dispatched(0)


@scenario
def the_json_of_an_await(t):
    run = a_run(t, life="in_progress completed/failure", branch="feature/ü")
    t.awaits(run, "--format", "json")
    t.exits(1)
    t.expect(t.json() == {
        "run_id": run.id, "run_url": run.html_url, "repository": "octo-org/octo-repo",
        "workflow": None, "ref": "feature/ü", "distinct_id": None, "identified_by": "given",
        "status": "completed", "conclusion": "failure", "run_attempt": 1},
        f"the object is {t.json()}")
    t.dispatched(0)


@scenario
def the_json_of_a_run_without_a_branch(t):
    run = a_run(t, life="in_progress completed/success")
    t.hub.fault("GET", GET_RUN, hook=lambda request, answer: setattr(
        answer, "body", answer.body.replace(b'"head_branch":"main"', b'"head_branch":null')))
    t.awaits(run, "--format", "json")
    t.exits(0)
    t.expect(t.json()["ref"] is None, f"the object is {t.json()}")
    t.dispatched(0)


@scenario
def the_outputs_of_an_await(t):
    run = a_run(t, life="in_progress completed/cancelled")
    t.awaits(run, env={"GITHUB_OUTPUT": t.file("output"),
                       "GITHUB_STEP_SUMMARY": t.file("summary")})
    t.concluded(run, "cancelled")
    t.expect(t.outputs() == {"run_id": str(run.id), "run_url": run.html_url,
                             "run_conclusion": "cancelled", "run_attempt": "1"},
             f"the outputs are {t.outputs()}")
    text = t.read("summary").decode()
    t.expect(run.html_url in text and "| " in text, f"the summary is {text!r}")
    t.dispatched(0)


@scenario
def an_output_file_that_cannot_be_opened_stops_an_await(t):
    run = a_run(t)
    t.awaits(run, env={"GITHUB_OUTPUT": t.path("no/such/folder/output")})
    t.refused("GITHUB_OUTPUT")
    t.no_requests()
    t.dispatched(0)


@scenario
def an_unusable_link_is_replaced_here_too(t):
    run = a_run(t)
    for link in ("javascript:alert(1)", "https://x.example/a b", "https://x.example/$(id)", ""):
        t.hub.faults.clear()
        t.hub.fault("GET", GET_RUN, hook=lambda request, answer, link=link: setattr(
            answer, "body", answer.body.replace(run.html_url.encode(), link.encode())))
        t.awaits(run)
        t.exits(0)
        t.stdout_matches(rf"run_id={run.id}\nrun_url=https?://[\w.:-]+/octo-org/octo-repo/"
                         rf"actions/runs/{run.id}\nrun_conclusion=success\nrun_attempt=1\n")
    t.dispatched(0)


# ---- several

@smoke
def several_runs_are_awaited_side_by_side(t):
    hub = t.github()
    runs = [hub.add_run(life=f"in_progress:{n}s completed/success") for n in (2, 1, 2, 1, 2)]
    t.awaits(*runs)
    t.exits(0)
    t.took_at_most(5)
    for run in runs:
        t.expect(f"run_id={run.id}\nrun_url={run.html_url}\n".encode() in t.result.stdout,
                 f"{run.id} is not told")
    t.expect(t.result.stdout.count(b"run_conclusion=success\n") == 5, "verdicts are missing")
    t.expect(hub.connections <= 3, f"{hub.connections} connections")
    t.dispatched(0)


@scenario
def a_run_that_fails_beside_a_slow_one(t):
    hub = t.github()
    bad = hub.add_run(life="in_progress:2 completed/failure")
    slow = hub.add_run(life=f"in_progress:{t.scaled(2)}s completed/success")
    t.awaits(bad, slow, "--format", "json")
    t.exits(1)
    t.took_at_least(1.5)
    t.expect([(line["run_id"], line["conclusion"]) for line in t.json_lines()]
             == [(bad.id, "failure"), (slow.id, "success")], f"{t.result.stdout!r}")
    t.dispatched(0)


@scenario
def json_lines_come_as_the_runs_end(t):
    hub = t.github()
    slow = hub.add_run(life=f"in_progress:{t.scaled(2)}s completed/success")
    quick = hub.add_run(life="in_progress:2 completed/success")
    seen = {}

    def look(request, answer):
        if str(slow.id) in request.target:
            seen.setdefault("out", t.read("stdout"))
    hub.fault("GET", GET_RUN, range(20, 10 ** 6), hook=look)
    with open(t.path("stdout"), "wb") as file:
        t.awaits(slow, quick, "--format", "json", stdout=file)
    t.exits(0)
    t.expect(str(quick.id).encode() in seen["out"] and str(slow.id).encode() not in seen["out"],
             f"during the wait stdout was {seen['out']!r}")
    t.dispatched(0)


@scenario
def the_outputs_are_those_of_the_first(t):
    hub = t.github()
    first = hub.add_run(life="in_progress:10 completed/success")
    second = hub.add_run(life="in_progress:2 completed/failure")
    t.awaits(first, second, env={"GITHUB_OUTPUT": t.file("output")})
    t.exits(1)
    t.expect(t.outputs() == {"run_id": str(first.id), "run_url": first.html_url,
                             "run_conclusion": "success", "run_attempt": "1"},
             f"the outputs are {t.outputs()}")
    t.dispatched(0)


@each((("a failure and a time-out", ("completed/failure", "in_progress"), 1),
       ("a time-out and a success", ("in_progress", "completed/success"), 6),
       ("a missing one and a time-out", (None, "in_progress"), 3),
       ("a missing one and a failure", (None, "completed/failure"), 1),
       ("a missing one and a success", (None, "completed/success"), 3),
       ("two successes", ("completed/success", "completed/success"), 0)))
def the_worst_of_several_counts(t, row):
    _, fates, code = row
    hub = t.github()
    runs = [hub.add_run(life=life) if life else 17654399999 for life in fates]
    t.awaits(*runs, waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.exits(code)
    t.dispatched(0)


@scenario
def one_that_is_never_seen_and_one_that_succeeds(t):
    hub = t.github()
    good, hidden = hub.add_run(life="completed/success"), hub.add_run(life="in_progress")
    hub.fault("GET", rf"/actions/runs/{hidden.id}", act=False, status=500,
              body={"message": "Server Error"})
    t.awaits(good, hidden, waiting=t.waiting(wait_timeout=t.seconds(2)))
    t.exits(7)
    t.expect(f"run_id={good.id}\n".encode() in t.result.stdout, "the good one is not told")
    t.dispatched(0)


@scenario
def one_that_hangs_does_not_stop_the_others(t):
    hub = t.github()
    good, hidden = hub.add_run(life="in_progress:3 completed/success"), \
        hub.add_run(life="in_progress:4 completed/success")
    hub.fault("GET", rf"/actions/runs/{hidden.id}", 2, stall="reply")
    t.awaits(hidden, good, waiting=t.waiting(wait_timeout="5m"))
    t.exits(0)
    t.took_at_most(50)
    t.dispatched(0)


@scenario
def each_of_several_runs_has_its_own_verdict(t):
    hub = t.github()
    good, missing = hub.add_run(life="completed/success"), 17654399999
    t.awaits(good, missing)
    t.exits(3)
    t.stdout_matches(rf"run_id={good.id}\nrun_url=\S+\nrun_conclusion=success\nrun_attempt=1\n"
                     rf"(run_id={missing}\n(run_\w+=.*\n)*)?")
    t.dispatched(0)


@scenario
def ids_and_urls_can_be_mixed(t):
    hub = t.github()
    runs = [hub.add_run(life="in_progress:2 completed/success") for _ in range(3)]
    t.awaits(runs[0], runs[1].html_url, runs[2].html_url + "/attempts/1", base=on_github_com(t))
    t.exits(0)
    t.dispatched(0)


@scenario
def the_same_run_twice_does_no_harm(t):
    hub = t.github()
    run = hub.add_run(life="in_progress:4 completed/success")
    t.awaits(run, run.html_url, base=on_github_com(t))
    t.exits(0)
    t.dispatched(0)


@scenario
def runs_of_different_hosts_are_refused(t):
    t.github()
    t.run("await", "https://github.com/o/r/actions/runs/1",
          "https://ghe.example/o/r/actions/runs/2")
    t.refused("ghe.example")
    t.no_requests()
    t.dispatched(0)


@scenario
def fifty_runs_take_few_connections(t):
    hub = t.github()
    runs = [hub.add_run(life=f"in_progress:{1 + n % 4} completed/success") for n in range(50)]
    t.awaits(*runs)
    t.exits(0)
    t.expect(hub.connections <= 8, f"{hub.connections} connections")
    t.expect(t.result.stdout.count(b"run_conclusion=success\n") == 50, "verdicts are missing")
    t.dispatched(0)


@scenario
def named_jobs_of_several_runs(t):
    hub = t.github()
    runs = [hub.add_run(life="in_progress", jobs=(
        Job("build", life="in_progress:2 completed/success"), Job("deploy"))) for _ in range(2)]
    t.awaits(*runs, "--job", "build")
    t.exits(0)
    t.dispatched(0)


# ---- the inputs of the action it replaces

def old_inputs(t, run, **more):
    return {"INPUT_TOKEN": t.token, "INPUT_REPO": "octo-repo", "INPUT_OWNER": "octo-org",
            "INPUT_RUN_ID": str(run.id), "INPUT_RUN_TIMEOUT_SECONDS": "300",
            "INPUT_POLL_INTERVAL_MS": "20", "INPUT_CANCEL_TIMEOUT_SECONDS": "", "INPUT_JOBS": "",
            "GITHUB_API_URL": t.hub.url(), "SSL_CERT_FILE": t.setup.pki.ca,
            "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo-org/caller",
            "GITHUB_RUN_ID": "1", **more}


@scenario
def the_old_inputs_work_unchanged(t):
    for conclusion in ("success", "failure"):
        run = a_run(t, life=f"queued:2 in_progress:2 completed/{conclusion}")
        t.run("await", env=old_inputs(t, run), token=False)
        t.concluded(run, conclusion)
    t.dispatched(0)


@scenario
def the_old_inputs_name_jobs(t):
    run = a_run(t, life="in_progress", jobs=(
        Job("build", life="in_progress:2 completed/success"),
        Job("call / inner", life="queued:2 in_progress:2 completed/skipped"), Job("last")))
    t.run("await", env=old_inputs(t, run, INPUT_JOBS="build\ncall / inner\n"), token=False)
    t.concluded(run, "", code=1)
    t.says("call / inner", "skipped")
    t.dispatched(0)


@scenario
def the_old_inputs_time_out_and_cancel(t):
    run = a_run(t, life="in_progress")
    t.run("await", env=old_inputs(t, run, INPUT_RUN_TIMEOUT_SECONDS="1"), token=False)
    t.concluded(run, "", code=6)
    run = a_run(t, life="in_progress")
    t.run("await", env=old_inputs(t, run, INPUT_RUN_TIMEOUT_SECONDS="30",
                                  INPUT_CANCEL_TIMEOUT_SECONDS="1"), token=False)
    t.concluded(run, "cancelled")
    t.expect(t.hub.cancelled() == [("cancel", "202")], f"{t.hub.cancelled()}")
    t.dispatched(0)


@each((("INPUT_RUN_ID", "123abc"), ("INPUT_RUN_ID", ""), ("INPUT_RUN_TIMEOUT_SECONDS", "5x"),
       ("INPUT_POLL_INTERVAL_MS", "fast"), ("INPUT_POLL_INTERVAL_MS", "0"),
       ("INPUT_CANCEL_TIMEOUT_SECONDS", "1.5"), ("INPUT_CANCEL_TIMEOUT_SECONDS", "300"),
       ("INPUT_CANCEL_ON_INTERRUPT", "maybe"), ("INPUT_OWNER", "a/b")))
def wrong_inputs_are_refused_by_name(t, row):
    run = a_run(t)
    t.run("await", env=old_inputs(t, run, **{row[0]: row[1]}), token=False)
    t.refused(row[0] if row[1] else ("INPUT_RUN_ID", "run"), row[1])
    t.no_requests()
    t.dispatched(0)


@scenario
def the_inputs_of_a_dispatch_are_not_looked_at(t):
    run = a_run(t)
    t.awaits(run, env={"INPUT_WORKFLOW": "../bad\n", "INPUT_REF": "", "INPUT_WAIT": "maybe",
                       "INPUT_WORKFLOW_INPUTS": "{broken", "INPUT_WORKFLOW_TIMEOUT_SECONDS": "x",
                       "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS": "y", "INPUT_DISTINCT_ID": "z"})
    t.concluded(run)
    t.dispatched(0)


@scenario
def the_argument_wins_over_the_input(t):
    run = a_run(t)
    t.awaits(run, env={"INPUT_RUN_ID": "17654399999"})
    t.concluded(run)
    t.dispatched(0)


@scenario
def the_unit_of_the_interval_is_milliseconds_only_in_the_input(t):
    run = a_run(t, life="in_progress:3 completed/success")
    t.awaits(run, waiting=t.waiting(poll_interval=None),
             env={"INPUT_POLL_INTERVAL_MS": "1s"})
    t.concluded(run)
    first, second = (look.time for look in t.looks()[:2])
    t.expect(0.8 < second - first < t.scaled(2.5), f"a pause of {second - first:.2f} s")
    t.dispatched(0)


# ---- mistakes

@each((("--poll-interval", "0"), ("--poll-interval", "0ms"), ("--poll-interval", "5x"),
       ("--poll-interval", "-1"), ("--poll-interval", ""), ("--wait-timeout", "1.5"),
       ("--wait-timeout", "1h30m"), ("--wait-timeout", ""), ("--cancel-after", "x"),
       ("--cancel-after", ""), ("--rerun-grace", "soon"), ("--log-lines", "0"),
       ("--log-lines", "10001"), ("--log-lines", "-5"), ("--log-lines", "1x"),
       ("--log-lines", ""), ("--log-lines", "99999999999999999999"), ("--job", "")))
def bad_values_are_refused(t, row):
    run = a_run(t)
    option, value = row
    for command in (t.awaiting(run, waiting=[]), [*t.base(), "--wait"]):
        t.run(*command, f"{option}={value}")
        t.refused(option, value)
    t.no_requests()
    t.dispatched(0)


@scenario
def cancelling_must_come_before_the_end_of_the_wait(t):
    run = a_run(t, life="completed/success")
    for limit, after in (("10s", "10s"), ("10s", "11s"), (None, "300s"), (None, "5m")):
        t.awaits(run, "--cancel-after", after, waiting=t.waiting(wait_timeout=limit))
        t.refused("--cancel-after", "--wait-timeout")
    t.no_requests()
    for limit, after in (("10s", "9999ms"), ("0", "10m"), (None, "299s")):
        t.awaits(run, "--cancel-after", after, waiting=t.waiting(wait_timeout=limit))
        t.exits(0)
    t.dispatched(0)


@scenario
def forcing_needs_cancelling(t):
    run = a_run(t)
    t.awaits(run, "--force-cancel-after", "10s")
    t.refused("--force-cancel-after", "--cancel-after")
    t.no_requests()
    t.dispatched(0)


@each((("--workflow", "x.yml"), ("--ref", "main"), ("--field", "a=b"), ("--inputs", "{}"),
       ("--distinct-id", None), ("--timeout", "5"), ("--retry-interval", "5"),
       ("--dry-run", None), ("--wait", None)))
def options_of_the_dispatch_are_refused(t, row):
    run = a_run(t)
    t.awaits(run, *(word for word in row if word is not None))
    t.refused(row[0])
    t.no_requests()
    t.dispatched(0)


@each((("--wait-timeout", "5"), ("--poll-interval", "5"), ("--job", "x"), ("--cancel-after", "5"),
       ("--force-cancel-after", "5"), ("--cancel-on-interrupt", None), ("--rerun-grace", "5"),
       ("--log-failed", None), ("--log-lines", "5")))
def options_of_the_wait_need_one(t, row):
    t.github()
    words = [word for word in row if word is not None]
    if row[0] == "--force-cancel-after":
        words += ["--cancel-after", "3"]
    t.dispatch(*words)
    t.refused("--wait")
    t.no_requests()
    t.dispatched(0)


@scenario
def options_of_the_wait_go_with_the_input_too(t):
    hub = t.github(life="completed/success")
    t.dispatch("--poll-interval", "50ms", env={"INPUT_WAIT": "true"})
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_wait_that_is_neither_true_nor_false_is_refused(t):
    t.github(life="completed/success")
    for name in ("INPUT_WAIT", "INPUT_CANCEL_ON_INTERRUPT"):
        for value in ("yes", "1", "tRUE", "on", "true false"):
            t.dispatch("--wait", env={"INPUT_WAIT": "true", name: value})
            # The option wins over INPUT_WAIT, which then need not be looked at.
            if name == "INPUT_WAIT":
                t.exits(0, 2)
                continue
            t.refused(name, value)
    for value in ("yes", "1", "tRUE"):
        t.dispatch(env={"INPUT_WAIT": value})
        t.refused("INPUT_WAIT", value)
    t.dispatched(sum(request.acted for request in t.hub.requests))


@scenario
def a_stray_word_is_still_refused(t):
    t.github()
    for words in (("awaits",), ("wait",), ("123",), ("dispatch",)):
        t.dispatch(*words)
        t.refused("argument")
    t.no_requests()
    t.dispatched(0)


@scenario
def await_may_stand_after_options(t):
    run = a_run(t)
    words = t.awaiting(run)
    t.run(*words[1:-1], "await", words[-1])
    t.exits(0, 2)
    t.dispatched(0)


@scenario
def the_help_describes_waiting(t):
    for words in (("--help",), ("await", "--help")):
        t.run(*words, token=False)
        t.exits(0)
        t.stdout_matches(r".*--wait-timeout.*")
        for option in ("await", "--poll-interval", "--job", "--cancel-after",
                       "--force-cancel-after", "--cancel-on-interrupt", "--rerun-grace",
                       "--log-failed", "--log-lines"):
            t.expect(option.encode() in t.result.stdout, f"the help lacks {option}")
        t.expect(max(len(line) for line in t.result.stdout.decode().splitlines()) <= 80,
                 "lines of the help are longer than 80")
    t.dispatched(0)


@scenario
def a_dry_run_with_a_wait_sends_nothing(t):
    t.github()
    t.wait("--dry-run")
    t.exits(0)
    t.no_requests()
    t.dispatched(0)


@scenario
def a_signal_before_the_first_answer(t):
    run = a_run(t)
    t.hub.fault("GET", GET_RUN, stall="reply")
    t.start(*t.awaiting(run))
    t.hub.wait_for("GET", GET_RUN, 1, t.scaled(30))
    began = time.monotonic()
    t.signal(signal.SIGTERM)
    t.finish()
    t.exits(143)
    t.expect(time.monotonic() - began < t.scaled(3), "took long")
    t.dispatched(0)
