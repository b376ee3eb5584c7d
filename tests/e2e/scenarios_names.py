# SPDX-License-Identifier: ISC
"""Names and addresses: the static binary, whose resolver is musl's, alone in a folder with broken
nameservers, and in a network where addresses are dead in every way. Of other builds the C
library's resolver would be tested, and the machine's configuration."""

import shutil
import signal
import socket
import subprocess

from dns import Reply
from harness import Skipped, each, scenario, static_only
from ghsim import Lag, step_named

STEP = step_named("{distinct_id}")
NAME = "elsewhere.example"          # there is a certificate for it
BOTH = ("::1", "127.0.0.1")
RESOLV = "nameserver 127.0.0.1\n"
IMPATIENT = RESOLV + "options timeout:1 attempts:1\n"


def world(t, resolv_conf=RESOLV, hosts=None, black_holes=False, **more):
    """An old server by the name, on all addresses of the machine, and a root for the program."""
    t.own_network(black_holes)
    t.own_root(resolv_conf, hosts)
    return t.github(more.pop("kind", "github.com"), leaf="wrong-name", host="::",
                    family=socket.AF_INET6, jobs=STEP, **more)


def dispatch(t, *arguments, **more):
    t.dispatch("-v", *arguments, base=t.base(api_url=t.hub.url(NAME)), **more)


def nothing_was_sent(t, *words, within):
    t.exits(7)
    t.stdout_is("")
    t.says(NAME, *words, "nothing was dispatched")
    t.took_at_most(within)
    t.no_requests()
    t.dispatched(0)


# ---- nameservers that make do; the default is 5 seconds for each thing that goes wrong

A_IS_FINE = {f"AAAA: {wrong}": {(NAME, "A"): Reply(("127.0.0.1",)), (NAME, "AAAA"): reply}
             for wrong, reply in {
                 "there is none": Reply(), "NXDOMAIN": Reply(rcode="nxdomain"),
                 "SERVFAIL": Reply(rcode="servfail"), "REFUSED": Reply(rcode="refused"),
                 "NOTIMP": Reply(rcode="notimp"), "FORMERR": Reply(rcode="formerr"),
                 "dropped": Reply(wrong="drop"), "garbage": Reply(wrong="garbage"),
                 "cut": Reply(wrong="empty"), "another ID": Reply(wrong="id"),
                 "late": Reply(("::1",), delay=4),
                 "an alias of nothing": Reply(aliases=("a.example", "b.example"))}.items()}
AAAA_IS_FINE = {f"A: {wrong}": {(NAME, "AAAA"): Reply(("::1",)), (NAME, "A"): reply}
                for wrong, reply in {
                    "there is none": Reply(), "NXDOMAIN": Reply(rcode="nxdomain"),
                    "SERVFAIL": Reply(rcode="servfail"), "dropped": Reply(wrong="drop"),
                    "late": Reply(("127.0.0.1",), delay=4)}.items()}
ALL_IS_FINE = {
    "both": {NAME: BOTH},
    "both, after a second": {NAME: Reply(("127.0.0.1",), delay=1), (NAME, "AAAA"): Reply(
        ("::1",), delay=1)},
    "aliases on the way": {(NAME, "A"): Reply(("127.0.0.1",), aliases=("a.example", "b.c.d.e.f",
                                                                       "c.example"))},
    "forty addresses, over TCP": {NAME: [f"127.0.0.{n}" for n in range(1, 41)]},
    "truncated, over TCP": {(NAME, "A"): Reply(("127.0.0.1",), truncated=True),
                            (NAME, "AAAA"): Reply()},
}
ANSWERS = {**A_IS_FINE, **AAAA_IS_FINE, **ALL_IS_FINE}


@static_only
@each(ANSWERS)
def one_address_family_that_resolves_is_enough(t, what):
    hub = world(t)
    server = t.nameserver(ANSWERS[what])
    dispatch(t)
    t.found(hub.dispatched[0])
    t.took_at_most(3)
    t.says("connected to")
    t.expect({kind for _, kind in server.questions} == {"A", "AAAA"}, "one family wasn't asked for")
    t.expect(bool(server.over_tcp) == ("over TCP" in what), f"{server.over_tcp} questions over TCP")
    t.dispatched(1)


