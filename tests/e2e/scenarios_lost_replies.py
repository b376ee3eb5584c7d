# SPDX-License-Identifier: ISC
"""The dispatch was sent and its answer didn't arrive whole. Whatever happens, it is not sent
again; a distinct ID finds out what became of it."""

import signal
import time

import texts
from ghsim import Lag, step_named
from harness import each, native_only, scenario, smoke

STEP = step_named("{distinct_id}")
DISPATCHES = "/dispatches$"


def only_one_post(t):
    t.expect(len(t.posts()) == 1, f"{len(t.posts())} dispatches were sent")


def unknown(t, hub):
    """No distinct ID was given: nothing can be proved, the candidates are listed."""
    t.exits(4)
    t.stdout_is("")
    t.says(hub.dispatched[0].html_url)


# ---- cut after acting

@scenario
def cut_before_the_status_line_with_a_distinct_id(t):
    for how in ("fin", "notify", "reset"):
        t.hub = hub = t.github(jobs=STEP, lag=Lag(listed=1, setup=1))
        hub.fault("POST", DISPATCHES, cut="reply", how=how)
        t.dispatch("--distinct-id=given-by-the-user")
        t.found(hub.dispatched[0])
        only_one_post(t)
    t.dispatched(3)


@scenario
def cut_before_the_status_line_without_a_distinct_id(t):
    for how in ("fin", "notify", "reset"):
        t.hub = hub = t.github(jobs=STEP)
        hub.fault("POST", DISPATCHES, cut="reply", how=how)
        t.dispatch("--timeout", t.seconds(20))
        unknown(t, hub)
        only_one_post(t)
    t.dispatched(3)


@smoke
def cut_in_the_status_line_with_a_distinct_id(t):
    hub = t.github(jobs=STEP)
    hub.fault("POST", DISPATCHES, cut="status")
    t.dispatch("--distinct-id")
    t.found(hub.dispatched[0])
    only_one_post(t)
    t.dispatched(1)


@scenario
def cut_in_the_status_line_without_a_distinct_id(t):
    hub = t.github()
    hub.fault("POST", DISPATCHES, cut="status")
    t.dispatch("--timeout", t.seconds(20))
    unknown(t, hub)
    only_one_post(t)
    t.dispatched(1)


@scenario
def cut_after_a_2xx_status_line_with_a_distinct_id(t):
    for where in ("head", "body"):
        t.hub = hub = t.github(jobs=STEP)
        hub.fault("POST", DISPATCHES, cut=where)
        t.dispatch("--distinct-id")
        t.found(hub.dispatched[0])
        only_one_post(t)
    t.dispatched(2)


@scenario
def cut_after_a_2xx_status_line_without_a_distinct_id(t):
    """Dispatched for certain, but which run it is can't be proved."""
    for where in ("head", "body"):
        t.hub = hub = t.github()
        hub.fault("POST", DISPATCHES, cut=where)
        t.dispatch("--timeout", t.seconds(20))
        t.exits(5)
        t.stdout_is("")
        t.says(hub.dispatched[0].html_url)
        only_one_post(t)
    t.dispatched(2)


@scenario
def a_chunked_reply_cut_before_its_end_is_not_trusted(t):
    hub = t.github(jobs=STEP)
    hub.fault("POST", DISPATCHES, cut="body", framing="chunked")
    t.dispatch("--distinct-id")
    t.found(hub.dispatched[0])
    only_one_post(t)
    t.dispatched(1)


@smoke
def a_lost_204_of_an_old_server_is_found(t):
    """The second rung always carries a distinct ID."""
    hub = t.github("ghes-3.20", jobs=STEP)
    hub.fault("POST", DISPATCHES, cut="reply")
    t.dispatch()
    t.found(hub.dispatched[0])
    t.expect(len(t.posts()) == 1, "dispatched again")
    t.dispatched(1)


