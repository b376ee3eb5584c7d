# SPDX-License-Identifier: ISC
"""Runs the program against simulated servers and holds it to what a scenario says.

A scenario is a function that takes a `Case` and reads like a transcript:

    @scenario
    def the_fast_path_costs_one_request(t):
        hub = t.github()
        t.dispatch("--format", "id")
        t.exits(0)
        t.stdout_is(f"{hub.dispatched[0].id}\\n")
        t.requests_were(t.POST)
        t.dispatched(1)

Every run must be followed by `exits`, every scenario must say how many dispatches acted.
"""

import base64
import contextlib
import dataclasses
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

import apps
import dns
import ghsim
import logs
import network
import proxies
import terminal
from outcome import Skipped

SCENARIOS = []
HARD_LIMIT = 60         # seconds without a request before a process counts as hung
PATIENCE = 10           # times that, for one that goes on asking
COMMANDS = ("error", "warning", "notice", "debug", "group", "endgroup", "add-mask")
SANITIZER_EXIT, VALGRIND_EXIT = 98, 99
SUPPRESSIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../valgrind.supp")
SANITIZER_WORDS = ("AddressSanitizer", "LeakSanitizer", "UndefinedBehaviorSanitizer",
                   "MemorySanitizer", "runtime error:")
# Any program would do; this one is there, and needs nothing once the limits are set.
LAUNCHER = """import json, os, resource, sys
root, limits, command = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3:]
if root:
    os.chroot(root)
    os.chdir("/")
for name, value in limits.items():
    resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
if "NPROC" in limits:           # which root has no limit of
    os.setuid(54321)
os.execv(command[0], command)"""
# Harmless to a build without sanitizers.
SANITIZER_ENV = {"ASAN_OPTIONS": f"exitcode={SANITIZER_EXIT}:detect_leaks=1",
                 "UBSAN_OPTIONS": f"exitcode={SANITIZER_EXIT}:halt_on_error=1:print_stacktrace=1"}


class Failed(AssertionError):
    pass


class Grave(Failed):
    """What no load on the machine can explain: never tried again."""


def scenario(function):
    SCENARIOS.append(function)
    return function


def smoke(function):
    """A scenario that `make check` runs too: quick, and about what matters most."""
    function.smoke = True
    return scenario(function)


def only(wanted):
    """For scenarios that some builds have nothing to do with: `wanted(setup)` says. Stands above
    `scenario` or `each`, which it narrows down."""
    def register(function):
        for one in SCENARIOS:
            if getattr(one, "of", one) is function:
                one.wanted = wanted
        return function
    return register


def static_only(function):
    """For scenarios of what only the static program does, itself: what it asks of the kernel,
    and what it does in a root of its own, where no emulator is."""
    return only(lambda setup: setup.is_static and not setup.valgrind
                and not setup.emulator)(function)


def native_only(function):
    """For scenarios that valgrind's ways or its slowness would make another one."""
    return only(lambda setup: not setup.valgrind)(function)


def plain_only(function):
    """For scenarios that preload an allocator: static binaries preload nothing, and sanitizers
    bring allocators of their own. In a valgrind pass they run without valgrind."""
    return only(runs_plain)(function)


def runs_plain(setup):
    return not setup.is_static and not setup.has_sanitizers


def is_wanted(function, setup):
    return getattr(function, "wanted", lambda setup: True)(setup)


def is_smoke(function):
    return getattr(function, "smoke", False)


def is_first(function):
    """Whether it has no rows, or is the first of them. All rows count where no other build runs
    the scenario."""
    return getattr(function, "row", 0) == 0 or getattr(function, "wanted", None) is runs_plain


def each(rows):
    """One scenario per row: the function gets the row too."""
    def register(function):
        for number, row in enumerate(rows):
            def one(t, row=row):
                function(t, row)
            one.__name__ = f"{function.__name__}: {row}".replace("\n", "\\n")
            one.of, one.row = function, number
            scenario(one)
        return function
    return register


def needs_interpreter(elf):
    """Whether it is linked dynamically: one of its program headers is PT_INTERP."""
    if elf[:4] != b"\x7fELF":
        return True
    wide, order = elf[4] == 2, "<" if elf[5] == 1 else ">"
    at, = struct.unpack_from(order + ("Q" if wide else "I"), elf, 32 if wide else 28)
    size, count = struct.unpack_from(order + "HH", elf, 54 if wide else 42)
    return any(struct.unpack_from(order + "I", elf, at + n * size)[0] == 3 for n in range(count))


