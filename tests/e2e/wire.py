# SPDX-License-Identifier: ISC
"""A raw-socket HTTP/1.1 server over TLS or plain TCP. Written by hand because it must also be able
to break every rule: each answer can be cut, dripped, garbled or never sent."""

import dataclasses
import json
import re
import select
import socket
import ssl
import struct
import threading
import time
import traceback
import urllib.parse

REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
           301: "Moved Permanently", 302: "Found", 304: "Not Modified", 307: "Temporary Redirect",
           308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
           404: "Not Found", 407: "Proxy Authentication Required", 409: "Conflict", 410: "Gone",
           422: "Unprocessable Entity",
           429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable", 504: "Gateway Timeout"}
BODILESS = (204, 304)


class Gone(Exception):
    """The connection is over, by the client's doing or by a fault."""


@dataclasses.dataclass
class Request:
    method: str
    target: str
    headers: list
    body: bytes
    time: float
    connection: int
    head_bytes: int = 0
    acted: bool = False
    status: int = 0
    fault: str = ""
    reply_bytes: int = 0

    def __post_init__(self):
        self.path, _, query = self.target.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))

    def header(self, name, default=None):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return default

    def json(self):
        return json.loads(self.body)

    def line(self):
        return f"{self.method} {self.target}"

    def __str__(self):
        notes = [f"connection {self.connection}", str(self.status or "no status")]
        notes += ["acted"] * self.acted + [self.fault] * bool(self.fault)
        return f"{self.line()}  [{', '.join(notes)}]" + (
            f"\n      {self.body[:300].decode('utf-8', 'replace')}" if self.body else "")


@dataclasses.dataclass
class Answer:
    status: int
    headers: list
    body: bytes = b""
    framing: str = ""
    stream: object = None       # pieces, instead of the body
    length: int = 0             # of all of them

    def set(self, name, value):
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))


@dataclasses.dataclass
class Fault:
    """What goes wrong with the requests that match `method` and `path` (a regular expression
    searched in the target). `nth` is None for all of them, a number (1 is the first), a set of
    numbers, or a range."""
    method: str
    path: str
    nth: object = None
    act: object = None          # None: the model answers (and acts); False: it is not asked
    status: object = None       # the parts of the answer that are replaced
    headers: object = None      # {name: value}; a value of None removes the header
    body: object = None         # bytes, text, or something to send as JSON
    framing: str = ""           # length, chunked, fancy, close, http10
    delay: float = 0            # seconds before the answer
    cut: object = ""            # reply, status, head, body: where the answer ends; or bytes of it
    how: str = ""               # fin, reset, notify: how the connection ends then
    drip: object = None         # seconds between single bytes
    informational: int = 0      # that many 1xx answers first; -1: without end
    raw: object = None          # bytes sent instead of the answer, then the connection closes
    play: object = None         # called with the server and the socket, instead of an answer
    raw_head: object = None     # bytes put in after the status line, for malformed headers
    stall: object = ""          # the same: silent from there on
    close: str = ""             # announced, silent: closes after the answer; late: when the
                                # next request comes, unread
    hook: object = None         # called with the request and the answer, may change both
    preparing: bool = False     # also of what only prepares (see Server.prepares)

    def __post_init__(self):
        self.seen = 0

    def matches(self, request):
        if request.method != self.method or not re.search(self.path, request.target):
            return False
        self.seen += 1
        if self.nth is None:
            return True
        return self.seen == self.nth if isinstance(self.nth, int) else self.seen in self.nth

    def name(self):
        for field in ("cut", "stall", "framing", "close"):
            if getattr(self, field):
                return f"{field}: {getattr(self, field)}"
        for field in ("raw", "play", "raw_head", "informational", "drip", "delay", "status",
                      "hook"):
            if getattr(self, field):
                return field
        return "fault"