@each([(True, "fin"), (True, "notify"), (True, "reset"), (False, "fin"), (False, "reset")])
def a_reply_cut_after_any_byte(t, row):
    tls, how = row
    at, end = 1, 2
    while at <= end + 1:
        t.hub = hub = t.github(tls=tls, run_name="Build [{distinct_id}]")
        hub.fault("POST", DISPATCHES, cut=at, how=how)
        t.dispatch("--distinct-id")
        t.found(hub.dispatched[0])
        only_one_post(t)
        hub.stop()
        end = t.posts()[0].reply_bytes
        # Every eleventh byte, and each of the last ones.
        at += 1 if at >= end - 3 else min(11, end - 3 - at)
    t.dispatched(len(t.servers))


@each((True, False))
def a_reply_that_stops_after_any_byte(t, tls):
    for at in (1, 12, 17, 40, 200):
        t.hub = hub = t.github(tls=tls, run_name="Build [{distinct_id}]")
        hub.fault("POST", DISPATCHES, stall=at)
        t.dispatch("--distinct-id", "--timeout", t.seconds(2))
        t.found(hub.dispatched[0])
        only_one_post(t)
        hub.stop()
    t.dispatched(len(t.servers))


# ---- cut before acting

@each([(True, "fin"), (True, "notify"), (True, "reset"), (False, "fin"), (False, "reset")])
def a_request_of_which_a_part_was_read(t, row):
    """Nobody can know what came of it: it's not sent again."""
    tls, how = row
    t.hub = hub = t.github(tls=tls)
    t.dispatch("--distinct-id")
    t.found(hub.dispatched[0])
    head = t.posts()[0].head_bytes
    whole = head + len(t.posts()[0].body)
    for at in (1, head - 2, head, head + 1, whole - 1, whole):
        t.hub = hub = t.github(tls=tls)
        # Behind the one on which the server was asked what it is.
        hub.connection_faults[2] = (at, how)
        t.dispatch("--distinct-id", "--timeout", t.seconds(1))
        t.exits(4)
        t.stdout_is("")
        t.expect(not t.posts(), f"sent again after {at} bytes")
        hub.stop()
    t.dispatched(1)


@scenario
def cut_before_acting_stays_unknown(t):
    hub = t.github(jobs=STEP)
    hub.neighbours(1, age=30)
    hub.fault("POST", DISPATCHES, act=False, cut="reply")
    t.dispatch("--distinct-id=never-started", "--timeout", t.seconds(3))
    t.exits(4)
    t.stdout_is("")
    t.took_at_most(8)
    only_one_post(t)
    t.dispatched(0)


@scenario
def an_earlier_run_with_the_distinct_id_is_not_mistaken_for_ours(t):
    hub = t.github(run_name="Build [{distinct_id}]")
    hub.add_run(inputs={"distinct_id": "nightly-build"}, age=120)
    hub.fault("POST", DISPATCHES, act=False, cut="reply")
    t.dispatch("--distinct-id=nightly-build", "--timeout", t.seconds(3))
    t.exits(4)
    t.stdout_is("")
    only_one_post(t)
    t.dispatched(0)


# ---- server errors

@scenario
def server_errors_that_acted_are_found_by_the_distinct_id(t):
    for status in (500, 502, 503, 504):
        t.hub = hub = t.github(jobs=STEP)
        hub.fault("POST", DISPATCHES, status=status, body={"message": "Server Error"})
        t.dispatch("--distinct-id")
        t.found(hub.dispatched[0])
        t.says(f"answered {status}", "unknown whether the workflow was dispatched; looking")
        only_one_post(t)
    t.dispatched(4)


@scenario
def server_errors_that_acted_without_a_distinct_id(t):
    for status in (500, 502, 503, 504):
        t.hub = hub = t.github()
        hub.fault("POST", DISPATCHES, status=status, body={"message": "Server Error"})
        t.dispatch("--timeout", t.seconds(20))
        unknown(t, hub)
        t.says(status)
        only_one_post(t)
    t.dispatched(4)


@each((502, 503, 504))
def server_errors_that_did_not_act(t, status):
    hub = t.github(jobs=STEP)
    hub.fault("POST", DISPATCHES, act=False, status=status, body=texts.UNAVAILABLE_HTML,
              headers={"Content-Type": "text/html"}, framing="http10")
    t.dispatch("--distinct-id=never-started", "--timeout", t.seconds(2))
    t.exits(4)
    t.says(status)
    t.says_not("<html>")
    only_one_post(t)
    t.dispatched(0)


