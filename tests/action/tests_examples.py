# SPDX-License-Identifier: ISC
"""The examples, each run as whoever copies it would; only names of machines and repositories that
are not there are others."""

import json
import os
import re
import shutil
import signal
import subprocess

import apps
import plain_yaml
import proxies
from case import OURS, ROOT, Skipped, expect, once, test
from ghsim import Input, Job, step_named
from tests_containers import TRUST, box_for, built, root_with

EXAMPLES = ROOT / "examples"
LIMIT = 60              # seconds


def example(t, name, *changes, container=None, secrets=None):
    """Runs the workflow; `changes` are (what is there, what is here)."""
    text = (EXAMPLES / name).read_text()
    for there, here in changes:
        expect(there in text, f"{name} has no {there}")
        text = text.replace(there, here)
    box = t.runner or t.make_runner()
    box.actions["OWNER/return-dispatch"] = box.actions[OURS]
    t.jobs = box.run(text, secrets or {"DISPATCH_TOKEN": t.token}, container=container)
    t.no_secrets()
    return t.jobs


def succeeded(t, count):
    """All jobs did, and dispatched so many runs."""
    expect(all(job.status == "success" for job in t.jobs.values()), "a job failed")
    expect(not any(step.said("warning") for job in t.jobs.values() for step in job.steps),
           "a warning was given")
    t.dispatched(count)


@test
def the_example_of_a_dispatch(t):
    hub = t.github()
    steps = example(t, "dispatch.yml")["dispatch"].steps
    run = hub.dispatched[0]
    expect(f"dispatched {run.html_url}" in steps[1].log, f"{steps[1].log}")
    expect(run.inputs == {"environment": "staging", "commit": "f" * 40}, f"{run.inputs}")
    succeeded(t, 1)


@test
def the_example_of_a_wait(t):
    t.github(life="in_progress completed/success")
    example(t, "dispatch-and-wait.yml")
    succeeded(t, 1)


@test
def the_example_of_a_wait_that_fails(t):
    hub = t.github(life="completed/failure")
    job = example(t, "dispatch-and-wait.yml")["deploy"]
    expect(job.status == "failure", "it succeeded")
    expect(f"{hub.dispatched[0].html_url} concluded with failure" in job.steps[1].said("error"),
           f"{job.steps[1].annotations}")
    t.dispatched(1)


@test
def the_example_of_a_check(t):
    """A good dispatch passes; of a workflow that is disabled the job tells, and sends nothing."""
    hub = t.github(inputs={"environment": Input()})
    step = example(t, "check.yml")["check"].steps[0]
    expect(step.outputs["exit_status"] == "0", f"{step.outputs}")
    expect(any(line.startswith("ok          workflow ") for line in step.log), f"{step.log}")
    succeeded(t, 0)
    hub.workflows[0].state = "disabled_manually"
    job = example(t, "check.yml")["check"]
    expect(job.status == "failure", "it succeeded")
    expect(job.steps[0].outputs["exit_status"] == "3", f"{job.steps[0].outputs}")
    expect("gh workflow enable" in "\n".join(job.steps[0].log), f"{job.steps[0].log}")
    t.dispatched(0)


@test
def the_example_of_an_app(t):
    hub = t.github(life="in_progress completed/success")
    hub.app = apps.App(t.pki.folder)
    hub.app.install()
    with open(hub.app.key) as file:
        example(t, "app.yml", secrets={"DISPATCH_APP_KEY": file.read()})
    expect(hub.app.tokens and hub.app.all_revoked(hub), "a token outlived the job")
    succeeded(t, 1)


@test
def the_example_of_an_event(t):
    """The workflow of the other file listens for it and shows the ID."""
    target = plain_yaml.load((EXAMPLES / "event-target.yml").read_text())
    shown = "${{ github.event.client_payload.distinct_id }}"
    expect(shown in target["run-name"], "the example does not show the ID")
    hub = t.github(life="completed/success", run_name=target["run-name"].replace(
        shown, "{distinct_id}"), listens=tuple(target["on"]["repository_dispatch"]["types"]))
    example(t, "event.yml")
    payload = hub.dispatched[0].inputs
    expect(payload["release"] == {"tag": "v1.4.0", "assets": [1, 2.50]}, f"{payload}")
    succeeded(t, 1)


