# SPDX-License-Identifier: ISC
"""Through a proxy: it is asked for tunnels and for nothing else, it never sees a token, and
whatever it does, nothing is dispatched twice and nothing is waited for without end."""

import signal
import socket

import proxies
from ghsim import Job
from harness import Skipped, each, native_only, scenario, smoke
from logs import Log

CREDENTIALS = "runner:correct-horse-battery-staple"
A_DISPATCH = 2          # tunnels: what is this server, and the dispatch on one of its own


def through(proxy, user="", name="https_proxy", **more):
    return {name: proxy.url(user=user), **more}


def far_github(t, proxy, **more):
    """A server whose name only the proxy can resolve."""
    hub = t.github(leaf="far", **more)
    proxy.names["api.far.test"] = "127.0.0.1"
    return hub, t.base(api_url=hub.url("api.far.test"))


def nothing_happened(t, *words, tunnels=0):
    t.exits(7)
    t.stdout_is("")
    t.says(*words, "Nothing was dispatched")
    t.no_requests_but_to_proxies()
    t.dispatched(0)


# ---- the ways through

@smoke
def a_dispatch_goes_through_the_proxy(t):
    proxy = t.proxy()
    hub, base = far_github(t, proxy)
    t.dispatch("-v", base=base, env=through(proxy))
    t.found(hub.dispatched[0])
    t.says("through the proxy", "https_proxy")
    t.requests_were(t.POST)
    t.tunnels(proxy, *[f"api.far.test:{hub.port}"] * A_DISPATCH)
    t.dispatched(1)


@scenario
def a_proxy_behind_tls_works_too(t):
    proxy = t.proxy("good")
    hub, base = far_github(t, proxy)
    for url in (proxy.url("localhost"), proxy.url()):
        t.dispatch(base=base, env={"https_proxy": url})
        t.exits(0)
    t.tunnels(proxy, *[f"api.far.test:{hub.port}"] * 2 * A_DISPATCH)
    t.dispatched(2)


@each(("1.2", "1.3"))
def tls_within_tls_speaks_either_version(t, version):
    proxy = t.proxy("rsa")
    hub = t.github(version=version)
    t.dispatch(env=through(proxy))
    t.found(hub.dispatched[0])
    t.dispatched(1)


@each(("expired", "wrong-name", "stranger"))
def the_certificate_of_the_proxy_must_be_good(t, leaf):
    proxy = t.proxy(leaf)
    t.github()
    t.dispatch(env=through(proxy))
    t.exits(7)
    t.says("proxy 127.0.0.1", "certificate", "Nothing was dispatched")
    t.took_at_most(10)
    t.no_requests()
    t.dispatched(0)


@scenario
def an_inspecting_proxy_is_suggested_when_trust_fails(t):
    proxy = t.proxy()
    t.github(leaf="stranger")
    t.dispatch(env=through(proxy))
    t.exits(7)
    t.says("localhost", "not trusted", f"through the proxy 127.0.0.1:{proxy.port}")
    t.tunnels(proxy, f"localhost:{t.hub.port}")
    t.dispatched(0)


@scenario
def credentials_are_decoded_and_sent(t):
    t.github()
    for credentials, user in ((CREDENTIALS, CREDENTIALS),
                              ("us er:p@ss:w/rd%long-enough",
                               "us%20er:p%40ss:w%2Frd%25long-enough"),
                              ("just-a-long-user-name:", "just-a-long-user-name")):
        proxy = t.proxy(credentials="" if credentials.endswith(":") else credentials)
        proxy.credentials = credentials
        t.secrets.append(user)
        t.dispatch("-v", env=through(proxy, user))
        t.exits(0)
        t.tunnels(proxy, *[f"localhost:{t.hub.port}"] * A_DISPATCH)
    t.dispatched(3)


