# SPDX-License-Identifier: ISC
"""What a workflow that was written for one of the actions in doc/replaces.md may rely on, as far
as no other scenario is about it already; and that the tests named there exist."""

import pathlib
import re

from ghsim import Input, Job
from harness import SCENARIOS, each, scenario

ROOT = pathlib.Path(__file__).parents[2]
TABLE = ROOT / "doc/replaces.md"


def dispatch_inputs(t, **more):
    return {"INPUT_TOKEN": t.token, "INPUT_REF": "main", "INPUT_REPO": "octo-repo",
            "INPUT_OWNER": "octo-org", "INPUT_WORKFLOW": "build.yml",
            "GITHUB_API_URL": t.hub.url(), "SSL_CERT_FILE": t.setup.pki.ca,
            "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo-org/caller",
            "GITHUB_OUTPUT": t.path("output"), **more}


def await_inputs(t, run_id, **more):
    return {"INPUT_TOKEN": t.token, "INPUT_REPO": "octo-repo", "INPUT_OWNER": "octo-org",
            "INPUT_RUN_ID": str(run_id), "INPUT_POLL_INTERVAL_MS": "20",
            "GITHUB_API_URL": t.hub.url(), "SSL_CERT_FILE": t.setup.pki.ca,
            "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo-org/caller", **more}


def dispatches(t, **more):
    t.run(env=dispatch_inputs(t, **more), token=False)


def awaits(t, run_id, **more):
    t.run("await", env=await_inputs(t, run_id, **more), token=False)


# ---- the documentation

def rows():
    """The cells of each row of the tables, as [(line number, cells)]."""
    found = []
    for number, line in enumerate(TABLE.read_text().splitlines(), 1):
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and not set(line) <= set("|-: "):
            found.append((number, cells))
    return found


@scenario
def each_row_of_the_table_names_tests_that_exist(t):
    known = {getattr(one, "of", one).__name__ for one in SCENARIOS}
    for source in (ROOT / "tests/unit").glob("test_*.c"):
        known |= set(re.findall(r"^(test_\w+)\(void \*\*", source.read_text(), re.M))
    for source in (ROOT / "tests/action").glob("tests_*.py"):
        known |= set(re.findall(r"^def (\w+)\(", source.read_text(), re.M))
    table = [row for row in rows() if row[1][-1] != "held by"]
    t.expect(len(table) > 60, f"the table has {len(table)} rows")
    for number, cells in table:
        names = re.findall(r"`(\w+)`", cells[-1])
        t.expect(names, f"line {number} names no test")
        for name in names:
            t.expect(name in known, f"line {number}: there is no test {name}")
    t.dispatched(0)


@scenario
def each_row_says_how_it_compares(t):
    for number, cells in rows():
        if cells[-1] != "held by":
            t.expect(cells[-3] in ("same", "better", "different", "not here"),
                     f"line {number}: {cells[-3]!r}")
            t.expect(cells[-3] == "same" or cells[-2], f"line {number} gives no reason")
    t.dispatched(0)


# ---- return-dispatch

@scenario
def the_outputs_of_a_dispatch_are_awaited_by_the_next_step(t):
    for kind in ("ghes-3.21", "ghes-3.20"):
        t.hub = hub = t.github(kind, run_name="Build {distinct_id}",
                               life="queued in_progress completed/success")
        t.file("output")
        dispatches(t)
        run = hub.dispatched[0]
        t.found(run)
        t.expect(t.outputs()["run_url"] == run.html_url, "another address")
        awaits(t, t.outputs()["run_id"])
        t.concluded(run)
    t.dispatched(2)


@scenario
def a_failure_leaves_no_run_in_the_outputs(t):
    t.github(trigger=False)
    t.file("output")
    dispatches(t)
    t.exits(3)
    t.expect(not {"run_id", "run_url"} & set(t.outputs()), f"the outputs are {t.outputs()}")
    t.dispatched(0)


@scenario
def a_distinct_id_among_the_inputs_is_the_one_searched_for(t):
    hub = t.github("ghes-3.20", run_name="Build {distinct_id}")
    dispatches(t, INPUT_WORKFLOW_INPUTS='{"distinct_id":"given among the inputs"}')
    t.found(hub.dispatched[0])
    sent = t.posts()[-1].json()["inputs"]
    t.expect(sent == {"distinct_id": "given among the inputs"}, f"the inputs were {sent}")
    t.dispatched(1)


@scenario
def the_input_for_a_distinct_id_wins_over_the_inputs(t):
    hub = t.github("ghes-3.20", run_name="Build {distinct_id}")
    dispatches(t, INPUT_DISTINCT_ID="given as the distinct ID",
               INPUT_WORKFLOW_INPUTS='{"distinct_id":"given among the inputs"}')
    t.found(hub.dispatched[0])
    sent = t.posts()[-1].json()["inputs"]
    t.expect(sent == {"distinct_id": "given as the distinct ID"}, f"the inputs were {sent}")
    t.dispatched(1)


@scenario
def a_workflow_is_not_known_by_a_part_of_its_name(t):
    hub = t.github(workflow=False)
    hub.workflow("build-all.yml", 4711)
    for part in ("build", "build-all", "all.yml", "build-all.y"):
        dispatches(t, INPUT_WORKFLOW=part)
        t.expect(t.result.code in (2, 3), f"exit {t.result.code}")
        t.result.checked = True
        t.stdout_is("")
    t.dispatched(0)


