# SPDX-License-Identifier: ISC
"""TLS with servers that are not ours: nginx and `openssl s_server`, with chains, keys and versions
good and bad. What is wrong is said so that somebody who sees it for the first time can mend it."""

import certs
import servers
from harness import each, scenario

CONSTRAINTS = ("nameConstraints=critical,permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0,"
               "permitted;IP:0:0:0:0:0:0:0:1/" + ":".join(["FFFF"] * 8) + "\n")


def own_pki(t, only="good"):
    return certs.Pki(t.path("pki"), only)


def dispatch(t, url, ca, *arguments):
    """Only what is said counts here: these servers keep no runs."""
    t.dispatch("--timeout", t.seconds(10), *arguments, base=t.base(api_url=url, cacert=ca))
    t.dispatched(0)


def works(t, url, ca):
    dispatch(t, url, ca)
    t.exits(0)
    t.stdout_is(f"run_id={servers.RUN_ID}\nrun_url={servers.RUN_URL}\n")


def fails(t, url, ca, *words):
    dispatch(t, url, ca)
    t.exits(7)
    t.stdout_is("")
    t.took_at_most(8)
    t.says("localhost:" + url.rpartition(":")[2], "nothing was dispatched", *words)


OLD = {"1.0": "-tls1", "1.1": "-tls1_1"}


@each(OLD)
def a_server_of_an_old_protocol_is_reported(t, version):
    url = servers.openssl(t, t.setup.pki, "good", OLD[version], "-cipher", "ALL:@SECLEVEL=0")
    fails(t, url, t.setup.pki.ca, "neither TLS 1.2 nor TLS 1.3")


OTHER_CIPHERS = {"CBC": ("good", "ECDHE-ECDSA-AES128-SHA"),
                 "key exchange": ("rsa", "AES128-GCM-SHA256")}


@each(OTHER_CIPHERS)
def a_server_with_no_cipher_in_common_is_reported(t, which):
    leaf, cipher = OTHER_CIPHERS[which]
    url = servers.openssl(t, t.setup.pki, leaf, "-tls1_2", "-cipher", cipher)
    fails(t, url, t.setup.pki.ca, "nothing in common", "ECDHE")


@scenario
def a_port_for_plain_http_is_reported(t):
    fails(t, servers.nginx(t, t.setup.pki, "good", tls=False), t.setup.pki.ca,
          "does not speak TLS", "plain http")


@scenario
def a_demand_for_a_client_certificate_is_reported(t):
    for version in ("-tls1_2", "-tls1_3"):
        url = servers.openssl(t, t.setup.pki, "good", version, "-Verify", "1", "-CAfile",
                              t.setup.pki.ca)
        for _ in range(5):
            # With TLS 1.3 the refusal comes when the dispatch has left already; with 1.2 some-
            # times when not all of the handshake has.
            dispatch(t, url, t.setup.pki.ca, "--distinct-id")
            t.exits(7)
            t.stdout_is("")
            t.says("requires a client certificate", "Nothing was dispatched")
            t.says_not("nothing was sent; retrying")
            t.took_at_most(5)


@scenario
def nginx_is_understood(t):
    for leaf in ("good", "rsa", "ecdsa"):
        for version in ("TLSv1.2", "TLSv1.3"):
            url = servers.nginx(t, t.setup.pki, leaf, f"ssl_protocols {version};")
            works(t, url, t.setup.pki.ca)


@scenario
def a_weak_key_is_refused(t):
    pki = own_pki(t)
    pki.leaf("weak", kind="weak")
    url = servers.openssl(t, pki, "weak", "-cipher", "DEFAULT@SECLEVEL=0")
    fails(t, url, pki.ca, "RSA key of 1024 bits", "CN=localhost")


@scenario
def a_signature_with_sha1_is_refused(t):
    pki = own_pki(t)
    pki.leaf("sha1", hash_name="sha1")
    url = servers.openssl(t, pki, "sha1", "-cipher", "DEFAULT@SECLEVEL=0")
    fails(t, url, pki.ca, "signed with SHA-1", "CN=localhost")