def chunked(body, fancy):
    if not fancy:
        out = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
        return out + b"0\r\n\r\n"
    out, at, size = b"", 0, 1
    while at < len(body):
        piece = body[at:at + size]
        out += b"%04X;name=value;quoted=\"a;b\"\r\n%s\r\n" % (len(piece), piece)
        at, size = at + len(piece), size * 2
    return out + b"000;last\r\nX-Trailer: one\r\nContent-Length: 7\r\n\r\n"


def encode(answer, framing, close, raw_head=None):
    """The answer's head and body as bytes."""
    version = "HTTP/1.0" if framing == "http10" else "HTTP/1.1"
    body = b"" if answer.status in BODILESS else answer.body
    headers = list(answer.headers)
    names = {name.lower() for name, _ in headers}
    if answer.status not in BODILESS:
        if framing in ("chunked", "fancy"):
            headers.append(("Transfer-Encoding", "chunked"))
            body = b"" if answer.stream else chunked(body, framing == "fancy")
        elif framing in ("close", "http10"):
            if framing == "close":
                headers.append(("Connection", "close"))
        elif "content-length" not in names and "transfer-encoding" not in names:
            length = answer.length if answer.stream else len(body)
            headers.append(("Content-Length", str(length)))
    if close == "announced" and framing != "close":
        headers.append(("Connection", "close"))
    reason = REASONS.get(answer.status, "Whatever")
    status_line = f"{version} {answer.status} {reason}\r\n".encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return status_line + (raw_head or b"") + lines.encode("utf-8") + b"\r\n", body