@scenario
def a_plain_http_server_is_reached_through_a_tunnel_too(t):
    proxy = t.proxy()
    hub = t.github(tls=False)
    t.dispatch(env=through(proxy, name="http_proxy"))
    t.found(hub.dispatched[0])
    t.tunnels(proxy, *[f"localhost:{hub.port}"] * 2)
    t.dispatch(env=through(proxy, name="HTTP_PROXY"))
    t.found(hub.dispatched[1])
    t.dispatch(env=through(proxy, name="https_proxy"))
    t.found(hub.dispatched[2])
    t.tunnels(proxy)
    t.dispatched(3)


@scenario
def a_plain_http_server_is_not_reached_through_a_distant_proxy(t):
    t.github(tls=False)
    for arguments, env in (((), {"http_proxy": "http://proxy.far.test:3128"}),
                           (("--proxy", "proxy.far.test:3128"), {}),
                           ((), {"http_proxy": "https://u:long-pass-word@proxy.far.test"})):
        t.dispatch(*arguments, env=env)
        t.refused("http://", "proxy.far.test", "token")
        t.says_not("long-pass-word")
    t.no_requests()
    t.dispatch(env={"http_proxy": "http://proxy.far.test:3128", "no_proxy": "localhost"})
    t.exits(0)
    t.dispatched(1)


@scenario
def the_proxy_of_a_plain_http_server_may_use_tls(t):
    """Then certificates are needed for the proxy alone."""
    hub, proxy = t.github(tls=False), t.proxy("good")
    t.dispatch(base=t.base(cacert=None),
               env=through(proxy, name="http_proxy", SSL_CERT_FILE=t.setup.pki.ca))
    t.found(hub.dispatched[0])
    t.tunnels(proxy, *[f"localhost:{hub.port}"] * 2)
    t.dispatched(1)


@scenario
def a_wait_goes_through_the_proxy_on_one_connection(t):
    proxy = t.proxy(credentials=CREDENTIALS)
    hub, base = far_github(t, proxy, life="queued in_progress completed/success")
    t.wait(base=base, env=through(proxy, CREDENTIALS))
    t.concluded(hub.dispatched[0])
    t.expect(len(proxy.requests) <= 2, f"{len(proxy.requests)} tunnels for one wait")
    t.dispatched(1)


@scenario
def await_goes_through_the_proxy(t):
    proxy = t.proxy()
    hub = t.github()
    run = hub.add_run(life="in_progress completed/failure")
    t.awaits(run, "--proxy", proxy.url())
    t.exits(1)
    t.tunnels(proxy, f"localhost:{hub.port}")
    t.dispatched(0)


@scenario
def a_proxy_may_be_at_an_ipv6_address(t):
    try:
        proxy = t.proxy(host="::1", family=socket.AF_INET6)
    except OSError as error:
        raise Skipped(f"no IPv6 here: {error}")
    hub = t.github()
    t.dispatch(env={"https_proxy": f"http://[::1]:{proxy.port}/"})
    t.found(hub.dispatched[0])
    t.tunnels(proxy, *[f"localhost:{hub.port}"] * A_DISPATCH)
    t.dispatched(1)


# ---- which proxy

@scenario
def the_variables_have_an_order(t):
    hub = t.github()
    names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    unset = {name: "" for name in names}
    for first, name in enumerate(names):
        proxy = t.proxy()
        env = {later: "socks5://not-looked-at:1" for later in names[first + 1:]}
        t.dispatch(env={**unset, **env, name: f"127.0.0.1:{proxy.port}"})
        t.exits(0)
        t.tunnels(proxy, *[f"localhost:{hub.port}"] * A_DISPATCH)
    t.dispatched(4)


@scenario
def options_win_over_variables(t):
    hub = t.github()
    right, wrong = t.proxy(), t.proxy()
    t.dispatch("--proxy", right.url(), env=through(wrong, no_proxy="*"))
    t.found(hub.dispatched[0])
    t.tunnels(right, *[f"localhost:{hub.port}"] * A_DISPATCH)
    t.dispatch("--no-proxy", env=through(wrong))
    t.found(hub.dispatched[1])
    t.tunnels(wrong)
    t.dispatch("--no-proxy", "--proxy", right.url())
    t.refused("--proxy", "--no-proxy")
    t.tunnels(right)
    t.dispatched(2)


