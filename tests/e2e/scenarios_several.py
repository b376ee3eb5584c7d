# SPDX-License-Identifier: ISC
"""The same dispatch in several repositories: --repo repeated, --repos, INPUT_REPOS."""

import json
import signal

import texts
from ghsim import Lag
from harness import each, scenario, smoke

KINDS = ("github.com", "ghes-3.20")


def name(hub):
    return f"{hub.owner}/{hub.repo}"


def several(t, count, kind="github.com", **more):
    """That many repositories on one server; the first is the server's own."""
    more.setdefault("run_name", "Deploy {distinct_id}")
    hub = t.github(kind, **more)
    return [hub] + [hub.beside(f"repo-{n}", **more) for n in range(2, count + 1)]


def dispatch(t, hubs, *arguments, **more):
    t.dispatch("--repos", t.file("repos", "".join(f"{name(hub)}\n" for hub in hubs).encode()),
               *arguments, base=t.base(repo=None), **more)


def line(hub, conclusion=""):
    run = hub.dispatched[0]
    return " ".join([name(hub), str(run.id), run.html_url] + [conclusion] * bool(conclusion))


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
    t.expect(sorted(t.result.stdout.decode().splitlines()) == sorted(map(line, hubs)),
             f"stdout is {t.result.stdout!r}")
    once_each(t, hubs)
    ids = {hub.dispatched[0].inputs.get("distinct_id") for hub in hubs}
    t.expect(len(ids) == (1 if kind == "github.com" else 3), f"the IDs are {ids}")
    apart(t)
