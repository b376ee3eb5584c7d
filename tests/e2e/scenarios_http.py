# SPDX-License-Identifier: ISC
"""Framing, redirects, connection reuse. Bad framing on a list is met after a 204, where it can
only cost time; bad framing on the dispatch's own reply still means dispatched."""

import socket

from ghsim import Lag, step_named
from harness import Skipped, each, scenario

STEP = step_named("{distinct_id}")
DISPATCHES = "/dispatches$"
LISTS = r"/runs(\?|$)"


# ---- framings that are fine

@scenario
def every_proper_framing_of_the_fast_reply(t):
    for framing in ("length", "chunked", "fancy", "close", "http10"):
        t.hub = hub = t.github()
        hub.default_framing = framing
        t.dispatch()
        t.found(hub.dispatched[0])
        t.requests_were(t.POST)
    t.dispatched(5)


@scenario
def every_proper_framing_through_a_whole_search(t):
    for framing in ("chunked", "fancy", "close", "http10"):
        t.hub = hub = t.github("ghes-3.20", jobs=STEP, lag=Lag(listed=1, setup=1))
        hub.default_framing = framing
        t.dispatch()
        t.found(hub.dispatched[0])
    t.dispatched(4)


@scenario
def a_byte_at_a_time_is_fine(t):
    for framing in ("length", "fancy", "close"):
        t.hub = hub = t.github()
        hub.fault("POST", DISPATCHES, drip=0, framing=framing)
        t.dispatch()
        t.found(hub.dispatched[0])
    t.dispatched(3)


@scenario
def interim_answers_are_skipped(t):
    hub = t.github()
    hub.fault("POST", DISPATCHES, informational=3)
    t.dispatch()
    t.found(hub.dispatched[0])
    t.requests_were(t.POST)
    t.dispatched(1)


@scenario
def a_reason_phrase_may_be_missing_and_header_names_in_any_case(t):
    hub = t.github()

    def shout(request, answer):
        answer.headers = [(name.swapcase(), value) for name, value in answer.headers]
    hub.fault("POST", DISPATCHES, hook=shout)
    t.dispatch()
    t.found(hub.dispatched[0])
    body = b'{"workflow_run_id":17654320999,"html_url":"https://github.com/x/y/actions/runs/1"}'
    hub.faults.clear()
    hub.fault("POST", DISPATCHES, act=True, raw=b"HTTP/1.1 200\r\ncOnTeNt-LeNgTh:%d\r\n\r\n%s"
              % (len(body), body))
    t.dispatch("--format", "id")
    t.exits(0)
    t.stdout_is("17654320999\n")
    t.dispatched(2)


@scenario
def a_204_with_a_length_has_no_body(t):
    hub = t.github("ghes-3.20", jobs=STEP)
    hub.fault("POST", DISPATCHES, 2, headers={"Content-Length": "100"})
    t.dispatch("--timeout", t.seconds(20))
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_304_with_a_length_has_no_body(t):
    hub = t.github("ghes-3.20", jobs=STEP, lag=Lag(setup=3))
    hub.fault("GET", ".", hook=lambda request, answer: answer.status == 304
              and answer.set("Content-Length", "12345"))
    t.dispatch("--timeout", t.seconds(30))
    t.found(hub.dispatched[0])
    t.expect(any(request.status == 304 for request in hub.requests), "no 304 was answered")
    t.dispatched(1)


@scenario
def equal_lengths_given_twice_are_no_conflict_or_refused_clearly(t):
    hub = t.github(jobs=STEP)

    def twice(request, answer):
        answer.headers += [("Content-Length", str(len(answer.body)))] * 2
    hub.fault("POST", DISPATCHES, hook=twice)
    t.dispatch("--distinct-id", "--timeout", t.seconds(20))
    t.found(hub.dispatched[0])
    t.dispatched(1)


# ---- framings that are not