@test
def the_example_of_several_repositories(t):
    t.github(life="completed/success")
    example(t, "several-repositories.yml", ("[api, web, docs]", "[octo-repo, octo-repo]"))
    succeeded(t, 2)


@test
def the_example_of_several_in_one_step(t):
    hub = t.github(life="completed/success")
    hub.beside("web", life="completed/failure")
    hub.beside("docs", life="completed/success")
    job = example(t, "several-in-one-step.yml", ("octo-org/api", "octo-org/octo-repo"))["dispatch"]
    expect(job.status == "failure", "it succeeded")
    expect([(row["repository"], row["conclusion"])
            for row in json.loads(job.steps[0].outputs["runs"])] ==
           [("octo-org/octo-repo", "success"), ("octo-org/web", "failure"),
            ("octo-org/docs", "success")], f"{job.steps[0].outputs}")
    if shutil.which("jq"):
        expect("octo-org/web: failure https://" in "\n".join(job.steps[1].log),
               f"{job.steps[1].log}")
    t.dispatched(3)


@test
def the_example_of_an_old_server(t):
    """The simulated workflow is named as the example of a target says."""
    target = plain_yaml.load((EXAMPLES / "old-server-target.yml").read_text())

    def simulated(text):
        return re.sub(r"\$\{\{ inputs\.(\w+) \}\}", r"{\1}", text)

    steps = tuple(simulated(step["name"]) for step in target["jobs"]["build"]["steps"])
    for run_name in (simulated(target["run-name"]), ""):
        t.again()
        hub = t.github("ghes-3.20", run_name=run_name, jobs=(Job("build", steps),))
        job = example(t, "old-server.yml")["dispatch"]
        expect(job.steps[0].outputs["run_id"] == str(hub.dispatched[0].id), "another run")
        succeeded(t, 1)


@test
def the_example_of_a_proxy_and_a_private_ca(t):
    t.github()
    proxy = proxies.Proxy(None, "").start()
    try:
        t.make_runner(env={"NODE_EXTRA_CA_CERTS": ""})
        example(t, "proxy-and-private-ca.yml", ("http://proxy.example.com:3128", proxy.url()),
                ("/etc/ssl/octo-org-ca.pem", t.pki.ca))
        expect({request.target for request in proxy.requests} == {f"localhost:{t.hub.port}"},
               f"the proxy was asked for {proxy.requests}")
        succeeded(t, 1)
    finally:
        proxy.stop()


@once
def the_example_of_arc(t):
    """In a container with busybox, as Alpine is."""
    busybox = shutil.which("busybox")
    if not busybox:
        raise Skipped("busybox is not installed")
    t.github(life="completed/success")
    box_for(t)
    root = root_with(t.folder / "root", sh=busybox, uname=busybox, dirname=busybox)
    trust = "".join(f"      {key}: {value}\n" for key, value in TRUST.items())
    example(t, "arc.yml", ("    container:", f"    env:\n{trust}    container:"),
            container=str(root))
    succeeded(t, 1)


# ---- where there is no runner

def environment(t, **more):
    """That of a machine which has the program in its PATH."""
    made = t.bin()
    if not (made / "return-dispatch").exists():
        (made / "return-dispatch").symlink_to(t.options.binary)
    return {"PATH": f"{made}:{os.environ['PATH']}", "GITHUB_API_URL": t.hub.url(),
            "SSL_CERT_FILE": t.pki.ca, **more}


def execute(t, command, env):
    done = subprocess.run(command, env=env, cwd=t.folder, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=LIMIT * t.options.scale)
    expect(t.token not in done.stdout + done.stderr, "the token was printed")
    return done


@test
def the_example_of_gitlab(t):
    hub = t.github(life="completed/success")
    pipeline = plain_yaml.load((EXAMPLES / "gitlab-ci.yml").read_text())
    env = environment(t, GITHUB_TOKEN=t.token, CI_COMMIT_SHA="f" * 40)
    for job in ("dispatch", "await"):
        # GitLab's runner puts the lines into one script, of which any may fail.
        done = execute(t, ["sh", "-ec", "\n".join(pipeline[job]["script"])], env)
        expect(done.returncode == 0, done.stderr)
        dotenv = pipeline[job].get("artifacts", {}).get("reports", {}).get("dotenv")
        if dotenv:
            lines = (t.folder / dotenv).read_text().splitlines()
            env.update(line.split("=", 1) for line in lines)
    run = hub.dispatched[0]
    expect((env["run_id"], env["run_url"]) == (str(run.id), run.html_url), f"{env}")
    expect("run_conclusion=success" in done.stdout, done.stdout)
    t.dispatched(1)


