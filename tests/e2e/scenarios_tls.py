# SPDX-License-Identifier: ISC
"""Who is trusted. Everything that is wrong with a certificate is said at once, and nothing is
sent."""

import base64
import os
import select
import signal
import ssl
import warnings

import certs
from harness import each, scenario, smoke

NO_TRUST = {"cacert": None}


def ended_quickly(t, *words):
    t.exits(7)
    t.stdout_is("")
    t.says(*words)
    t.took_at_most(10)
    t.no_requests()


REASONS = {"expired": ("expired",), "future": ("not yet valid", "future", "valid from"),
           "wrong-name": ("name", "match", "host"), "cn-only": ("name", "match", "host"),
           "stranger": ("trust", "issuer", "authority"),
           "self-signed": ("trust", "issuer", "authority", "self-signed"),
           "missing-link": ("trust", "issuer", "authority")}


@each(REASONS)
def a_bad_certificate_is_refused_with_the_reason(t, leaf):
    t.github(leaf=leaf)
    t.dispatch()
    ended_quickly(t, "certificate", REASONS[leaf])
    t.dispatched(0)


@scenario
def a_certificate_must_name_the_address_that_was_asked_for(t):
    hub = t.github(leaf="wrong-name")
    t.dispatch(base=t.base(api_url=hub.url("127.0.0.1")))
    ended_quickly(t, "certificate", "127.0.0.1")
    t.dispatched(0)


@scenario
def good_chains_are_accepted(t):
    for leaf in ("good", "rsa", "ecdsa"):
        for version in ("1.2", "1.3"):
            t.hub = hub = t.github(leaf=leaf, version=version)
            t.dispatch()
            t.found(hub.dispatched[0])
            t.requests_were(t.POST)
    t.dispatched(6)


def corporate(t, root="", middle="", **more):
    """A trusted root and an intermediate, with these extensions, and a server below them."""
    pki = certs.Pki(t.path("pki"), only="")
    pki.authority("root", "Corporate Root", extensions=root)
    pki.authority("middle", "Corporate Middle", "root", extensions=middle)
    pki.leaf("leaf", issuer="middle", chain=["middle"], **more)
    t.hub = t.github(leaf="leaf", pki=pki)
    t.dispatch(base=t.base(cacert=pki.path("root.pem")))


@each([("root", "emailProtection"), ("middle", "emailProtection"),
       ("middle", "codeSigning,clientAuth")])
def an_authority_for_something_else_cannot_sign_for_servers(t, row):
    place, usage = row
    corporate(t, **{place: f"extendedKeyUsage={usage}\n"})
    ended_quickly(t, "CN=Corporate " + place.title(), "may not sign for servers",
                  "trusted here (CN=Corporate Root" if place == "root" else "of the server's chain")
    t.dispatched(0)


@each(["clientAuth,serverAuth", "anyExtendedKeyUsage"])
def an_authority_for_servers_can(t, usage):
    extension = f"extendedKeyUsage={usage}\n"
    corporate(t, extension, extension)
    t.found(t.hub.dispatched[0])
    t.dispatched(1)


LOCAL = "permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0," \
        "permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"


@each([("root", "", "permitted;DNS:corp.test"), ("root", "critical,", "excluded;DNS:localhost"),
       ("middle", "", "permitted;DNS:corp.test"), ("middle", "critical,", "excluded;DNS:localhost"),
       ("root", "", "permitted;DNS:localhost,permitted;IP:10.0.0.0/255.0.0.0")])
def an_authority_for_other_names_is_refused(t, row):
    place, critical, constraints = row
    corporate(t, **{place: f"nameConstraints={critical}{constraints}\n"})
    ended_quickly(t, "CN=Corporate " + place.title(), "may not sign for", "name constraints")
    t.dispatched(0)


@each([("root", "critical,", LOCAL), ("middle", "critical,", LOCAL),
       ("middle", "", LOCAL + ",permitted;email:corp.test,excluded;URI:.corp.test"),
       ("root", "", "excluded;DNS:corp.test")])