@scenario
def no_proxy_excludes_the_server(t):
    hub, proxy = t.github(), t.proxy()
    rows = ["*", "localhost", f"localhost:{hub.port}", "a.test, LOCALHOST ,b.test",
            "a.test localhost"]
    for row in rows:
        t.dispatch("-v", env=through(proxy, no_proxy=row))
        t.exits(0)
        t.says("no_proxy excludes it")
    t.dispatch(env=through(proxy, no_proxy="", NO_PROXY="localhost"))
    t.exits(0)
    t.dispatch(base=t.base(api_url=hub.url("127.0.0.1")),
               env=through(proxy, no_proxy="10.0.0.0/8,127.0.0.0/8"))
    t.exits(0)
    t.tunnels(proxy)
    t.dispatched(len(rows) + 2)


@scenario
def no_proxy_excludes_nothing_else(t):
    """Loopback is no exception unless it is listed."""
    hub, proxy = t.github(), t.proxy()
    rows = ["127.0.0.1", "ocalhost", ".localhost", f"localhost:{hub.port + 1}", "local", "host"]
    for row in rows:
        t.dispatch(env=through(proxy, no_proxy=row, NO_PROXY="*"))
        t.exits(0)
        t.tunnels(proxy, *[f"localhost:{hub.port}"] * A_DISPATCH)
    t.dispatched(len(rows))


BAD = {"socks5": "socks5://u:long-pass-word@127.0.0.1:1080", "socks4a": "socks4a://127.0.0.1:1080",
       "port": "http://127.0.0.1:99999", "%25": "http://u:long-pass-word%@127.0.0.1:3128",
       "control": "http://u:long-pass-word%0d%0a@127.0.0.1:3128", "host": "http://:3128"}


@each(BAD)
def a_proxy_that_cannot_be_is_refused(t, word):
    t.github()
    t.secrets.append("long-pass-word")
    for name in ("https_proxy", "ALL_PROXY"):
        t.dispatch(env={name: BAD[word]})
        t.refused(name, word)
        t.dispatch("--dry-run", env={name: BAD[word]})
        t.refused(name, word)
    t.dispatch("--proxy", BAD[word])
    t.refused("--proxy", word)
    t.no_requests()
    t.dispatched(0)


@scenario
def a_dry_run_asks_no_proxy(t):
    t.github()
    proxy = t.proxy()
    t.dispatch("--dry-run", env=through(proxy, CREDENTIALS))
    t.exits(0)
    t.stdout_matches("POST .*")
    t.expect(not proxy.connections, "the proxy was connected to")
    t.dispatched(0)


# ---- downloads from elsewhere

@scenario
def logs_come_through_the_proxy_too(t):
    proxy = t.proxy(credentials=CREDENTIALS)
    hub = t.github(life="in_progress:2 completed/failure",
                   jobs=(Job("bad", log=Log(("it says",))),))
    host = t.log_host(leaf="far")
    proxy.names["logs.far.test"] = "127.0.0.1"
    link = host.link
    host.link = lambda log: link(log, "logs.far.test")
    t.wait("--log-failed", env=through(proxy, CREDENTIALS))
    t.concluded(hub.dispatched[0], "failure")
    t.says("it says")
    asked = {request.target for request in proxy.requests}
    t.expect(asked == {f"localhost:{hub.port}", f"logs.far.test:{host.port}"}, f"asked for {asked}")
    t.dispatched(1)


