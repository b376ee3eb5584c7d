# SPDX-License-Identifier: ISC
"""What the static program takes away from itself before it speaks to the network, and that
nothing fails because of it: where the kernel or a container has no such thing, and where there is
nothing but the program."""

import ctypes
import os
import platform
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading

import dns
from confine import ARCHITECTURES
from harness import Skipped, each, scenario, static_only

COMPLETE = "sandbox: no new privileges, system calls are filtered"
INCOMPLETE = "sandbox: not complete"
FILES = "sandbox: no files can be opened but those that are needed (Landlock "
ALL_FILES = "sandbox: not complete: all files can be read"
LIFE = "queued in_progress completed/success"
OLD = {"run_name": "{distinct_id}", "life": LIFE}
CONFINE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "confine.py")
# What container runtimes refuse by default, of what could be asked for here.
CONTAINER = ["unshare=EPERM", "mount=EPERM", "bpf=EPERM", "keyctl=EPERM", "setns=EPERM",
             "personality=EPERM", "perf_event_open=EPERM", "userfaultfd=EPERM", "clone3=ENOSYS",
             "statx=EPERM", "membarrier=EPERM"]


def status_of(pid):
    with open(f"/proc/{pid}/status") as file:
        return dict(re.findall(r"(\w+):\s*(.*)", file.read()))


def kernel_has_filters():
    if "Seccomp" not in status_of("self") or platform.machine() not in ARCHITECTURES:
        raise Skipped("no seccomp filters here")


def landlock_version():
    """0 where the kernel has none, or a container forbids it."""
    return max(ctypes.CDLL(None).syscall(444, None, 0, 1), 0)


def kernel_has_landlock():
    if not landlock_version():
        raise Skipped("no Landlock here")


def confined(t, *rules):
    """The program under somebody else's filter, as `program` of a run."""
    kernel_has_filters()
    return [sys.executable, CONFINE, *rules, "--", t.setup.binary]


def is_locked(t):
    status = status_of(t.process.pid)
    t.expect(status["NoNewPrivs"] == "1" and status["Seccomp"] == "2",
             f"NoNewPrivs {status['NoNewPrivs']}, Seccomp {status['Seccomp']}")


@static_only
@scenario
def the_sandbox_is_closed_before_the_first_byte(t):
    kernel_has_filters()
    hub = t.github()
    hub.connection_faults["all"] = "stall"
    t.start(*t.base())
    hub.wait_for_connection(1, t.scaled(30))
    is_locked(t)
    t.signal(signal.SIGTERM)
    t.finish()
    t.exits(143)
    t.dispatched(0)


@static_only
@scenario
def the_sandbox_is_closed_while_waiting_for_a_run(t):
    kernel_has_filters()
    hub = t.github()
    run = hub.add_run(life="in_progress")
    hub.fault("GET", rf"/actions/runs/{run.id}", stall="reply")
    t.start(*t.awaiting(run))
    hub.wait_for("GET", rf"/actions/runs/{run.id}", 1, t.scaled(30))
    is_locked(t)
    t.signal(signal.SIGINT)
    t.finish()
    t.exits(130)
    t.dispatched(0)


@static_only
@scenario
def the_log_says_that_the_sandbox_is_closed(t):
    kernel_has_filters()
    hub = t.github()
    t.dispatch("-v")
    t.found(hub.dispatched[0])
    t.says(COMPLETE)
    t.dispatched(1)


@static_only
@each(["EPERM", "EINVAL", "ENOSYS", "EACCES"])
def without_filters_the_program_does_its_work(t, error):
    """Kernels before 3.5 say EINVAL, containers what they like."""
    hub = t.github("ghes-3.8", **OLD)
    t.wait("-v", "--distinct-id", program=confined(t, f"prctl:22={error}", f"seccomp={error}"))
    t.concluded(hub.dispatched[0])
    t.says(INCOMPLETE, "PR_SET_SECCOMP")
    t.dispatched(1)


@static_only
@scenario
def without_no_new_privileges_the_program_does_its_work(t):
    hub = t.github()
    t.dispatch("-v", program=confined(t, "prctl:38=EINVAL"))
    t.found(hub.dispatched[0])
    t.says(INCOMPLETE, "PR_SET_NO_NEW_PRIVS")
    t.dispatched(1)


