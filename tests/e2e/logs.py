# SPDX-License-Identifier: ISC
"""The other host: jobs' logs are downloaded from it by signed links. It must never see a token."""

import dataclasses
import urllib.parse

import wire

STAMP = b"2026-09-14T12:00:06.9073518Z "
BOM = b"\xef\xbb\xbf"
BLOCK = 65536
AZURE_REFUSAL = (
    '\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>'
    "Server failed to authenticate the request. Make sure the value of Authorization header is "
    "formed correctly including the signature.\nRequestId:3e0a5bd6-401e-0029-5c5f-1b2b5c000000\n"
    "Time:2026-09-14T12:02:00.0000000Z</Message><AuthenticationErrorDetail>Authentication scheme "
    "Bearer is not supported in this version.</AuthenticationErrorDetail></Error>").encode()
AZURE_MISSING = (
    '\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>BlobNotFound</Code><Message>'
    "The specified blob does not exist.</Message></Error>").encode()


@dataclasses.dataclass
class Log:
    """`filler` bytes of numbered lines, made while they are sent, then `lines`, as GitHub writes
    them: a byte order mark, and a time before each line."""
    lines: tuple = ()
    filler: int = 0
    filler_width: int = 100     # bytes a line of the filler
    framing: str = "length"
    bom: bool = True
    stamps: bool = True
    newline: bool = True        # whether the last line ends in one
    before_end: object = None   # called when all but the last lines are sent

    def block(self):
        """Whole lines, as many as come to about a block."""
        stamp = STAMP if self.stamps else b""
        width = max(self.filler_width - len(stamp) - 1, 1)
        line = stamp + b"filler ".ljust(width, b".")[:width] + b"\n"
        return line * max(BLOCK // len(line), 1)

    def tail(self):
        stamp = STAMP if self.stamps else b""
        lines = [line if isinstance(line, bytes) else line.encode() for line in self.lines]
        return b"\n".join(stamp + line for line in lines) + b"\n" * self.newline

    def answer(self):
        block, tail = self.block() if self.filler else b"", self.tail()
        count = -(-self.filler // len(block)) if block else 0
        mark = BOM if self.bom else b""

        def pieces():
            yield mark
            for _ in range(count):
                yield block
            if self.before_end:
                self.before_end()
            yield tail
        answer = wire.Answer(200, [], framing=self.framing)
        answer.stream = pieces()
        answer.length = len(mark) + count * len(block) + len(tail)
        return answer


class LogHost(wire.Server):
    kind = "log host"

    def __init__(self, context=None, **server):
        super().__init__(context, **server)
        self.logs = {}          # target, with its query byte for byte -> Log
        self.serial = 0
        self.leaks = []         # requests that carried credentials

    def link(self, log, name="localhost"):
        """Where that log can be had from. Decoding and encoding it again would break it."""
        with self.lock:
            self.serial += 1
            target = (f"/u72_kZ/_apis/pipelines/1/runs/139/signedlogcontent/{self.serial}"
                      "?urlExpires=2026-09-14T15%3A44%3A09.8999243Z&urlSigningMethod=HMACV1"
                      f"&urlSignature=CLJeOM{self.serial}%2Bw%2Fq7E~'(x)*!,;:@$%e2%98%83+%20y%3D")
            self.logs[target] = log
        return f"{self.scheme}://{name}:{self.port}{target}"

    @staticmethod
    def secret(link):
        """What gives access to the log."""
        return urllib.parse.urlsplit(link).query.partition("urlSignature=")[2]

    def handle(self, request):
        if request.header("Authorization") or request.header("Cookie"):
            self.leaks.append(request)
            return wire.Answer(403, [("Content-Type", "application/xml")], AZURE_REFUSAL)
        log = self.logs.get(request.target)
        if request.method != "GET" or not log:
            return wire.Answer(404, [("Content-Type", "application/xml")], AZURE_MISSING)
        answer = log.answer()
        answer.headers = [("Content-Type", "text/plain"), ("Server", "Windows-Azure-Blob/1.0"),
                          ("x-ms-blob-type", "AppendBlob"), ("ETag", '"0x8DD1"'),
                          ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")]
        return answer
