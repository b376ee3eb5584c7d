#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""How much memory one dispatch takes beside the executable's own pages.

The program dispatches over TLS to the simulated github.com, with the system's
CA bundle plus the simulator's CA. It is stopped at every system call and at
its exit, and each time /proc/PID/smaps is added up: the resident pages of all
its mappings, and how many of them are pages of the executable file as they are
on disk, which all processes that run it share. What counts is the difference,
where it is largest: heap (with variables that start as zero), stacks, the
executable's variables and relocated data, the kernel's vDSO. Memory can only shrink by a system call, so no peak is missed. (VmHWM,
which others go by, is printed too; since Linux 6.2 it is an estimate.)

Ends with 1 if the difference is above the limit.
"""

import argparse
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "e2e"))
sys.dont_write_bytecode = True

import certs  # noqa: E402
import ghsim  # noqa: E402

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
TOKEN = "ghs_simulated"
LIMIT = 512             # KiB
KINDS = ("executable", "relocated", "heap", "stack", "other")

# sys/ptrace.h, sys/wait.h
TRACEME, SYSCALL, SETOPTIONS = 0, 24, 0x4200
SYSGOOD, TRACECLONE, TRACEEXIT, EXITKILL = 1, 8, 0x40, 0x100000
WALL = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
libc.ptrace.restype = ctypes.c_long


def ptrace(request, pid=0, data=0):
    if libc.ptrace(request, pid, None, data) == -1:
        raise OSError(ctypes.get_errno(), "ptrace")


def resident(pid, executable):
    """KiB by kind; the sum is the resident set."""
    sums = dict.fromkeys(KINDS, 0)
    with open(f"/proc/{pid}/smaps") as file:
        text = file.read()
    for head, body in re.findall(r"^([0-9a-f]+-[0-9a-f]+ .*)\n((?:\w+: .*\n)+)", text, re.M):
        sizes = {key: int(value) for key, value in re.findall(r"(\w+):\s+(\d+) kB", body)}
        name = head.split(None, 5)[5] if len(head.split(None, 5)) > 5 else ""
        copied = sizes["Anonymous"]
        if name == executable:
            sums["executable"] += sizes["Rss"] - copied
            sums["relocated"] += copied
        elif name == "[stack]":
            sums["stack"] += sizes["Rss"]
        elif name in ("", "[heap]"):
            sums["heap"] += sizes["Rss"]
        else:
            sums["other"] += sizes["Rss"]
    return sums


def peak_estimate(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmHWM:\s*(\d+)", file.read())[1])


def beside(sums):
    return sum(sums.values()) - sums["executable"]


def watch(command, env):
    """The sums where they are largest beside the executable, those at the exit, VmHWM, and the
    output."""
    child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             preexec_fn=lambda: ptrace(TRACEME))
    executable = os.path.realpath(command[0])
    most = last = None
    estimate = 0
    os.waitpid(child.pid, 0)
    ptrace(SETOPTIONS, child.pid, SYSGOOD | TRACECLONE | TRACEEXIT | EXITKILL)
    ptrace(SYSCALL, child.pid)
    while True:
        task, status = os.waitpid(-1, WALL)
        if not os.WIFSTOPPED(status):
            if task == child.pid:
                break
            continue
        now = resident(child.pid, executable)
        # A thread may end after the memory is gone.
        if now["executable"]:
            last = now
            most = now if most is None or beside(now) > beside(most) else most
            estimate = max(estimate, peak_estimate(child.pid))
        sent = os.WSTOPSIG(status)
        # All but what ptrace itself causes is for the program.
        ptrace(SYSCALL, task, 0 if sent & 0x7f in (signal.SIGTRAP, signal.SIGSTOP) else sent)
    child.returncode = os.waitstatus_to_exitcode(status)
    out, err = child.stdout.read(), child.stderr.read()
    if child.returncode != 0:
        sys.exit(f"{command[0]} failed: {child.returncode} {out!r} {err!r}")
    return most, last, estimate


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(HERE, "..", "build", "return-dispatch"))
    parser.add_argument("--bundle", default=BUNDLE, help="CA certificates (PEM)")
    parser.add_argument("--limit", type=int, default=LIMIT, metavar="KIB")
    options = parser.parse_args()
    binary = os.path.realpath(options.binary)
    folder = tempfile.mkdtemp(prefix="bench-")
    try:
        pki = certs.Pki(folder, only="good")
        ca = os.path.join(folder, "bundle.pem")
        with open(options.bundle) as bundle, open(pki.ca) as own, open(ca, "w") as out:
            text = bundle.read() + own.read()
            out.write(text)
        server = ghsim.GitHub("github.com", pki.context(), TOKEN)
        server.workflow()
        server.start()
        most, last, estimate = watch(
            [binary, "-q", "--api-url", server.url(), "--cacert", ca, "-R", "octo-org/octo-repo",
             "-w", "build.yml", "-r", "main"], {"GITHUB_TOKEN": TOKEN})
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return report(most, last, estimate, text.count("BEGIN CERTIFICATE"), options.limit)


def report(most, last, estimate, roots, limit):
    print(f"one dispatch over TLS with {roots} CA certificates; resident KiB")
    print(f"{'':12}" + "".join(f"{kind:>12}" for kind in (*KINDS, "sum", "beside")))
    for when, sums in (("at the most", most), ("at the exit", last)):
        print(f"{when:12}" + "".join(f"{sums[kind]:12}" for kind in KINDS)
              + f"{sum(sums.values()):12}{beside(sums):12}")
    print(f"VmHWM {estimate} KiB")
    good = beside(most) <= limit
    print(f"{'ok' if good else 'not ok'}: {beside(most)} KiB beside the executable's own pages, "
          f"limit {limit}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