@static_only
@scenario
def the_sandbox_goes_with_that_of_a_container(t):
    hub = t.github(life=LIFE)
    t.wait("-v", program=confined(t, *CONTAINER))
    t.concluded(hub.dispatched[0])
    t.says(COMPLETE)
    t.dispatched(1)


@static_only
@scenario
def an_emulator_without_filters_runs_the_program(t):
    emulator = shutil.which("qemu-" + platform.machine())
    if not emulator:
        raise Skipped("qemu-user is not installed")
    hub = t.github("ghes-3.8", **OLD)
    program = [emulator, t.setup.binary]
    t.wait("-v", "--distinct-id", program=program)
    t.concluded(hub.dispatched[0])
    t.says("sandbox")
    t.awaits(hub.dispatched[0], program=program)
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


# ---- files

@static_only
@scenario
def the_log_says_that_files_are_out_of_reach(t):
    kernel_has_landlock()
    hub = t.github()
    t.dispatch("-v")
    t.found(hub.dispatched[0])
    t.says(f"{FILES}{landlock_version()})")
    t.dispatched(1)


@static_only
@each([f"landlock_{call}={error}" for call in ("create_ruleset", "restrict_self")
       for error in ("ENOSYS", "EOPNOTSUPP", "EPERM")])
def without_landlock_the_program_does_its_work(t, rule):
    """Kernels before 5.13 say ENOSYS, those that were started without it EOPNOTSUPP."""
    if "restrict_self" in rule:
        kernel_has_landlock()
    hub = t.github("ghes-3.8", **OLD)
    t.wait("-v", "--distinct-id", program=confined(t, rule))
    t.concluded(hub.dispatched[0])
    t.says(ALL_FILES, COMPLETE)
    t.dispatched(1)


def rename_anew(t, token):
    os.replace(t.file("kept/.new", token), t.path("kept/token"))


def turn_a_link(t, token):
    """As Kubernetes does it."""
    os.mkdir(t.path("kept/..second"))
    t.file("kept/..second/token", token)
    os.symlink("..second", t.path("kept/..new"))
    os.replace(t.path("kept/..new"), t.path("kept/..data"))


@static_only
@each(["renamed", "a link is turned"])
def a_token_file_is_replaced_outside_the_sandbox(t, how):
    replace = rename_anew if how == "renamed" else turn_a_link
    hub = t.github(life="in_progress:8 completed/success")
    second = "ghs_second" + t.token[10:]
    t.secrets.append(second)
    os.mkdir(t.path("kept"))
    if replace is turn_a_link:
        os.mkdir(t.path("kept/..first"))
        t.file("kept/..first/token", t.token)
        os.symlink("..first", t.path("kept/..data"))
        os.symlink("..data/token", t.path("kept/token"))
    else:
        t.file("kept/token", t.token)
    hub.token_ends = (4, second)
    hub.fault("GET", r"/actions/runs/\d+(\?|$)", 2, hook=lambda *_: replace(t, second))
    t.wait("-v", "--token-file", t.path("kept/token"), token=False)
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@static_only
@scenario
def nameservers_may_change_outside_the_sandbox(t):
    """As a user's laptop finds another network; the superuser reads nothing new in /etc."""
    t.own_network()
    t.own_root("nameserver 127.0.0.9\noptions timeout:1 attempts:1\n")
    for folder, _, names in os.walk(t.path("root")):
        for name in (".", *names):
            os.chmod(os.path.join(folder, name), 0o755)
    hub = t.github(leaf="wrong-name", host="0.0.0.0")
    nobody_knows = t.nameserver({}, address="127.0.0.9", default=dns.Reply(rcode="servfail"))
    t.nameserver({"elsewhere.example": ("127.0.0.1",)})
    t.start("-v", *t.base(api_url=hub.url("elsewhere.example")), limits={"NPROC": 100})
    t.inside(lambda: nobody_knows.wait_for(2, t.scaled(30)))
    os.chmod(t.file("root/etc/new", "nameserver 127.0.0.1\n"), 0o644)
    os.replace(t.path("root/etc/new"), t.path("root/etc/resolv.conf"))
    t.finish()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@static_only