class Server:
    """Subclasses answer requests in `handle(request)`, called under `self.lock`."""

    def __init__(self, context=None, host="127.0.0.1", family=socket.AF_INET, port=0):
        self.context = context
        self.scheme = "https" if context else "http"
        self.requests = []
        self.preparations = []
        self.broken = []                # what went wrong in here
        self.faults = []
        # Number of the connection (or "all", or "from" such a number: (number, what)) to: reset,
        # stall, garbage, something to call with the server and the socket; or (bytes, how): it
        # ends when that many bytes of the first request were read.
        self.connection_faults = {}
        self.default_framing = "length"
        self.closes = ""                # as in Fault.close, for every answer
        self.handshakes_failed = 0
        self.connections = 0
        self.active = 0                 # connections that are still served
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.stopping = threading.Event()
        self.sockets = set()
        self.listener = socket.socket(family, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((host, port))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.stopping.set()
        # Closing alone doesn't wake a thread that waits in accept().
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        with self.lock:
            leftovers, self.sockets = self.sockets, set()
        for sock in leftovers:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def prepares(self, request):
        """Whether it only prepares for what scenarios are about: such a request is not among
        `requests`, but among `preparations`, and faults pass it by if they do not say."""
        return False

    def fault(self, method, path, nth=None, **what):
        self.faults.append(Fault(method, path, nth, **what))

    def refuse_with(self, row, method="POST", path="/dispatches$", nth=None):
        """Answers with a row of texts, without acting."""
        status, headers, body = row
        self.fault(method, path, nth, act=False, status=status, headers=headers, body=body)

    def wait_for(self, method, path, count=1, timeout=30):
        """Blocks until `count` matching requests were received."""
        def arrived():
            return sum(request.method == method and bool(re.search(path, request.target))
                       for request in self.requests) >= count
        with self.changed:
            if not self.changed.wait_for(arrived, timeout):
                raise TimeoutError(f"no {count} x {method} {path} within {timeout} s")

    def wait_for_connection(self, count=1, timeout=30):
        with self.changed:
            if not self.changed.wait_for(lambda: self.connections >= count, timeout):
                raise TimeoutError(f"no {count} connections within {timeout} s")

    def settle(self, timeout=10):
        """Blocks until all connections are over: whatever was sent has then been seen."""
        with self.changed:
            if not self.changed.wait_for(lambda: not self.active, timeout):
                raise TimeoutError(f"{self.active} connections are still open")

    def accept(self):
        while not self.stopping.is_set():
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            with self.changed:
                self.connections += 1
                self.active += 1
                number = self.connections
                self.sockets.add(raw)
                self.changed.notify_all()
            threading.Thread(target=self.connection, args=(raw, number), daemon=True).start()

    def connection(self, raw, number):
        sock = raw
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wrong = self.connection_faults.get(number, self.connection_faults.get("all"))
            first, later = self.connection_faults.get("from", (0, None))
            wrong = wrong or (later if number >= first else None)
            if wrong and not isinstance(wrong, tuple):
                return self.break_connection(raw, wrong)
            if self.context:
                try:
                    sock = self.context.wrap_socket(raw, server_side=True)
                except (ssl.SSLError, OSError):
                    with self.lock:
                        self.handshakes_failed += 1
                    return
                with self.lock:
                    self.sockets.discard(raw)
                    self.sockets.add(sock)
            if wrong:
                return self.read_some(sock, *wrong)
            reader = Reader(sock)
            while not self.stopping.is_set():
                request = reader.request(number)
                if request is None or not self.exchange(sock, request):
                    break
            hang_up(sock, "notify")
        except (Gone, OSError, ssl.SSLError, ValueError):
            pass
        finally:
            with self.changed:
                self.sockets.discard(sock)
                self.sockets.discard(raw)
                self.active -= 1
                self.changed.notify_all()
            try:
                sock.close()
            except OSError:
                pass

    def break_connection(self, raw, wrong):
        if callable(wrong):
            wrong(self, raw)
            hang_up(raw, "fin")
        elif wrong == "reset":
            hang_up(raw, "reset")
        elif wrong == "garbage":
            raw.recv(65536)
            raw.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
            hang_up(raw, "fin")
        elif wrong == "stall":
            self.stopping.wait()

    @staticmethod
    def read_some(sock, size, how):
        while size > 0:
            piece = sock.recv(min(size, 65536))
            if not piece:
                break
            size -= len(piece)
        hang_up(sock, how)

    def exchange(self, sock, request):
        """Answers one request; false when the connection ends with it."""
        with self.changed:
            prepares = self.prepares(request)
            (self.preparations if prepares else self.requests).append(request)
            # Every fault counts every request, so that `nth` doesn't depend on the other faults.
            fault = next(iter([f for f in self.faults if (
                not prepares or f.preparing) and f.matches(request)]), None)
            if fault:
                request.fault = fault.name()
            if fault and (fault.act is False or (fault.raw is not None and fault.act is None)):
                answer = self.blank()
            else:
                try:
                    answer = self.handle(request)
                except Exception:
                    # The scenario reports it; the client must not wait forever meanwhile.
                    self.broken.append(traceback.format_exc())
                    answer = self.answer(500)
            self.changed.notify_all()
        if not fault:
            request.status = answer.status
            return self.reply(sock, request, answer, Fault("", ""))
        self.spoil(request, answer, fault)
        return self.reply(sock, request, answer, fault)

    @staticmethod
    def spoil(request, answer, fault):
        if fault.status is not None:
            answer.status = fault.status
            if fault.body is None:
                answer.body, answer.stream = b"", None
        if fault.body is not None:
            body = fault.body
            if not isinstance(body, (bytes, str)):
                body = json.dumps(body, separators=(",", ":"))
            answer.body = body.encode() if isinstance(body, str) else body
            answer.stream = None
        for name, value in (fault.headers or {}).items():
            answer.set(name, value)
        if fault.hook:
            fault.hook(request, answer)
        request.status = answer.status

    def reply(self, sock, request, answer, fault):
        if fault.delay:
            self.stopping.wait(fault.delay)
        if fault.cut == "reply":
            hang_up(sock, fault.how or "fin")
            raise Gone
        if fault.stall == "reply":
            self.stopping.wait()
            raise Gone
        if fault.play:
            fault.play(self, sock)
            hang_up(sock, fault.how or "fin")
            raise Gone
        if fault.raw is not None:
            sock.sendall(fault.raw)
            hang_up(sock, fault.how or "fin")
            raise Gone
        count = fault.informational
        while count and not self.stopping.is_set():
            sock.sendall(b"HTTP/1.1 100 Continue\r\nX-Note: wait\r\n\r\n")
            count -= 1
            if count < 0:
                self.stopping.wait(0.01)

        framing = fault.framing or answer.framing or self.default_framing
        close = fault.close or self.closes
        head, body = encode(answer, framing, close, fault.raw_head)
        if request.method == "HEAD":
            body = b""
        data = head + body
        ends = {"status": 9, "head": head.index(b"\r\n") + 12, "body": len(head) + len(body) // 2}
        request.reply_bytes = len(data)
        end = fault.cut or fault.stall
        end = min(end, len(data)) if isinstance(end, int) else ends.get(end, len(data))
        if fault.drip is not None:
            for at in range(end):
                sock.sendall(data[at:at + 1])
                if self.stopping.wait(fault.drip):
                    raise Gone
        else:
            sock.sendall(data[:end])
            if answer.stream and (fault.cut or fault.stall) in ("", "body"):
                self.pour(sock, answer, framing, fault.cut or fault.stall)
        if fault.stall:
            self.stopping.wait()
            raise Gone
        if fault.cut:
            hang_up(sock, fault.how or "fin")
            raise Gone
        if framing in ("close", "http10"):
            hang_up(sock, fault.how or "notify")
            raise Gone
        if close == "late":
            # The socket's own readiness: what arrives must stay unread.
            select.select([sock.fileno()], [], [], 60)
            hang_up(sock, "reset")
            raise Gone
        if close:
            hang_up(sock, "notify")
            raise Gone
        return (request.header("Connection") or "").lower() != "close"

    def pour(self, sock, answer, framing, spoilt):
        """The body of a stream; half of it when it is to be spoilt."""
        sent = 0
        for piece in answer.stream:
            if self.stopping.is_set() or (spoilt and sent >= answer.length / 2):
                return
            sent += len(piece)
            if framing in ("chunked", "fancy"):
                piece = b"%x\r\n%s\r\n" % (len(piece), piece) if piece else b""
            sock.sendall(piece)
        if framing in ("chunked", "fancy"):
            sock.sendall(b"0\r\n\r\n")

    def answer(self, status, body=None, headers=()):
        data = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        return Answer(status, list(headers), data)

    def blank(self):
        """What a fault starts from that keeps the request from the model."""
        return self.answer(200, {})

    def handle(self, request):
        raise NotImplementedError


class Reader:
    """Requests off a socket, one after the other."""

    def __init__(self, sock):
        self.sock = sock
        self.data = b""

    def more(self):
        piece = self.sock.recv(65536)
        self.data += piece
        return bool(piece)

    def request(self, connection):
        while b"\r\n\r\n" not in self.data:
            if not self.more():
                return None
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "replace").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        length = next((int(v) for k, v in headers if k.lower() == "content-length"), 0)
        while len(self.data) < length:
            if not self.more():
                return None
        body, self.data = self.data[:length], self.data[length:]
        return Request(method, target, headers, body, time.monotonic(), connection, len(head) + 4)


def hang_up(sock, how):
    """fin: no TLS goodbye; notify: the proper TLS goodbye; reset: RST."""
    try:
        if how == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
            return
        if how == "notify" and isinstance(sock, ssl.SSLSocket):
            # Non-blocking: the goodbye goes out, the client's is not waited for.
            sock.setblocking(False)
            try:
                sock.unwrap()
            except (ssl.SSLError, OSError, ValueError):
                pass
        sock.shutdown(socket.SHUT_WR)
        # Unread bytes would turn the end into a reset.
        sock.setblocking(True)
        sock.settimeout(1)
        raw = socket.socket(fileno=sock.detach()) if isinstance(sock, ssl.SSLSocket) else sock
        raw.settimeout(1)
        while raw.recv(65536):
            pass
        raw.close()
    except (OSError, ssl.SSLError, ValueError):
        pass