def nightly(life, code, pattern):
    def one(t):
        hub = t.github(life=life)
        file = t.folder / "token"
        file.write_text(t.token + "\n")
        done = execute(t, ["sh", str(EXAMPLES / "nightly.sh")],
                       environment(t, TOKEN_FILE=str(file)))
        url = re.escape(hub.dispatched[0].html_url)
        expect(done.returncode == code, f"exit {done.returncode}: {done.stderr}")
        expect(re.fullmatch(pattern.format(url=url), done.stdout), f"printed {done.stdout!r}")
        expect(code or not done.stderr, f"logged {done.stderr!r}")
        t.dispatched(1)

    one.__name__ = f"the example of cron: {life}"
    test(one)


nightly("completed/success", 0, "")
nightly("completed/failure", 1, "The nightly run failed: {url}\n")


@test
def the_example_that_dispatches_once_a_night(t):
    """The first start is killed with its dispatch on the way, and all the others find the run."""
    hub = t.github(jobs=step_named("{distinct_id}"))
    file = t.folder / "token"
    file.write_text(t.token + "\n")
    env = environment(t, TOKEN_FILE=str(file), JOURNALS=str(t.folder / "journals"))
    (t.folder / "journals").mkdir()
    command = ["sh", str(EXAMPLES / "once-a-night.sh")]
    first = subprocess.Popen(command, env=env, cwd=t.folder, stdin=subprocess.DEVNULL,
                             start_new_session=True)
    hub.fault("POST", "/dispatches$", 1,
              hook=lambda request, answer: os.killpg(first.pid, signal.SIGKILL))
    first.wait(LIMIT * t.options.scale)
    expect(first.returncode == -signal.SIGKILL, f"exit {first.returncode}")
    for _ in range(2):
        done = execute(t, command, env)
        expect((done.returncode, done.stdout, done.stderr) == (0, "", ""), f"{done}")
    t.dispatched(1)


@test
def the_example_that_dispatches_once_a_night_after_a_signal(t):
    """Only where no signal came between is it said that nothing was dispatched."""
    program = t.bin() / "return-dispatch"
    env = {"PATH": f"{program.parent}:{os.environ['PATH']}", "JOURNALS": str(t.folder)}
    for code in (3, 7, 129, 130, 137, 143):
        program.write_text(f"#!/bin/sh\nexit {code}\n")
        program.chmod(0o755)
        done = execute(t, ["sh", str(EXAMPLES / "once-a-night.sh")], env)
        expect(done.returncode == code, f"exit {done.returncode}, not {code}: {done.stderr}")
        expect(f"(exit {code})" in done.stdout, f"printed {done.stdout!r}")
        expect(("Nothing was dispatched" in done.stdout) == (code < 128),
               f"exit {code}: printed {done.stdout!r}")


@once
def the_example_of_an_image_from_scratch(t):
    hub = t.github()
    context = t.folder / "context"
    context.mkdir()
    shutil.copy(t.options.binary, context / "return-dispatch")
    root, entry = built(EXAMPLES / "scratch.Dockerfile", context, t.folder / "root")
    shutil.copy(t.pki.ca, root)
    env = {"GITHUB_API_URL": t.hub.url(), "SSL_CERT_FILE": "/" + os.path.basename(t.pki.ca),
           "GITHUB_TOKEN": t.token}
    if os.geteuid() != 0:
        raise Skipped("chroot is for root")
    done = execute(t, [shutil.which("chroot"), root, *entry, "--field", "environment=staging"], env)
    run = hub.dispatched[0]
    expect(done.stdout == f"run_id={run.id}\nrun_url={run.html_url}\n", done.stdout + done.stderr)
    expect(run.inputs == {"environment": "staging"}, f"{run.inputs}")
    t.dispatched(1)


@once
def every_example_is_run(t):
    source = (ROOT / "tests/action/tests_examples.py").read_text()
    for path in EXAMPLES.iterdir():
        expect(path.name == "README.md" or f'"{path.name}"' in source, f"{path.name} is not")
        expect(path.name == "README.md" or f"({path.name})" in (EXAMPLES / "README.md").read_text(),
               f"{path.name} is not in README.md")