# ---- silence

@scenario
def a_reply_that_never_comes_leaves_time_to_search(t):
    hub = t.github(jobs=STEP)
    hub.fault("POST", DISPATCHES, stall="reply")
    t.dispatch("--distinct-id", "--timeout", t.seconds(6))
    t.found(hub.dispatched[0])
    t.took_at_most(6)
    only_one_post(t)
    t.dispatched(1)


@scenario
def a_reply_that_never_comes_without_a_distinct_id(t):
    hub = t.github()
    hub.fault("POST", DISPATCHES, stall="reply")
    t.dispatch("--timeout", t.seconds(4))
    unknown(t, hub)
    t.took_at_most(7)
    only_one_post(t)
    t.dispatched(1)


@each(("status", "head", "body"))
def a_reply_that_stops_halfway_leaves_time_to_search(t, where):
    hub = t.github(jobs=STEP)
    hub.fault("POST", DISPATCHES, stall=where)
    t.dispatch("--distinct-id", "--timeout", t.seconds(5))
    t.found(hub.dispatched[0])
    t.took_at_most(6)
    only_one_post(t)
    t.dispatched(1)


@scenario
def endless_interim_answers_are_cut_off(t):
    hub = t.github(jobs=STEP)
    hub.fault("POST", DISPATCHES, informational=-1)
    t.dispatch("--distinct-id", "--timeout", t.seconds(5))
    t.found(hub.dispatched[0])
    t.took_at_most(6)
    only_one_post(t)
    t.dispatched(1)


@scenario
def a_dripping_reply_is_cut_off(t):
    hub = t.github(jobs=STEP)
    hub.fault("POST", DISPATCHES, drip=0.2)
    t.dispatch("--distinct-id", "--timeout", t.seconds(5))
    t.found(hub.dispatched[0])
    t.took_at_most(6)
    only_one_post(t)
    t.dispatched(1)


@scenario
def a_late_reply_is_still_accepted(t):
    hub = t.github()
    hub.fault("POST", DISPATCHES, delay=1.5)
    t.dispatch("--timeout", t.seconds(20))
    t.found(hub.dispatched[0])
    t.requests_were(t.POST)
    t.dispatched(1)


# ---- garbage

@scenario
def garbage_instead_of_a_reply_is_unknown(t):
    for raw in (b"SSH-2.0-OpenSSH_9.2p1\r\n", b"\0\0\0\0\0\0", b"\r\n\r\n\r\n\r\n", b"<html>",
                b"HTTP/2.0 200 OK\r\n\r\n", b"HTTP/1.1 99 Low\r\n\r\n",
                b"HTTP/1.1 600 High\r\n\r\n", b"HTTP/1.1 2000 Long\r\n\r\n",
                b"HTTP/1.1 -200 Minus\r\n\r\n",
                b"HTTP/1.1  200 OK\r\n\r\n", b"http/1.1 200 OK\r\n\r\n", b"x" * 70000):
        t.hub = hub = t.github(jobs=STEP)
        hub.fault("POST", DISPATCHES, act=True, raw=raw)
        t.dispatch("--distinct-id", "--timeout", t.seconds(20))
        t.found(hub.dispatched[0])
        only_one_post(t)
    t.dispatched(len(t.servers))


@scenario
def garbage_without_a_distinct_id_lists_the_candidates(t):
    hub = t.github()
    hub.fault("POST", DISPATCHES, act=True, raw=b"SSH-2.0-OpenSSH_9.2p1\r\n")
    t.dispatch("--timeout", t.seconds(20))
    unknown(t, hub)
    only_one_post(t)
    t.dispatched(1)


# ---- a search that can't settle it

@scenario
def two_runs_after_a_lost_reply_prove_nothing(t):
    hub = t.github(run_name="Build [{distinct_id}]")
    hub.after_dispatch = lambda hub, run: setattr(
        hub, "twin", hub.add_run(inputs=dict(run.inputs)))
    hub.fault("POST", DISPATCHES, cut="reply")
    t.dispatch("--distinct-id=shared-by-two", "--timeout", t.seconds(3))
    t.exits(4)
    t.stdout_is("")
    t.says(hub.dispatched[0].html_url, hub.twin.html_url)
    only_one_post(t)
    t.dispatched(1)


