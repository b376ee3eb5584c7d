# SPDX-License-Identifier: ISC
"""What the action does with its inputs, and where it cannot run."""

import re
import shutil
import threading

from case import OURS, expect, job_of, test, uses
from ghsim import Input, Job


# ---- what the action does

@test
def a_dispatch_gives_its_run(t):
    hub = t.github(inputs={"environment": Input()})
    given = '{"environment": "a\\"b $(exit 3) `exit 4` \' ${{ github.ref }}"}'
    step = t.step(workflow_inputs=given)
    run = hub.dispatched[0]
    expect(step.outcome == "success", "it failed")
    expect(step.outputs == {"run_id": str(run.id), "run_url": run.html_url, "run_attempt": "",
                            "run_conclusion": "", "runs": "", "exit_status": "0"}, f"{step.outputs}")
    expect(run.inputs == {"environment": "a\"b $(exit 3) `exit 4` ' refs/heads/main"},
           f"the inputs were {run.inputs}")
    t.dispatched(1)


@test
def a_dispatch_that_waits_takes_over_the_verdict(t):
    hub = t.github(life="in_progress:2 completed/failure")
    step = t.step(wait="true", poll_interval_ms="50", run_timeout_seconds="60")
    run = hub.dispatched[0]
    expect(step.outcome == "failure" and step.code == 1, f"exit {step.code}")
    expect(step.outputs == {"run_id": str(run.id), "run_url": run.html_url, "run_attempt": "1",
                            "run_conclusion": "failure", "runs": "", "exit_status": "1"}, f"{step.outputs}")
    expect(run.html_url in step.summary, f"the summary is {step.summary!r}")
    expect(any(run.html_url in text for text in step.said("error")), "no error tells the run")
    t.dispatched(1)


@test
def a_run_that_is_given_is_awaited_and_nothing_dispatched(t):
    hub = t.github(life="in_progress completed/success")
    run = hub.add_run()
    for action in (OURS, OURS + "/await"):
        step = t.step(action=action, run_id=str(run.id), poll_interval_ms="50")
        expect(step.outcome == "success", "it failed")
        expect(step.outputs["run_conclusion"] == "success", f"{step.outputs}")
    step = t.step(run_id=str(run.id), workflow="build.yml", ref="main", poll_interval_ms="50")
    expect(step.outputs["run_conclusion"] == "success", f"{step.outputs}")
    t.dispatched(0)


@test
def an_await_of_no_run_dispatches_nothing(t):
    """As if the step before had failed, and gave no output."""
    hub = t.github(life="completed/success")
    step = t.step(action=OURS + "/await", run_id="${{ steps.before.outputs.run_id }}")
    expect(step.code == 2 and step.outputs["exit_status"] == "2", f"exit {step.code}")
    expect("INPUT_RUN_ID" in step.said("error")[0], f"{step.annotations}")
    step = t.step(run_id="${{ steps.before.outputs.run_id }}")
    expect(step.code == 2, f"exit {step.code}")
    expect(not hub.requests, "something was asked for")
    t.dispatched(0)


@test
def jobs_are_named_one_per_line(t):
    hub = t.github()
    run = hub.add_run(life="in_progress", jobs=(
        Job("test (1, 2)", life="in_progress:2 completed/success"), Job("it's \"b\" $x"),
        Job("deploy", life="completed/failure")))
    step = t.step(action=OURS + "/await", run_id=str(run.id), poll_interval_ms="50",
                  jobs="test (1, 2)\n\ndeploy\n")
    expect(step.outcome == "failure" and "deploy" in " ".join(step.said("error")), "it went well")
    t.dispatched(0)


@test
def a_failure_leaves_its_exit_status(t):
    t.github(trigger=False)
    text = job_of(uses(OURS + "@v1", {"token": "${{ secrets.TOKEN }}", "repo": "octo-org/octo-repo",
                                      "workflow": "build.yml", "ref": "main"}).rstrip()
                  + "\n        continue-on-error: true\n",
                  "      - id: tell\n        run: echo \"saw=${{ steps.it.outputs.exit_status }}"
                  "${{ steps.it.outcome }}\" >> $GITHUB_OUTPUT\n")
    steps = t.run(text)
    expect(steps[1].outputs == {"saw": "3failure"}, f"{steps[1].outputs}")
    expect(not steps[0].outputs["run_id"], f"{steps[0].outputs}")
    t.dispatched(0)