@scenario
def where_logs_are_is_a_host_of_its_own(t):
    """The API's is reached through the proxy and theirs is not, and the other way round."""
    for excluded in ("localhost", "127.0.0.1"):
        proxy = t.proxy()
        t.hub = hub = t.github(life="in_progress:2 completed/failure",
                               jobs=(Job("bad", log=Log(("it says",))),))
        host = t.log_host()
        link = host.link
        host.link = lambda log, link=link: link(log, "127.0.0.1")
        t.wait("--log-failed", env=through(proxy, no_proxy=excluded))
        t.concluded(hub.dispatched[0], "failure")
        t.says("it says")
        t.expect({request.target for request in proxy.requests} ==
                 {f"localhost:{hub.port}", f"127.0.0.1:{host.port}"} - {
                     f"{excluded}:{hub.port}", f"{excluded}:{host.port}"}, "not as told")
    t.dispatched(2)


# ---- proxies that refuse

@scenario
def a_proxy_that_wants_credentials_says_so(t):
    t.github()
    proxy = t.proxy(credentials=CREDENTIALS)
    t.dispatch(env=through(proxy))
    nothing_happened(t, "proxy 127.0.0.1", "requires a user name", "407 Proxy Auth", "https_proxy")
    t.says_not("Who are you", "html")
    t.keep_secret("runner:not-the-right-one-at-all")
    t.dispatch("--proxy", proxy.url(user="runner:not-the-right-one-at-all"))
    nothing_happened(t, "rejected the user name", "407 Proxy Auth", "--proxy")
    t.took_at_most(5)
    t.tunnels(proxy, *[f"localhost:{t.hub.port}"] * 2)


@each((400, 403, 404, 405, 407))
def a_refusal_is_final(t, status):
    hub, proxy = t.github(), t.proxy()
    proxy.fault("CONNECT", "", act=False, status=status, headers={"Content-Type": "text/plain"},
                body="Not\r\nin this\x1b[1m house.\n::error::x\n")
    t.dispatch(env=through(proxy))
    nothing_happened(t, "proxy 127.0.0.1", str(status), "not in this", "house")
    t.took_at_most(5)
    t.tunnels(proxy, f"localhost:{hub.port}")


@scenario
def a_proxy_that_repeats_our_credentials_is_not_repeated(t):
    t.github()
    proxy = t.proxy()
    t.keep_secret(CREDENTIALS)

    def repeat(request, answer):
        answer.body = (request.header("Proxy-Authorization") + " " + CREDENTIALS).encode()
        answer.set("Content-Type", "text/plain")
    proxy.fault("CONNECT", "", act=False, status=403, hook=repeat)
    t.dispatch("-v", env=through(proxy, CREDENTIALS, RUNNER_DEBUG="1"))
    nothing_happened(t, "403", "***")


@each((408, 429, 302, 500, 502, 503, 504))
def temporary_failures_of_a_proxy_are_retried(t, status):
    hub, proxy = t.github(), t.proxy()
    proxy.fault("CONNECT", "", 1, act=False, status=status, headers={"Location": "https://a.test/"})
    t.dispatch(env=through(proxy))
    t.found(hub.dispatched[0])
    t.says(str(status), "retrying")
    t.requests_were(t.POST)
    t.tunnels(proxy, *[f"localhost:{hub.port}"] * (1 + A_DISPATCH))
    t.dispatched(1)


@scenario
def lasting_failures_of_a_proxy_end_in_time(t):
    t.github()
    proxy = t.proxy()
    proxy.fault("CONNECT", "", act=False, status=503)
    t.dispatch("--timeout", t.seconds(2), env=through(proxy))
    nothing_happened(t, "proxy 127.0.0.1", "503")
    t.took_at_most(8)


@scenario
def a_server_that_the_proxy_cannot_reach(t):
    proxy = t.proxy()
    api = f"https://localhost:{t.refusing_port()}"
    t.dispatch("--timeout", t.seconds(1), base=t.base(api_url=api), env=through(proxy))
    nothing_happened(t, "proxy 127.0.0.1", "502", "It says: cannot reach the host")