@dataclasses.dataclass
class Setup:
    """What all scenarios of one test run share."""
    binary: str
    pki: object
    valgrind: bool = False
    scale: float = 1.0
    emulator: str = ""          # what runs it, if it is a program for another machine

    def __post_init__(self):
        with open(self.binary, "rb") as file:
            data = file.read()
        # Then its memory and its speed say nothing.
        self.has_sanitizers = b"__asan_" in data or b"__ubsan_" in data
        self.instrumented = self.valgrind or self.has_sanitizers or bool(self.emulator)
        self.on_glibc = b"GLIBC_2." in data
        self.is_static = not needs_interpreter(data)

    @property
    def program(self):
        """The words that start it."""
        return [self.emulator, self.binary] if self.emulator else [self.binary]


@dataclasses.dataclass
class Result:
    command: list
    code: int
    stdout: bytes
    stderr: bytes
    seconds: float
    checked: bool = False
    peak: int = 0                       # of its memory, in KiB, where it was watched

    @property
    def log(self):
        return self.stderr.decode("utf-8", "replace")


class Case:
    POST = r"POST .*/actions/workflows/[^/]+/dispatches"
    EVENT = r"POST .*/repos/[^/]+/[^/]+/dispatches"
    LIST = r"GET .*/actions/(workflows/[^/]+/)?runs(\?.*)?"
    JOBS = r"GET .*/actions/runs/\d+/jobs(\?.*)?"
    RUN = r"GET .*/actions/runs/\d+(\?.*)?"
    LOGS = r"GET .*/actions/jobs/\d+/logs"
    CANCEL = r"POST .*/actions/runs/\d+/cancel"
    FORCE_CANCEL = r"POST .*/actions/runs/\d+/force-cancel"
    POLL = "20ms"

    def __init__(self, setup, name):
        self.setup = setup
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="e2e-")
        self.token = "ghs_" + secrets.token_hex(18)
        self.secrets = [self.token]
        self.servers = []
        self.hub = None
        self.results = []
        self.counted = False
        self.screen = None              # the Terminal of the latest run, if it had one
        self.killed = False             # what was started instead, by the scenario itself
        self.actions = False            # whether GITHUB_ACTIONS=true was in the environment
        self.cleanup = contextlib.ExitStack()
        self.network = None             # of its own, see own_network
        self.root = None                # the folder that is the program's whole world

    # ---- the world around the program

    def github(self, kind="github.com", leaf="good", version=None, tls=True, pki=None, **more):
        """Starts a server and makes it the one `dispatch` talks to. It has no workflow yet when
        `workflow` is given as False; else build.yml, with `more` as its fields."""
        server = {key: more.pop(key) for key in ("host", "family", "clock_offset") if key in more}
        with_workflow = more.pop("workflow", True)
        context = (pki or self.setup.pki).context(leaf, version) if tls else None
        hub = self.inside(lambda: ghsim.GitHub(kind, context, self.token, **server))
        if with_workflow:
            hub.workflow(**more)
        hub.start()
        self.servers.append(hub)
        self.hub = self.hub or hub
        return hub

    def log_host(self, hub=None, leaf="good", tls=True):
        """Starts the host that jobs' logs are on."""
        host = logs.LogHost(self.setup.pki.context(leaf) if tls else None).start()
        (hub or self.hub).log_host = host
        self.servers.append(host)
        return host

    def app(self, hub=None, bits=2048, install=True, **more):
        """A GitHub App, whose tokens are the only good ones; installed for octo-org, unless it is
        said otherwise."""
        made = apps.App(self.setup.pki.folder, bits, told=self.secrets.append, **more)
        with open(made.key) as file:
            # The last line may be too short to be told from other text.
            self.secrets += [line.strip() for line in file if line[0] != "-"][:-1]
        if install:
            made.install()
        (hub or self.hub).app = made
        return made

    def as_app(self, app, **more):
        """The options for it."""
        return ["--app-id", more.get("id", app.id), "--app-key", more.get("key", app.key)]

    def own_network(self, black_holes=False):
        """From now on, servers and the program are in a network of their own, with loopback
        only, or with black holes too (see network.py)."""
        try:
            self.network = network.Network()
            self.cleanup.callback(self.network.close)
            if black_holes:
                self.network.black_holes()
        except network.Unavailable as reason:
            raise Skipped(str(reason))
        return self.network

    def inside(self, job):
        return self.network.call(job) if self.network else job()

    def own_root(self, resolv_conf=None, hosts=None):
        """From now on, the program sees nothing but itself, the test's CA, and those files, in a
        folder that is its root. For the static binary, in a network of its own."""
        if os.geteuid() != 0:
            raise Skipped("chroot is for root")
        if not self.network:
            self.own_network()
        self.root = self.path("root")
        os.makedirs(os.path.join(self.root, "etc"))
        shutil.copy(self.setup.binary, os.path.join(self.root, "return-dispatch"))
        shutil.copy(self.setup.pki.ca, os.path.join(self.root, "ca.pem"))
        for name, text in (("resolv.conf", resolv_conf), ("hosts", hosts)):
            if text is not None:
                self.file(f"root/etc/{name}", text)

    def nameserver(self, zone, **more):
        """Starts one in the network of its own."""
        server = self.inside(lambda: dns.Nameserver(zone, **more))
        self.cleanup.callback(server.stop)
        return server

    def proxy(self, leaf=None, credentials="", **server):
        """Starts a simulated proxy, one behind TLS if there is a leaf."""
        made = proxies.Proxy(self.setup.pki.context(leaf) if leaf else None, credentials,
                             **server).start()
        self.servers.append(made)
        self.keep_secret(credentials)
        return made

    def real_proxy(self, kind, credentials=""):
        if not kind.where():
            raise Skipped(f"{kind.program} is not installed")
        made = kind(credentials)
        self.cleanup.callback(made.stop)
        self.keep_secret(credentials)
        return made.start(self.scaled(20))

    def keep_secret(self, credentials):
        """Credentials of a proxy must not be shown in any form."""
        if credentials:
            self.secrets += [credentials.partition(":")[2], credentials,
                             base64.b64encode(credentials.encode()).decode()]

    def terminal(self, rows=24, columns=80, flows=False):
        """For `start(terminal=...)`."""
        made = terminal.Terminal(rows, columns, flows)
        self.cleanup.callback(made.close)
        return made

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content=b""):
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def refusing_port(self):
        """A port that nobody listens on and nobody else can take."""
        sock = self.cleanup.enter_context(socket.socket())
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]

    def silent_port(self):
        """A port whose connections never come about: its queue is full."""
        sock = self.cleanup.enter_context(socket.socket())
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        for _ in range(8):
            filler = self.cleanup.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(sock.getsockname())
        return sock.getsockname()[1]

    def scaled(self, seconds):
        return seconds * self.setup.scale

    def seconds(self, value):
        """A duration for the command line, longer where the program is slowed down."""
        return f"{int(self.scaled(value) * 1000)}ms"

    # ---- running it

    def base(self, **changes):
        """The usual command line; a change to None leaves the option out."""
        usual = {"api-url": self.hub.url() if self.hub else None,
                 "cacert": "/ca.pem" if self.root else self.setup.pki.ca,
                 "repo": "octo-org/octo-repo", "workflow": "build.yml", "ref": "main",
                 "retry-interval": "20ms"}
        usual.update((key.replace("_", "-"), value) for key, value in changes.items())
        return [word for key, value in usual.items() if value is not None
                for word in ("--" + key, str(value))]

    def send_event(self, *arguments, event_type="deploy", workflow=None, **more):
        """Dispatches an event instead of a workflow."""
        base = self.base(workflow=workflow, ref=None, event_type=event_type)
        return self.run(*base, *arguments, **more)

    def dispatch(self, *arguments, base=None, **more):
        """The usual command line plus `arguments`."""
        return self.run(*(self.base() if base is None else base), *arguments, **more)

    def waiting(self, **changes):
        """The usual options of a wait: looks in quick succession."""
        usual = {"poll-interval": self.POLL, "wait-timeout": self.seconds(30)}
        usual.update((key.replace("_", "-"), value) for key, value in changes.items())
        return [word for key, value in usual.items() if value is not None
                for word in ("--" + key, str(value))]

    def wait(self, *arguments, base=None, waiting=None, **more):
        """Dispatches and waits."""
        return self.dispatch("--wait", *(self.waiting() if waiting is None else waiting),
                             *arguments, base=base, **more)

    def awaiting(self, *arguments, base=None, waiting=None):
        """The words of an `await` of runs, given by themselves, IDs, URLs."""
        runs = [word.id if isinstance(word, ghsim.Run) else word for word in arguments]
        base = self.base(workflow=None, ref=None, retry_interval=None) if base is None else base
        return ["await", *base, *(self.waiting() if waiting is None else waiting), *runs]

    def awaits(self, *arguments, base=None, waiting=None, **more):
        return self.run(*self.awaiting(*arguments, base=base, waiting=waiting), **more)

    def run(self, *arguments, **more):
        self.start(*arguments, **more)
        return self.finish()

    def start(self, *arguments, env=None, token=True, stdin=b"", stdout=subprocess.PIPE,
              close_stdout=False, terminal=None, watch_memory=False, limits=None, program=None,
              preload=None):
        """With a `terminal` it has that as standard input and standard error. `limits` are those
        of setrlimit: {"NOFILE": 8}. `program` is what stands in for the program's path, a list
        of words. `preload` is a library with an allocator of its own; valgrind, which brings
        one too, is left out then."""
        if self.results and not self.results[-1].checked:
            raise Failed("the scenario didn't say how the run before should have ended")
        self.env = dict(SANITIZER_ENV)
        if token:
            self.env["GITHUB_TOKEN"] = self.token
        if terminal:
            self.env.update(TERM="xterm-256color", LANG="en_US.UTF-8")
        if preload:
            self.env["LD_PRELOAD"] = preload
        self.env.update(env or {})
        self.env = {key: value for key, value in self.env.items() if value is not None}
        self.actions = self.env.get("GITHUB_ACTIONS") == "true"
        command = [*(program or self.setup.program), *map(str, arguments)]
        if self.root:
            command[0] = "/return-dispatch"
        if self.setup.valgrind and not preload:
            command = [shutil.which("valgrind"), "-q", "--vgdb=no",
                       f"--error-exitcode={VALGRIND_EXIT}",
                       "--leak-check=full", "--errors-for-leak-kinds=definite,possible",
                       "--suppressions=" + SUPPRESSIONS,
                       "--log-file=" + self.path("valgrind.log"), *command]
        if close_stdout:
            command = ["/bin/sh", "-c", 'exec "$0" "$@" >&-', *command]
        self.command = command
        if self.root or limits:
            command = [sys.executable, "-I", "-S", "-c", LAUNCHER, self.root or "",
                       json.dumps(limits or {}), *command]
        self.screen = terminal
        if terminal:
            command = terminal.launch(command)
        self.given = stdin if isinstance(stdin, bytes) else stdin.encode()
        self.began = time.monotonic()
        self.process = self.inside(lambda: subprocess.Popen(
            command, stdin=terminal.slave if terminal else subprocess.PIPE,
            stdout=terminal.slave if terminal and stdout == "terminal" else stdout,
            stderr=terminal.slave if terminal else subprocess.PIPE, env=self.env,
            cwd=self.folder, start_new_session=True))
        self.peak = 0
        if watch_memory:
            threading.Thread(target=self.watch_memory, args=(self.process,), daemon=True).start()

    def sample_memory(self, process=None):
        """Notes the most memory that it has had so far."""
        try:
            with open(f"/proc/{(process or self.process).pid}/status") as file:
                found = re.search(r"VmHWM:\s*(\d+) kB", file.read())
        except OSError:
            return
        if found:
            self.peak = max(self.peak, int(found[1]))

    def watch_memory(self, process):
        while process.returncode is None:
            self.sample_memory(process)
            time.sleep(0.01)

    def signal(self, number):
        self.process.send_signal(number)

    def finish(self):
        limit = self.scaled(HARD_LIMIT)
        given = None if self.screen else self.given
        for _ in range(PATIENCE):
            before = self.asked()
            try:
                out, err = self.process.communicate(given, timeout=limit)
                break
            except subprocess.TimeoutExpired:
                given = None            # it goes on being sent
                if self.asked() == before:
                    self.kill_hung(limit)
        else:
            self.kill_hung(limit * PATIENCE)
        if self.screen:
            self.screen.settle()
            err = self.screen.screen.text().encode()
        self.results.append(Result(self.command, self.process.returncode, out or b"", err or b"",
                                   time.monotonic() - self.began, peak=self.peak))
        self.always()
        return self.result

    def asked(self):
        """Grows as long as the program gets somewhere, however slow the machine is."""
        return sum(server.connections + len(server.requests) for server in self.servers)

    def kill_hung(self, limit):
        os.killpg(self.process.pid, signal.SIGKILL)
        out, err = self.process.communicate()
        self.results.append(Result(self.command, -9, out or b"", err or b"", limit, True))
        raise Failed(f"hung: killed after {limit:.0f} s")

    @property
    def result(self):
        return self.results[-1]

    # ---- what holds for every run

    def always(self):
        result = self.result
        if result.code == VALGRIND_EXIT and self.setup.valgrind:
            raise Grave("valgrind:\n" + self.read("valgrind.log").decode("utf-8", "replace"))
        if result.code == SANITIZER_EXIT or any(word in result.log for word in SANITIZER_WORDS):
            raise Grave("a sanitizer spoke up")
        if result.code < 0 and not self.killed:
            raise Grave(f"killed by {signal.Signals(-result.code).name}")
        self.no_secret("stdout", result.stdout)
        self.no_secret("stderr", result.stderr)
        self.clean_log(result.stderr)
        if self.screen:
            self.no_secret("what the terminal got", self.screen.raw)
            strange = self.screen.screen.strange
            self.expect(not strange, f"the terminal got {', '.join(strange[:5])}")
            self.expect(not self.screen.is_tidy(), f"at the end {self.screen.is_tidy()}")
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
            path = self.env.get(name, "")
            if path and os.path.isfile(path):
                with open(path, "rb") as file:
                    self.no_secret(name, file.read())

    def no_secret(self, where, data):
        for secret in self.secrets:
            plain = secret.encode()
            forms = [plain]
            # Base64 differs with the position of the secret in what was encoded.
            for shift in range(3):
                coded = base64.b64encode(b"x" * shift + plain)
                forms.append(coded[4 if shift else 0:-4])
            if any(form in data for form in forms):
                raise Grave(f"the token is in {where}")

    def clean_log(self, data):
        text = data.decode("utf-8", "replace")
        bad = re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
        if bad:
            raise Grave(f"control character {bad[0]!r} in stderr")
        if "##[" in text:
            raise Grave("stderr has a legacy workflow command")
        for line in text.split("\n"):
            command = re.match(r"\s*::([^\s:]*)", line)
            if command and not (self.actions and command[1] in COMMANDS):
                raise Grave(f"stderr has the workflow command {line[:80]!r}")

    # ---- what a scenario expects

    def expect(self, truth, message):
        if not truth:
            raise Failed(message)

    def exits(self, *codes):
        self.result.checked = True
        self.expect(self.result.code in codes, f"exit code {self.result.code}, expected "
                    + " or ".join(map(str, codes)))

    def refused(self, *words, code=2):
        """A mistake of the caller: exit 2, the message has the words, nothing on stdout."""
        self.exits(code)
        self.stdout_is("")
        self.says(*words)

    def stdout_is(self, text):
        self.expect(self.result.stdout == text.encode(),
                    f"stdout is {self.result.stdout!r}, expected {text.encode()!r}")

    def stdout_matches(self, pattern):
        self.expect(re.fullmatch(pattern, self.result.stdout.decode("utf-8", "replace"), re.S),
                    f"stdout is {self.result.stdout!r}, expected a match of {pattern!r}")

    def found(self, run):
        """The plain text result of this run."""
        self.exits(0)
        self.stdout_is(f"run_id={run.id}\nrun_url={run.html_url}\n")

    def concluded(self, run, conclusion="success", attempt=1, code=None):
        """The plain text result of waiting for this run."""
        self.exits((conclusion != "success") if code is None else code)
        told = f"run_conclusion={conclusion}\n" if conclusion else ""
        self.stdout_is(f"run_id={run.id}\nrun_url={run.html_url}\n{told}"
                       f"run_attempt={attempt}\n")

    def json_lines(self):
        text = self.result.stdout.decode()
        self.expect(not text or text.endswith("\n"), f"the last line is cut: {text!r}")
        return [json.loads(line) for line in text.splitlines()]

    def json(self):
        text = self.result.stdout.decode()
        self.expect(text.endswith("\n") and text.count("\n") == 1,
                    f"stdout is not one line: {text!r}")
        return json.loads(text)

    def says(self, *words):
        """Each word is in stderr, in any case; a tuple stands for any one of its members."""
        log = self.result.log.lower()
        for word in words:
            several = word if isinstance(word, tuple) else (word,)
            self.expect(any(str(one).lower() in log for one in several),
                        "stderr doesn't say " + " or ".join(repr(one) for one in several))

    def says_not(self, *words):
        for word in words:
            self.expect(word.lower() not in self.result.log.lower(), f"stderr says {word!r}")

    def took_at_most(self, seconds):
        self.expect(self.result.seconds <= self.scaled(seconds),
                    f"took {self.result.seconds:.1f} s, more than {self.scaled(seconds):.1f} s")

    def says_once(self, *words):
        """Each word is in exactly one line of stderr."""
        for word in words:
            lines = [line for line in self.result.log.splitlines() if word in line]
            self.expect(len(lines) == 1, f"{len(lines)} lines of stderr have {word!r}")

    def took_at_least(self, seconds):
        self.expect(self.result.seconds >= seconds,
                    f"took {self.result.seconds:.2f} s, less than {seconds} s")

    def dispatched(self, count):
        """How many dispatches started a run, on all servers together."""
        self.counted = True
        acted = sum(request.acted for hub in self.servers for request in hub.requests)
        if acted > count:
            raise Grave(f"{acted} dispatches acted, expected {count}")
        self.expect(acted == count, f"{acted} dispatches acted, expected {count}")

    def requests(self, pattern="", hub=None):
        return [request for request in (hub or self.hub).requests
                if re.fullmatch(pattern, request.line()) or not pattern]

    def looks(self, hub=None):
        """The looks at runs."""
        return self.requests(self.RUN, hub)

    def posts(self):
        return self.requests(self.POST)

    def requests_were(self, *patterns):
        self.requests_began(*patterns)
        self.expect(len(self.hub.requests) == len(patterns),
                    f"{len(self.hub.requests)} requests, expected {len(patterns)}")

    def requests_began(self, *patterns):
        lines = [request.line() for request in self.hub.requests]
        for place, pattern in enumerate(patterns):
            self.expect(place < len(lines), f"request {place + 1} is missing: {pattern}")
            self.expect(re.fullmatch(pattern, lines[place]),
                        f"request {place + 1} is {lines[place]!r}, expected {pattern!r}")

    def no_requests(self):
        for hub in self.servers:
            self.expect(not hub.requests, f"{len(hub.requests)} requests, expected none")

    def no_requests_but_to_proxies(self):
        for hub in self.servers:
            self.expect(not hub.requests or isinstance(hub, proxies.Proxy),
                        f"{len(hub.requests)} requests, expected none")

    def tunnels(self, proxy, *targets):
        """The tunnels that were asked for, since this was last looked at."""
        asked = [request.target for request in proxy.requests[proxy.looked_at:]]
        proxy.looked_at += len(asked)
        self.expect(asked == list(targets), f"tunnels to {asked}, expected {list(targets)}")

    def no_filters(self):
        for request in self.hub.requests:
            used = set(request.query) & set(ghsim.FILTERS)
            self.expect(not used, f"{request.line()} filters by {used}")

    def no_leaks(self):
        """Logs come from another host, which the token is not for."""
        for host in self.servers:
            if isinstance(host, logs.LogHost):
                leaks = len(host.leaks) + sum(
                    self.token in f"{request.target} {request.headers}"
                    for request in host.requests)
                self.expect(not leaks, "the log host was sent the token")
            if isinstance(host, proxies.Proxy):
                self.no_leaks_to_proxy(host)

    def no_leaks_to_proxy(self, proxy):
        """A proxy is asked for tunnels, and told nothing else."""
        for request in proxy.requests:
            told = {name.lower() for name, _ in request.headers}
            if request.method != "CONNECT" or request.body or \
                    told - {"host", "user-agent", "proxy-authorization"} or \
                    request.header("Host") != request.target:
                raise Grave(f"the proxy was sent {request} with {sorted(told)}")
            if self.token in f"{request.target} {request.headers}":
                raise Grave("the proxy was sent the token")
        if self.hub and self.hub.scheme == "https" and self.token.encode() in proxy.through:
            raise Grave("the token went through the proxy in the clear")

    def outputs(self, name="output"):
        """What is in the file, but for what every run ends it with."""
        pairs = parse_file_command(self.read(name))
        if hasattr(self, "process") and self.process.poll() is not None and self.results:
            code = str(self.results[-1].code)
            self.expect(pairs.get("exit_status") == code,
                        f"exit_status is {pairs.get('exit_status')}, expected {code}")
        pairs.pop("exit_status", None)
        return pairs

    # ---- the end

    def close(self):
        if hasattr(self, "process") and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
        for hub in self.servers:
            hub.stop()
        self.cleanup.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def describe(self):
        lines = []
        for result in self.results[-1:]:
            lines.append("command: " + " ".join(map(shlex.quote, result.command))
                         .replace("\n", "\\n"))
            lines.append(f"exit {result.code} after {result.seconds:.2f} s")
            lines.append(f"stdout: {result.stdout.decode('utf-8', 'replace')!r}")
            lines.append("stderr:")
            lines += ["    " + line for line in result.log.split("\n")[-60:]]
        if len(self.servers) > 3:
            lines.append(f"({len(self.servers) - 3} servers before are left out)")
        for place, hub in list(enumerate(self.servers, 1))[-3:]:
            lines.append(f"requests to server {place} ({hub.kind}, port {hub.port}, "
                         f"{hub.connections} connections, {hub.handshakes_failed} bad handshakes):")
            lines += [f"    {request}" for request in hub.requests[:40]]
            if len(hub.requests) > 40:
                lines.append(f"    … {len(hub.requests) - 40} more")
        return harmless("\n".join(lines))


