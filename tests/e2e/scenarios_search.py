# SPDX-License-Identifier: ISC
"""Servers that don't tell the run's ID: the run is found by what carries the distinct ID."""

import json

import texts
from ghsim import Input, Job, Lag, matrix, step_named
from harness import scenario, smoke

OLD = "ghes-3.20"
DEAF = "ghes-3.8"       # ignores the version header
STEP = step_named("{distinct_id}")


@smoke
def the_ladder_of_an_old_server(t):
    hub = t.github(OLD, jobs=STEP)
    hub.neighbours(2, age=600, done=True)
    t.dispatch("--format", "json")
    t.exits(0)
    t.requests_began(t.LIST, t.POST, t.LIST)
    first, second = hub.preparations[0], t.posts()[0]
    t.expect(first.header("X-GitHub-Api-Version") == "2026-03-10", "the first version is wrong")
    t.expect(second.header("X-GitHub-Api-Version") == "2022-11-28", "the second version is wrong")
    t.expect(len(t.posts()) == len(hub.preparations) == 1, "a refused dispatch was sent")
    sent = second.json()["inputs"]["distinct_id"]
    t.expect(len(sent) == 36, "no UUID was sent")
    t.expect(t.json()["distinct_id"] == sent and t.json()["run_id"] == hub.dispatched[0].id,
             "the result is wrong")
    t.no_filters()
    t.dispatched(1)


@scenario
def a_version_that_has_ended_leads_down_the_same_ladder(t):
    hub = t.github(jobs=STEP)
    hub.refuse_with(texts.VERSION_GONE, nth=1)
    t.dispatch()
    t.found(hub.dispatched[0])
    t.requests_began(t.POST, t.POST, t.LIST)
    first, second = t.posts()
    t.expect(second.header("X-GitHub-Api-Version") == "2022-11-28", "the second version is wrong")
    t.expect(not first.json().get("inputs"), "the first dispatch had inputs")
    t.dispatched(1)


@scenario
def an_old_server_with_no_runs_yet(t):
    hub = t.github(OLD, jobs=STEP)
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def found_by_run_name(t):
    hub = t.github(OLD, run_name="Build [{distinct_id}]")
    t.dispatch("--format", "json")
    t.exits(0)
    t.expect(t.json()["run_id"] == hub.dispatched[0].id
             and t.json()["identified_by"] == "run-name", f"the result is {t.json()}")
    t.expect(not t.requests(t.JOBS), "the jobs were looked at in vain")
    t.dispatched(1)


@scenario
def found_by_the_name_field_alone(t):
    hub = t.github(OLD)
    hub.after_dispatch = lambda hub, run: setattr(run, "name", run.inputs["distinct_id"])
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@smoke
def found_by_job_name_while_still_queued(t):
    hub = t.github(OLD, jobs=(Job("first"), Job("call {distinct_id} / inner")),
                   lag=Lag(jobs=1, queued=10 ** 6))
    t.dispatch("--format", "json")
    t.exits(0)
    t.expect(t.json()["run_id"] == hub.dispatched[0].id
             and t.json()["identified_by"] == "job-name", f"the result is {t.json()}")
    t.dispatched(1)


@scenario
def found_by_step_name_after_every_lag(t):
    hub = t.github(OLD, jobs=STEP, lag=Lag(listed=2, jobs=2, queued=2, setup=2))
    hub.after_dispatch = lambda hub, run: hub.neighbours(3)
    t.dispatch("--format", "json")
    t.exits(0)
    t.expect(t.json()["run_id"] == hub.dispatched[0].id
             and t.json()["identified_by"] == "step-name", f"the result is {t.json()}")
    for request in t.requests(t.JOBS):
        t.expect(request.query.get("filter") == "all", f"{request.line()} has no filter=all")
    t.no_filters()
    t.dispatched(1)


@scenario
def sixty_newer_neighbours_and_the_marker_in_job_130_of_150(t):
    hub = t.github(OLD, jobs=matrix(150, marker_at=130))
    hub.neighbours(5, age=60, done=True)
    hub.after_dispatch = lambda hub, run: hub.neighbours(60)
    t.dispatch()
    t.found(hub.dispatched[0])
    t.no_filters()
    t.dispatched(1)


