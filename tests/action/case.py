# SPDX-License-Identifier: ISC
"""What a test of the action works with: a folder of its own, a simulated GitHub, and a runner.

A test is a function that takes a `Case`; it is run once with each shell that a runner's `sh` may
be, or once for all with `@once`."""

import os
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/e2e"))

import ghsim
import runner
from outcome import Skipped

OURS = "octo-org/return-dispatch"
MANIFESTS = [ROOT / "action.yml", *sorted(ROOT.glob("*/action.yml"))]
SHELLS = ("bash", "dash", "busybox")
TESTS = []


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

    def again(self):
        """Starts over, with everything anew."""
        self.close()
        self.__init__(self.options, self.pki, self.shell)

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