# ---- proxies that are broken

@scenario
def a_proxy_that_is_down_is_not_gone_around(t):
    t.github()
    for proxy, words in ((f"127.0.0.1:{t.refusing_port()}", ("refused",)),
                         ("no-such-proxy.invalid:3128", ("no-such-proxy.invalid",)),
                         (f"127.0.0.1:{t.silent_port()}", ("timed out",))):
        t.dispatch("--timeout", t.seconds(2), env={"HTTPS_PROXY": proxy})
        nothing_happened(t, "the proxy of HTTPS_PROXY", *words)
        t.took_at_most(12)
    t.expect(not t.hub.connections, "the server was connected to")


ONCE = {"reset at once": "reset", "garbage": "garbage"}
CUTS = {"closed without an answer": {"cut": "reply"},
        "reset without an answer": {"cut": "reply", "how": "reset"},
        "cut in the status line": {"cut": "status"}, "cut in the head": {"cut": "head"},
        "not HTTP": {"raw": b"220 smtp.corp.test ESMTP\r\n"},
        "HTTP/2": {"raw": b"HTTP/2 200 OK\r\n\r\n"},
        "switching": {"raw": b"HTTP/1.1 101 Switching Protocols\r\n\r\n"},
        "broken head": {"status": 200, "raw_head": b"no colon\r\n"},
        "huge head": {"status": 200, "raw_head": b"X-Filler: y\r\n" * 6000}}


@each([*ONCE, *CUTS])
def a_broken_answer_is_asked_for_again(t, kind):
    hub, proxy = t.github(), t.proxy()
    if kind in ONCE:
        proxy.connection_faults[1] = ONCE[kind]
    else:
        proxy.fault("CONNECT", "", 1, act=False, **CUTS[kind])
    t.dispatch(env=through(proxy))
    t.found(hub.dispatched[0])
    t.says("retrying")
    t.requests_were(t.POST)
    t.dispatched(1)


@each(("plain", "TLS"))
def a_proxy_that_only_breaks_things(t, leaf):
    t.github()
    proxy = t.proxy("good" if leaf == "TLS" else None)
    for kind in ("garbage", "reset", "stall"):
        proxy.connection_faults["all"] = kind
        t.dispatch("--timeout", t.seconds(1), env=through(proxy))
        nothing_happened(t, "proxy 127.0.0.1")
        t.took_at_most(6)


ENDLESS = {"silence": {"stall": "reply"}, "half a head": {"stall": "head"},
           "drips": {"drip": 0.2, "status": 200}, "1xx": {"informational": -1}}


@each(ENDLESS)
def an_answer_without_end_is_cut_off(t, kind):
    t.github()
    proxy = t.proxy()
    proxy.fault("CONNECT", "", act=False, **ENDLESS[kind])
    t.dispatch("--timeout", t.seconds(2), env=through(proxy))
    nothing_happened(t, "proxy 127.0.0.1", f"localhost:{t.hub.port}")
    t.took_at_most(6)


@scenario
def a_refusal_without_end_is_understood(t):
    t.github()
    proxy = t.proxy()
    proxy.fault("CONNECT", "", 1, act=False, status=403, stall="body", body="x" * 999)
    proxy.fault("CONNECT", "", 2, act=False, status=407, drip=0.05, body="y" * 999)
    for word in ("403", "407"):
        t.dispatch(env=through(proxy))
        nothing_happened(t, word)
        t.took_at_most(10)


ODD = {"Content-Length": b"HTTP/1.1 200 OK\r\nContent-Length: 4711\r\n\r\n",
       "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
       "HTTP/1.0": b"HTTP/1.0 200 Connection established\r\nProxy-agent: old\r\n\r\n",
       "close": b"HTTP/1.1 200 OK\r\nConnection: close\r\nProxy-Connection: close\r\n\r\n",
       "bare LF": b"HTTP/1.1 200 OK\n\n", "no reason": b"HTTP/1.1 200\r\n\r\n",
       "204": b"HTTP/1.1 204 No Content\r\n\r\n",
       "100 first": b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + proxies.ESTABLISHED,
       "long": b"HTTP/1.1 200 OK\r\n" + b"X-Filler: y\r\n" * 4000 + b"\r\n"}


