# SPDX-License-Identifier: ISC
"""Servers that fall silent, drip or flood, at every point of a connection and of an answer: of the
dispatch, of a look for its run, of a look at it. Nothing stretches the deadline."""

from ghsim import step_named
from harness import each, native_only, scenario

DISPATCHES = "/dispatches$"
LISTS = r"/runs(\?|$)"
GET_RUN = r"/actions/runs/\d+(\?|$)"
LATER = range(2, 10 ** 9)
LIMIT = 1                   # seconds; half of it for the answer to a dispatch
SLACK = 3


def bytes_then_silence(data):
    def play(server, sock):
        sock.sendall(data)
        server.stopping.wait()
    return play


def bytes_then_again(data, again, pause=0.0, times=10 ** 9):
    """A drip, or a flood without a pause."""
    def play(server, sock):
        sock.sendall(data)
        for _ in range(times):
            if server.stopping.wait(pause) if pause else server.stopping.is_set():
                return
            sock.sendall(again)
        server.stopping.wait()
    return play


# ---- before the request: nothing was sent

HELLO = b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"      # a ServerHello begins
HANDSHAKES = {
    "silence": "stall",
    "silence after one byte": bytes_then_silence(HELLO[:1]),
    "silence in a record's head": bytes_then_silence(HELLO[:4]),
    "silence in a ServerHello": bytes_then_silence(HELLO + b"\x55" * 20),
    "a ServerHello that drips": bytes_then_again(HELLO, b"\x55", 0.05),
    "a record's head that drips": bytes_then_again(b"", b"\x16", 0.3),
    "empty handshake records": bytes_then_again(b"", b"\x16\x03\x03\x00\x00" * 1000),
    "warnings without end": bytes_then_again(b"", b"\x15\x03\x03\x00\x02\x01\x5a" * 1000),
    "ChangeCipherSpec without end": bytes_then_again(b"", b"\x14\x03\x03\x00\x01\x01" * 1000),
    "a handshake message of 16 MiB": bytes_then_again(
        b"", b"\x16\x03\x03\x40\x00\x02\xff\xff\xff" + b"\x55" * 16380),
    "a flood of zeros": bytes_then_again(b"", bytes(65536)),
}


# Valgrind makes handshakes last as long as these limits.
@native_only
@each(HANDSHAKES)
def no_handshake_stretches_the_deadline(t, what):
    wrong = HANDSHAKES[what]
    hub = t.github()
    hub.connection_faults["all"] = wrong
    t.dispatch("--timeout", t.seconds(LIMIT))
    t.exits(7)
    t.says("nothing was dispatched")
    t.took_at_most(LIMIT + SLACK)

    t.hub = hub = t.github("ghes-3.20", jobs=step_named("{distinct_id}"))
    hub.closes = "announced"
    hub.connection_faults["from"] = (4, wrong)
    t.dispatch("--timeout", t.seconds(LIMIT))
    t.exits(5)
    t.took_at_most(LIMIT + SLACK)
    t.requests_were(t.LIST, t.POST)

    t.hub = hub = t.github()
    hub.closes = "announced"
    hub.connection_faults["from"] = (2, wrong)
    t.awaits(hub.add_run(life="in_progress"), waiting=t.waiting(wait_timeout=t.seconds(LIMIT)))
    t.exits(6, 7)               # at once, where what is said is no TLS at all
    t.took_at_most(LIMIT + SLACK)
    t.dispatched(1)