@scenario
def constraints_count_in_an_intermediate_and_in_a_root(t):
    """Critical or not; and those that fit let servers pass."""
    pki = own_pki(t)
    for name, constraints in (("strict", CONSTRAINTS),
                              ("loose", CONSTRAINTS.replace("critical,", ""))):
        pki.authority(name, f"Bound {name}", "ca", extensions=constraints)
        pki.leaf(f"below-{name}", issuer=name, chain=(name,))
        works(t, servers.nginx(t, pki, f"below-{name}"), pki.ca)
        elsewhere = constraints.replace("localhost", "corp.test")
        pki.authority(f"{name}-else", f"Bound elsewhere, {name}", "ca", extensions=elsewhere)
        pki.leaf(f"below-{name}-else", issuer=f"{name}-else", chain=(f"{name}-else",))
        fails(t, servers.nginx(t, pki, f"below-{name}-else"), pki.ca,
              f"CN=Bound elsewhere\\, {name}", "localhost")
    # Trusted by itself it is a root.
    pki.leaf("alone", issuer="strict")
    works(t, servers.nginx(t, pki, "alone"), pki.path("strict.pem"))
    pki.leaf("alone-else", issuer="strict-else")
    fails(t, servers.nginx(t, pki, "alone-else"), pki.path("strict-else.pem"), "localhost")
    # Policies are no business of a root's.
    pki.authority("bound-root", "Bound Root",
                  extensions=CONSTRAINTS + "policyConstraints=critical,requireExplicitPolicy:3\n")
    pki.leaf("of-root", issuer="bound-root")
    works(t, servers.nginx(t, pki, "of-root"), pki.path("bound-root.pem"))


def long_chain(t):
    pki = own_pki(t)
    pki.authority("first", "First Intermediate", "ca")
    pki.authority("second", "Second Intermediate", "first")
    pki.leaf("deep", issuer="second", chain=("second", "first"))
    return pki


@scenario
def chains_may_hold_more_than_they_need(t):
    pki = long_chain(t)
    for names in (("second", "first"), ("second", "first", "ca"), ("ca", "second", "first"),
                  ("second", "other-ca", "first"), ("second", "second", "first"),
                  ("deep", "second", "first")):
        chain = pki.bundle("-".join(names) + ".pem", "deep", *names)
        works(t, servers.nginx(t, pki, "deep", chain=chain), pki.ca)


@scenario
def a_chain_that_lacks_a_link_is_reported(t):
    pki = long_chain(t)
    for names in ((), ("second",), ("first",)):
        chain = pki.bundle("chain.pem", "deep", *names)
        fails(t, servers.nginx(t, pki, "deep", chain=chain), pki.ca, "Intermediate",
              "not trusted here", "did not send")


@scenario
def an_oversized_chain_is_reported(t):
    pki = own_pki(t)
    names = ["ca"]
    for number in range(10):
        pki.authority(f"link-{number}", f"Link {number}", names[-1])
        names.append(f"link-{number}")
    pki.leaf("far", issuer=names[-1], chain=names[:0:-1])
    fails(t, servers.nginx(t, pki, "far"), pki.ca, "too long")


@scenario
def a_root_that_another_has_signed_too_is_trusted(t):
    pki = own_pki(t)
    pki.authority("cross", "Test Root", "other-ca", key="ca")
    pki.authority("middle", "Intermediate", "ca")
    pki.leaf("crossed", issuer="middle", chain=("middle", "cross"))
    url = servers.nginx(t, pki, "crossed")
    works(t, url, pki.ca)
    works(t, url, pki.other_ca)
    works(t, url, pki.bundle("both.pem", "other-ca", "ca"))


@scenario
def all_roots_of_one_name_are_tried(t):
    pki = own_pki(t)
    for name in ("renewed", "renewed-again"):
        pki.authority(name, "Test Root")
    for names in (("renewed", "renewed-again", "ca"), ("ca", "renewed", "ca", "renewed-again"),
                  ("renewed", "ca", "ca")):
        works(t, servers.nginx(t, pki, "good"), pki.bundle("roots.pem", *names))