def harmless(text):
    """Details of a failure may be printed on a runner, or on a terminal."""
    text = re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", lambda m: f"\\x{ord(m[0]):02x}", text)
    return text.replace("##[", "# #[")


def parse_file_command(data):
    """The pairs of a $GITHUB_OUTPUT file, read as the runner reads it."""
    text, at, pairs = data.decode(), 0, []

    def line():
        nonlocal at
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        found, at = text[at:end], end + 1
        return found

    while at < len(text):
        current = line()
        if not current:
            continue
        equals, heredoc = current.find("="), current.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            pairs.append((current[:equals], current[equals + 1:]))
        elif heredoc >= 0:
            name, delimiter, value = current[:heredoc], current[heredoc + 2:], []
            while True:
                if at >= len(text):
                    raise Failed(f"Matching delimiter not found '{delimiter}'")
                piece = line()
                if piece == delimiter:
                    break
                value.append(piece)
            pairs.append((name, "\n".join(value)))
        else:
            raise Failed(f"Invalid format '{current}'")
    return dict(pairs)


def run_one(function, setup):
    """(name, None or what went wrong, seconds, may be tried again)."""
    name = function.__name__.replace("_", " ").strip()
    case = Case(setup, name)
    began, problem, again = time.monotonic(), None, True
    try:
        function(case)
        if case.results and not case.result.checked:
            raise Failed("the scenario didn't say how the last run should have ended")
        broken = [text for hub in case.servers for text in hub.broken]
        if broken:
            raise Failed("the simulator broke:\n" + broken[0])
        case.no_leaks()
        if not case.counted:
            raise Failed("the scenario didn't say how many dispatches acted")
    except Skipped as reason:
        problem = reason
    except Failed as failure:
        again = not isinstance(failure, Grave)
        problem = f"{harmless(str(failure))}\n{case.describe()}"
    except Exception as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__)
                  if "scenarios_" in frame.filename]
        place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
        problem = f"{type(error).__name__} at {place}: {error}\n{case.describe()}"
        if not frames or not isinstance(error, (IndexError, OSError, ValueError, KeyError)):
            problem = traceback.format_exc() + problem
    finally:
        case.close()
    return name, problem, time.monotonic() - began, again