@each([(name, value) for name in ("INPUT_WORKFLOW_TIMEOUT_SECONDS",
                                  "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS")
       for value in ("5x", "-1", "1.5", "1e3", "0x10", "ten", "99999999999999999999")])
def a_number_that_is_not_whole_is_refused(t, row):
    name, value = row
    t.github()
    dispatches(t, **{name: value})
    t.refused(name, value)
    t.no_requests()
    t.dispatched(0)


@scenario
def inputs_of_other_generations_do_no_harm(t):
    hub = t.github()
    dispatches(t, INPUT_WORKFLOW_TIMEOUT_SECONDS="120", INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS="5",
               INPUT_DISTINCT_ID="", **{"INPUT_DISPATCH-METHOD": "workflow_dispatch",
                                        "INPUT_DISCOVER": "true", "INPUT_MAX-ATTEMPTS": "5"})
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_target_that_declares_no_distinct_id_needs_none(t):
    hub = t.github("ghes-3.21", inputs={"environment": Input()})
    dispatches(t, INPUT_WORKFLOW_INPUTS='{"environment":"staging"}')
    t.found(hub.dispatched[0])
    t.expect(t.posts()[-1].json()["inputs"] == {"environment": "staging"}, "more was sent")
    t.dispatched(1)


@scenario
def a_target_that_echoes_its_distinct_id_still_works(t):
    """The example of the first three generations, on a new server and on an old one."""
    for kind in ("ghes-3.21", "ghes-3.20"):
        t.hub = hub = t.github(kind, inputs={"distinct_id": Input()},
                               jobs=(Job("test", ("echo distinct ID {distinct_id}",)),))
        dispatches(t, INPUT_DISTINCT_ID="someDistinctIdOfOurs", INPUT_REF="refs/heads/main")
        t.found(hub.dispatched[0])
        t.expect(t.posts()[-1].json()["inputs"] == {"distinct_id": "someDistinctIdOfOurs"},
                 "the distinct ID was not sent")
    t.dispatched(2)


# ---- await-remote-run

@scenario
def zero_means_no_limit(t):
    hub = t.github(life="in_progress:3 completed/success")
    run = hub.add_run()
    awaits(t, run.id, INPUT_RUN_TIMEOUT_SECONDS="0")
    t.concluded(run)
    t.dispatched(0)


@each((("INPUT_RUN_TIMEOUT_SECONDS", "-1"), ("INPUT_RUN_TIMEOUT_SECONDS", "1.5"),
       ("INPUT_CANCEL_TIMEOUT_SECONDS", "0"), ("INPUT_CANCEL_TIMEOUT_SECONDS", "-1"), ("INPUT_CANCEL_TIMEOUT_SECONDS", "300"),
       ("INPUT_CANCEL_TIMEOUT_SECONDS", "301"),
       ("INPUT_POLL_INTERVAL_MS", "-1"), ("INPUT_POLL_INTERVAL_MS", "0"),
       ("INPUT_POLL_INTERVAL_MS", "2.5")))
def a_limit_that_cannot_be_meant_is_refused(t, row):
    hub = t.github()
    run = hub.add_run(life="completed/success")
    awaits(t, run.id, **dict((row,)))
    t.refused(row[0], row[1])
    t.no_requests()
    t.dispatched(0)


@scenario
def a_job_that_is_named_twice_counts_once(t):
    hub = t.github()
    run = hub.add_run(life="in_progress", jobs=(
        Job("build", life="in_progress:2 completed/success"), Job("deploy")))
    awaits(t, run.id, INPUT_JOBS="build\nbuild\n")
    t.concluded(run, "", code=0)
    t.dispatched(0)


@scenario
def a_run_whose_named_jobs_succeeded_is_not_cancelled(t):
    hub = t.github()
    run = hub.add_run(life="in_progress", jobs=(
        Job("build", life="in_progress:2 completed/success"), Job("deploy")))
    awaits(t, run.id, INPUT_JOBS="build", INPUT_CANCEL_TIMEOUT_SECONDS="200")
    t.concluded(run, "", code=0)
    t.expect(not hub.cancelled(), "it was cancelled")
    t.dispatched(0)


@scenario
def a_name_with_commas_is_one_job(t):
    hub = t.github()
    run = hub.add_run(life="in_progress", jobs=(
        Job("test (ubuntu-latest, 20)", life="in_progress:2 completed/success"),
        Job("test (ubuntu-latest, 22)")))
    awaits(t, run.id, INPUT_JOBS="test (ubuntu-latest, 20)")
    t.concluded(run, "", code=0)
    t.dispatched(0)


@scenario
def a_run_is_linked_where_it_is(t):
    """Not on github.com, where it is on another server."""
    hub = t.github("ghes-3.20")
    run = hub.add_run(life="in_progress completed/failure")
    awaits(t, run.id, GITHUB_STEP_SUMMARY=t.file("summary"))
    t.concluded(run, "failure")
    t.says(run.html_url)
    t.says_not("//github.com")
    t.expect(run.html_url in t.read("summary").decode(), "the summary has no link")
    t.dispatched(0)