@scenario
def a_nameserver_on_the_link_is_asked(t):
    """Its interface has a number, which libc asks for in the sandbox."""
    t.own_network()
    t.own_root("nameserver fe80::53%lo\n")
    try:
        t.network.ip("-6 addr add fe80::53/64 dev lo nodad")
    except subprocess.CalledProcessError:
        raise Skipped("no IPv6 here")
    server = t.nameserver({"elsewhere.example": ("127.0.0.1",)}, address="::")
    hub = t.github(leaf="wrong-name", host="0.0.0.0")
    t.dispatch("-v", base=t.base(api_url=hub.url("elsewhere.example")))
    t.found(hub.dispatched[0])
    t.says(COMPLETE)
    t.expect(server.questions, "nobody asked")
    t.dispatched(1)


# ---- what the process keeps to itself

def aborted(t, **env):
    """Starts it with all limits of cores lifted and ends it in a request, as a crash would; the
    core, if there is one."""
    hub = t.hub
    hub.connection_faults["all"] = "stall"
    before = hub.connections
    t.start(*t.base(), env=env, program=["/bin/sh", "-c", 'ulimit -c unlimited; exec "$0" "$@"',
                                         t.setup.binary])
    hub.wait_for_connection(before + 1, t.scaled(30))
    t.signal(signal.SIGABRT)
    t.process.communicate()
    t.expect(t.process.returncode == -signal.SIGABRT, f"exit {t.process.returncode}")
    cores = [name for name in os.listdir(t.folder) if name.startswith("core")]
    return t.read(cores[0]) if cores else None


@static_only
@scenario
def a_crash_leaves_no_core_with_the_token(t):
    with open("/proc/sys/kernel/core_pattern") as file:
        if file.read().strip() not in ("core", "core.%p"):
            raise Skipped("cores go elsewhere here")
    t.github()
    if not (aborted(t, RETURN_DISPATCH_DEBUGGABLE="1") or b"").count(t.token.encode()):
        raise Skipped("no cores here")
    for name in os.listdir(t.folder):
        os.remove(t.path(name))
    for value in (None, "0", ""):
        t.expect(aborted(t, RETURN_DISPATCH_DEBUGGABLE=value) is None, "there is a core")
    t.dispatched(0)


PEEK = """import os, sys
os.setuid(54321)
for name in ("environ", "mem", "maps", "fd"):
    try:
        path = f"/proc/{sys.argv[1]}/{name}"
        os.listdir(path) if name == "fd" else open(path, "rb").close()
        print(name)
    except PermissionError:
        pass"""


@static_only
@scenario
def other_processes_of_the_user_cannot_look_into_it(t):
    """The superuser can, and a debugger that it was started for."""
    if os.geteuid() != 0:
        raise Skipped("needs the superuser")
    hub = t.github()
    os.chmod(t.folder, 0o755)
    program = t.path("return-dispatch")
    shutil.copy(t.setup.binary, program)
    ca = t.path("ca.pem")
    shutil.copy(t.setup.pki.ca, ca)
    for value, seen in ((None, b""), ("1", b"environ\nmem\nmaps\nfd\n")):
        hub.connection_faults["all"] = "stall"
        before = hub.connections
        t.start(*t.base(cacert=ca), env={"RETURN_DISPATCH_DEBUGGABLE": value},
                program=[program], limits={"NPROC": 100})
        hub.wait_for_connection(before + 1, t.scaled(30))
        looked = subprocess.run([sys.executable, "-I", "-c", PEEK, str(t.process.pid)],
                                capture_output=True, check=True).stdout
        t.expect(looked == seen, f"it sees {looked!r}")
        t.signal(signal.SIGTERM)
        t.finish()
        t.exits(143)
    t.dispatched(0)


@static_only
@scenario
def what_was_handed_down_can_be_read_by_its_number(t):
    """Though /proc/self is the superuser's then."""
    if os.geteuid() != 0:
        raise Skipped("needs another user")
    hub = t.github()
    os.chmod(t.folder, 0o755)
    for source, name in ((t.setup.binary, "return-dispatch"), (t.setup.pki.ca, "ca.pem")):
        shutil.copy(source, t.path(name))
    shell = f'exec "$0" "$@" 3<{t.file("token", t.token)} 4<{t.file("inputs", "{}")}'
    t.dispatch("--token-file", "/dev/fd/3", "--inputs", "@/proc/self/fd/4", token=False,
               base=t.base(cacert=t.path("ca.pem")), limits={"NPROC": 100},
               program=["/bin/sh", "-c", shell, t.path("return-dispatch")])
    t.found(hub.dispatched[0])
    t.dispatched(1)


