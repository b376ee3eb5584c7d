# SPDX-License-Identifier: ISC
"""Runs the jobs of a workflow as GitHub's runner does, as far as an action can tell.

Emulated are: the contexts and their expressions, the inputs of an action with their defaults,
composite and container actions and those for Node, the environment of a step, the translation of
paths into containers, the shells and how they are called, $GITHUB_OUTPUT and
$GITHUB_STEP_SUMMARY, workflow commands on both output streams, the masking of secrets, and the
signals of a cancelled job, which go to the entry process of the step and nothing else."""

import contextlib
import dataclasses
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import uuid

import expressions
import harness
import plain_yaml

SUMMARY_MAX = 1024 * 1024
SECRET = "***"
COMMANDS = ("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group",
            "internal-set-repo-path", "notice", "remove-matcher", "save-state", "set-env",
            "set-output", "stop-commands", "warning")
EXPORTED = ("action", "action_path", "action_ref", "action_repository", "actor", "api_url",
            "event_name", "event_path", "graphql_url", "job", "output", "path", "env", "ref",
            "ref_name", "ref_type", "repository", "repository_owner", "run_attempt", "run_id",
            "run_number", "server_url", "sha", "state", "step_summary", "workflow", "workspace")
SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"], "sh": ["sh", "-e"]}
GRACE = {signal.SIGINT: 7.5, signal.SIGTERM: 2.5}
HARD_LIMIT = 120        # seconds, for a step that is not cancelled

# Stands in for "docker exec" and "docker run".
CONTAINER = """import json, os, subprocess, sys
plan = json.loads(sys.argv[1])
for source, target in plan["mounts"]:
    target = plan["root"] + target
    os.makedirs(target, exist_ok=True)
    subprocess.run(["mount", "--bind", source, target], check=True)
os.chroot(plan["root"])
os.chdir(plan["workdir"])
os.execvpe(plan["command"][0], plan["command"], plan["env"])"""


class Broken(AssertionError):
    """The runner would have refused, or worse."""


@dataclasses.dataclass
class Step:
    name: str
    outcome: str = "skipped"
    outputs: dict = dataclasses.field(default_factory=dict)
    log: list = dataclasses.field(default_factory=list)
    annotations: list = dataclasses.field(default_factory=list)     # (level, text)
    summary: str = ""
    code: object = None
    raw: bytes = b""            # both streams, before secrets are masked
    broken: list = dataclasses.field(default_factory=list)

    def said(self, level):
        return [text for one, text in self.annotations if one == level]


@dataclasses.dataclass
class Job:
    steps: list
    status: str
    outputs: dict


@dataclasses.dataclass
class Container:
    """A root file system that steps run in, and where folders of the host are in it."""
    root: str
    mounts: list
    translated: list            # (host path, path in the container), the first that fits counts
    path: str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    forwards: bool = False      # docker exec forwards no signal, docker run does

    def translate(self, text):
        for host, inside in self.translated:
            if text == host or text.startswith(host + "/"):
                return inside + text[len(host):]
        return text