def an_authority_for_the_servers_name_is_accepted(t, row):
    place, critical, constraints = row
    corporate(t, **{place: f"nameConstraints={critical}{constraints}\n"})
    t.found(t.hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_certificate_message_that_is_too_long_is_named(t):
    pki = certs.Pki(t.path("pki"), only="")
    pki.authority("root", "Corporate Root")
    names = ",".join(f"DNS:host-{number}.{'x' * 50}.test" for number in range(200))
    pki.leaf("leaf", certs.LEAF + certs.NAMES + "," + names, "root", ["root"] * 10)
    for version in ("1.2", "1.3"):
        t.hub = t.github(leaf="leaf", pki=pki, version=version)
        t.dispatch(base=t.base(cacert=pki.path("root.pem")))
        ended_quickly(t, "more than 16 KiB", "certificates")
    t.dispatched(0)


@each([("rsa-pss", "RSASSA-PSS"), ("ed25519", "Ed25519")])
def a_kind_of_key_that_is_not_supported_is_named(t, row):
    kind, text = row
    pki = certs.Pki(t.path("pki"), only="")
    pki.authority("root", "Corporate Root")
    pki.leaf("leaf", issuer="root", kind=kind)
    t.hub = t.github(leaf="leaf", pki=pki, version="1.3")
    t.dispatch(base=t.base(cacert=pki.path("root.pem")))
    ended_quickly(t, text)
    t.dispatched(0)


@scenario
def intermediates_may_come_in_any_order(t):
    pki = certs.Pki(t.path("pki"), only="")
    pki.authority("root", "Corporate Root")
    pki.authority("one", "One", "root")
    pki.authority("two", "Two", "one", kind="p521")
    pki.authority("odd", "Odd", "root", kind="ed25519")
    pki.leaf("leaf", issuer="two", chain=["root", "odd", "one", "two", *["one", "root"] * 5, "odd"])
    for version in ("1.2", "1.3"):
        t.hub = hub = t.github(leaf="leaf", pki=pki, version=version)
        t.dispatch(base=t.base(cacert=pki.path("root.pem")))
        t.found(hub.dispatched[0])
    t.dispatched(2)


@scenario
def old_protocol_versions_are_refused(t):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            t.github(version="1.1")
        except (ssl.SSLError, ValueError):
            t.github()
            t.hub.connection_faults["all"] = "garbage"
    t.dispatch("--timeout", t.seconds(5))
    t.exits(7)
    t.no_requests()
    t.dispatched(0)


@scenario
def a_server_that_speaks_no_tls_is_refused(t):
    hub = t.github()
    hub.connection_faults["all"] = "garbage"
    t.dispatch("--timeout", t.seconds(5))
    t.exits(7)
    t.took_at_most(8)
    t.no_requests()
    t.dispatched(0)


@scenario
def a_self_signed_certificate_can_be_trusted_by_name(t):
    hub = t.github(leaf="self-signed")
    t.dispatch(base=t.base(cacert=t.setup.pki.path("self-signed.pem")))
    t.found(hub.dispatched[0])
    t.dispatched(1)


@smoke
def without_any_trust_the_server_is_refused(t):
    t.github()
    t.dispatch(base=t.base(**NO_TRUST))
    t.exits(2, 7)
    t.no_requests()
    t.dispatched(0)


@scenario
def a_named_ca_file_must_hold_a_certificate(t):
    t.github()
    key = t.setup.pki.path("ca.key")
    for path, name in ((t.path("nowhere.pem"), "nowhere.pem"), (t.file("empty.pem"), "empty.pem"),
                       (t.file("text.pem", "no certificate\n"), "text.pem"), (key, "ca.key"),
                       (t.folder, os.path.basename(t.folder)),
                       (t.file("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n"
                               "-----END CERTIFICATE-----\n"), "broken.pem")):
        t.dispatch(base=t.base(cacert=path))
        t.refused(name)
    t.no_requests()
    t.dispatched(0)


@scenario
def a_named_ca_file_of_the_environment_must_exist_too(t):
    t.github()
    t.dispatch(base=t.base(**NO_TRUST), env={"SSL_CERT_FILE": t.path("nowhere.pem")})
    t.refused("nowhere.pem")
    t.no_requests()
    t.dispatched(0)


@scenario
def ssl_cert_file_is_trusted(t):
    hub = t.github()
    t.dispatch("-v", base=t.base(**NO_TRUST), env={"SSL_CERT_FILE": t.setup.pki.ca})
    t.found(hub.dispatched[0])
    t.says(f"trusting 1 certificate from {t.setup.pki.ca};")
    t.dispatched(1)


@scenario
def ssl_cert_dir_is_read_whatever_its_files_are_called(t):
    hub = t.github()
    os.mkdir(t.path("certs"))
    with open(t.setup.pki.ca, "rb") as file:
        t.file("certs/our company root", file.read())
    t.file("certs/README", "not a certificate\n")
    os.mkdir(t.path("certs/subfolder"))
    t.dispatch(base=t.base(**NO_TRUST), env={"SSL_CERT_DIR": t.path("certs")})
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def node_extra_ca_certs_adds_to_the_others(t):
    hub = t.github()
    extra = {"NODE_EXTRA_CA_CERTS": t.setup.pki.ca}
    t.dispatch(base=t.base(cacert=t.setup.pki.other_ca), env=extra)
    t.found(hub.dispatched[0])
    t.dispatch(base=t.base(**NO_TRUST), env={**extra, "SSL_CERT_FILE": t.setup.pki.other_ca})
    t.found(hub.dispatched[1])
    t.dispatch(base=t.base(**NO_TRUST), env=extra)
    t.found(hub.dispatched[2])
    t.dispatched(3)


@scenario
def node_extra_ca_certs_that_cannot_be_read_is_ignored(t):
    """As Node does: it is set for whole machines, by others."""
    hub = t.github()
    for path, problem in ((t.path("nowhere.pem"), "No such file"),
                          (t.file("empty.pem", ""), "no certificate"),
                          (t.folder, "Is a directory")):
        t.dispatch(env={"NODE_EXTRA_CA_CERTS": path})
        t.found(hub.dispatched[-1])
        t.says("NODE_EXTRA_CA_CERTS", path, problem, "It is ignored")
    t.dispatch(base=t.base(cacert=t.setup.pki.other_ca),
               env={"NODE_EXTRA_CA_CERTS": t.path("nowhere.pem")})
    t.exits(7)
    t.says("not trusted here", ". NODE_EXTRA_CA_CERTS: cannot read " + t.path("nowhere.pem"))
    t.dispatched(3)


@scenario
def cacert_replaces_the_environments_trust(t):
    t.github()
    t.dispatch(base=t.base(cacert=t.setup.pki.other_ca), env={"SSL_CERT_FILE": t.setup.pki.ca})
    ended_quickly(t, "certificate")
    t.dispatched(0)


@scenario
def a_broken_certificate_in_a_bundle_is_skipped(t):
    hub = t.github()
    with open(t.setup.pki.ca) as file:
        good = file.read()
    with open(t.setup.pki.other_ca) as file:
        other = file.read()
    broken = other.replace(other.splitlines()[3], "A" * 64)
    short = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"
    bad_base64 = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"
    for text in (broken + good, short + "# a comment\n" + good, bad_base64 + good + broken,
                 other + good, good.replace("\n", "\r\n"), "\ufeff" + good, good.rstrip("\n"),
                 "Certificate:\n    Data: ü\n" + good + "-----BEGIN CERTIFICATE-----\nAAAA"):
        t.dispatch(base=t.base(cacert=t.file("bundle.pem", text)))
        t.exits(0)
    t.expect(len(hub.requests) == 8, "not every bundle worked")
    t.dispatched(8)


@scenario
def a_ca_bundle_may_be_large(t):
    hub = t.github()
    with open(t.setup.pki.ca) as file:
        good = file.read()
    with open(t.setup.pki.other_ca) as file:
        other = file.read()
    t.dispatch(base=t.base(cacert=t.file("bundle.pem", other * 300 + good)))
    t.found(hub.dispatched[0])
    t.dispatched(1)


def closing_hub(t, changes):
    """A server that closes after every answer; `changes` happens once a run is dispatched."""
    hub = t.github(life="queued:2 in_progress:2 completed/success")
    hub.closes = "announced"
    hub.after_dispatch = lambda hub, run: changes()
    return hub


@scenario
def a_bundle_that_is_replaced_during_a_wait_does_no_harm(t):
    with open(t.setup.pki.ca) as file:
        bundle = t.file("bundle.pem", file.read())
    hub = closing_hub(t, lambda: os.replace(t.file("new.pem", "# empty\n"), bundle))
    t.wait(base=t.base(cacert=bundle))
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


def on_connection(hub, number, pki, leaf):
    """One connection meets the leaf of another server, or none: no TLS at all. "client": it is
    asked for a certificate."""
    def break_it(server, raw):
        if leaf == "client":
            pki.context(demanding=True).wrap_socket(raw, server_side=True)
        elif leaf:
            pki.context(leaf).wrap_socket(raw, server_side=True)
        else:
            raw.sendall(b"HTTP/1.0 503 Try later\r\n\r\n")
    hub.connection_faults[number] = break_it


@each([(leaf, number) for leaf in ("expired", "stranger", "client", None) for number in (3, 5)])
def a_server_that_was_good_may_be_so_again(t, row):
    leaf, number = row
    hub = closing_hub(t, lambda: None)
    on_connection(hub, number, t.setup.pki, leaf)
    t.wait()
    t.concluded(hub.dispatched[0])
    t.says({"stranger": "issuer", "client": "requires a client certificate",
            None: "does not speak TLS"}.get(leaf, leaf))
    t.dispatched(1)


@each(range(2, 7))
def a_server_that_was_good_may_be_so_again_at_any_step(t, number):
    """Between the steps of the version, for the baseline, the dispatch, the search."""
    hub = t.github("ghes-3.20", life="queued completed/success", run_name="{distinct_id}")
    hub.closes = "announced"
    on_connection(hub, number, t.setup.pki, "expired")
    t.wait()
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_bundle_that_is_written_to_during_a_wait_is_not_trusted(t):
    for text in ("", "# empty\n", "x"):
        with open(t.setup.pki.ca) as file:
            good = file.read()
        bundle = t.file("bundle.pem", good)
        t.hub = hub = closing_hub(t, lambda: t.file("bundle.pem", text + good if text == "x"
                                                    else text))
        t.wait(base=t.base(cacert=bundle))
        t.exits(7)
        t.says("bundle.pem was changed", str(hub.dispatched[0].id))
        t.stdout_matches(f"run_id={hub.dispatched[0].id}\n.*")
    t.dispatched(3)


@scenario
def a_pipe_works_as_a_bundle(t):
    hub = t.github(life="queued completed/success")
    hub.closes = "announced"
    with open(t.setup.pki.ca, "rb") as file:
        t.wait(base=t.base(cacert="/dev/stdin"), stdin=file.read())
    t.concluded(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_pipe_that_nobody_writes_to_can_be_interrupted(t):
    os.mkfifo(t.path("pipe"))
    t.github()
    # For both ways, so that it is there before the program. Full, so that it shows when the
    # program has read all of it.
    with open(t.path("pipe"), "r+b", buffering=0) as pipe:
        os.set_blocking(pipe.fileno(), False)
        while pipe.write(b"-----BEGIN" * 4096):
            pass
        t.start(*t.base(cacert=t.path("pipe")))
        t.expect(select.select([], [pipe], [], t.scaled(30))[1], "the pipe isn't read")
        t.signal(signal.SIGTERM)
        t.finish()
    t.exits(143)
    t.no_requests()
    t.dispatched(0)


def element(tag, *contents):
    data = b"".join(contents)
    return bytes([tag, 0x82]) + len(data).to_bytes(2, "big") + data


@scenario
def a_bundle_of_too_many_certificates_is_refused(t):
    t.github()
    with open(t.path("bundle.pem"), "wb") as bundle:
        for serial in range(9000):
            number = element(0x02, serial.to_bytes(2, "big"))
            tiny = element(0x30, element(0x30, number, *[element(0x30)] * 5))
            bundle.write(b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(tiny)
                         + b"\n-----END CERTIFICATE-----\n")
    t.dispatch(base=t.base(cacert=t.path("bundle.pem")))
    t.refused("--cacert", "too large", "8192")
    t.dispatched(0)


@scenario
def a_missing_ssl_cert_dir_is_reported(t):
    t.github()
    os.mkdir(t.path("certs"))
    t.file("certs/broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    t.dispatch(base=t.base(**NO_TRUST), env={"SSL_CERT_DIR": t.path("certs")})
    t.refused("SSL_CERT_DIR", "all are broken")
    os.symlink("circle", t.path("certs/circle"))
    t.dispatch(base=t.base(**NO_TRUST), env={"SSL_CERT_DIR": t.path("certs")})
    t.refused("SSL_CERT_DIR", "all are broken", "symbolic link")
    t.dispatch(base=t.base(**NO_TRUST), env={"SSL_CERT_DIR": t.path("nowhere")})
    t.refused("SSL_CERT_DIR", "nowhere", "No such file")
    t.dispatched(0)