BAD_FRAMINGS = {
    "conflicting lengths": {"raw_head": b"Content-Length: 5\r\n"},
    "a length and chunks": {"framing": "chunked", "raw_head": b"Content-Length: 5\r\n"},
    "a negative length": {"headers": {"Content-Length": "-1"}},
    "a length with a sign": {"headers": {"Content-Length": "+5"}},
    "an overflowing length": {"headers": {"Content-Length": "18446744073709551617"}},
    "a length that is no number": {"headers": {"Content-Length": "0x10"}},
    "an empty length": {"headers": {"Content-Length": ""}},
    "a body over 32 MiB": {"headers": {"Content-Length": str(33 << 20)}},
    "an unknown transfer coding": {"headers": {"Transfer-Encoding": "gzip, chunked"}},
    "an unasked content coding": {"headers": {"Content-Encoding": "gzip"}},
    "a folded header": {"raw_head": b"X-Folded: one\r\n two\r\n"},
    "a NUL in a header": {"raw_head": b"X-Nul: a\0b\r\n"},
    "a header without a colon": {"raw_head": b"NoColonHere\r\n"},
    "a space before the colon": {"raw_head": b"Content-Length : 5\r\n"},
    "an empty header name": {"raw_head": b": value\r\n"},
    "a head over 64 KiB": {"raw_head": b"X-Big: " + b"x" * 70000 + b"\r\n"},
    "many headers over 64 KiB": {"raw_head": b"X-Many: 0123456789\r\n" * 4000},
    "a truncated body": {"cut": "body"},
    "a truncated chunked body": {"framing": "chunked", "cut": "body"},
    "a close without a TLS goodbye": {"framing": "close", "how": "fin"},
}
BAD_CHUNKS = (b"zz\r\n{}\r\n0\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n", b"2\r\n{}XX0\r\n\r\n",
              b"FFFFFFFFFFFFFFFFF\r\n{}", b"3000000\r\n{}", b"\r\n{}\r\n0\r\n\r\n",
              b"2;" + b"x" * 70000 + b"\r\n{}\r\n0\r\n\r\n", b"0x2\r\n{}\r\n0\r\n\r\n",
              b"2\n{}\n0\n\n")


# Not worth a refusal: a client may overlook them.
HARMLESS = ("a header without a colon", "a space before the colon", "an empty header name")


@each(BAD_FRAMINGS)
def bad_framing_of_a_2xx_still_means_dispatched(t, what):
    hub = t.github(jobs=STEP)
    hub.fault("POST", DISPATCHES, **BAD_FRAMINGS[what])
    t.dispatch("--distinct-id", "--timeout", t.seconds(20))
    t.found(hub.dispatched[0])
    t.expect(len(t.posts()) == 1, "dispatched again")
    t.dispatched(1)


@each(what for what in BAD_FRAMINGS if what not in HARMLESS)
def bad_framing_of_a_2xx_without_a_distinct_id(t, what):
    hub = t.github()
    hub.fault("POST", DISPATCHES, **BAD_FRAMINGS[what])
    t.dispatch("--timeout", t.seconds(20))
    if what == "a close without a TLS goodbye":
        t.found(hub.dispatched[0])      # the object is whole, and says so itself
    else:
        t.exits(5)
        t.stdout_is("")
    t.expect(len(t.posts()) == 1, "dispatched again")
    t.dispatched(1)


@each(what for what in BAD_FRAMINGS if what not in HARMLESS)
def bad_framing_in_the_search_is_refused(t, what):
    """The first list is the baseline; all later ones are broken, so nothing may be found."""
    hub = t.github("ghes-3.20", run_name="Build [{distinct_id}]")
    hub.fault("GET", LISTS, range(2, 10 ** 6), **BAD_FRAMINGS[what])
    t.dispatch("--timeout", t.seconds(2))
    t.exits(5)
    t.stdout_is("")
    t.took_at_most(5)
    t.dispatched(1)


@each(range(len(BAD_CHUNKS)))
def bad_chunks_in_the_search_are_refused(t, number):
    hub = t.github("ghes-3.20", run_name="Build [{distinct_id}]")
    hub.fault("GET", LISTS, range(2, 10 ** 6), raw=(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + BAD_CHUNKS[number]))
    t.dispatch("--timeout", t.seconds(2))
    t.exits(5)
    t.took_at_most(5)
    t.dispatched(1)


