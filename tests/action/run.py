#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The action, run as GitHub's runner runs it, against a simulated GitHub. The last line is the
verdict.

A test is a function that takes a `Case`; it is run once with each shell that a runner's `sh` may
be, or once for all with `@once`."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
import traceback

sys.dont_write_bytecode = True

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/e2e"))

import certs
import ghsim
import plain_yaml
import runner
from ghsim import Input, Job

OURS = "octo-org/return-dispatch"
MANIFESTS = [ROOT / "action.yml", *sorted(ROOT.glob("*/action.yml"))]
SHELLS = ("bash", "dash", "busybox")
TESTS = []


class Skipped(Exception):
    pass


def test(function):
    TESTS.append(function)
    return function


def once(function):
    """For what no shell makes a difference to."""
    function.once = True
    return test(function)


def expect(truth, message):
    if not truth:
        raise AssertionError(message)


class Case:
    def __init__(self, options, pki, shell):
        self.options, self.pki, self.shell = options, pki, shell
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="action-"))
        self.token = "ghs_" + os.urandom(18).hex()
        self.hub = None
        self.runner = None
        self.jobs = None

    def github(self, kind="ghes-3.21", **workflow):
        """Starts a server with build.yml."""
        self.hub = ghsim.GitHub(kind, self.pki.context(), self.token)
        self.hub.workflow(**workflow)
        self.hub.start()
        return self.hub

    def tree(self):
        """A release: the action with the program for this machine."""
        tree = self.folder / "tree"
        if self.options.tree:
            shutil.copytree(self.options.tree, tree, symlinks=True)
            return tree
        return release_tree(tree, self.options.binary)

    def bin(self):
        """A folder with the shell and no more than the step needs beside it."""
        made = self.folder / "bin"
        made.mkdir(exist_ok=True)
        program = shutil.which(self.shell or "dash")
        if not program:
            raise Skipped(f"{self.shell} is not installed")
        for name in ("sh", "uname", "dirname"):
            target = program if name == "sh" or self.shell == "busybox" else shutil.which(name)
            (made / name).symlink_to(target)
        return made

    def make_runner(self, path=None, tree=None, env=None, **github):
        """A runner that `sh` is the shell of, and that trusts the server."""
        if path is None:
            path = f"{self.bin()}:{os.environ['PATH']}"
        github = {"api_url": self.hub.url(), "server_url": self.hub.html, "token": self.token,
                  **github} if self.hub else github
        self.runner = runner.Runner(self.folder / "runner", github, str(path),
                                    {"NODE_EXTRA_CA_CERTS": self.pki.ca, **(env or {})},
                                    self.options.scale)
        self.runner.actions[OURS] = tree or self.tree()
        return self.runner

    def run(self, workflow, container=None, **more):
        """Runs a workflow, given as text, and gives the steps of its only job."""
        if not self.runner:
            self.make_runner(**more)
        self.jobs = self.runner.run(workflow, {"TOKEN": self.token}, container=container)
        self.no_secrets()
        return next(iter(self.jobs.values())).steps

    def step(self, container=None, action=OURS, env=None, runner=None, **given):
        """Runs one step that uses the action with these inputs."""
        given = {"token": "${{ secrets.TOKEN }}", "owner": "octo-org", "repo": "octo-repo",
                 **({} if "run_id" in given else {"workflow": "build.yml", "ref": "main"}),
                 **given}
        given = {key: value for key, value in given.items() if value is not None}
        return self.run(job_of(uses(action + "@v1", given, env)), container, **(runner or {}))[0]

    def no_secrets(self):
        for job in self.jobs.values():
            for step in job.steps:
                text = f"{step.raw} {step.summary} {step.outputs}"
                expect(self.token not in text, "the token was printed")

    def dispatched(self, count):
        acted = sum(request.acted for request in self.hub.requests)
        expect(acted == count, f"{acted} dispatches acted, expected {count}")

    def close(self):
        if self.hub:
            self.hub.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def describe(self):
        lines = []
        for name, job in (self.jobs or {}).items():
            lines.append(f"job {name}: {job.status} {job.outputs}")
            for step in job.steps:
                lines.append(f"  step {step.name}: {step.outcome} {step.code} {step.outputs}")
                lines += ["    " + line for line in step.log[-30:]]
                lines += [f"    {level}: {text}" for level, text in step.annotations]
        lines += [f"  {request}" for request in (self.hub.requests if self.hub else [])]
        return "\n".join(lines).replace(self.token, "***").replace("##[", "# #[")