@scenario
def more_newer_neighbours_than_a_page_holds(t):
    hub = t.github(OLD, run_name="Build [{distinct_id}]")
    hub.after_dispatch = lambda hub, run: hub.neighbours(130, title="Build", name="Build")
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def the_distinct_id_1_beside_step_12(t):
    hub = t.github(OLD, jobs=step_named("step {distinct_id}"))
    hub.after_dispatch = lambda hub, run: [
        hub.add_run(jobs=step_named(text)) for text in (
            "step 12", "step 21", "v1", "1st", "x1x", "s1", "step-11")] + [
        hub.add_run(title="Build 10"), hub.add_run(jobs=(Job("test1"),))]
    t.dispatch("--distinct-id=1")
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_short_distinct_id_stands_alone_between_signs(t):
    for text in ("{distinct_id}", "[{distinct_id}]", "a/{distinct_id}", "x_{distinct_id}_y",
                 "Run echo '{distinct_id}'", "é{distinct_id}é"):
        t.hub = hub = t.github(OLD, jobs=step_named(text))
        t.dispatch("--distinct-id=7b")
        t.found(hub.dispatched[0])
    t.dispatched(len(t.servers))


@scenario
def a_long_distinct_id_may_stand_anywhere(t):
    hub = t.github(OLD, jobs=step_named("xx{distinct_id}yy"))
    t.dispatch("--distinct-id=0123456789abcdef")
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def names_are_compared_after_unescaping(t):
    hub = t.github(OLD, run_name="Build {distinct_id} now")
    t.dispatch('--distinct-id=ü "x" \\ 🚀/z')
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_distinct_id_used_by_an_earlier_run_does_not_count(t):
    hub = t.github(OLD, run_name="Build [{distinct_id}]", lag=Lag(listed=3))
    earlier = hub.add_run(inputs={"distinct_id": "nightly"}, age=3, done=True)
    t.dispatch("--distinct-id=nightly")
    t.found(hub.dispatched[0])
    t.expect(hub.dispatched[0].id != earlier.id, "the scenario is broken")
    t.dispatched(1)


@scenario
def without_a_baseline_the_servers_clock_sets_the_floor(t):
    hub = t.github(DEAF, run_name="Build [{distinct_id}]", lag=Lag(listed=3))
    hub.add_run(inputs={"distinct_id": "nightly"}, age=120, done=True)
    t.dispatch("--distinct-id=nightly")
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def two_runs_with_the_distinct_id_prove_nothing(t):
    def again(hub, run):
        hub.twin = hub.add_run(inputs=dict(run.inputs))
    for kind, fields in ((OLD, {"run_name": "Build [{distinct_id}]"}),
                         (OLD, {"jobs": STEP}), (DEAF, {"run_name": "Build [{distinct_id}]"})):
        t.hub = hub = t.github(kind, **fields)
        hub.after_dispatch = again
        t.dispatch("--distinct-id=shared-by-two", "--timeout", t.seconds(3))
        t.exits(5)
        t.stdout_is("")
        t.says(hub.dispatched[0].html_url, hub.twin.html_url)
    t.dispatched(3)


@scenario
def a_push_that_mentions_the_distinct_id_is_not_ours(t):
    hub = t.github(OLD, jobs=STEP, lag=Lag(listed=2))
    hub.after_dispatch = lambda hub, run: hub.add_run(
        event="push", title="Mention " + run.inputs["distinct_id"])
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def another_workflows_run_with_the_distinct_id_is_not_ours(t):
    """It was handed the ID by our run, say; the repository-wide list shows both."""
    for workflow in ("build.yml", "159038"):
        t.hub = hub = t.github(OLD, run_name="Build [{distinct_id}]", lag=Lag(listed=5))
        child = hub.workflow("child.yml", 159040, run_name="Child of [{distinct_id}]")
        hub.after_dispatch = lambda hub, run, child=child: hub.add_run(
            child, inputs=dict(run.inputs))
        t.dispatch(base=t.base(workflow=workflow))
        t.found(hub.dispatched[0])
    t.dispatched(2)


@scenario
def a_lagging_index_does_not_matter(t):
    hub = t.github(OLD, jobs=STEP, lag=Lag(listed=1))
    hub.index_lag = 10 ** 6
    t.dispatch()
    t.found(hub.dispatched[0])
    t.no_filters()
    t.dispatched(1)


