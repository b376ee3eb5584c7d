#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Kills the program at random instants while it dispatches with a journal, starts it again until
it is done, and then asks the books of the simulated GitHub whether there is exactly one run.

    python3 tests/e2e/kill.py --binary build/return-dispatch --kills 1000
    python3 tests/e2e/kill.py --binary build/return-dispatch --kills 300 --targets 3

A story is one journal: some starts that are killed, then one that is left alone. A start is killed
after a random time, or by the simulator at a point of the protocol: when it is connected to, when
it has read some bytes of a request, before and after it acts upon one, with some bytes of the
answer sent, or all. The last line is the verdict; the seed of a failed story tells it again."""

import argparse
import collections
import concurrent.futures
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True

import certs
import ghsim
import wire

POINTS = ("time", "time", "connected", "reading", "read", "acted", "answering", "answered")
REQUESTS = 4            # the latest that a start is killed at, for each repository
SEARCH = 2              # seconds that a start may look for a run, and as many more as there
                        # are other repositories: dispatches are a second apart
PATIENCE = 120          # seconds that no start takes
TOKEN = "ghs_simulated"


class Wrong(AssertionError):
    pass


class Hub(ghsim.GitHub):
    """Kills the program at a point of its choice. Requests and connections count from the latest
    start on."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.process = None
        self.begin("time", 0)

    def begin(self, point, number, size=0):
        with self.lock:
            self.point, self.number, self.size = point, number, size
            self.taken = 0
            self.connection_faults.clear()
            if point == "connected":
                self.connection_faults[self.connections + number] = lambda hub, sock: self.kill()
            elif point == "reading":
                self.connection_faults[self.connections + number] = (size, "reset")

    def kill(self):
        with self.lock:
            self.process.send_signal(signal.SIGKILL)

    def read_some(self, sock, size, how):
        """What is left unread is lost with the connection."""
        sock.settimeout(0.1)        # it may have asked for less
        try:
            while size > 0 and (piece := sock.recv(size)):
                size -= len(piece)
        except TimeoutError:
            pass
        self.kill()
        wire.hang_up(sock, how)

    def exchange(self, sock, request):
        with self.lock:
            self.taken += 1
            request.point = self.point if self.taken == self.number else ""
        if request.point == "read":
            self.kill()
            return False
        return super().exchange(sock, request)

    def reply(self, sock, request, answer, fault):
        point = request.point
        if point == "acted":
            self.kill()
            raise wire.Gone
        if point == "answering":
            head, body = wire.encode(answer, "", "")
            sock.sendall((head + body)[:self.size % len(head + body)])
            self.kill()
            raise wire.Gone
        alive = super().reply(sock, request, answer, fault)
        if point == "answered":
            self.kill()
        return alive


