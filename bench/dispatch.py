#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What one dispatch costs, side by side with what people use today.

All clients POST the same dispatch to the same simulated github.com over TLS,
verify its certificate against the system's CA bundle plus the simulator's CA,
and get the run's ID from the answer. They take turns, so that the ratios hold
on a noisy machine; absolute times do not. gh speaks to port 443 only, and ours
asks any server but api.github.com first what it is, so this wants to be root,
and has an /etc/hosts of its own. A client that is not installed is left out.

The rows of curl and Node are lower bounds: a bare request, without any of the
checks around it.
"""

import argparse
import ctypes
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "e2e"))
sys.dont_write_bytecode = True

import certs  # noqa: E402
import ghsim  # noqa: E402

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
TOKEN = "ghs_simulated"
GITHUB = "api.github.com"
NEWNS = 0x20000         # linux/sched.h
PATH = "/api/v3/repos/octo-org/octo-repo/actions/workflows/build.yml/dispatches"
NODE = """
const https = require('https'), fs = require('fs');
const r = https.request('https://localhost%s', { method: 'POST', ca: fs.readFileSync(process.env.CA),
  headers: { authorization: 'Bearer ' + process.env.GITHUB_TOKEN, 'user-agent': 'bench',
             'x-github-api-version': '2026-03-10' } }, (a) => {
  let s = ''; a.on('data', (d) => s += d); a.on('end', () => console.log(JSON.parse(s).workflow_run_id)); });
r.end('{"ref":"main"}');
"""
FETCH = """
fetch('https://localhost%s', { method: 'POST', body: '{"ref":"main"}', headers: {
  authorization: 'Bearer ' + process.env.GITHUB_TOKEN, 'user-agent': 'bench',
  'x-github-api-version': '2026-03-10' } }).then((a) => a.json()).then((a) => console.log(a.workflow_run_id));
"""


def clients(binary, ca):
    body = '{"ref":"main"}'
    headers = ("Authorization: Bearer " + TOKEN, "X-GitHub-Api-Version: 2026-03-10")
    yield "return-dispatch", [binary, "-q", "--api-url", f"https://{GITHUB}/api/v3", "--cacert", ca, "-R",
                              "octo-org/octo-repo", "-w", "build.yml", "-r", "main", "--format", "id"], {}
    yield "curl", ["curl", "-s", "--cacert", ca, "-H", headers[0], "-H", headers[1], "-d", body,
                   "https://localhost" + PATH], {}
    yield "gh api", ["gh", "api", "-X", "POST", "-H", headers[1], "-f", "ref=main", PATH[len("/api/v3/"):],
                     "-q", ".workflow_run_id"], \
        {"GH_HOST": "localhost", "GH_ENTERPRISE_TOKEN": TOKEN, "SSL_CERT_FILE": ca, "HOME": os.path.dirname(ca)}
    yield "node https", ["node", "-e", NODE % PATH], {"CA": ca}
    yield "node fetch", ["node", "-e", FETCH % PATH], {"NODE_EXTRA_CA_CERTS": ca}


def be_github(folder):
    """From now on its name is this machine's, for this process and its children."""
    hosts = os.path.join(folder, "hosts")
    with open(hosts, "w") as out:
        out.write(f"127.0.0.1 localhost {GITHUB}\n")
    if ctypes.CDLL(None).unshare(NEWNS) != 0:
        sys.exit("bench: cannot have an /etc/hosts of its own; are you root?")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)


def once(command, env):
    began = time.monotonic()
    child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0 or b"176543" not in out:
        sys.exit(f"{command[0]} failed: {status} {out!r} {err!r}")
    return (usage.ru_utime + usage.ru_stime) * 1000, (time.monotonic() - began) * 1000


def peak_memory(command, env):
    """KiB. Looked up while the process runs: what wait4 tells includes this script, before the exec."""
    child = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while child.poll() is None:
        try:
            with open(f"/proc/{child.pid}/status") as status:
                lines = dict(line.split(":", 1) for line in status)
        except (OSError, ValueError):
            continue
        if "VmHWM" in lines and "python" not in lines["Name"]:
            peak = max(peak, int(lines["VmHWM"].split()[0]))
        time.sleep(0.001)
    return peak


def size_on_disk(program):
    """The executable and the libraries it loads."""
    path = os.path.realpath(shutil.which(program))
    files = {path}
    listing = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    files.update(os.path.realpath(word) for line in listing.splitlines() for word in line.split()
                 if word.startswith("/"))
    return sum(os.path.getsize(file) for file in files), len(files) - 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=os.path.join(HERE, "..", "build", "return-dispatch"))
    parser.add_argument("--rounds", type=int, default=21)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="bench-")
    try:
        be_github(folder)
        pki = certs.Pki(folder, only="good")
        pki.leaf("good", certs.LEAF + certs.NAMES + f",DNS:{GITHUB}")
        ca = os.path.join(folder, "bundle.pem")
        with open(ca, "w") as out:
            for file in (BUNDLE, pki.ca):
                with open(file) as part:
                    out.write(part.read())
        server = ghsim.GitHub("ghes-3.21", pki.context(), TOKEN, port=443)
        server.workflow()
        server.start()
        rows = [row for row in clients(options.binary, ca) if shutil.which(row[1][0])]
        base = {"PATH": os.environ["PATH"], "GITHUB_TOKEN": TOKEN}
        seen = {name: [] for name, _, _ in rows}
        for _ in range(options.rounds):
            for name, command, more in rows:
                seen[name].append(once(command, {**base, **more}))
        peaks = {name: max(peak_memory(command, {**base, **more}) for _ in range(5))
                 for name, command, more in rows}
        server.stop()
        report(rows, seen, peaks, options.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def report(rows, seen, peaks, rounds):
    print(f"one dispatch over TLS, {rounds} rounds in turns; median, and ratio to return-dispatch")
    print(f"{'client':16} {'CPU ms':>8} {'ratio':>7} {'wall ms':>8} {'peak RSS KiB':>13} {'ratio':>7} "
          f"{'on disk KiB':>12} {'libraries':>9}")
    first = None
    for name, command, _ in rows:
        cpu, wall = (statistics.median(column) for column in zip(*seen[name]))
        rss = peaks[name]
        first = first or (cpu, rss)
        size, libraries = size_on_disk(command[0])
        print(f"{name:16} {cpu:8.1f} {cpu / first[0]:7.1f} {wall:8.1f} {rss:13.0f} {rss / first[1]:7.1f} "
              f"{size / 1024:12.0f} {libraries:9}")


if __name__ == "__main__":
    main()
