"""Through a proxy: it is asked for tunnels and for nothing else, it never sees a token, and
whatever it does, nothing is dispatched twice and nothing is waited for without end."""

import os
import signal

import proxies
from harness import Failed, each, scenario

CREDENTIALS = "runner:correct-horse-battery-staple"


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

@scenario
def a_dispatch_goes_through_the_proxy(t):
    proxy = t.proxy()
    hub, base = far_github(t, proxy)
    t.dispatch("-v", base=base, env=through(proxy))
    t.found(hub.dispatched[0])
    t.says("through the proxy", "https_proxy")
    t.requests_were(t.POST)
    t.tunnels(proxy, f"api.far.test:{hub.port}")
    t.dispatched(1)


@scenario
def a_proxy_behind_tls_works_too(t):
    proxy = t.proxy("good")
    hub, base = far_github(t, proxy)
    for url in (proxy.url("localhost"), proxy.url()):
        t.dispatch(base=base, env={"https_proxy": url})
        t.exits(0)
    t.tunnels(proxy, *[f"api.far.test:{hub.port}"] * 2)
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
def an_inspecting_proxy_is_thought_of_when_trust_fails(t):
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
                              ("us er:p@ss:w/rd%long-enough", "us%20er:p%40ss:w%2Frd%25long-enough"),
                              ("just-a-long-user-name:", "just-a-long-user-name")):
        proxy = t.proxy(credentials="" if credentials.endswith(":") else credentials)
        proxy.credentials = credentials
        t.secrets.append(user)
        t.dispatch("-v", env=through(proxy, user))
        t.exits(0)
        t.tunnels(proxy, f"localhost:{t.hub.port}")
    t.dispatched(3)


@scenario
def a_plain_http_server_is_tunnelled_to_as_well(t):
    proxy = t.proxy()
    hub = t.github(tls=False)
    t.dispatch(env=through(proxy, name="http_proxy"))
    t.found(hub.dispatched[0])
    t.tunnels(proxy, f"localhost:{hub.port}")
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
