# SPDX-License-Identifier: ISC
"""Workflows that were written for the replaced actions, with nothing but `uses:` replaced."""

import pathlib
import re

from case import HERE, OURS, expect, test
from ghsim import Input, Job


WORKFLOWS = {
    # name: (server, fields of build.yml, what the last job comes to)
    "dispatch-and-await": ("ghes-3.21", {"life": "queued in_progress:2 completed/success"},
                           "success"),
    "old-server": ("ghes-3.20", {"inputs": {"distinct_id": Input()}, "jobs": (
        Job("test", ("Run actions/checkout@v5", "echo distinct ID {distinct_id}")),)}, "success"),
    "own-distinct-id": ("ghes-3.20", {"inputs": {
        "distinct_id": Input(), "environment": Input(), "replicas": Input()}, "jobs": (
        Job("test", ("Run actions/checkout@v5", "{distinct_id}")),)}, "success"),
    "two-jobs": ("ghes-3.21", {"life": "queued in_progress", "inputs": None, "jobs": (
        Job("test (ubuntu-latest, 20)", life="in_progress:2 completed/success",
            steps=("{distinct_id}",)),
        Job("lint", life="queued:2 completed/success"), Job("deploy"))}, "success"),
    "a-run-that-fails": ("ghes-3.21", {"life": "in_progress:2 completed/failure", "jobs": (
        Job("test", steps=("{distinct_id}",)),)}, "failure"),
}


def replaced(text):
    """Only the lines with `uses:` are others."""
    made = re.sub(r"(?i)(uses: )codex-/return-dispatch@\S+", rf"\1{OURS}@v1", text)
    made = re.sub(r"(?i)(uses: )codex-/await-remote-run@\S+", rf"\1{OURS}/await@v1", made)
    changed = [(old, new) for old, new in zip(text.split("\n"), made.split("\n")) if old != new]
    expect(changed and all("uses:" in old and OURS in new for old, new in changed),
           f"changed: {changed}")
    expect("codex-/" not in made.lower(), "one was left")
    return made


def statuses_of_jobs(t, name, workflow, actions=None):
    """What the jobs came to; the runs' IDs and URLs that steps got are held against what the
    server knows."""
    kind, flow, verdict = WORKFLOWS[name]
    hub = t.github(kind, **flow)
    box = t.make_runner()
    box.actions = actions or box.actions
    t.run(workflow)
    told = [step.outputs for job in t.jobs.values() for step in job.steps if step.outputs.get("id")]
    want = [{"id": str(run.id), "url": run.html_url} for run in hub.dispatched]
    expect(told == want, f"the outputs are {told}, not {want}")
    statuses = [job.status for job in t.jobs.values()]
    expect(statuses[-1] == verdict, f"the jobs' statuses are {statuses}")
    t.dispatched(len(want))
    return statuses


def drop_in(name):
    def one(t):
        text = (HERE / "workflows" / f"{name}.yml").read_text()
        ours = statuses_of_jobs(t, name, replaced(text))
        if t.options.originals:
            t.again()
            theirs = statuses_of_jobs(t, name, text, originals(t.options.originals))
            expect(theirs == ours, f"the actions that are replaced came to {theirs}")

    one.__name__ = "only_uses_is_replaced: " + name
    return test(one)


def originals(folder):
    """The actions that are replaced, from folders named like return-dispatch@v3."""
    return {f"{owner}/{path.name}": path for path in pathlib.Path(folder).iterdir()
            for owner in ("Codex-", "codex-")}


for name in WORKFLOWS:
    drop_in(name)