@static_only
@scenario
def a_dropped_question_costs_no_connection_any_time(t):
    hub = world(t, kind="ghes-3.20", lag=Lag(listed=3, setup=3))
    hub.closes = "announced"
    t.nameserver({(NAME, "A"): Reply(("127.0.0.1",)), (NAME, "AAAA"): Reply(wrong="drop")})
    dispatch(t)
    t.found(hub.dispatched[0])
    t.expect(hub.connections >= 8, f"{hub.connections} connections")
    t.took_at_most(5)
    t.dispatched(1)


SEARCHES = {
    "SERVFAIL": (IMPATIENT + "search corp.example\noptions ndots:5\n",
                 {NAME + ".corp.example": Reply(rcode="servfail")}),
    "REFUSED": (IMPATIENT + "search corp.example\noptions ndots:5\n",
                {NAME + ".corp.example": Reply(rcode="refused")}),
    "dropped": (IMPATIENT + "search corp.example\noptions ndots:5\n",
                {NAME + ".corp.example": Reply(wrong="drop")}),
    "no address": (IMPATIENT + "search corp.example\noptions ndots:5\n",
                   {NAME + ".corp.example": Reply()}),
    "NXDOMAIN": (RESOLV + "search corp.example cluster.local\noptions ndots:5\n", {}),
    "the root": (IMPATIENT + "search .\noptions ndots:5\n", {}),
}


@static_only
@each(SEARCHES)
def a_misbehaving_search_domain_is_worked_around(t, what):
    resolv_conf, zone = SEARCHES[what]
    hub = world(t, resolv_conf, kind="ghes-3.20", lag=Lag(listed=2))
    hub.closes = "announced"
    server = t.nameserver({NAME: BOTH, **zone})
    dispatch(t)
    t.found(hub.dispatched[0])
    # Once, not for each of the connections.
    t.took_at_most(4)
    if zone:
        t.says("with a final dot")
        t.expect(server.questions.count((NAME + ".corp.example", "A")) <= 3,
                 "what fails is asked again and again")
    t.dispatched(1)


@static_only
@scenario
def nameservers_of_both_families_and_a_dead_one_first(t):
    hub = world(t, "nameserver 192.0.2.1\nnameserver ::1\nnameserver 127.0.0.1\n",
                black_holes=True)
    t.nameserver({NAME: BOTH}, address="::1")
    dispatch(t)
    t.found(hub.dispatched[0])
    t.took_at_most(3)
    t.dispatched(1)


@static_only
@scenario
def without_resolv_conf_the_machine_itself_is_asked(t):
    hub = world(t, None)
    t.nameserver({NAME: BOTH})
    dispatch(t)
    t.found(hub.dispatched[0])
    t.dispatched(1)


@static_only
@each(("127.0.0.1", "::1", "127.0.0.1 ::1"))
def etc_hosts_goes_before_nameservers(t, addresses):
    hub = world(t, hosts="# comment\n" + "".join(
        f"{address} other {NAME}\n" for address in addresses.split()))
    server = t.nameserver({NAME: ("192.0.2.1",)})
    dispatch(t)
    t.found(hub.dispatched[0])
    t.says("in /etc/hosts")
    t.expect(not server.questions, f"nameservers were asked for {server.questions}")
    t.dispatched(1)


@static_only
@scenario
def the_case_of_letters_does_not_matter(t):
    hub = world(t, hosts="127.0.0.1 Elsewhere.Example\n")
    for name in (NAME, "ELSEWHERE.example", "Elsewhere.Example", NAME + "."):
        t.dispatch(base=t.base(api_url=hub.url(name)))
        t.found(hub.dispatched[-1])
    t.dispatched(4)


@static_only
@each(("attempts:0", "timeout:0"))
def an_option_that_makes_lookups_impossible_is_reported(t, option):
    world(t, RESOLV + f"options ndots:1 {option}\n")
    t.nameserver({NAME: ("127.0.0.1",)})
    dispatch(t, "--timeout", t.seconds(1))
    nothing_was_sent(t, "/etc/resolv.conf", option, within=5)
    # A name that needs no nameserver is not concerned.
    t.file("root/etc/hosts", f"127.0.0.1 {NAME}\n")
    dispatch(t)
    t.found(t.hub.dispatched[0])
    t.dispatched(1)


@static_only
@scenario
def localhost_is_never_asked_for(t):
    t.own_network()
    t.own_root(RESOLV)
    t.hub = hub = t.github()
    server = t.nameserver({"localhost": ("192.0.2.1",)})
    t.dispatch()
    t.found(hub.dispatched[0])
    t.expect(not server.questions, "a nameserver was asked")
    t.dispatched(1)