@scenario
def the_servers_clock_may_be_ten_minutes_off(t):
    for kind in (OLD, DEAF):
        for offset in (600, -600):
            t.hub = hub = t.github(kind, jobs=STEP, clock_offset=offset, lag=Lag(listed=2))
            t.dispatch("--distinct-id=clocks-differ")
            t.found(hub.dispatched[0])
    t.dispatched(4)


@scenario
def the_clock_does_not_matter_after_a_lost_reply_either(t):
    for offset in (600, -600):
        t.hub = hub = t.github(jobs=STEP, clock_offset=offset)
        hub.add_run(inputs={"distinct_id": "clocks-differ"}, age=300)
        hub.fault("POST", "/dispatches$", cut="reply")
        t.dispatch("--distinct-id=clocks-differ")
        t.found(hub.dispatched[0])
    t.dispatched(2)


@scenario
def a_server_that_ignores_the_version_is_searched(t):
    hub = t.github(DEAF, jobs=STEP)
    t.dispatch("--distinct-id")
    t.found(hub.dispatched[0])
    t.expect(len(t.posts()) == 1, "dispatched again")
    t.dispatched(1)


@scenario
def a_204_without_a_distinct_id_leaves_the_run_unproved(t):
    t.github("silent", inputs={})
    t.dispatch("--timeout", t.seconds(2))
    t.exits(5)
    t.stdout_is("")
    t.says("distinct")
    t.expect(len(t.posts()) == 2, "more than the refused one and this were sent")
    t.dispatched(1)


@scenario
def a_server_that_tells_nothing_is_sent_an_id_at_once(t):
    hub = t.github("silent", jobs=STEP)
    t.dispatch()
    t.found(hub.dispatched[0])
    t.expect(len(t.posts()) == 1, "dispatched again")
    t.requests_began(t.LIST, t.POST, t.LIST)
    t.dispatched(1)


@scenario
def a_server_that_ignores_the_version_is_sent_an_id_at_once(t):
    hub = t.github(DEAF, jobs=STEP)
    t.dispatch()
    t.found(hub.dispatched[0])
    t.requests_began(t.LIST, t.POST, t.LIST)
    t.dispatched(1)


@scenario
def a_new_server_is_sent_what_github_com_is_sent(t):
    for kind in ("ghes-3.21", "github.com"):
        t.hub = hub = t.github(kind, inputs={})
        t.dispatch()
        t.found(hub.dispatched[0])
        t.requests_were(t.POST)
        t.expect([request.target.partition("?")[2] for request in hub.preparations]
                 == ["per_page=1"], "not one look at the newest run")
    t.dispatched(2)


@scenario
def a_baseline_that_a_new_server_refuses_prevents_nothing(t):
    for row in (texts.not_found(), texts.INTEGRATION, texts.refusal(502, "Server Error"),
                (200, {"Content-Type": "text/html"}, "<html>Unicorn!</html>")):
        t.hub = hub = t.github("ghes-3.21")
        hub.fault("GET", "per_page=1$", preparing=True, act=False, status=row[0],
                  headers=row[1], body=row[2])
        t.dispatch("--timeout", t.seconds(4))
        t.found(hub.dispatched[0])
    t.dispatched(4)


@scenario
def a_wrong_name_has_the_message_of_a_dispatch(t):
    for kind in ("github.com", OLD, DEAF, "silent"):
        t.hub = t.github(kind)
        t.dispatch(base=t.base(workflow="no-such.yml"))
        t.refused("404", "no such repository or workflow", "default branch", code=3)
    t.dispatched(0)


@scenario
def an_old_server_where_the_workflow_lacks_the_input(t):
    t.github(OLD, inputs={"env": Input()})
    t.dispatch("-f", "env=prod")
    t.refused("distinct_id", "inputs", ("declare", "add"), code=3)
    t.requests_were(t.LIST, t.POST)
    t.dispatched(0)


@scenario
def a_run_that_never_shows_is_not_identified(t):
    t.github(OLD, lag=Lag(listed=10 ** 6))
    t.dispatch("--timeout", t.seconds(2))
    t.exits(5)
    t.stdout_is("")
    t.took_at_most(6)
    t.dispatched(1)


@scenario
def a_run_without_any_marker_is_not_guessed(t):
    hub = t.github(OLD)
    t.dispatch("--timeout", t.seconds(2))
    t.exits(5)
    t.stdout_is("")
    t.says(hub.dispatched[0].html_url)
    t.took_at_most(6)
    t.dispatched(1)


