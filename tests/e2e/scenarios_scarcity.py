# SPDX-License-Identifier: ISC
"""Few descriptors, little memory, and an allocator that fails: a clear end, and a true one."""

import concurrent.futures
import os
import shutil
import subprocess

from ghsim import step_named
from harness import (Failed, HARD_LIMIT, Skipped, each, native_only, plain_only,
                     scenario, static_only)

NAME = "elsewhere.example"          # there is a certificate for it
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
MIB = 1 << 20


def world(t, **more):
    """A server by a name that a nameserver has to tell, and the system's bundle to trust."""
    t.own_network()
    t.own_root("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    t.nameserver({NAME: ("127.0.0.1",)})
    with open(t.setup.pki.ca) as file:
        own = file.read()
    bundle = next((name for name in BUNDLES if os.path.exists(name)), None)
    others = open(bundle).read() if bundle else own * 140
    t.file("root/bundle.pem", others + own)
    return t.github(leaf="wrong-name", host="0.0.0.0", **more)


def dispatch(t, *arguments, **more):
    base = t.base(api_url=t.hub.url(NAME), cacert="/bundle.pem")
    t.dispatch(*arguments, base=base, **more)


def told_the_truth(t, posts):
    """Any documented end, as long as it is true; posts: those that acted before."""
    t.hub.settle()
    code, acted = t.result.code, sum(request.acted for request in t.hub.requests) - posts
    t.result.checked = True
    if acted not in (0, 1):
        raise Failed(f"{acted} dispatches")
    allowed = (0, 4, 5, 8) if acted else (2, 4, 7)
    t.expect(code in allowed, f"exit code {code} after {acted} dispatches")
    t.expect(code == 0 or "error: " in t.result.log, f"exit code {code} without a word")
    return acted


# ---- descriptors

@static_only
@scenario
def eight_descriptors_are_enough(t):
    hub = world(t)
    for n in (8, 9, 10):
        dispatch(t, "--timeout", t.seconds(5), limits={"NOFILE": n})
        t.found(hub.dispatched[-1])
        t.says_not("nothing was sent; retrying")
    for output in ({"GITHUB_OUTPUT": "/output"},
                   {"GITHUB_OUTPUT": "/output", "GITHUB_STEP_SUMMARY": "/summary"}):
        dispatch(t, "--timeout", t.seconds(5), limits={"NOFILE": 8}, env=output)
        t.found(hub.dispatched[-1])
        t.says_not("nothing was sent; retrying")
    t.dispatched(5)


@static_only
@scenario
def with_fewer_descriptors_the_end_is_true(t):
    world(t)
    acted = 0
    for n in (3, 4, 5, 6, 7):
        dispatch(t, "--timeout", t.seconds(1), limits={"NOFILE": n})
        acted += told_the_truth(t, acted)
        t.expect(t.result.code == 0 or "descriptors" in t.result.log, "it doesn't say why")
    t.dispatched(acted)


# ---- files and processes

@native_only
@each((0, 20))
def files_that_may_not_grow_do_not_lose_the_run(t, size):
    hub = t.github()
    limits = {"FSIZE": size}
    t.dispatch("--format", "id", env={"GITHUB_OUTPUT": t.file("output")}, limits=limits)
    t.exits(8)
    t.says(t.path("output"), f"run_id={hub.dispatched[0].id}", "too large")
    with open(t.file("stdout"), "wb") as stdout:
        t.dispatch(limits=limits, stdout=stdout)
    t.exits(8)
    t.says("standard output", f"run_id={hub.dispatched[1].id}", "too large")
    t.dispatch(env={"GITHUB_STEP_SUMMARY": t.file("summary")}, limits=limits)
    t.found(hub.dispatched[2])
    t.says("summary")
    t.dispatched(3)


@static_only
@scenario
def a_lack_of_processes_is_reported(t):
    world(t)
    dispatch(t, "--timeout", t.seconds(1), limits={"NPROC": 1})
    t.exits(7)
    t.says("no thread could be started", "ulimit -u")
    t.dispatched(0)


# ---- the stack

KIB = 1 << 10
ENOUGH_STACK = 512              # KiB, with the arguments and the environment


@static_only
@each(["dispatch", "old", "failed jobs"])
def a_small_stack_is_refused_before_anything_is_sent(t, what):
    """From little more than libc itself begins with to what is plenty."""
    hub = t.github("ghes-3.20" if what == "old" else "github.com",
                   jobs=step_named("{distinct_id}"), life="completed/failure")
    t.log_host(hub)
    more = {"dispatch": [], "old": ["--distinct-id"],
            "failed jobs": ["--wait", *t.waiting(), "--log-failed"]}[what]
    codes = {}
    for kib in (32, 40, 48, 56, 64, 128, 192, 256, 384, ENOUGH_STACK):
        before, asked = len(hub.dispatched), len(hub.requests)
        t.dispatch(*more, limits={"STACK": kib * KIB})
        codes[kib] = t.result.code
        if t.result.code == 7:
            t.exits(7)
            t.says(f"the stack is limited to {kib} KiB", "ulimit -s")
            t.expect(len(hub.requests) == asked, "something was sent")
        else:
            t.exits(1 if what == "failed jobs" else 0)
            t.expect(len(hub.dispatched) == before + 1, "nothing was dispatched")
    t.expect(codes[40] == 7 and codes[ENOUGH_STACK] != 7, f"exit codes {codes}")
    t.dispatched(len(hub.dispatched))


@static_only
@scenario
def a_large_environment_counts_as_stack(t):
    hub = t.github()
    t.dispatch(limits={"STACK": 320 * KIB})
    t.found(hub.dispatched[0])
    t.dispatch(limits={"STACK": 320 * KIB}, env={"LONG": "x" * (100 * KIB)})
    t.exits(7)
    t.says("the stack is limited to 320 KiB, and 384 KiB are needed")
    t.dispatched(1)


# ---- memory

@static_only
@scenario
def two_mebibytes_are_enough(t):
    """Of address space, for a lookup, a handshake and the system's certificates."""
    hub = world(t)
    for size in (2 * MIB, 16 * MIB):
        dispatch(t, limits={"AS": size})
        t.found(hub.dispatched[-1])
        t.says_not("nothing was sent; retrying")
    t.dispatched(2)


def least_that_starts(t):
    """Less than that, and the kernel kills it before its first instruction."""
    for kib in range(256, 2048, 16):
        t.start("--version", limits={"AS": kib << 10})
        t.process.communicate()
        if t.process.returncode >= 0:
            return kib
    raise Failed("it never starts")


@static_only
@each(("github.com", "ghes-3.20"))
def with_little_memory_the_end_is_true(t, kind):
    hub = world(t, kind=kind, jobs=step_named("{distinct_id}"))
    hub.after_dispatch = lambda hub, run: hub.neighbours(30)
    acted, codes = 0, []
    for kib in [*range(least_that_starts(t), 960, 48), *range(960, 1200, 8), 1400, 2000, 4000]:
        hub.runs.clear()
        dispatch(t, "--timeout", t.seconds(10 if kib == 4000 else 0.7), limits={"AS": kib << 10})
        acted += told_the_truth(t, acted)
        codes.append(t.result.code)
    t.expect(codes[-1] == 0, f"exit codes {codes}")
    t.dispatched(acted)


# ---- an allocator that fails at any call: exhaustion of every kind at every moment

class Failing:
    """Runs of the plain binary with the failing allocator, several at a time, each worker with a
    server of its own so that it knows what its runs have started."""
    WORKERS = 3

    def __init__(self, t, kind):
        cc = shutil.which("cc")
        if not cc or not t.setup.on_glibc:
            raise Skipped("no cc here" if not cc else "the C library is not glibc")
        self.t, self.library = t, t.path("failing.so")
        source = os.path.join(os.path.dirname(__file__), "failing_malloc.c")
        subprocess.run([cc, "-O2", "-shared", "-fPIC", "-o", self.library, source, "-ldl"],
                       check=True, stdin=subprocess.DEVNULL)
        waits = kind == "--wait"
        self.more = ["--wait", *t.waiting(wait_timeout=t.seconds(0.7))] if waits else []
        self.hubs = [t.github("github.com" if waits else kind, jobs=step_named("{distinct_id}"),
                              life="queued:1 completed/success" if waits else "")
                     for _ in range(self.WORKERS)]
        self.problems = []

    def once(self, hub, **env):
        t = self.t
        return subprocess.run(
            [t.setup.binary, *t.base(api_url=hub.url()), "--timeout", t.seconds(0.7), *self.more],
            env={"GITHUB_TOKEN": t.token, "LD_PRELOAD": self.library, **env}, cwd=t.folder,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=t.scaled(HARD_LIMIT))

    def calls(self):
        """What was called, and after how many allocations, of a run where none fails."""
        done = self.once(self.hubs[0], FAIL_COUNT=self.t.path("calls"))
        self.t.expect(done.returncode == 0, f"exit code {done.returncode} though nothing failed")
        return [(what, int(count)) for what, count in
                (line.split() for line in self.t.read("calls").decode().splitlines())]

    def check(self, hub, name, number):
        """None, or what is wrong with this run."""
        before = len(hub.dispatched)
        done = self.once(hub, **{name: str(number)})
        hub.settle()
        log, acted = done.stderr.decode("utf-8", "replace"), len(hub.dispatched) - before
        self.t.no_secret("stderr", done.stderr)
        self.t.no_secret("stdout", done.stdout)
        self.t.clean_log(done.stderr)
        if done.returncode == 0:
            run = hub.dispatched[-1]
            good = acted == 1 and done.stdout.startswith(
                f"run_id={run.id}\nrun_url={run.html_url}\n".encode())
        else:
            good = done.returncode in ((4, 5, 6, 8) if acted else (2, 4, 7)) and acted <= 1 \
                and "error: " in log
        return None if good else (f"{name}={number}: exit {done.returncode}, {acted} dispatches, "
                                  f"stdout {done.stdout!r}, stderr: {log[-500:]}")

    def sweep(self, name, numbers):
        def work(worker):
            for number in numbers[worker::self.WORKERS]:
                problem = self.check(self.hubs[worker], name, number)
                if problem:
                    self.problems.append(problem)
                    return
        with concurrent.futures.ThreadPoolExecutor(self.WORKERS) as pool:
            for future in [pool.submit(work, worker) for worker in range(self.WORKERS)]:
                future.result()
        if self.problems:
            raise Failed("\n".join(self.problems))


def moments(calls, most):
    """The allocations to fail: all up to the first connect, those around each sending, and all
    from the last request on. Most of the others are those of big numbers in a handshake, and
    between requests: of them, evenly, about as many as `most`."""
    sends = [count for what, count in calls if what == "send"]
    connect = next(count for what, count in calls if what == "connect")
    # The last send is the TLS goodbye, the one before it a request.
    request, end = sends[-2], calls[-1][1]
    step = max(1, (request - connect) // most)
    chosen = {*range(1, connect + 1), *range(connect + 1, request, step),
              *range(request, end + 2)}
    for count in sends:
        chosen.update(range(count - 2, count + 40))
    return sorted(chosen)


@plain_only
@each([(kind, name) for kind in ("github.com", "ghes-3.20", "--wait")
       for name in ("FAIL_AT", "FAIL_FROM")])
def wherever_memory_ends_the_end_is_true(t, row):
    kind, name = row
    failing = Failing(t, kind)
    numbers = moments(failing.calls(), 200)
    failing.sweep(name, numbers)
    t.dispatched(sum(len(hub.dispatched) for hub in failing.hubs))