@each(ODD)
def odd_answers_are_understood(t, kind):
    hub, proxy = t.github(), t.proxy()
    proxy.established = ODD[kind]
    t.dispatch(env=through(proxy))
    t.found(hub.dispatched[0])
    t.requests_were(t.POST)
    t.dispatched(1)


@scenario
def more_than_an_answer_is_refused(t):
    t.github()
    for tls in (True, False):
        proxy = t.proxy()
        t.hub = t.github(tls=tls)
        proxy.established = proxies.ESTABLISHED + b"HTTP/1.1 204 No Content\r\n\r\n"
        t.dispatch("--timeout", t.seconds(1),
                   env=through(proxy, name="https_proxy" if tls else "http_proxy"))
        nothing_happened(t, "proxy 127.0.0.1", "more than its answer")


# ---- what happens inside the tunnel

@scenario
def a_tunnel_that_breaks_before_the_request_is_reopened(t):
    hub, proxy = t.github(), t.proxy()
    ways = iter(("reset", "close"))
    proxy.in_tunnel = lambda number, direction, data: next(ways, None) if number < 3 else None
    t.dispatch(env=through(proxy))
    t.found(hub.dispatched[0])
    t.says("retrying")
    t.requests_were(t.POST)
    t.tunnels(proxy, *[f"localhost:{hub.port}"] * (2 + A_DISPATCH))
    t.dispatched(1)


@scenario
def a_tunnel_that_leads_nowhere_ends_in_time(t):
    t.github()
    proxy = t.proxy()
    proxy.in_tunnel = lambda *_: "drop"
    t.dispatch("--timeout", t.seconds(2), env=through(proxy))
    nothing_happened(t, f"localhost:{t.hub.port} (through the proxy 127.0.0.1:{proxy.port})",
                     "no answer in time")
    t.took_at_most(6)


@each(("reset", "close", "stall"))
def a_request_lost_in_the_tunnel_is_not_sent_again(t, how):
    """The CONNECT alone is not a request that was sent; what follows it is."""
    hub, proxy = t.github(tls=False), t.proxy()
    proxy.in_tunnel = lambda number, direction, data: how
    t.dispatch("--timeout", t.seconds(4), env=through(proxy, name="http_proxy"))
    t.exits(4)
    t.says("unknown")
    t.took_at_most(10)
    t.expect(proxy.through.count(b"POST ") == 1, "sent again")
    t.expect(not hub.requests, "it arrived after all")
    t.dispatched(0)


@each(("reset", "close"))
def an_answer_lost_in_the_tunnel_is_searched_for(t, how):
    hub, proxy = t.github(run_name="{distinct_id}"), t.proxy()

    def lose(number, direction, data):
        return how if direction == "down" and hub.dispatched and number == 1 else None
    proxy.in_tunnel = lose
    t.dispatch("--distinct-id", env=through(proxy))
    t.found(hub.dispatched[0])
    t.expect(len(t.posts()) == 1, "dispatched again")
    t.dispatched(1)


@scenario
def a_kept_tunnel_that_is_gone_is_reopened(t):
    hub, proxy = t.github(life="in_progress:4 completed/success"), t.proxy()
    proxy.in_tunnel = lambda number, direction, data: \
        "close" if direction == "up" and len(t.looks()) == number else None
    t.wait(env=through(proxy))
    t.concluded(hub.dispatched[0])
    t.expect(proxy.tunnels > 2, f"{proxy.tunnels} tunnels")
    t.dispatched(1)