class Runner:
    def __init__(self, folder, github, path, env=None, scale=1.0):
        """`github` are members of the github context, `path` is $PATH, `env` what else the
        runner itself was started with."""
        self.folder = pathlib.Path(folder)
        self.work = self.folder / "_work"
        self.path, self.own_env, self.scale = path, env or {}, scale
        self.workspace = self.work / "caller" / "caller"
        self.temp = self.work / "_temp"
        self.files = self.temp / "_runner_file_commands"
        for made in (self.workspace, self.files, self.temp / "_github_home",
                     self.temp / "_github_workflow", self.work / "_actions"):
            made.mkdir(parents=True)
        (self.temp / "_github_workflow/event.json").write_text("{}")
        self.github = {
            "actor": "octocat", "event": {}, "event_name": "push",
            "event_path": str(self.temp / "_github_workflow/event.json"),
            "ref": "refs/heads/main", "ref_name": "main", "ref_type": "branch",
            "repository": "octo-org/caller", "repository_owner": "octo-org", "run_attempt": "1",
            "run_id": "16123456789", "run_number": "42", "sha": "f" * 40, "workflow": "Release",
            "workspace": str(self.workspace), **github}
        self.masks = set()
        self.actions = {}           # "owner/repo": its tree
        self.images = {}            # folder of a container action: the root of its image
        self.process = None
        self.started = threading.Condition()
        self.cancelled = threading.Event()

    # ---- jobs

    def run(self, workflow, secrets, inputs=None, container=None):
        """The jobs of a workflow, as {name: Job}, one after another."""
        workflow = plain_yaml.load(workflow)
        self.masks |= {value for value in secrets.values() if value}
        done = {}
        for name, job in workflow["jobs"].items():
            needs = job.get("needs", [])
            needs = [needs] if isinstance(needs, str) else needs
            for place, matrix in enumerate(combinations(job.get("strategy"))):
                contexts = {
                    "github": {**self.github, "job": name}, "secrets": secrets, "vars": {},
                    "inputs": inputs or {}, "matrix": matrix, "strategy": {"job-index": place},
                    "runner": {"os": "Linux", "arch": "X64", "temp": str(self.temp)},
                    "needs": {one: {"result": done[one].status, "outputs": done[one].outputs}
                              for one in needs},
                    "env": {}, "steps": {}, "job": {"status": "success"}}
                if any(done[one].status != "success" for one in needs):
                    contexts["job"]["status"] = "failure"
                self.merge_env(contexts, workflow.get("env"))
                self.merge_env(contexts, job.get("env"))
                made = self.job(job, contexts, container)
                key = f"{name} ({', '.join(map(str, matrix.values()))})" if matrix else name
                done[key] = made
        return done

    def merge_env(self, contexts, more):
        added = {key: expressions.as_text(expressions.fill(value, contexts))
                 for key, value in (more or {}).items()}
        contexts["env"] = {**contexts["env"], **added}

    def job(self, job, contexts, container):
        steps = []
        for number, given in enumerate(job["steps"], 1):
            step = Step(given.get("name") or given.get("uses") or given["run"].split("\n")[0])
            steps.append(step)
            if not expressions.condition(given.get("if"), contexts):
                continue
            inner = {**contexts}
            self.merge_env(inner, given.get("env"))
            self.step(step, given, inner, container, f"__{number}")
            failed = step.outcome == "failure" and not expressions.is_true(
                expressions.fill(given.get("continue-on-error", False), inner))
            if given.get("id"):
                contexts["steps"][given["id"]] = {
                    "outputs": step.outputs, "outcome": step.outcome,
                    "conclusion": "failure" if failed else
                    "success" if step.outcome == "failure" else step.outcome}
            if self.cancelled.is_set():
                contexts["job"] = {"status": "cancelled"}
            elif failed and contexts["job"]["status"] == "success":
                contexts["job"] = {"status": "failure"}
        outputs = {key: expressions.as_text(expressions.fill(value, contexts))
                   for key, value in (job.get("outputs") or {}).items()}
        return Job(steps, contexts["job"]["status"], outputs)

    def step(self, step, given, contexts, container, name):
        contexts["github"] = {**contexts["github"], "action": name}
        if "run" in given:
            self.script(step, given, contexts, container)
        elif given["uses"].startswith("actions/checkout@"):
            step.outcome = "success"
        else:
            self.action(step, given, contexts, container)

    # ---- actions

    def fetched(self, uses):
        """The folder of an action, from owner/repo[/path]@ref."""
        where, _, ref = uses.partition("@")
        owner, repo, *inside = where.split("/")
        folder = self.work / "_actions" / owner / repo / ref
        if not folder.exists():
            source = self.actions.get(f"{owner}/{repo}@{ref}") or self.actions[f"{owner}/{repo}"]
            shutil.copytree(source, folder, symlinks=True)
        return folder.joinpath(*inside)

    def action(self, step, given, contexts, container):
        folder = self.fetched(given["uses"])
        manifest = plain_yaml.load((folder / "action.yml").read_text())
        inputs = {key.lower(): expressions.as_text(expressions.fill(value, contexts))
                  for key, value in (given.get("with") or {}).items()}
        declared = {key.lower(): value or {} for key, value in
                    (manifest.get("inputs") or {}).items()}
        using = manifest["runs"]["using"]
        strange = set(inputs) - set(declared) - ({"args", "entrypoint"} if using == "docker"
                                                 else set())
        if strange:
            step.annotations.append(("warning", f"Unexpected input(s) {sorted(strange)}"))
        for key, value in declared.items():
            if key not in inputs:
                # Of all contexts, a default may use these.
                some = {name: contexts[name] for name in
                        ("github", "job", "matrix", "runner", "strategy")}
                inputs[key] = expressions.as_text(expressions.fill(value.get("default"), some))
        contexts = {**contexts, "inputs": inputs}
        contexts.pop("secrets")
        if using == "composite":
            self.composite(step, manifest, folder, contexts, container)
        elif using == "docker":
            self.docker(step, manifest, folder, contexts)
        elif using.startswith("node"):
            env = {**contexts["env"], **input_variables(inputs)}
            self.execute(step, ["node", str(folder / manifest["runs"]["main"])], env, contexts)
        else:
            raise Broken(f"an action that uses {using}")

    def composite(self, step, manifest, folder, contexts, container):
        github = {**contexts["github"], "action_path": str(folder)}
        contexts = {**contexts, "github": github, "steps": {}}
        step.outcome = "success"
        for inner in manifest["runs"]["steps"]:
            part = Step(inner.get("name", ""))
            own = {**contexts}
            self.merge_env(own, inner.get("env"))
            if not inner.get("shell"):
                raise Broken("a composite step has to name its shell")
            self.script(part, inner, own, container)
            step.log += part.log
            step.annotations += part.annotations
            step.summary += part.summary
            step.raw += part.raw
            step.code = part.code
            if inner.get("id"):
                contexts["steps"][inner["id"]] = {"outputs": part.outputs}
            if part.outcome != "success":
                step.outcome = part.outcome
                break
        # Also after a failure.
        for name, output in (manifest.get("outputs") or {}).items():
            step.outputs[name] = expressions.as_text(expressions.fill(output["value"], contexts))

    def docker(self, step, manifest, folder, contexts):
        runs = manifest["runs"]
        image = os.path.normpath(folder / runs["image"])
        if not os.path.basename(image).lower().endswith("dockerfile"):
            raise Broken(f"not a Dockerfile: {image}")
        root, entrypoint = self.images[image]
        folders = [(str(self.temp / "_github_home"), "/github/home"),
                   (str(self.temp / "_github_workflow"), "/github/workflow"),
                   (str(self.files), "/github/file_commands"),
                   (str(self.workspace), "/github/workspace")]
        temp = (str(self.temp), "/github/runner_temp")
        # The temporary folder holds some of the others: it is mounted first and looked at last.
        box = Container(root, [temp, *folders], [*folders, temp, (str(self.work), "/__w")],
                        forwards=True)
        arguments = [expressions.as_text(expressions.fill(one, {"inputs": contexts["inputs"]}))
                     for one in runs.get("args", contexts["inputs"].pop("args", "").split())]
        env = {**contexts["env"], **input_variables(contexts["inputs"]),
               "HOME": str(self.temp / "_github_home")}
        self.execute(step, [*entrypoint, *arguments], env, contexts, box, "/github/workspace")

    # ---- processes

    def script(self, step, given, contexts, container):
        shell = expressions.fill(given.get("shell"), contexts)
        command = SHELLS[shell] if shell else ["bash", "-e"]
        script = self.temp / f"{uuid.uuid4()}.sh"
        script.write_text(expressions.as_text(expressions.fill(given["run"], contexts)))
        box = self.job_container(container) if container else None
        inside = box.translate(str(script)) if box else str(script)
        workdir = os.path.join(self.workspace, given.get("working-directory", ""))
        self.execute(step, [*command, inside], dict(contexts["env"]), contexts, box,
                     box.translate(workdir) if box else workdir)

    def job_container(self, root):
        home, flow = str(self.temp / "_github_home"), str(self.temp / "_github_workflow")
        work = str(self.work)
        return Container(root, [(work, "/__w"), (home, "/github/home"), (flow, "/github/workflow")],
                         [(flow, "/github/workflow"), (home, "/github/home"), (work, "/__w")])

    def execute(self, step, command, env, contexts, box=None, workdir=None):
        files = {name: self.files / f"{prefix}_{uuid.uuid4()}" for name, prefix in
                 (("env", "set_env"), ("output", "set_output"), ("path", "add_path"),
                  ("state", "save_state"), ("step_summary", "step_summary"))}
        for file in files.values():
            file.touch()
        github = {**contexts["github"], **{name: str(file) for name, file in files.items()}}
        env.update((f"GITHUB_{name.upper()}", expressions.as_text(github[name]))
                   for name in EXPORTED if github.get(name) is not None)
        env.update(RUNNER_OS="Linux", RUNNER_ARCH="X64", RUNNER_TEMP=str(self.temp),
                   RUNNER_WORKSPACE=str(self.workspace.parent), GITHUB_ACTIONS="true", CI="true")
        if box:
            env = {key: box.translate(value) for key, value in env.items()}
            env.setdefault("PATH", box.path)
            plan = {"root": box.root, "mounts": box.mounts, "workdir": workdir,
                    "command": command, "env": env}
            command = ["unshare", "--mount", sys.executable, "-I", "-S", "-c", CONTAINER,
                       json.dumps(plan)]
            env = {"PATH": os.environ["PATH"]}
        else:
            env = {"PATH": self.path, "HOME": str(self.folder), **self.own_env, **env}
            command = [shutil.which(command[0], path=env["PATH"]) or command[0], *command[1:]]
        process = subprocess.Popen(command, env=env, cwd=None if box else workdir or self.workspace,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        with self.started:
            self.process, self.forwards = process, not box or box.forwards
            self.started.notify_all()
        streams = [threading.Thread(target=self.read, args=(stream, step))
                   for stream in (process.stdout, process.stderr)]
        for thread in streams:
            thread.start()
        try:
            step.code = process.wait(HARD_LIMIT * self.scale)
        except subprocess.TimeoutExpired:
            raise Broken(f"hung: {step.name}: {step.log}")
        finally:
            self.kill_tree(process)
            for thread in streams:
                thread.join()
        if step.broken:
            raise Broken(step.broken[0])
        step.outcome = "success" if step.code == 0 else "failure"
        if step.code and not self.cancelled.is_set():
            step.annotations.append(("error", f"Process completed with exit code {step.code}."))
        if self.cancelled.is_set():
            step.outcome = "cancelled"
        self.take_files(step, files)

    def kill_tree(self, process):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def cancel(self):
        """Cancels the job while a step runs; returns when that has ended."""
        self.cancelled.set()
        with self.started:
            process = self.process
        for number, seconds in GRACE.items():
            if self.forwards:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
                return
        self.kill_tree(process)

    # ---- what a step leaves

    def take_files(self, step, files):
        for name in ("env", "path", "state"):
            if files[name].read_bytes():
                raise Broken(f"GITHUB_{name.upper()} was written to")
        for key, value in harness.parse_file_command(files["output"].read_bytes()).items():
            if not key:
                raise Broken("an output without a name")
            step.outputs[key] = value
        summary = files["step_summary"].read_bytes()
        if len(summary) > SUMMARY_MAX:
            raise Broken("the summary is too large")
        step.summary = self.mask(summary.decode())

    def mask(self, text):
        for secret in sorted(self.masks, key=len, reverse=True):
            text = text.replace(secret, SECRET)
        return text

    def read(self, stream, step):
        for raw in iter(stream.readline, b""):
            step.raw += raw
            line = raw.decode("utf-8", "replace").rstrip("\n").removesuffix("\r")
            if not self.command(line, step):
                step.log.append(self.mask(line))
        stream.close()

    def command(self, line, step):
        """Whether the line is a command to the runner; carries it out."""
        found = re.match(r"\s*::([^ :]+)(?: ((?:(?!::).)*))?::(.*)", line)
        legacy = re.search(r"##\[([^ \]]+)(?: ([^\]]*))?\](.*)", line)
        if found and found[1] in COMMANDS:
            name, data = found[1], unescape(found[3])
        elif legacy and legacy[1] in COMMANDS:
            name, data = legacy[1], unescape(legacy[3])
        else:
            return False
        if name == "add-mask":
            self.masks |= {part for part in (data, *data.split("\n")) if part}
        elif name in ("error", "warning", "notice"):
            step.annotations.append((name, self.mask(data)))
            step.log.append(self.mask(f"{name.title()}: {data}"))
        elif name in ("group", "endgroup"):
            step.log.append(self.mask(data))
        elif name != "debug":       # which is shown on demand only
            step.broken.append(f"the command {name} was given: {line!r}")
        return True


def unescape(text):
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def input_variables(inputs):
    return {"INPUT_" + key.replace(" ", "_").upper(): value for key, value in inputs.items()}


def combinations(strategy):
    """What a matrix of lists makes; without one, a job that runs once."""
    matrix = (strategy or {}).get("matrix") or {}
    rows = [dict(zip(matrix, values)) for values in itertools.product(
        *(matrix[key] for key in matrix))]
    return rows or [{}]
