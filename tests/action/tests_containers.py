# SPDX-License-Identifier: ISC
"""The action in the container of a job, and in one of its own."""

import json
import os
import pathlib
import re
import shutil
import subprocess

from case import OURS, ROOT, Skipped, expect, once, test
from tests_action import cancelled_while_waiting


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


def built(dockerfile, context, folder):
    """What a builder makes of a Dockerfile that only copies: (root, entry point)."""
    arch, entry, stages, stage = ARCH[os.uname().machine], None, {}, None
    for line in dockerfile.read_text().split("\n"):
        word, *rest = line.split() or [""]
        if word == "FROM" and rest[0] == "scratch":
            stage = stages.setdefault(rest[2] if rest[1:] else None, [])
        elif word == "FROM":
            expect(rest == ["${TARGETARCH:-amd64}"], f"the last stage is {rest}")
            stage = stages[arch]
        elif word == "COPY":
            stage.append(rest)
        elif word == "ENTRYPOINT":
            entry = json.loads(" ".join(rest))
        else:
            expect(word in ("", "#", "ARG"), f"not known: {line}")
    folder.mkdir()
    for *sources, target in stage:
        for source in sources:
            copy = shutil.copytree if (context / source).is_dir() else shutil.copy
            copy(context / source, folder / (target + source * target.endswith("/")).lstrip("/"))
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
    step = t.step(action=OURS + "/docker", env=TRUST, run_id=str(run.id))
    expect(step.outputs["exit_status"] == "0" and not step.said("warning"), f"{step.annotations}")
    t.dispatched(1)


def box_with_image(t):
    box = box_for(t)
    tree = box.fetched(OURS + "/docker@v1").parent
    box.images[str(tree / "Dockerfile")] = built(tree / "Dockerfile", tree, t.folder / "image")
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