@scenario
def every_third_look_is_at_the_whole_repository(t):
    hub = t.github(OLD, jobs=STEP, lag=Lag(listed=7))
    t.dispatch()
    t.found(hub.dispatched[0])
    looks = [r for r in t.requests(t.LIST)[1:] if r.query.get("page", "1") == "1"]
    kinds = ["repository" if "/workflows/" not in r.path else "workflow" for r in looks]
    t.expect(kinds[:6] == ["workflow", "workflow", "repository"] * 2, f"the looks were {kinds}")
    t.dispatched(1)


@scenario
def the_whole_repository_makes_up_for_an_empty_workflow_list(t):
    hub = t.github(OLD, jobs=STEP)
    hub.fault("GET", r"/workflows/[^/]+/runs",
              body={"total_count": 595, "workflow_runs": []})
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def lists_are_asked_for_conditionally_and_settled_runs_only_once(t):
    hub = t.github(OLD, jobs=STEP, lag=Lag(jobs=0, queued=0, setup=8))
    hub.after_dispatch = lambda hub, run: setattr(hub, "settled", hub.neighbours(4, done=True))
    t.dispatch()
    t.found(hub.dispatched[0])
    t.expect(sum(r.status == 304 for r in hub.requests) >= 4, "hardly any 304")
    for run in hub.settled:
        looked = t.requests(rf".*/actions/runs/{run.id}/jobs.*")
        t.expect(len(looked) == 1, f"the settled run {run.id} was looked at {len(looked)} times")
    t.dispatched(1)


@scenario
def a_server_without_etags_is_fine(t):
    hub = t.github(OLD, jobs=STEP, lag=Lag(listed=2, setup=2))
    hub.etags = False
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def the_pace_without_an_interval_is_about_a_second(t):
    hub = t.github(OLD, jobs=STEP, lag=Lag(listed=2))
    t.dispatch(base=t.base(retry_interval=None))
    t.found(hub.dispatched[0])
    looks = [r.time for r in t.requests(t.LIST)[1:]]
    posted = t.posts()[-1].time
    t.expect(looks[0] - posted < t.scaled(0.9), "the first look was late")
    for earlier, later in zip(looks, looks[1:3]):
        t.expect(0.9 < later - earlier < t.scaled(4), f"a pause of {later - earlier:.2f} s")
    t.dispatched(1)


@scenario
def the_pace_with_an_interval_grows_linearly(t):
    hub = t.github(OLD, jobs=STEP, lag=Lag(listed=4))
    t.dispatch(base=t.base(retry_interval="150ms"))
    t.found(hub.dispatched[0])
    looks = [r.time for r in t.requests(t.LIST)[1:]]
    for number, (earlier, later) in enumerate(zip(looks, looks[1:]), 1):
        pause = later - earlier
        t.expect(number * 0.15 - 0.02 < pause < number * 0.15 + t.scaled(1),
                 f"pause {number} was {pause:.2f} s")
    t.dispatched(1)


@scenario
def server_errors_in_the_search_are_ridden_out(t):
    hub = t.github(OLD, jobs=STEP)
    hub.fault("GET", "/runs", {2, 3}, act=False, status=502, body={"message": "Server Error"})
    hub.fault("GET", "/jobs", 1, act=False, status=503, body=texts.UNAVAILABLE_HTML,
              headers={"Content-Type": "text/html"}, framing="http10")
    hub.fault("GET", "/jobs", 2, cut="reply", how="reset")
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def server_errors_for_ever_end_at_the_deadline(t):
    hub = t.github(OLD, jobs=STEP)
    hub.fault("GET", "/runs", range(2, 10 ** 6), act=False, status=500,
              body={"message": "Server Error"})
    t.dispatch("--timeout", t.seconds(3))
    t.exits(5)
    t.says("500")
    t.took_at_most(8)
    t.dispatched(1)


@scenario
def a_rate_limit_in_the_search_is_waited_for(t):
    hub = t.github(OLD, jobs=STEP)
    hub.refuse_with(texts.secondary_limit(1, status=429), "GET", "/runs", 2)
    hub.refuse_with(texts.primary_limit(int(hub.now()) + 2), "GET", "/jobs", 1)
    t.dispatch("--timeout", t.seconds(60))
    t.found(hub.dispatched[0])
    t.took_at_least(1)
    t.dispatched(1)