def release_tree(tree, binary):
    """What a release of the action has in it, for this machine alone."""
    (tree / "bin").mkdir(parents=True)
    for path in (*MANIFESTS, ROOT / "bin/launch.sh"):
        made = tree / path.relative_to(ROOT)
        made.parent.mkdir(exist_ok=True)
        shutil.copy(path, made)
    shutil.copy(ROOT / "docker/Dockerfile", tree / "Dockerfile")
    for name in ("LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, tree / name)
    shutil.copytree(ROOT / "LICENSES", tree / "LICENSES")
    shutil.copy(binary, tree / "bin" / f"return-dispatch-{os.uname().machine}")
    return tree


def uses(action, given, env=None):
    """A step; values are written in quotes, so that they can have anything in them."""
    def lines(values):
        return "".join(f'\n          {key}: {quoted(value)}' for key, value in values.items())

    return f"      - uses: {action}\n        id: it\n        with:{lines(given)}\n" + (
        f"        env:{lines(env)}\n" if env else "")


def quoted(text):
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def job_of(*steps, env=""):
    return f"on: push\njobs:\n  it:\n    runs-on: ubuntu-latest\n{env}    steps:\n" + \
        "".join(steps)


# ---- the files themselves

@once
def every_variable_is_an_input_and_every_input_a_variable(t):
    rows = (ROOT / "src/cli/options.def").read_text()
    rows = rows[rows.index("*/", rows.index("A row is for awk")):]
    known = set(re.findall(r'"(INPUT_\w+)"', rows))
    expect(len(known) > 10, f"the table has {known}")
    for path in MANIFESTS:
        name, manifest = path.relative_to(ROOT), plain_yaml.load(path.read_text())
        declared = {"INPUT_" + key.upper() for key in manifest["inputs"]}
        if path.parent.name == "await":
            expect(declared < known, f"{name}: {declared - known} are not known")
        else:
            expect(declared == known, f"{name}: {declared ^ known}")
        for step in manifest["runs"].get("steps", ()):
            mapped = {f"INPUT_{key.upper()}": f"${{{{ inputs.{key} }}}}"
                      for key in manifest["inputs"]}
            expect(step["env"] == mapped, f"{name}: {step['env']}")


@once
def every_output_of_the_program_is_one_of_the_action(t):
    names = {"run_id", "run_url", "run_conclusion", "run_attempt", "exit_status"}
    for path in MANIFESTS:
        name, manifest = path.relative_to(ROOT), plain_yaml.load(path.read_text())
        expect(set(manifest["outputs"]) == names, f"{name}: {set(manifest['outputs'])}")
        composite = manifest["runs"]["using"] == "composite"
        for key, output in manifest["outputs"].items():
            wanted = f"${{{{ steps.run.outputs.{key} }}}}" if composite else None
            expect(output.get("value") == wanted, f"{name}: {key} is {output.get('value')}")


# ---- workflows of the replaced actions

WORKFLOWS = {
    # name: (server, build.yml, what became of the job and of the step that awaits)
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
            t.close()
            t.__init__(t.options, t.pki, t.shell)
            theirs = statuses_of_jobs(t, name, text, originals(t.options.originals))
            expect(theirs == ours, f"the actions that are replaced came to {theirs}")

    one.__name__ = "only_uses_is_replaced: " + name
    return test(one)


for name in WORKFLOWS:
    drop_in(name)


# ---- what the action does

@test
def a_dispatch_gives_its_run(t):
    hub = t.github(inputs={"environment": Input()})
    step = t.step(workflow_inputs='{"environment": "a\\"b $(exit 3) `exit 4` \' ${{ github.ref }}"}')
    run = hub.dispatched[0]
    expect(step.outcome == "success", "it failed")
    expect(step.outputs == {"run_id": str(run.id), "run_url": run.html_url, "run_attempt": "",
                            "run_conclusion": "", "exit_status": "0"}, f"{step.outputs}")
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
                            "run_conclusion": "failure", "exit_status": "1"}, f"{step.outputs}")
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


# ---- in containers

# As Docker brings it along.
HOSTS = "127.0.0.1 localhost\n"
TRUST = {"NODE_EXTRA_CA_CERTS": "${{ github.workspace }}/ca.pem"}
ARCH = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "riscv64": "riscv64"}