# ---- after it; what comes before the status line leaves it unknown whether it acted

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LONG = OK + b"Content-Length: 100000\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
UNKNOWN = {
    "silence": bytes_then_silence(b""),
    "silence in the status line": bytes_then_silence(b"HTTP/1.1 2"),
    "a status line that drips": bytes_then_again(b"HTTP/1.1 ", b"2", 0.05),
    "a status line without end": bytes_then_again(b"HTTP/1.1 ", b"2" * 60000),
    "interim answers that drip": bytes_then_again(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.1),
    "interim answers without end": bytes_then_again(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "an interim answer that never ends": bytes_then_again(b"HTTP/1.1 103 Early Hints\r\n",
                                                          b"A: b\r\n" * 1000),
}
DISPATCHED = {
    "silence after the status line": bytes_then_silence(b"HTTP/1.1 200 OK\r\n"),
    "silence between header fields": bytes_then_silence(OK),
    "silence in a header field": bytes_then_silence(OK + b"Date: Mo"),
    "header fields that drip": bytes_then_again(OK, b"A: b\r\n", 0.1),
    "header fields without end": bytes_then_again(OK, b"A: b\r\n" * 10000),
    "a header field without end": bytes_then_again(OK + b"A: ", b"b" * 60000),
    "silence before the body": bytes_then_silence(LONG),
    "silence in the body": bytes_then_silence(LONG + b'{"workflow_run_id":17'),
    "a body that drips": bytes_then_again(LONG + b'{"workflow_run_id":17', b" ", 0.05),
    "silence in a chunk's size": bytes_then_silence(CHUNKED + b"4"),
    "a chunk's size that drips": bytes_then_again(CHUNKED, b"0", 0.2),
    "a chunk's size without end": bytes_then_again(CHUNKED + b"2;", b"x" * 60000),
    "silence in a chunk": bytes_then_silence(CHUNKED + b'40\r\n{"workflow_run_id":17'),
    "silence after a chunk": bytes_then_silence(CHUNKED + b"2\r\n{}"),
    "silence between chunks": bytes_then_silence(CHUNKED + b"2\r\n{}\r\n"),
    "chunks that drip": bytes_then_again(CHUNKED, b"1\r\n \r\n", 0.1),
    "chunks without end": bytes_then_again(CHUNKED, b"1\r\n \r\n" * 10000),
    "silence in the trailers": bytes_then_silence(CHUNKED + b"2\r\n{}\r\n0\r\nA: b\r\n"),
    "trailers that drip": bytes_then_again(CHUNKED + b"0\r\n", b"A: b\r\n", 0.1),
    "trailers without end": bytes_then_again(CHUNKED + b"0\r\n", b"A: b\r\n" * 10000),
    "a body without end": bytes_then_again(OK + b"\r\n", b" " * 65536),
    "a whole body and no end": bytes_then_silence(OK + b"\r\n" + b'{"workflow_runs":[]'),
}


@native_only
@each([*UNKNOWN, *DISPATCHED])
def no_answer_stretches_the_deadline(t, what):
    play = {**UNKNOWN, **DISPATCHED}[what]
    hub = t.github()
    hub.fault("POST", DISPATCHES, act=True, play=play)
    t.dispatch("--timeout", t.seconds(LIMIT))
    t.exits(4 if what in UNKNOWN else 5)
    t.stdout_is("")
    t.took_at_most(LIMIT + SLACK)
    t.expect(len(t.posts()) == 1, "dispatched again")

    t.hub = hub = t.github("ghes-3.20", jobs=step_named("{distinct_id}"))
    hub.fault("GET", LISTS, LATER, play=play)
    t.dispatch("--timeout", t.seconds(LIMIT))
    t.exits(5)
    t.took_at_most(LIMIT + SLACK)
    t.expect(len(t.posts()) == 1, "dispatched again")

    t.hub = hub = t.github()
    hub.fault("GET", GET_RUN, LATER, play=play)
    t.awaits(hub.add_run(life="in_progress"), waiting=t.waiting(wait_timeout=t.seconds(LIMIT)))
    t.exits(6)
    t.took_at_most(LIMIT + SLACK)
    t.dispatched(2)


@scenario
def no_answer_to_a_dispatch_takes_the_time_to_search_from_it(t):
    """With an ID, what the answer should have told is found out."""
    for what in ("silence", "interim answers that drip", "header fields that drip",
                 "a body that drips", "chunks without end", "trailers that drip"):
        t.hub = hub = t.github(jobs=step_named("{distinct_id}"))
        hub.fault("POST", DISPATCHES, act=True, play={**UNKNOWN, **DISPATCHED}[what])
        t.dispatch("--distinct-id", "--timeout", t.seconds(3))
        t.found(hub.dispatched[0])
        t.expect(len(t.posts()) == 1, "dispatched again")
    t.dispatched(6)