@scenario
def a_body_of_more_than_32_mib_is_refused_whatever_its_framing(t):
    for framing in ("chunked", "close"):
        t.hub = hub = t.github("ghes-3.20", jobs=STEP)
        hub.fault("GET", LISTS, 2, framing=framing,
                  body='{"total_count":0,"workflow_runs":[],"pad":"' + "x" * (33 << 20) + '"}')
        t.dispatch("--timeout", t.seconds(20))
        t.exits(0, 5)
    t.dispatched(2)


BROKEN_JSON = ("", "<html>", "[]", "{}", '{"workflow_runs":7}', '{"workflow_runs":[7,null]}',
               '{"workflow_runs":[{"id":"x"}]}', '{"workflow_runs":[{}]} trailing',
               '{"workflow_runs":' + "[" * 100000, '{"total_count":-1,"workflow_runs":null}')


@each(range(len(BROKEN_JSON)))
def broken_json_in_the_search_finds_nothing(t, number):
    hub = t.github("ghes-3.20", jobs=STEP)
    hub.fault("GET", LISTS, range(2, 10 ** 6), body=BROKEN_JSON[number])
    t.dispatch("--timeout", t.seconds(4))
    t.exits(5)
    t.took_at_most(8)
    t.dispatched(1)


@scenario
def broken_json_once_in_the_search_is_ridden_out(t):
    hub = t.github("ghes-3.20", jobs=STEP)
    hub.fault("GET", LISTS, 2, body='{"total_count":1,"workflow_runs":[{"id":1765')
    hub.fault("GET", "/jobs", 1, body="<html>Unicorn!</html>")
    t.dispatch("--timeout", t.seconds(20))
    t.exits(0, 5)
    t.dispatched(1)


# ---- redirects

@scenario
def redirects_on_the_same_host_keep_method_and_body(t):
    for status in (301, 302, 307, 308):
        for absolute in (True, False):
            t.hub = hub = t.github()
            target = f"/repositories/{hub.repo_id}/actions/workflows/build.yml/dispatches"
            hub.fault("POST", "/repos/", act=False, status=status, headers={
                "Location": (hub.url() if absolute else "") + target},
                body={"message": "Moved Permanently"})
            t.dispatch("-f", "env=prod")
            t.found(hub.dispatched[0])
            first, second = hub.requests
            t.expect(second.method == "POST" and second.target == target
                     and second.body == first.body
                     and second.header("Authorization") == first.header("Authorization"),
                     f"{status}: the second request differs")
    t.dispatched(8)


@scenario
def a_renamed_repository_works_to_the_end(t):
    hub = t.github("ghes-3.20", jobs=STEP)
    hub.old_name = "octo-org/old-name"
    t.dispatch(base=t.base(repo="octo-org/old-name"))
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def redirects_elsewhere_are_refused(t):
    other = t.github()
    for place in ("https://127.0.0.1:{port}", "https://localhost:{other}",
                  "http://localhost:{port}", "//127.0.0.1:{port}",
                  "https://localhost.evil.example:{port}",
                  "https://localhost:{port}@evil.example", "javascript:alert(1)", "https://", ""):
        t.hub = hub = t.github()
        location = place.format(port=hub.port, other=other.port)
        if place not in ("", "https://", "javascript:alert(1)"):
            location += "/repos/octo-org/octo-repo/actions/workflows/build.yml/dispatches"
        hub.fault("POST", DISPATCHES, 1, act=False, status=307, headers={"Location": location},
                  body={"message": "Moved"})
        t.dispatch("--timeout", t.seconds(10))
        t.exits(7)
        t.says("redirect")
        t.requests_were(t.POST)
    t.expect(other.connections == 0, "the other server was called")
    t.dispatched(0)


@scenario
def a_redirect_without_a_location_is_refused(t):
    hub = t.github()
    hub.fault("POST", DISPATCHES, act=False, status=307, body={"message": "Moved"})
    t.dispatch("--timeout", t.seconds(10))
    t.exits(7)
    t.requests_were(t.POST)
    t.dispatched(0)


@scenario
def a_redirect_loop_ends(t):
    hub = t.github()
    hub.fault("POST", ".", act=False, status=307, body={"message": "Moved"}, hook=lambda r, a:
              a.set("Location", hub.url() + r.target))
    t.dispatch("--timeout", t.seconds(30))
    t.exits(7)
    t.says("redirect")
    t.expect(len(hub.requests) == 6, f"{len(hub.requests)} requests, expected 1 and 5 hops")
    t.dispatched(0)