def may_mount():
    """Whether containers can be stood in for."""
    return subprocess.run(["unshare", "--mount", "sh", "-c", "mount --bind /tmp /tmp"],
                          stderr=subprocess.DEVNULL).returncode == 0


def box_for(t):
    """A runner whose workspace has the certificate that the containers will trust."""
    if not may_mount():
        raise Skipped("no mounts of one's own here")
    made = t.make_runner()
    shutil.copy(t.pki.ca, made.workspace / "ca.pem")
    return made


def root_with(folder, **programs):
    """A root file system with these programs, {name: path}, and the libraries they need."""
    for name, program in programs.items():
        said = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
        for library in re.findall(r"(?:=> )?(/\S+) \(", said):
            made = folder / library.lstrip("/")
            made.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, made)
        made = folder / "bin" / name
        made.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(program, made)
    (folder / "etc").mkdir(exist_ok=True)
    (folder / "etc/hosts").write_text(HOSTS)
    return folder


def job_container(t, root):
    hub = t.github(life="in_progress completed/success")
    box_for(t)
    step = t.step(container=str(root), env=TRUST, wait="true", poll_interval_ms="50")
    expect(step.outputs["run_conclusion"] == "success", f"{step.annotations}")
    expect(hub.dispatched[0].html_url in step.summary, f"the summary is {step.summary!r}")
    step = t.step(container=str(root), env=TRUST, action=OURS + "/await",
                  run_id=str(hub.dispatched[0].id))
    expect(step.outputs["exit_status"] == "0", f"{step.annotations}")
    t.dispatched(1)


@test
def in_a_job_container_with_a_shell_and_little_else(t):
    shell = shutil.which(t.shell)
    if not shell:
        raise Skipped(f"{t.shell} is not installed")
    tools = {name: shell if t.shell == "busybox" else shutil.which(name)
             for name in ("uname", "dirname")}
    job_container(t, root_with(t.folder / "root", sh=shell, **tools))


def in_root(path):
    def one(t):
        hosts = pathlib.Path(path, "etc/hosts")
        if not hosts.exists():
            hosts.write_text(HOSTS)
        job_container(t, path)

    one.__name__ = f"in a job container of {path}"
    return once(one)


def image_of(tree, folder):
    """What a builder makes of the release's Dockerfile on this machine: (root, entry point)."""
    arch, entry, stages, stage = ARCH[os.uname().machine], None, {}, None
    folder.mkdir()
    for line in (tree / "Dockerfile").read_text().split("\n"):
        word, *rest = line.split() or [""]
        if word == "FROM" and rest[0] == "scratch":
            stage = stages.setdefault(rest[2], [])
        elif word == "FROM":
            expect(rest == ["${TARGETARCH:-amd64}"], f"the last stage is {rest}")
            stage = stages[arch]
        elif word == "COPY":
            stage.append(rest)
        elif word == "ENTRYPOINT":
            entry = json.loads(" ".join(rest))
        else:
            expect(word in ("", "#", "ARG"), f"not known: {line}")
    for *sources, target in stages[arch]:
        for source in sources:
            copy = shutil.copytree if (tree / source).is_dir() else shutil.copy
            copy(tree / source, folder / (target + source * target.endswith("/")).lstrip("/"))
    (folder / "etc").mkdir()
    (folder / "etc/hosts").write_text(HOSTS)
    return str(folder), entry


def container_action(t):
    hub = t.hub
    step = t.step(action=OURS + "/docker", env=TRUST, wait="true", poll_interval_ms="50",
                  workflow_inputs='{"environment": "two words"}')
    run = hub.dispatched[0]
    expect(step.outputs == {"run_id": str(run.id), "run_url": run.html_url, "run_attempt": "1",
                            "run_conclusion": "success", "exit_status": "0"},
           f"{step.outputs} {step.annotations}")
    expect(run.html_url in step.summary, f"the summary is {step.summary!r}")
    step = t.step(action=OURS + "/docker", env=TRUST, args="await", run_id=str(run.id))
    expect(step.outputs["exit_status"] == "0" and not step.said("warning"), f"{step.annotations}")
    t.dispatched(1)


def box_with_image(t):
    box = box_for(t)
    tree = box.fetched(OURS + "/docker@v1").parent
    box.images[str(tree / "Dockerfile")] = image_of(tree, t.folder / "image")
    return box


@once
def the_action_in_a_container_of_its_own(t):
    t.github(life="in_progress completed/success")
    box_with_image(t)
    container_action(t)