@static_only
@scenario
def dnsmasq_works_as_a_nameserver(t):
    """A real one, behind which nothing else is."""
    if not shutil.which("dnsmasq"):
        raise Skipped("dnsmasq is not installed")
    hub = world(t)
    process = t.inside(lambda: subprocess.Popen(
        ["dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null",
         "--pid-file", "--user=root", "--group=root", "--listen-address=127.0.0.1",
         "--bind-interfaces",
         f"--address=/{NAME}/127.0.0.1", f"--address=/{NAME}/::1", "--log-facility=-",
         "--log-queries"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE))
    try:
        while b"started" not in (line := process.stderr.readline()):
            t.expect(line, "dnsmasq did not start")
        dispatch(t)
        t.found(hub.dispatched[0])
        t.took_at_most(3)
        # It refuses what it can't ask anybody, and so does not answer for musl.
        t.dispatch("--timeout", t.seconds(1.5), base=t.base(api_url="https://nobody.example"))
        t.exits(7)
        t.says("nobody.example", "resolv.conf")
        t.took_at_most(5)
    finally:
        process.kill()
        process.communicate()
    t.dispatched(1)


# ---- nameservers that don't

FAILURES = {
    # name: (zone, resolv.conf, words)
    "there is no such name": ({}, RESOLV, ("no such host", "resolv.conf")),
    "no address of any family": ({NAME: Reply()}, RESOLV, ("no such host",)),
    "SERVFAIL": ({NAME: Reply(rcode="servfail")}, IMPATIENT, ("failed or refused", "resolv.conf")),
    "REFUSED": ({NAME: Reply(rcode="refused")}, IMPATIENT, ("failed or refused", "resolv.conf")),
    "dropped": ({NAME: Reply(wrong="drop")}, IMPATIENT, ("no nameserver answered",)),
    "NXDOMAIN to A, silence to AAAA": (
        {(NAME, "AAAA"): Reply(wrong="drop")}, IMPATIENT, ("no nameserver answered",)),
    "silence to A, NXDOMAIN to AAAA": (
        {(NAME, "A"): Reply(wrong="drop")}, IMPATIENT, ("no nameserver answered",)),
    "another ID": ({NAME: Reply(BOTH[1:], wrong="id")}, IMPATIENT, ("no nameserver answered",)),
    "garbage": ({NAME: Reply(wrong="garbage")}, IMPATIENT, ("no such host",)),
    "cut": ({NAME: Reply(wrong="empty")}, IMPATIENT, (NAME,)),
    "longer than the default patience": (
        {NAME: Reply(BOTH[1:], delay=30)}, RESOLV, ("no nameserver answered in time",)),
    "aliases in a circle": (
        {NAME: Reply(aliases=("a.example", NAME, "a.example"))}, RESOLV, ("no such host",)),
}


@static_only
@each(FAILURES)
def a_name_that_is_not_answered_starts_nothing(t, what):
    zone, resolv_conf, words = FAILURES[what]
    world(t, resolv_conf)
    t.nameserver(zone)
    dispatch(t, "--timeout", t.seconds(3))
    nothing_was_sent(t, *words, within=6)


@static_only
@scenario
def no_nameserver_at_all(t):
    world(t, IMPATIENT)
    dispatch(t, "--timeout", t.seconds(3))
    nothing_was_sent(t, "no nameserver answered", within=5)


@static_only
@scenario
def truncated_answers_without_tcp_behind_them(t):
    world(t, IMPATIENT)
    t.nameserver({NAME: Reply(("127.0.0.1",), truncated=True)}, tcp=False)
    dispatch(t, "--timeout", t.seconds(3))
    nothing_was_sent(t, "resolv.conf", within=5)


@static_only
@scenario
def a_nameserver_that_comes_back_is_asked_again(t):
    hub = world(t, IMPATIENT)
    server = t.nameserver({NAME: Reply(rcode="servfail")})
    t.start("-v", *t.base(api_url=hub.url(NAME)), "--timeout", t.seconds(30))
    server.wait_for(1)
    server.zone = {NAME: BOTH}
    t.finish()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@static_only
@scenario
def a_signal_during_a_lookup_is_obeyed_at_once(t):
    world(t)
    server = t.nameserver({NAME: Reply(wrong="drop")})
    for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        server.questions.clear()
        t.start(*t.base(api_url=t.hub.url(NAME)))
        server.wait_for(2)
        t.signal(number)
        t.finish()
        t.exits(code)
        t.says("nothing was dispatched")
        t.took_at_most(4)
    t.dispatched(0)


# ---- addresses, dead and alive

ADDRESSES = {
    # name: (addresses in the order of /etc/hosts, the one that is reached)
    "IPv6 in a black hole": (("2001:db8::1", "127.0.0.1"), "127.0.0.1"),
    "IPv4 in a black hole": (("192.0.2.1", "::1"), "[::1]"),
    "IPv6 without a route": (("2001:db9::1", "2001:db9::2", "127.0.0.1"), "127.0.0.1"),
    "the first of two in a black hole": (("192.0.2.1", "127.0.0.1"), "127.0.0.1"),
    "six in black holes": (("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2",
                            "2001:db8::3", "127.0.0.1"), "127.0.0.1"),
    "one that is refused": (("127.0.0.9", "127.0.0.1"), "127.0.0.1"),
    "all that are refused but one": (("127.0.0.9", "127.0.0.8", "127.0.0.7", "::1"), "[::1]"),
    "nobody's network": (("198.51.100.1", "127.0.0.1"), "127.0.0.1"),
    "a broadcast address": (("255.255.255.255", "127.0.0.1"), "127.0.0.1"),
}


@static_only
@each(ADDRESSES)
def a_live_address_is_reached_past_dead_ones(t, what):
    addresses, winner = ADDRESSES[what]
    t.own_network(black_holes=True)
    t.own_root(RESOLV, "".join(f"{address} {NAME}\n" for address in addresses))
    v6 = ":" in winner
    hub = t.github(leaf="wrong-name", host=winner.strip("[]"),
                   family=socket.AF_INET6 if v6 else socket.AF_INET)
    dispatch(t)
    t.found(hub.dispatched[0])
    t.says(f"connected to {winner}:{hub.port}")
    t.took_at_most(4)
    # What the server is was asked on the other one.
    t.expect(hub.connections == 2, f"{hub.connections} connections")
    t.dispatched(1)


@static_only
@scenario
def github_itself_is_not_asked_what_it_is(t):
    """One request on one connection, and the run's ID is there."""
    t.own_network()
    t.own_root(RESOLV, "127.0.0.1 api.github.com\n")
    hub = t.github(leaf="github")
    t.dispatch(base=t.base(api_url=hub.url("api.github.com")))
    t.found(hub.dispatched[0])
    t.requests_were(t.POST)
    t.expect(not hub.preparations, "it was asked")
    t.expect(hub.connections == 1, f"{hub.connections} connections")
    t.dispatched(1)


@static_only
@scenario
def only_the_winner_stays_connected(t):
    hub = world(t, hosts=f"2001:db8::1 {NAME}\n192.0.2.1 {NAME}\n::1 {NAME}\n127.0.0.1 {NAME}\n",
                black_holes=True)
    hub.fault("POST", "/dispatches$", stall="reply")
    t.start(*t.base(api_url=hub.url(NAME)), "--timeout", t.seconds(60))
    hub.wait_for("POST", "/dispatches$", 1, t.scaled(30))
    there = [state for local, remote, state in t.network.connections() if remote == hub.port]
    t.expect(there == [1], f"states of its connections: {there}")
    t.signal(signal.SIGTERM)
    t.finish()
    t.exits(143)
    t.dispatched(1)


@static_only
@scenario
def dead_addresses_alone_end_in_time(t):
    hosts = "".join(f"192.0.2.{n} {NAME}\n2001:db8::{n} {NAME}\n" for n in range(1, 15))
    world(t, hosts=hosts, black_holes=True)
    dispatch(t, "--timeout", t.seconds(3))
    nothing_was_sent(t, "cannot connect to", "addresses", within=5)


@static_only
@scenario
def an_address_has_ten_seconds(t):
    world(t, hosts=f"192.0.2.1 {NAME}\n", black_holes=True)
    dispatch(t, "--timeout", t.seconds(12))
    t.says("nothing was sent; retrying")
    t.took_at_least(11)
    nothing_was_sent(t, "cannot connect to 192.0.2.1", "timed out", within=15)


@static_only
@scenario
def refused_everywhere(t):
    world(t, hosts=f"127.0.0.1 {NAME}\n::1 {NAME}\n")
    port = t.inside(t.refusing_port)
    t.run(*t.base(api_url=f"https://{NAME}:{port}"), "--timeout", t.seconds(2))
    nothing_was_sent(t, "refused", "the last of 2 addresses", within=5)