# ---- nothing but the program

def alone(t, *rules, hosts="", nameserver="127.0.0.1"):
    """The program in a root of its own, where there is no /proc and no /dev; as nobody, without
    capabilities."""
    chroot = [shutil.which("chroot") or "false", "--userspec=65534:65534", "--groups="]
    if subprocess.run([*chroot, "/", "true"], capture_output=True).returncode != 0:
        raise Skipped("not allowed to change the root")
    os.makedirs(t.path("root/etc"))
    shutil.copy(t.setup.binary, t.path("root/return-dispatch"))
    shutil.copy(t.setup.pki.ca, t.path("root/ca.pem"))
    t.file("root/etc/hosts", hosts)
    t.file("root/etc/resolv.conf", f"nameserver {nameserver}\n")
    for folder, _, names in os.walk(t.path("root")):
        for name in (".", *names):
            os.chmod(os.path.join(folder, name), 0o755)
    program = [*chroot, t.path("root"), "/return-dispatch"]
    return [*confined(t, *rules)[:-1], *program] if rules else program


class Nameserver:
    """Knows one address for every name, and tells it over TCP only (RFC 1035, 4.2)."""

    def __init__(self, t):
        # One of the loopback addresses, so that several can be there at a time.
        self.address = "127.%d.%d.53" % divmod(t.refusing_port(), 256)
        self.over_tcp = 0
        self.udp = t.cleanup.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.tcp = t.cleanup.enter_context(socket.socket())
        try:
            for sock in (self.udp, self.tcp):
                sock.bind((self.address, 53))
        except PermissionError:
            raise Skipped("not allowed to serve port 53")
        self.tcp.listen()
        for serve in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=serve, daemon=True).start()
        t.cleanup.callback(self.tcp.shutdown, socket.SHUT_RDWR)
        t.cleanup.callback(self.udp.sendto, b"", (self.address, 53))

    @staticmethod
    def answer(query, cut):
        question = query[12:query.index(b"\0", 12) + 5]
        has_address = not cut and question.endswith(b"\0\1\0\1")
        head = query[:2] + struct.pack(">HHHHH", 0x8380 if cut else 0x8180, 1, has_address, 0, 0)
        address = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1"
        return head + question + (address if has_address else b"")

    def serve_udp(self):
        while True:
            query, peer = self.udp.recvfrom(512)
            if not query:
                return
            self.udp.sendto(self.answer(query, cut=True), peer)

    def serve_tcp(self):
        while True:
            try:
                conn, _ = self.tcp.accept()
            except OSError:
                return
            with conn, conn.makefile("rb") as file:
                size, = struct.unpack(">H", file.read(2))
                reply = self.answer(file.read(size), cut=False)
                self.over_tcp += 1
                conn.sendall(struct.pack(">H", len(reply)) + reply)


@static_only
@each(["alone", "in a container"])
def the_program_needs_nothing_but_itself(t, where):
    hub = t.github("ghes-3.8", leaf="wrong-name", **OLD)
    rules = CONTAINER if where == "in a container" else []
    program = alone(t, *rules, hosts="127.0.0.1 elsewhere.example\n")
    t.wait("-v", "--distinct-id", program=program,
           base=t.base(api_url=hub.url("elsewhere.example"), cacert="/ca.pem"))
    t.exits(0)
    t.stdout_matches(rf"run_id={hub.dispatched[0].id}\n.*run_conclusion=success\n.*")
    t.says(COMPLETE)
    t.dispatched(1)


@static_only
@scenario
def names_are_looked_up_in_the_sandbox(t):
    server = Nameserver(t)
    hub = t.github(leaf="wrong-name")
    t.dispatch("-v", program=alone(t, nameserver=server.address),
               base=t.base(api_url=hub.url("elsewhere.example"), cacert="/ca.pem"))
    t.exits(0)
    t.says(COMPLETE)
    t.expect(server.over_tcp > 0, "no question came over TCP")
    t.dispatched(1)