@scenario
def a_404_that_heals_is_ridden_out(t):
    hub = t.github(OLD, jobs=STEP)
    hub.refuse_with(texts.not_found(), "GET", "/jobs", 1)
    hub.refuse_with(texts.not_found(), "GET", r"/runs(\?|$)", 2)
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_404_that_lasts_ends_the_search(t):
    hub = t.github(OLD, jobs=STEP)
    hub.refuse_with(texts.not_found(), "GET", r"/runs(\?|$)", range(2, 10 ** 6))
    t.dispatch("--timeout", t.seconds(50))
    t.exits(5)
    t.says("404")
    t.took_at_most(45)
    t.dispatched(1)


@scenario
def a_token_that_ends_during_the_search_ends_it(t):
    hub = t.github(OLD, jobs=STEP)
    hub.refuse_with(texts.BAD_CREDENTIALS, "GET", "/runs", range(2, 10 ** 6))
    t.dispatch("--timeout", t.seconds(50))
    t.exits(5)
    t.says("401", "dispatched")
    t.took_at_most(30)
    t.dispatched(1)


@scenario
def a_token_that_may_not_read_ends_the_search(t):
    hub = t.github(OLD, jobs=STEP)
    hub.refuse_with(texts.INTEGRATION, "GET", "/jobs")
    t.dispatch("--timeout", t.seconds(50))
    t.exits(5)
    t.says("403")
    t.took_at_most(30)
    t.dispatched(1)


@scenario
def a_refused_baseline_starts_nothing(t):
    for row, word in ((texts.BAD_CREDENTIALS, "401"), (texts.INTEGRATION, "403")):
        t.hub = hub = t.github(OLD, jobs=STEP)
        hub.refuse_with(row, "GET", "/runs")
        t.dispatch("--timeout", t.seconds(20))
        t.refused(word, code=3)
        t.expect(not t.posts(), "dispatched without a baseline")
    t.dispatched(0)


@scenario
def a_baseline_that_never_comes_starts_nothing(t):
    hub = t.github(OLD, jobs=STEP)
    hub.fault("GET", "/runs", act=False, status=502, body={"message": "Server Error"})
    t.dispatch("--timeout", t.seconds(3))
    t.exits(7)
    t.took_at_most(8)
    t.expect(not t.posts(), "dispatched without a baseline")
    t.dispatched(0)


@scenario
def a_silent_server_in_the_search_does_not_stretch_the_deadline(t):
    hub = t.github(OLD, jobs=STEP)
    hub.fault("GET", "/jobs", stall="reply")
    t.dispatch("--timeout", t.seconds(2))
    t.exits(5)
    t.took_at_most(6)
    t.dispatched(1)


@scenario
def the_url_comes_from_the_list(t):
    hub = t.github(OLD, run_name="Build [{distinct_id}]")
    hub.after_dispatch = lambda hub, run: setattr(
        run, "html_url", f"https://web.example/octo-org/octo-repo/actions/runs/{run.id}")
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def null_fields_in_runs_and_jobs_do_not_matter(t):
    hub = t.github(OLD, jobs=STEP)
    hub.after_dispatch = lambda hub, run: hub.neighbours(2)

    def hollow(request, answer):
        body = json.loads(answer.body)
        for run in body["workflow_runs"]:
            run.update(name=None, head_branch=None, head_repository=None, pull_requests=None,
                       head_commit=None, referenced_workflows=None, actor=None)
        answer.body = json.dumps(body).encode()
    hub.fault("GET", r"/runs(\?|$)", hook=hollow)
    hub.fault("GET", r"/jobs", 1, hook=lambda request, answer: setattr(
        answer, "body", answer.body.replace(b'"steps":[', b'"steps":null,"other":[')))
    t.dispatch("--timeout", t.seconds(30))
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def found_behind_needs(t):
    """The job is not in the list before it may begin; all others show their steps by then."""
    hub = t.github(OLD, life="in_progress", jobs=(
        Job("build", ("Run make",)),
        Job("deploy", ("Run actions/checkout@v5", "{distinct_id}"),
            life="absent:3 queued in_progress")))
    hub.after_dispatch = lambda hub, run: hub.neighbours(5)
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_run_that_completes_shows_what_came_last(t):
    """Its row tells that it is over: its jobs are asked for once more, at once."""
    hub = t.github(OLD, life="in_progress:2s completed/success", jobs=(
        Job("build", ("Run make",)), Job("{distinct_id}", life="absent:2s completed/skipped")))
    hub.after_dispatch = lambda hub, run: hub.neighbours(60)
    t.dispatch()
    t.found(hub.dispatched[0])
    t.took_at_most(20)
    t.dispatched(1)


