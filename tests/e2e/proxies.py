# SPDX-License-Identifier: ISC
"""Proxies: a simulated one that can misbehave, and real ones if they are installed.

The simulated one answers CONNECT as `wire.Server` answers anything, with all its faults; what goes
through the tunnel after a 2xx is relayed, and can be spoilt as well. It keeps all it was sent."""

import base64
import os
import pwd
import secrets
import select
import shutil
import socket
import subprocess
import tempfile
import threading

import wire

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Proxy(wire.Server):
    """`credentials` is USER:PASSWORD, or empty for a proxy that asks for none. `names` says where
    hosts are that only the proxy knows."""

    kind = "proxy"

    def __init__(self, context=None, credentials="", **server):
        super().__init__(context, **server)
        self.credentials = credentials
        self.names = {}
        self.established = ESTABLISHED  # sent when the tunnel stands
        self.in_tunnel = None           # called with (connection, direction, bytes) for all that
                                        # passes; may return reset, close, stall or drop
        self.through = b""              # all that clients sent through tunnels
        self.tunnels = 0
        self.looked_at = 0              # of the requests, by Case.tunnels

    def url(self, host="127.0.0.1", user=""):
        return f"{self.scheme}://{user}{'@' * bool(user)}{host}:{self.port}"

    def handle(self, request):
        if self.credentials:
            expected = "Basic " + base64.b64encode(self.credentials.encode()).decode()
            if request.header("Proxy-Authorization") != expected:
                return wire.Answer(407, [("Proxy-Authenticate", 'Basic realm="corp"'),
                                         ("Content-Type", "text/html")],
                                   b"<html><body>Who are you?</body></html>")
        if request.method != "CONNECT":
            return wire.Answer(405, [])
        return wire.Answer(200, [])

    def reply(self, sock, request, answer, fault):
        if answer.status != 200 or fault.name() != "fault":
            return super().reply(sock, request, answer, fault)
        host, _, port = request.target.rpartition(":")
        host = self.names.get(host, host.strip("[]"))
        try:
            far = socket.create_connection((host, int(port)), 10)
        except OSError as error:
            request.status = 502
            refused = wire.Answer(502, [("Content-Type", "text/plain")],
                                  f"cannot reach the host: {error.strerror}\n".encode())
            return super().reply(sock, request, refused, fault)
        with far:
            with self.changed:
                self.tunnels += 1
                self.sockets.add(far)
                self.changed.notify_all()
            sock.sendall(self.established)
            self.relay(sock, far, request.connection)
        raise wire.Gone

    def relay(self, sock, far, number):
        far.settimeout(None)
        while not self.stopping.is_set():
            ready = [sock] if hasattr(sock, "pending") and sock.pending() else \
                select.select([sock, far], [], [])[0]
            for one, other, direction in ((sock, far, "up"), (far, sock, "down")):
                if one not in ready:
                    continue
                data = one.recv(65536)
                what = data and self.in_tunnel and self.in_tunnel(number, direction, data)
                if direction == "up":
                    with self.lock:
                        self.through += data
                if what == "stall":
                    self.stopping.wait()
                if not data or what in ("reset", "close", "stall"):
                    with self.lock:
                        self.sockets.discard(far)
                    wire.hang_up(far, "fin" if not data else "reset")
                    wire.hang_up(sock, "reset" if what == "reset" else "fin")
                    return
                if what != "drop":
                    other.sendall(data)


# ---- real ones

class Real:
    """A real proxy in the foreground, with its files in a folder of its own."""

    program = ""

    def __init__(self, credentials=""):
        self.user, _, self.password = credentials.partition(":")
        self.folder = tempfile.mkdtemp(prefix="e2e-proxy-")
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            self.port = sock.getsockname()[1]
        self.process = None

    @classmethod
    def where(cls):
        return shutil.which(cls.program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def read(self, name):
        try:
            with open(self.path(name), errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def url(self, user=""):
        return f"http://{user}{'@' * bool(user)}127.0.0.1:{self.port}"

    def start(self, timeout):
        with open(self.path("output"), "wb") as output:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=output, cwd=self.folder)
        pause = threading.Event()
        for _ in range(int(timeout * 20)):
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                pause.wait(0.05)
        output = self.read("output") + self.read("cache.log")
        self.stop()
        raise RuntimeError(f"{self.program} doesn't start:\n{output}")

    def end(self):
        """Its log is complete then."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def stop(self):
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)


class Tinyproxy(Real):
    program = "tinyproxy"

    def command(self):
        config = (f"Port {self.port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 10\n"
                  f'Allow 127.0.0.1\nLogFile "{self.path("access.log")}"\nLogLevel Connect\n')
        if self.user:
            config += f"BasicAuth {self.user} {self.password}\n"
        return [self.where(), "-d", "-c", self.write("tinyproxy.conf", config)]

    def methods(self):
        """What it was asked to do."""
        return [line.split("): ")[1].split()[0] for line in self.read("access.log").splitlines()
                if "Request (file descriptor" in line]


class Squid(Real):
    program = "squid"
    helper = "/usr/lib/squid/basic_ncsa_auth"

    def command(self):
        # Started as root it becomes another user, who must be able to write here.
        if os.geteuid() == 0:
            user = pwd.getpwnam("proxy")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        rules = "http_access allow localhost\n"
        if self.user:
            hashed = subprocess.run(["openssl", "passwd", "-apr1", self.password], check=True,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout
            users = self.write("users", f"{self.user}:{hashed.decode()}")
            rules = (f"auth_param basic program {self.helper} {users}\n"
                     "auth_param basic children 1\nauth_param basic realm corp\n"
                     "acl known proxy_auth REQUIRED\nhttp_access allow known\n")
        config = f"""\
http_port 127.0.0.1:{self.port}
{rules}http_access deny all
access_log stdio:{self.path("access.log")}
logfile_rotate 0
cache_log {self.path("cache.log")}
cache_store_log none
cache deny all
cache_mem 8 MB
max_filedescriptors 256
pid_filename none
coredump_dir {self.folder}
visible_hostname localhost
pinger_enable off
shutdown_lifetime 0 seconds
"""
        # The name is that of its shared memory, too, which another one would share.
        return [self.where(), "-N", "-n", "e2e" + secrets.token_hex(8),
                "-f", self.write("squid.conf", config)]

    def methods(self):
        """What it was asked to do; "-" is a connection without a request."""
        return [line.split()[5] for line in self.read("access.log").splitlines()
                if line.split()[5] != "-"]