@scenario
def a_trusted_certificate_that_does_not_fit_is_reported(t):
    pki = own_pki(t)
    url = servers.nginx(t, pki, "good")
    pki.authority("renewed", "Test Root")
    fails(t, url, pki.path("renewed.pem"), "issuer's name", "another key")
    pki.certificate("no-ca", "Test Root", "basicConstraints=CA:FALSE\n", None, key="ca")
    fails(t, url, pki.path("no-ca.pem"), "issuer's name", "not a CA")
    pki.authority("past", "Test Root", key="ca", start=-20 * certs.DAY, end=-10 * certs.DAY)
    fails(t, url, pki.path("past.pem"), "trusted here (CN=Test Root, issued by itself",
          "has expired")


NAMED = (("127.0.0.1", "IP:127.0.0.1", True), ("127.0.0.1", "DNS:127.0.0.1", False),
         ("127.0.0.1", "DNS:*.0.0.1", False), ("localhost", "DNS:LOCALHOST", True),
         ("LocalHost", "DNS:localhost", True), ("localhost", "URI:localhost", False),
         ("localhost", "DNS:localhost.example", False), ("api.far.test", "DNS:*.far.test", True),
         ("api.far.test.", "DNS:*.FAR.test", True), ("far.test", "DNS:*.far.test", False),
         ("a.b.far.test", "DNS:*.far.test", False), ("api.far.test", "DNS:*.test", False),
         ("api.far.test", "DNS:a*.far.test", False), ("api.far.test", "DNS:*.*.test", False),
         ("api.far.test", "DNS:far.test", False), ("far", "DNS:*", False))


@each(NAMED)
def a_certificate_is_for_the_names_that_count(t, row):
    host, name, good = row
    pki, proxy = own_pki(t), t.proxy()
    pki.leaf("named", certs.LEAF + "subjectAltName=" + name)
    hub = t.github(pki=pki, leaf="named")
    proxy.names[host] = "127.0.0.1"
    t.dispatch(base=t.base(api_url=hub.url(host), cacert=pki.ca, proxy=proxy.url()))
    t.dispatched(int(good))
    t.exits(0 if good else 7)
    if not good:
        t.says("is not for the name " + host)


@scenario
def an_authority_of_an_unknown_kind_is_reported(t):
    pki = own_pki(t)
    pki.authority("ed25519", "Modern Root", kind="ed25519")
    pki.leaf("modern", issuer="ed25519")
    fails(t, servers.openssl(t, pki, "modern"), pki.path("ed25519.pem"), "not supported", "ECDSA")
    pki.leaf("modern-key", kind="ed25519")
    fails(t, servers.openssl(t, pki, "modern-key"), pki.ca, "P-256")


@scenario
def a_certificate_for_something_else_is_reported(t):
    pki = own_pki(t)
    pki.leaf("mail", "basicConstraints=CA:FALSE\nextendedKeyUsage=emailProtection\n" + certs.NAMES)
    fails(t, servers.openssl(t, pki, "mail"), pki.ca, "may not be used for a server",
          "CN=localhost")


@scenario
def a_leaf_cannot_sign_for_others(t):
    pki = own_pki(t)
    pki.leaf("impostor", issuer="good", chain=("good",), common_name="impostor")
    url = servers.nginx(t, pki, "impostor")
    fails(t, url, pki.ca, "may not")
    fails(t, url, pki.path("good.pem"), "trusted here", "may not")


@scenario
def a_refusal_names_the_certificate_and_the_way_out(t):
    pki = own_pki(t)
    fails(t, servers.nginx(t, pki, "good"), pki.other_ca, "CN=localhost", "issued by CN=Test Root",
          "valid from 20", "NODE_EXTRA_CA_CERTS", "--cacert", "1 certificate from ")