@scenario
def a_search_that_is_refused_after_a_lost_reply(t):
    for row in (texts.BAD_CREDENTIALS, texts.INTEGRATION):
        t.hub = hub = t.github(jobs=STEP)
        hub.fault("POST", DISPATCHES, cut="reply")
        hub.refuse_with(row, "GET", "/runs")
        t.dispatch("--distinct-id", "--timeout", t.seconds(30))
        t.exits(4)
        t.stdout_is("")
        t.took_at_most(30)
        only_one_post(t)
    t.dispatched(2)


@scenario
def a_lost_reply_and_then_a_dead_server(t):
    hub = t.github(jobs=STEP)
    hub.fault("POST", DISPATCHES, cut="reply")
    hub.fault("GET", "/runs", cut="reply", how="reset")
    t.dispatch("--distinct-id", "--timeout", t.seconds(3))
    t.exits(4)
    t.took_at_most(8)
    only_one_post(t)
    t.dispatched(1)


# ---- nothing was sent yet

@scenario
def connections_reset_before_the_request_are_tried_again(t):
    hub = t.github()
    hub.connection_faults.update({1: "reset", 2: "reset"})
    t.dispatch()
    t.found(hub.dispatched[0])
    t.requests_were(t.POST)
    t.dispatched(1)


@scenario
def a_refused_connection_ends_in_time(t):
    t.run(*t.base(api_url=f"https://localhost:{t.refusing_port()}"), "--timeout", t.seconds(2))
    t.exits(7)
    t.stdout_is("")
    t.says("localhost", ("refused", "connect"))
    t.took_at_most(6)
    t.dispatched(0)


@scenario
def a_connection_that_is_never_established_ends_in_time(t):
    t.run(*t.base(api_url=f"https://127.0.0.1:{t.silent_port()}"), "--timeout", t.seconds(2))
    t.exits(7)
    t.took_at_most(6)
    t.dispatched(0)


@scenario
def a_handshake_that_never_ends_ends_in_time(t):
    hub = t.github()
    hub.connection_faults["all"] = "stall"
    t.dispatch("--timeout", t.seconds(2))
    t.exits(7)
    t.took_at_most(6)
    t.dispatched(0)


@scenario
def a_name_that_nobody_can_resolve_fails(t):
    t.own_network()                 # the nameservers of the machine are out of reach
    t.run(*t.base(api_url="https://no-such-host.invalid"), "--timeout", t.seconds(3))
    t.exits(7)
    t.says("no-such-host.invalid")
    t.took_at_most(10)
    t.dispatched(0)


# ---- no claim that isn't true

@native_only
@scenario
def exit_7_means_that_nothing_was_started_whatever_the_deadline(t):
    started = 0
    for milliseconds in [*range(1, 41), *range(1, 41)]:
        t.hub = hub = t.github(jobs=STEP)
        t.dispatch("--timeout", f"{milliseconds}ms")
        hub.settle()
        acted = bool(hub.dispatched)
        started += acted
        t.exits(*((0, 4, 5) if acted else (4, 7)))
        t.expect(len(t.posts()) <= 1, "dispatched again")
        hub.stop()
    t.dispatched(started)


@native_only
@scenario
def a_signal_at_any_moment_tells_the_truth(t):
    started = 0
    for step in range(60):
        # Without a marker the search goes on until the signal comes.
        t.hub = hub = t.github("ghes-3.8")
        t.start(*t.base(), "--distinct-id")
        hub.wait_for_connection(1, t.scaled(30))
        # Not to wait for anything: each round strikes a little later.
        time.sleep(step / 3000)
        t.signal(signal.SIGTERM)
        t.finish()
        hub.settle()
        t.exits(143)
        if hub.dispatched:
            started += 1
            t.says_not("nothing was", "not sent", "not dispatched")
        t.expect(len(t.posts()) <= 1, "dispatched again")
        hub.stop()
    t.dispatched(started)