@test
def the_job_brings_a_repository_and_a_token(t):
    hub = t.github(life="completed/success")
    step = t.step(token=None, owner=None, repo=None,
                  runner={"repository": "octo-org/octo-repo"})
    expect(step.outputs["run_id"] == str(hub.dispatched[0].id), f"{step.outputs}")
    t.dispatched(1)


@test
def an_input_that_nobody_knows_is_warned_of(t):
    hub = t.github()
    step = t.step(run_ids="1")
    expect("run_ids" in step.said("warning")[0], f"{step.annotations}")
    expect(step.outputs["run_id"] == str(hub.dispatched[0].id), "no run")
    t.dispatched(1)


def cancelled_while_waiting(t, box, **given):
    """The signal reaches the program: it is the entry process of the step."""
    hub, seen, handle = t.hub, threading.Event(), t.hub.handle

    def watched(request):
        if re.search(r"/actions/runs/\d+$", request.path):
            seen.set()
        return handle(request)

    hub.handle = watched
    worker = threading.Thread(target=lambda: (seen.wait(60), box.cancel()))
    worker.start()
    step = t.step(wait="true", cancel_on_interrupt="true", poll_interval_ms="100", **given)
    worker.join()
    expect(seen.is_set(), "the run was never looked at")
    expect(step.outcome == "cancelled" and step.code == 130, f"{step.outcome}, exit {step.code}")
    expect(hub.cancelled() == [("cancel", "202")], f"{hub.cancelled()}")
    expect(step.outputs["exit_status"] == "130", f"{step.outputs}")
    t.dispatched(1)


@test
def a_cancelled_job_cancels_the_run(t):
    t.github(life="in_progress")
    cancelled_while_waiting(t, t.make_runner())


# ---- where it cannot run

def with_uname(t, system, machine):
    """A runner on another kind of machine, as far as uname tells."""
    made = t.bin()
    (made / "uname").unlink()
    (made / "uname").write_text(
        f"#!/bin/sh\ncase $1 in -s) echo {system} ;; *) echo {machine} ;; esac\n")
    (made / "uname").chmod(0o755)
    return made


def refused(t, step, *words):
    expect(step.outcome == "failure" and step.code == 2, f"exit {step.code}")
    expect(step.outputs["exit_status"] == "2", f"{step.outputs}")
    errors = [text for text in step.said("error") if "exit code" not in text]
    expect(len(errors) == 1 and all(word in errors[0] for word in words), f"{errors}")
    expect("Nothing was sent" in errors[0], f"{errors}")
    expect(not t.hub.requests, "something was sent")


def elsewhere(system, machine, *words):
    def one(t):
        t.github()
        path = with_uname(t, system, machine)
        refused(t, t.step(runner={"path": path}), *words)

    one.__name__ = f"elsewhere: {system} {machine}"
    test(one)


elsewhere("Darwin", "arm64", "Linux", "Darwin", "ubuntu-latest")
elsewhere("MINGW64_NT-10.0-20348", "x86_64", "Linux", "MINGW64_NT-10.0-20348")
elsewhere("Linux", "i686", "i686", "x86_64", "riscv64")
elsewhere("Linux", "armv6l", "armv6l", "armv7l")
elsewhere("Linux", "ppc64le", "ppc64le")


def on_machine(machine, program):
    def one(t):
        """The program that is chosen; here another one stands in for it."""
        hub = t.github()
        tree = t.tree()
        for file in (tree / "bin").glob("return-dispatch-*"):
            file.unlink()
        shutil.copy(t.options.binary, tree / "bin" / f"return-dispatch-{program}")
        path = with_uname(t, "Linux", machine)
        step = t.step(runner={"path": path, "tree": tree})
        expect(step.outputs["run_id"] == str(hub.dispatched[0].id), f"{step.annotations}")
        t.dispatched(1)

    one.__name__ = f"on_machine: {machine}"
    test(one)


for machine, program in (("x86_64", "x86_64"), ("amd64", "x86_64"), ("aarch64", "aarch64"),
                         ("arm64", "aarch64"), ("armv7l", "armv7l"), ("armv8l", "armv7l"),
                         ("riscv64", "riscv64")):
    on_machine(machine, program)


@test
def a_branch_without_programs_says_so(t):
    t.github()
    tree = t.tree()
    for file in (tree / "bin").glob("return-dispatch-*"):
        file.unlink()
    refused(t, t.step(runner={"tree": tree}), "release", "@v1")


@test
def a_program_that_is_not_executable_says_so(t):
    t.github()
    tree = t.tree()
    for file in (tree / "bin").glob("return-dispatch-*"):
        file.chmod(0o644)
    refused(t, t.step(runner={"tree": tree}), "cannot be executed", "permissions", "noexec")