@once
def a_cancelled_job_cancels_the_run_in_a_container_of_its_own(t):
    t.github(life="in_progress")
    cancelled_while_waiting(t, box_with_image(t), action=OURS + "/docker", env=TRUST)


@once
def the_image_that_a_builder_makes(t):
    """For each machine, with the real builder; this machine's is run."""
    if not shutil.which("buildah"):
        raise Skipped("buildah is not installed")
    t.github(life="in_progress completed/success")
    box = box_for(t)
    tree = box.fetched(OURS + "/docker@v1").parent
    for machine in ARCH:
        if not (tree / f"bin/return-dispatch-{machine}").exists():
            shutil.copy(t.options.binary, tree / f"bin/return-dispatch-{machine}")
    done = subprocess.run([ROOT / "tools/image.sh", tree, t.folder / "image.tar"],
                          capture_output=True, text=True, timeout=300 * t.options.scale)
    expect(done.returncode == 0, done.stderr + done.stdout)
    shutil.unpack_archive(t.folder / "image.tar", t.folder / "oci")

    def blob(digest):
        return t.folder / "oci/blobs" / digest.replace(":", "/")

    index = json.loads((t.folder / "oci/index.json").read_text())
    images = json.loads(blob(index["manifests"][0]["digest"]).read_text())["manifests"]
    found = {one["platform"]["architecture"]: one["digest"] for one in images}
    expect(set(found) == set(ARCH.values()), f"the image is for {set(found)}")
    image = json.loads(blob(found[ARCH[os.uname().machine]]).read_text())
    config = json.loads(blob(image["config"]["digest"]).read_text())["config"]
    root = t.folder / "image"
    for layer in image["layers"]:
        shutil.unpack_archive(blob(layer["digest"]), root, "gztar")
    (root / "etc").mkdir()
    (root / "etc/hosts").write_text(HOSTS)
    box.images[str(tree / "Dockerfile")] = str(root), config["Entrypoint"]
    container_action(t)


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
    refused(t, t.step(runner={"tree": tree}), "executable", "permissions")


# ---- the command line

def originals(folder):
    """The actions that are replaced, from folders named like return-dispatch@v3."""
    return {f"{owner}/{path.name}": path for path in pathlib.Path(folder).iterdir()
            for owner in ("Codex-", "codex-")}


def run_one(function, options, pki, shell):
    """(name, None or what went wrong)"""
    name = function.__name__.replace("_", " ") + (f" ({shell})" if shell else "")
    case = Case(options, pki, shell)
    problem = None
    try:
        function(case)
        if case.hub:
            expect(not case.hub.broken, f"the simulator broke: {case.hub.broken}")
    except Skipped as reason:
        problem = reason
    except Exception:
        problem = traceback.format_exc() + case.describe()
    finally:
        case.close()
    return name, problem


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=str(ROOT / "build/return-dispatch"))
    parser.add_argument("--tree", help="a release instead of one made with the binary")
    parser.add_argument("--originals", metavar="FOLDER",
                        help="also run the actions that are replaced, from "
                        "FOLDER/return-dispatch@v3 and the like, and compare; needs node")
    parser.add_argument("--root", action="append", default=[], metavar="FOLDER",
                        help="also run in this root file system, as in a job's container")
    parser.add_argument("-k", dest="pattern", default="", help="only names that match this")
    parser.add_argument("-j", dest="jobs", type=int, default=3, help="tests at a time")
    parser.add_argument("--scale", type=float, default=1, help="stretch limits of time")
    options = parser.parse_args()
    options.binary = os.path.abspath(options.binary)
    if not os.access(options.binary, os.X_OK):
        parser.error(f"{options.binary} can't be run")
    for path in options.root:
        in_root(os.path.abspath(path))

    chosen = [(function, shell) for function in TESTS
              for shell in ((None,) if hasattr(function, "once") else SHELLS)
              if re.search(options.pattern, function.__name__.replace("_", " "))]
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="action-pki-") as folder, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        pki = certs.Pki(folder, only="good")
        for future in concurrent.futures.as_completed(
                [pool.submit(run_one, *one[:1], options, pki, *one[1:]) for one in chosen]):
            name, problem = future.result()
            if isinstance(problem, Skipped):
                print(f"skipped {name}: {problem}", flush=True)
            elif problem is None:
                print(f"ok {name}", flush=True)
                passed += 1
            else:
                print(f"not ok {name}", flush=True)
                print(textwrap.indent(problem, "  | ", lambda line: True), flush=True)
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