@scenario
def a_redirect_elsewhere_in_the_search_leaks_nothing(t):
    other = t.github()
    t.hub = hub = t.github("ghes-3.20", jobs=STEP)
    hub.fault("GET", "/runs", range(2, 10 ** 6), act=False, status=302, body={},
              headers={"Location": other.url() + "/repos/octo-org/octo-repo/actions/runs"})
    t.dispatch("--timeout", t.seconds(2))
    t.exits(5)
    t.expect(other.connections == 0, "the other server was called")
    t.dispatched(1)


@scenario
def next_links_to_elsewhere_are_not_followed(t):
    other = t.github()
    t.hub = hub = t.github("ghes-3.20", jobs=STEP)
    hub.fault("GET", LISTS, headers={
        "Link": f'<{other.url()}/repositories/1296269/actions/runs?page=2>; rel="next"'})
    t.dispatch("--timeout", t.seconds(20))
    t.exits(0, 5)
    t.expect(other.connections == 0, "the other server was called")
    t.dispatched(1)


@scenario
def endless_next_links_do_not_hang(t):
    hub = t.github("ghes-3.20", jobs=STEP, lag=Lag(listed=10 ** 6))
    hub.neighbours(40)
    hub.fault("GET", LISTS, hook=lambda request, answer: answer.set(
        "Link", f'<{hub.url()}{request.path[7:]}?per_page=1&page=1>; rel="next"'))
    t.dispatch("--timeout", t.seconds(2))
    t.exits(5)
    t.took_at_most(6)
    t.dispatched(1)


# ---- connections

@scenario
def a_search_reuses_its_connection(t):
    hub = t.github("ghes-3.20", jobs=STEP, lag=Lag(listed=3, setup=3))
    t.dispatch()
    t.found(hub.dispatched[0])
    t.expect(hub.connections <= 3, f"{hub.connections} connections")
    t.dispatched(1)


@each(("announced", "silent"))
def a_server_that_closes_after_each_answer_is_fine(t, closes):
    hub = t.github("ghes-3.20", jobs=STEP, lag=Lag(listed=2, setup=2))
    hub.closes = closes
    t.dispatch("--timeout", t.seconds(20))
    t.found(hub.dispatched[0])
    t.expect(len(t.posts()) == 1, "dispatched again")
    t.dispatched(1)


@scenario
def a_kept_connection_that_ends_under_the_second_dispatch(t):
    """Only a new connection is known to be open."""
    hub = t.github("ghes-3.20", jobs=STEP)
    hub.fault("GET", LISTS, 1, close="late")
    t.dispatch("--timeout", t.seconds(10))
    t.exits(0)
    t.dispatched(1)


@scenario
def a_kept_connection_that_ends_under_a_look_is_replaced(t):
    hub = t.github("ghes-3.20", jobs=STEP, lag=Lag(listed=4))
    hub.fault("GET", LISTS, {2, 4}, close="late")
    t.dispatch("--timeout", t.seconds(20))
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_connection_that_dies_while_idle_is_replaced(t):
    hub = t.github("ghes-3.20", jobs=STEP, lag=Lag(listed=4))
    hub.fault("GET", LISTS, {2, 3, 4}, close="silent")
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def ipv6_literals_work(t):
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        raise Skipped("no IPv6 loopback here")
    hub = t.github(host="::1", family=socket.AF_INET6)
    t.dispatch(base=t.base(api_url=hub.url("[::1]")))
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def ipv4_literals_work(t):
    hub = t.github()
    t.dispatch(base=t.base(api_url=hub.url("127.0.0.1")))
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_path_prefix_and_a_trailing_slash_are_kept(t):
    hub = t.github("ghes-3.20", jobs=STEP)
    t.dispatch(base=t.base(api_url=hub.url() + "/"))
    t.found(hub.dispatched[0])
    for request in hub.requests:
        t.expect(request.target.startswith("/api/v3/repos/"), f"the request {request.line()}")
    t.dispatched(1)