@scenario
def eleven_digits_beside_runs_that_wait_for_a_runner(t):
    hub = t.github(OLD, jobs=step_named("from {distinct_id}"))
    hub.after_dispatch = lambda hub, run: hub.neighbours(5, lag=Lag(queued=10 ** 6))
    t.dispatch("--distinct-id=17654320999", "--timeout", t.seconds(30))
    t.found(hub.dispatched[0])
    t.took_at_least(3)
    t.dispatched(1)


@scenario
def an_id_used_a_moment_before_is_not_printed_for_the_former_run(t):
    """A retry after a crash: the former run is listed late, ours even later."""
    for kind in (OLD, DEAF):
        t.hub = hub = t.github(kind, run_name="Build [{distinct_id}]", lag=Lag(2, unit="seconds"))
        former = hub.add_run(inputs={"distinct_id": "a-deploy-of-the-day"}, age=1,
                             lag=Lag(0.5, unit="seconds"))
        hub.after_dispatch = lambda hub, run: None
        t.dispatch("--distinct-id=a-deploy-of-the-day", "--timeout", t.seconds(20))
        t.expect(t.result.stdout != f"run_id={former.id}\nrun_url={former.html_url}\n".encode(),
                 "the former run was printed")
        t.exits(0, 5)
    t.dispatched(2)


@scenario
def sixty_running_neighbours_cost_little(t):
    """None of them is settled while it runs, whatever it shows."""
    hub = t.github(OLD, run_name="Build [{distinct_id}]", lag=Lag(12, unit="seconds"))
    hub.after_dispatch = lambda hub, run: hub.neighbours(60, life="in_progress")
    t.dispatch("--timeout", t.seconds(60), base=t.base(retry_interval=None))
    t.found(hub.dispatched[0])
    t.expect(len(t.requests(t.JOBS)) <= 60 * 6, f"{len(t.requests(t.JOBS))} looks at jobs")
    t.dispatched(1)


@scenario
def more_rows_than_asked_for_are_refused(t):
    """Ascending, as no server sends them; a thousand where ten were asked for."""
    hub = t.github(OLD, jobs=STEP)

    def many(request, answer):
        row = json.loads(answer.body)["workflow_runs"]
        first = int(request.query.get("page", "1")) * 10 ** 6 + 10 ** 11
        body = {"total_count": 10 ** 6, "workflow_runs": [
            {**(row[0] if row else {"event": "workflow_dispatch"}), "id": first + n}
            for n in range(1000)]}
        answer.body = json.dumps(body).encode()
    hub.fault("GET", r"/runs\?per_page=[13]0", hook=many)
    hub.fault("GET", r"/runs\?per_page=100", hook=many)
    t.dispatch("--timeout", t.seconds(3))
    t.exits(5)
    t.says("a page of 1000", "were requested")
    t.took_at_most(6)
    t.dispatched(1)


@scenario
def a_single_refusal_ends_nothing(t):
    for row in (texts.BAD_CREDENTIALS, texts.INTEGRATION, texts.not_found()):
        for method, path, nth, preparing in (
                ("POST", "/dispatches$", 1, False), ("GET", r"/runs(\?|$)", 2, False),
                ("GET", r"/runs(\?|$)", 3, False), ("GET", "/jobs", 1, False)):
            if method == "POST" and row[0] == 404:
                continue        # before anything has succeeded, that is the last word
            t.hub = hub = t.github(OLD, jobs=STEP, lag=Lag(listed=3))
            hub.refuse_with(row, method, path, nth)
            t.dispatch("--timeout", t.seconds(30))
            t.found(hub.dispatched[0])
    t.dispatched(11)


@scenario
def a_token_that_is_too_new_is_tried_again(t):
    for kind in ("github.com", OLD):
        for row in (texts.BAD_CREDENTIALS, texts.INTEGRATION):
            t.hub = hub = t.github(kind, jobs=STEP)
            hub.refuse_with(row, nth=range(1, 4))
            t.dispatch("--timeout", t.seconds(60))
            t.found(hub.dispatched[0])
            t.took_at_least(6)
    t.dispatched(4)