@each((403, 407))
def a_proxy_that_worked_before_is_retried(t, status):
    """Right after the dispatch, and while its run is waited for."""
    hub, proxy = t.github(life="in_progress:4 completed/success"), t.proxy()
    proxy.fault("CONNECT", "", {2, 4}, act=False, status=status)
    hub.closes = "silent"
    t.wait(env=through(proxy))
    t.concluded(hub.dispatched[0])
    t.says("proxy 127.0.0.1", str(status))
    t.dispatched(1)


@scenario
def a_proxy_that_refuses_from_then_on_hides_no_dispatch(t):
    hub, proxy = t.github("ghes-3.20", run_name="{distinct_id}"), t.proxy()
    proxy.fault("CONNECT", "", range(4, 99), act=False, status=403)
    hub.closes = "silent"
    t.dispatch("--timeout", t.seconds(2), env=through(proxy))
    t.exits(5)
    t.says("was dispatched", "proxy 127.0.0.1", "403")
    t.took_at_most(8)
    t.dispatched(1)


# ---- deadlines and signals

@each(("connect", "tunnel"))
def a_signal_ends_it_at_once(t, where):
    t.github()
    proxy = t.proxy()
    if where == "connect":
        proxy.fault("CONNECT", "", act=False, stall="reply")
    else:
        proxy.in_tunnel = lambda *_: "drop"
    t.start(*t.base(), env=through(proxy))
    proxy.wait_for("CONNECT", "", timeout=t.scaled(30))
    t.signal(signal.SIGTERM)
    t.finish()
    t.exits(143)
    t.says("Nothing was dispatched")
    t.took_at_most(10)
    t.no_requests_but_to_proxies()
    t.dispatched(0)


@native_only
@scenario
def exit_7_means_that_nothing_was_started_behind_a_proxy_too(t):
    started = 0
    for milliseconds in range(1, 41):
        proxy = t.proxy()
        t.hub = hub = t.github()
        t.dispatch("--timeout", f"{milliseconds}ms", env=through(proxy))
        proxy.settle()
        hub.settle()
        acted = bool(hub.dispatched)
        started += acted
        t.exits(*((0, 4, 5) if acted else (4, 7)))
        t.expect(len(t.posts()) <= 1, "dispatched again")
        hub.stop()
        proxy.stop()
    t.dispatched(started)


# ---- real ones

REAL = {"tinyproxy": proxies.Tinyproxy, "squid": proxies.Squid}


@each(REAL)
def a_real_proxy_works(t, name):
    proxy = t.real_proxy(REAL[name])
    hub = t.github(life="in_progress:2 completed/success")
    t.wait(env=through(proxy))
    t.concluded(hub.dispatched[0])
    t.dispatch("--timeout", t.seconds(1), env=through(proxy),
               base=t.base(api_url=f"https://localhost:{t.refusing_port()}"))
    t.exits(7)
    t.says(f"proxy 127.0.0.1:{proxy.port}", ("500", "502", "503"), "Nothing was dispatched")
    proxy.end()
    methods = set(proxy.methods())
    t.expect(methods == {"CONNECT"}, f"it was asked to {methods}")
    t.dispatched(1)


@each(REAL)
def a_real_proxy_checks_credentials(t, name):
    proxy = t.real_proxy(REAL[name], "runner:correcthorsebatterystaple")
    hub = t.github()
    t.dispatch("-v", env=through(proxy, "runner:correcthorsebatterystaple"))
    t.found(hub.dispatched[0])
    t.dispatch(env=through(proxy))
    t.exits(7)
    t.says("requires a user name", "407", "https_proxy", "Nothing was dispatched")
    t.keep_secret("runner:wrongwrongwrongwrong")
    t.dispatch(env=through(proxy, "runner:wrongwrongwrongwrong"))
    t.exits(7)
    t.says("rejected the user name", "https_proxy", "Nothing was dispatched")
    t.expect(len(hub.requests) == 1, "it was let through")
    t.dispatched(1)