class Story:
    """One journal, from the first start to the last."""

    def __init__(self, options, pki, folder, seed):
        self.options, self.pki, self.seed = options, pki, seed
        self.folder = tempfile.mkdtemp(prefix="story-", dir=folder)
        self.chance = random.Random(seed)
        self.kind = self.chance.choice(list(ghsim.KINDS))
        # Without an ID a lost answer can't be settled, and no server but a new one names the run.
        self.takes_id = self.kind not in ("github.com", "ghes-3.21") or self.chance.random() < 0.8
        self.hub = Hub(self.kind, pki.context("good"), TOKEN)
        flow = {"inputs": None if self.takes_id else {},
                "run_name": self.chance.choice(("", "Build [{distinct_id}]")),
                "jobs": ghsim.step_named("{distinct_id}"),
                "lag": ghsim.Lag(listed=self.chance.randrange(3),
                                 setup=self.chance.randrange(2))}
        self.hub.workflow("build.yml", 159038, **flow)
        # By their names.
        self.places = {f"{place.owner}/{place.repo}": place for place in [self.hub] + [
            self.hub.beside(f"repo-{n}", file="build.yml", id=159038, **flow)
            for n in range(2, options.targets + 1)]}
        if self.chance.random() < 0.3:
            self.hub.neighbours(3, age=60)
            self.hub.after_dispatch = lambda hub, run: hub.neighbours(2)
        self.hub.start()
        self.deaths = collections.Counter()

    def command(self):
        seconds = int((SEARCH + self.options.targets - 1) * self.options.scale)
        return [self.options.binary, "--api-url", self.hub.url(), "--cacert", self.pki.ca,
                "--workflow", "build.yml", "--ref", "main", "--retry-interval", "20ms",
                "--timeout", f"{seconds}s", "--journal", os.path.join(self.folder, "journal"),
                *(word for name in self.places for word in ("--repo", name))]

    def start(self, delay=None):
        """Until it ends, or for that long. Returns (exit code, standard output)."""
        with self.hub.lock:         # it may be killed before this knows it
            self.hub.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, env={"GITHUB_TOKEN": TOKEN}, cwd=self.folder)
        try:
            out, err = self.hub.process.communicate(
                timeout=PATIENCE * self.options.scale if delay is None else delay)
        except subprocess.TimeoutExpired:
            self.hub.kill()
            out, err = self.hub.process.communicate()
            if delay is None:
                raise Wrong("hung") from None
        self.said = err.decode("utf-8", "replace")
        return self.hub.process.returncode, out.decode()

    def recorded(self):
        """The states that the journal ends with, by repository; None: there is no journal."""
        try:
            with open(os.path.join(self.folder, "journal"), "rb") as file:
                lines = file.read().split(b"\n")[1:-1]
        except FileNotFoundError:
            return None
        return {record["repository"]: record["state"] for record in map(json.loads, lines)}

    def note_death(self):
        """What was recorded where it was at work, and what was true."""
        states = self.recorded()
        name = list(states)[-1] if states else next(iter(self.places))
        self.deaths["no journal" if states is None else states.get(name, "nothing"),
                    "a run" if self.places[name].dispatched else "no run"] += 1

    def expect(self, truth, message):
        if not truth:
            raise Wrong(message)

    def killed(self):
        """One start that is killed, unless it ends before that."""
        point = self.chance.choice(POINTS)
        self.hub.begin(point, self.chance.randrange(1, REQUESTS * len(self.places) + 1),
                       self.chance.randrange(1, 1200))
        delay = None
        if point == "time":
            delay = self.chance.uniform(0, self.options.span)
        code, out = self.start(delay)
        if code == -signal.SIGKILL:
            self.note_death()
        else:
            self.ended(code, out)

    def told(self, name):
        """What standard output has of the run there."""
        run = self.places[name].dispatched[0]
        return f"{name} {run.id} {run.html_url}\n" if len(self.places) > 1 else \
            f"run_id={run.id}\nrun_url={run.html_url}\n"

    def ended(self, code, out):
        """What a start may tell that came to its end."""
        self.hub.settle()
        states = self.recorded()
        unknown = [name for name in self.places if states.get(name) == "sending"]
        self.expect(code == (4 if unknown else 0), f"exit code {code}")
        self.expect(not unknown or self.deaths or self.hub.number, "unknown without a reason")
        for name, place in self.places.items():
            self.expect(len(place.dispatched) <= 1, f"{name} has two runs")
            if name not in unknown:
                self.expect(states.get(name) == "identified", f"{name} is {states.get(name)}")
                self.expect(place.dispatched, f"{name} has no run, and one was found")
                self.expect(out.count(self.told(name)) == 1, f"printed {out!r}")
                continue
            self.expect(name in self.said and "unknown" in self.said, f"{name} is not told of")
            # A run that shows its ID is found, unless this start was disturbed.
            self.expect(not (place.dispatched and self.takes_id and not self.hub.number),
                        f"the run in {name} was not found")
        self.expect(out.count("\n") == (1 if len(self.places) > 1 else 2) * (
            len(self.places) - len(unknown)), f"printed {out!r}")

    def tell(self):
        """Returns how it ended, and the deaths in it."""
        for _ in range(self.chance.randrange(1, self.options.deaths + 1)):
            self.killed()
        self.hub.settle()
        for _ in range(2):
            self.hub.begin("time", 0)
            code, out = self.start()
            self.ended(code, out)
        self.expect(not self.hub.broken, "".join(self.hub.broken))
        states = self.recorded()
        return collections.Counter(
            "exactly one run" if states[name] == "identified" else
            f"{'one run' if place.dispatched else 'no run'}, told as unknown"
            for name, place in self.places.items()), self.deaths

    def close(self):
        self.hub.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def measure(options, pki, folder):
    """How long a start takes that nobody kills."""
    took = []
    for seed in range(5):
        story = Story(options, pki, folder, seed)
        began = time.monotonic()
        code, _ = story.start()
        took.append(time.monotonic() - began)
        story.close()
        if code != 0:
            raise SystemExit(f"exit code {code} without a kill:\n{story.said}")
    return max(took) * 1.2


def tell(options, pki, folder, seed):
    story = Story(options, pki, folder, seed)
    try:
        return (seed, *story.tell(), None)
    except (Wrong, TimeoutError) as problem:
        return seed, {"wrong": 1}, story.deaths, f"{problem} ({story.kind})\n" + getattr(
            story, "said", "") + "\n".join(map(str, story.hub.requests))
    finally:
        story.close()


def tell_all(options, pki, folder):
    """Stories, until there were enough deaths."""
    ends, deaths, stories, problems = collections.Counter(), collections.Counter(), 0, 0
    seeds = itertools.count(options.seed)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(tell, options, pki, folder, next(seeds))
                   for _ in range(options.jobs)}
        while running:
            done, running = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                seed, how, died, problem = future.result()
                stories += 1
                ends.update(how)
                deaths += died
                if problem:
                    problems += 1
                    print(f"not ok story {seed}: {problem}", flush=True)
                if deaths.total() < options.kills and not problems:
                    running.add(pool.submit(tell, options, pki, folder, next(seeds)))
    return ends, deaths, stories, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, type=os.path.abspath)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, help="of the first story; the next ones count up")
    parser.add_argument("--deaths", type=int, default=4, help="in a story, at most")
    parser.add_argument("--targets", type=int, default=1, help="repositories in each story")
    parser.add_argument("--scale", type=float, default=1, help="for a slow or busy machine")
    parser.add_argument("-j", dest="jobs", type=int, default=2, help="stories at a time")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.randrange(10 ** 6)
    folder = tempfile.mkdtemp(prefix="kill-")
    try:
        pki = certs.Pki(folder, "good")
        options.span = measure(options, pki, folder)
        print(f"# seed {options.seed}; a start takes up to {options.span * 1000:.0f} ms")
        ends, deaths, stories, problems = tell_all(options, pki, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for (state, acted), count in sorted(deaths.items()):
        print(f"# killed with {state} recorded, {acted}: {count}")
    for how, count in sorted(ends.items()):
        print(f"# repositories that ended with {how}: {count}")
    print(f"{deaths.total()} kills in {stories} stories, {problems} of them wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
