# SPDX-License-Identifier: ISC
"""Judges chains of certificates with the program's verification and with `openssl verify`, as
curl would: what OpenSSL refuses must be refused here too, and where this program refuses more,
the row says why.

    python3 tests/chains/run.py --judge build/dev/tests/chains/judge
"""

import argparse
import concurrent.futures
import dataclasses
import os
import subprocess
import sys
import tempfile

from x509 import (BMP, DAY, KINDS, PRINTABLE, T61, UTF8, Certificate, Key, alt, authority_key,
                  basic, bits, constraints, der, extension, oid, purpose, sequence, subject_key,
                  usage)

HOST = "api.corp.test"
CA = [basic(), usage("sign", "crl")]
LEAF = [basic(ca=False), usage("digital"), purpose("server")]

# Why this program refuses what OpenSSL accepts.
CURVE = "curves other than P-256, P-384 and P-521 aren't built in"
EDWARDS = "the library has no Ed25519 or Ed448"
OWN_CN = "a name in CN doesn't count (RFC 9525)"
POLICY = "no policies are processed, so a critical demand for them must be refused (RFC 5280, 4.2)"
TWICE = "no extension may be there twice (RFC 5280, 4.2)"
UNCOMPARED = "names of this type aren't compared, only kept apart (RFC 5280, 4.2.1.10)"
SUBTREE = "a subtree with minimum or maximum (RFC 5280 forbids it) can't be checked"
NOT_CA = "only basicConstraints make an authority (RFC 5280, 4.2.1.9)"
ANCHOR = "a server's own certificate is trusted if it is its own issuer, as with Node"
DEPTH = "no more than 8 intermediates"
COUNTED = "the library counts a root's certificate for its own new key as a link"
PSS_KEY = "the library has no RSASSA-PSS keys"
STRICT = "the library insists on RFC 5280 here"
HIDDEN = "the host itself has to be permitted, whatever a wildcard says"
KEY_USE = "TLS 1.3 and ECDHE sign with the key"
PARTIAL = "a wildcard stands for a whole label (RFC 9525, 6.3)"

# Where this program accepts what OpenSSL refuses: nowhere else.
ANY_PURPOSE = "anyExtendedKeyUsage is for servers too (RFC 5280, 4.2.1.12)"
PATH = "there is a valid path; OpenSSL takes the first issuer of the name, without looking further"
WIDER = (ANY_PURPOSE, PATH)


@dataclasses.dataclass
class Row:
    text: str
    good: bool
    chain: list
    anchors: list
    host: str = HOST
    says: str = ""                      # in the message
    because: str = ""                   # OpenSSL sees it the other way


class Table:
    def __init__(self, folder):
        self.folder = folder
        self.rows = []
        self.keys = {}
        self.root = self.authority("CN=Root", "root")
        self.middle = self.authority("CN=Middle", "middle", self.root)

    def key(self, label, kind="p256"):
        if label not in self.keys:
            self.keys[label] = Key(self.folder, label, kind)
        return self.keys[label]

    def authority(self, subject, label, issuer=None, more=(), extensions=None, kind="p256",
                  **rest):
        return Certificate(subject, self.key(label, kind), (extensions or CA) + list(more), issuer,
                           **rest)

    def named(self, subject, label, issuer=None, more=(), **rest):
        """An authority whose key, and whose issuer's, have names."""
        more = [subject_key(self.key(label).id), *more]
        return self.authority(subject, label, issuer, more + (
            [authority_key(issuer.key.id)] if issuer else []), **rest)

    def leaf(self, issuer, names=("dns:" + HOST,), more=(), extensions=None, label="leaf",
             kind="p256", subject="CN=leaf", **rest):
        extensions = list(extensions or LEAF) + list(more)
        if names:
            extensions.append(alt(*names))
        return Certificate(subject, self.key(label, kind), extensions, issuer, **rest)

    def rolled(self, **more):
        """A root, and one of its name with a new key, signed with the old one."""
        root = self.named("CN=Root", "root", **more)
        return root, self.named("CN=Root", "rolled", root)

    def below(self, issuer, **rest):
        return self.leaf(issuer, more=[authority_key(issuer.key.id)], **rest)

    def row(self, text, good, chain, anchors=None, **rest):
        self.rows.append(Row(text, good, chain, anchors or [self.root], **rest))

    # ---- what the rows are about

    def plain(self):
        leaf, below = self.leaf(self.root), self.leaf(self.middle)
        self.row("below the root", True, [leaf])
        self.row("below an intermediate", True, [below, self.middle])
        self.row("with the root sent along", True, [below, self.middle, self.root])
        self.row("the intermediate isn't sent", False, [below], says="did not send")
        self.row("trusting the intermediate alone", True, [below], [self.middle])
        self.row("trusting the intermediate, which is sent", True, [below, self.middle],
                 [self.middle])
        self.row("another root", False, [below, self.middle],
                 [self.authority("CN=Other", "other")], says="not trusted here")
        self.row("another root of the same name", False, [leaf],
                 [self.authority("CN=Root", "other")], says="did not sign it")
        self.row("another root of the same name beside the right one", True, [leaf],
                 [self.authority("CN=Root", "other"), self.root], because=PATH)
        self.row("another root of the same name, with another key's name", True,
                 [self.leaf(self.root, more=[authority_key(self.root.key.id)])],
                 [self.named("CN=Root", "other"), self.named("CN=Root", "root")])
        self.row("an expired root of the same key beside a good one", True, [leaf],
                 [self.authority("CN=Root", "root", end=-DAY / 2), self.root])
        alone = self.leaf(None)
        self.row("signed by itself", False, [alone], says="not trusted here")
        self.row("signed by itself and trusted", True, [alone], [alone])
        self.row("signed by itself, another one trusted", False, [alone],
                 [self.leaf(None, label="other-leaf")])
        authority = self.leaf(None, extensions=[basic(), usage("digital", "sign"),
                                                purpose("server")])
        self.row("an authority that is the server", True, [authority], [authority])
        self.row("trusting the server's certificate alone", False, [leaf], [leaf], because=ANCHOR)
        self.row("a root sent that isn't trusted", False, [alone, alone])

    def order(self):
        one = self.authority("CN=One", "one", self.root)
        two = self.authority("CN=Two", "two", one)
        three = self.authority("CN=Three", "three", two)
        leaf = self.leaf(three)
        self.row("three intermediates", True, [leaf, three, two, one])
        for text, chain in (("backwards", [one, two, three]), ("mixed", [two, one, three]),
                            ("with the root first", [self.root, one, two, three]),
                            ("each twice", [three, three, one, one, two, two])):
            self.row("three intermediates " + text, True, [leaf, *chain])
        self.row("one of three is missing", False, [leaf, one, three], says="did not send")
        strangers = [self.authority(f"CN=Stranger {n}", "other") for n in range(12)]
        self.row("sixteen, most of them strangers", True, [leaf, *strangers, one, two, three])
        odd = self.authority("CN=Odd", "ed25519", kind="ed25519", issuer=self.root)
        self.row("a stranger of an unknown kind", True, [leaf, odd, three, two, one])
        self.row("a stranger of an unknown kind at the end", True, [leaf, three, two, one, odd])
        critical = self.authority("CN=Critical", "other", self.root,
                                  [extension("1.2.3.4", b"\5\0", True)])
        self.row("a stranger with an unknown critical extension", True,
                 [leaf, critical, three, two, one])
        deep = self.root
        chain = []
        for number in range(10):
            deep = self.authority(f"CN=Deep {number}", f"deep{number % 3}", deep)
            chain.insert(0, deep)
            if number in (7, 8):
                self.row(f"{number + 1} intermediates", number == 7, [self.leaf(deep), *chain],
                         because="" if number == 7 else DEPTH)

        old = self.authority("CN=Old Root", "old")
        crossed = self.authority("CN=Root", "root", old)
        below = self.leaf(self.middle)
        self.row("cross-signed, the new root trusted", True, [below, self.middle, crossed])
        self.row("cross-signed, the old root trusted", True, [below, self.middle, crossed], [old])
        self.row("cross-signed, the old one expired, the new one trusted", True,
                 [below, self.middle, self.authority("CN=Root", "root", old, end=-DAY / 2)])
        self.row("cross-signed, both sent, the old root trusted", True,
                 [below, self.middle, self.root, crossed], [old], because=PATH)
        wrong = self.named("CN=Middle", "other", self.root)
        right = self.named("CN=Middle", "middle", self.root)
        below = self.leaf(right, more=[authority_key(right.key.id)])
        self.row("two intermediates of a name, the right one first", True, [below, right, wrong])
        self.row("two intermediates of a name, the wrong one first", True, [below, wrong, right])
        self.row("the wrong intermediate of a name", False, [below, wrong])
        root, again = self.rolled()
        self.row("a key that was rolled over", True, [self.below(again), again], [root])

    def time(self):
        for text, more, word in (("expired", {"start": -9 * DAY, "end": -DAY}, "has expired"),
                                 ("not yet valid", {"start": DAY}, "not yet valid")):
            self.row("the leaf is " + text, False, [self.leaf(self.root, **more)], says=word)
            middle = self.authority("CN=Middle", "middle", self.root, **more)
            self.row("the intermediate is " + text, False, [self.leaf(middle), middle],
                     says="of the server's chain (CN=Middle")
            root = self.authority("CN=Root", "root", **more)
            self.row("the root is " + text, False, [self.leaf(root)], [root],
                     says="trusted here (CN=Root")
            alone = self.leaf(None, **more)
            self.row("a trusted leaf is " + text, False, [alone], [alone], says=word)
        self.row("valid until 2060", True, [self.leaf(self.root, end=34 * 366 * DAY)])
        self.row("valid for a day more", True, [self.leaf(self.root, end=DAY)])

    def signatures(self):
        self.row("a leaf with a broken signature", False, [self.leaf(self.root, broken=True)])
        middle = self.authority("CN=Middle", "middle", self.root, broken=True)
        self.row("an intermediate with a broken signature", False, [self.leaf(middle), middle])
        root = self.authority("CN=Root", "root", broken=True)
        self.row("a root with a broken signature", True, [self.leaf(root)], [root])
        self.row("a leaf signed by another key", False,
                 [self.leaf(self.root, signer=self.key("other"))])
        self.row("a leaf signed by itself in the root's name", False,
                 [self.leaf(self.root, signer=self.key("leaf"))])
        self.row("an intermediate signed by another key", False, [
            self.leaf(self.middle),
            self.authority("CN=Middle", "middle", self.root, signer=self.key("other"))])
        for digest in ("sha1", "md5"):
            rsa = self.authority("CN=RSA", "rsa", kind="rsa")
            self.row(f"a leaf signed with {digest}", False, [self.leaf(rsa, digest=digest)], [rsa])
            weak = self.authority("CN=Weak", "weak-middle", rsa, digest=digest)
            self.row(f"an intermediate signed with {digest}", False, [self.leaf(weak), weak],
                     [rsa])
        old = self.authority("CN=RSA", "rsa", kind="rsa", digest="sha1")
        self.row("a root signed with sha1", True, [self.leaf(old)], [old])
        self.row("a leaf signed with ECDSA and sha1", False, [self.leaf(self.root, digest="sha1")],
                 says="SHA-1")
        for digest in ("sha256", "sha384", "sha512"):
            self.row(f"a leaf signed with {digest}", True, [self.leaf(self.root, digest=digest)])
            self.row(f"a leaf signed with RSA and {digest}", True, [self.leaf(old, digest=digest)],
                     [old])
        for digest in ("sha256", "sha384"):
            self.row(f"a leaf signed with RSASSA-PSS and {digest}", True,
                     [self.leaf(old, pss=True, digest=digest)], [old])
        other = self.key("root").algorithm("sha384", False)
        self.row("a leaf that names another algorithm inside", False,
                 [self.leaf(self.root, inner_algorithm=other)])

    def keys_of_all_kinds(self):
        bad = {"p224": CURVE, "k256": CURVE, "ed25519": EDWARDS, "ed448": EDWARDS,
               "pss": PSS_KEY, "rsa1024": ""}
        said = {"p224": "on a curve", "ed25519": "an Ed25519 key", "ed448": "an Ed448 key",
                "pss": "an RSASSA-PSS key", "rsa1024": "1024 bits"}
        for kind in KINDS:
            good, because = kind not in bad, bad.get(kind, "")
            # OpenSSL has no objection to these at its usual level but to 1024 bits.
            self.row(f"a leaf of {kind}", good,
                     [self.leaf(self.root, label=kind, kind=kind)], because=because,
                     says=said.get(kind, ""))
            root = self.authority("CN=" + kind, kind, kind=kind)
            self.row(f"a root of {kind}", good, [self.leaf(root)], [root], because=because)
            middle = self.authority("CN=Middle of " + kind, kind, self.root, kind=kind)
            self.row(f"an intermediate of {kind}", good, [self.leaf(middle), middle],
                     because=because)

    def authorities(self):
        for text, extensions, good, because in (
                ("CA false", [basic(ca=False), usage("sign")], False, ""),
                ("no basicConstraints", [usage("sign")], False, NOT_CA),
                ("no extensions but a purpose", [purpose("server")], False, ""),
                ("no key usage", [basic()], True, ""),
                ("basicConstraints not critical", [basic(critical=False), usage("sign")], True,
                 ""),
                ("no right to sign certificates", [basic(), usage("crl", "digital")], False, ""),
                ("one link allowed, none used", [basic(path=1), usage("sign")], True, ""),
                ("no link allowed, none used", [basic(path=0), usage("sign")], True, ""),
                ("key usage not critical", [basic(), usage("sign", critical=False)], True, "")):
            middle = self.authority("CN=Middle", "middle", self.root, extensions=extensions)
            self.row("an intermediate with " + text, good, [self.leaf(middle), middle],
                     because="" if because == NOT_CA else because)
            root = self.authority("CN=Root", "root", extensions=extensions)
            self.row("a root with " + text, good, [self.leaf(root)], [root], because=because)
        self.row("a leaf that signs", False, [
            self.leaf(self.leaf(self.root, label="middle", subject="CN=Middle")),
            self.leaf(self.root, label="middle", subject="CN=Middle")])
        one = self.authority("CN=One", "one", self.root, extensions=[basic(path=0), usage("sign")])
        two = self.authority("CN=Two", "two", one)
        self.row("a link too many below an intermediate", False, [self.leaf(two), two, one])
        root = self.authority("CN=Root", "root", extensions=[basic(path=0), usage("sign")])
        self.row("a link too many below a root", False, [self.leaf(self.middle), self.middle],
                 [root])
        root = self.authority("CN=Root", "root", extensions=[basic(path=1), usage("sign")])
        self.row("as many links as a root allows", True, [self.leaf(self.middle), self.middle],
                 [root])
        root, again = self.rolled(extensions=[basic(path=0), usage("sign")])
        self.row("a certificate of its own is no link", False, [self.below(again), again],
                 [root], because=COUNTED)

    def versions(self):
        old = Certificate("CN=Old", self.key("old"), version=1)
        self.row("a root of version 1", True, [self.leaf(old)], [old])
        middle = Certificate("CN=Middle", self.key("middle"), (), self.root, version=1)
        self.row("an intermediate of version 1", False, [self.leaf(middle), middle])
        self.row("an intermediate of version 1 that is trusted", False, [self.leaf(middle)],
                 [middle])
        self.row("a leaf of version 1", False,
                 [Certificate("CN=" + HOST, self.key("leaf"), (), self.root, version=1)],
                 because=OWN_CN)
        bare = Certificate("CN=Bare", self.key("old"))
        self.row("a root of version 3 without extensions", False, [self.leaf(bare)], [bare])
        for serial in (0, -1, 1 << 158):
            self.row(f"serial number {serial}", True, [self.leaf(self.root, serial=serial)])

    def purposes(self):
        for extension_of, good, because in (
                (["server"], True, ""), (["client", "server"], True, ""),
                (["email"], False, ""), (["code"], False, ""), (["time"], False, ""),
                (["client"], False, ""), (["own"], False, ""), (["own", "server"], True, ""),
                (["any"], True, ANY_PURPOSE), (["email", "any"], True, ANY_PURPOSE)):
            one = purpose(*extension_of)
            text = "for " + " and ".join(extension_of)
            says = "" if good else "extended key usage"
            self.row("a leaf " + text, good, [self.leaf(self.root, extensions=[one])],
                     says=says, because=because)
            middle = self.authority("CN=Middle", "middle", self.root, [one])
            self.row("an intermediate " + text, good, [self.leaf(middle), middle], says=says,
                     because=because)
            root = self.authority("CN=Root", "root", more=[one])
            self.row("a root " + text, good, [self.leaf(root)], [root], says=says, because=because)
            high = self.authority("CN=High", "one", self.root, [one])
            low = self.authority("CN=Low", "two", high)
            self.row("high above, an intermediate " + text, good, [self.leaf(low), low, high],
                     says=says, because=because)
        critical = purpose("email", critical=True)
        middle = self.authority("CN=Middle", "middle", self.root, [critical])
        self.row("an intermediate for email, critical", False, [self.leaf(middle), middle])
        self.row("a leaf without a purpose", True,
                 [self.leaf(self.root, extensions=[basic(ca=False)])])
        self.row("a leaf that may not sign", False,
                 [self.leaf(self.root, extensions=[usage("encipher")])], says="key usage",
                 because=KEY_USE)
        self.row("a leaf that may sign certificates only", False,
                 [self.leaf(self.root, extensions=[usage("crl")])], says="key usage")
        for number, good in ((0x40, True), (0x80, False), (0x20, False)):
            kind = extension("2.16.840.1.113730.1.1", bits(bytes([number]), 5))
            self.row(f"a leaf of Netscape type {number:#x}", good,
                     [self.leaf(self.root, extensions=[kind])])

    def constrained(self):
        local = "dir:CN=leaf"
        for permitted, excluded, good, because in (
                (["dns:corp.test"], [], True, ""), (["dns:api.corp.test"], [], True, ""),
                (["dns:.corp.test"], [], True, ""), (["dns:CORP.TEST"], [], True, ""),
                (["dns:test"], [], True, ""), (["dns:"], [], True, ""),
                (["dns:other.test", "dns:corp.test"], [], True, ""),
                (["dns:other.test"], [], False, ""), (["dns:rp.test"], [], False, ""),
                (["dns:x.api.corp.test"], [], False, ""), (["dns:.api.corp.test"], [], False, ""),
                ([], ["dns:corp.test"], False, ""), ([], ["dns:api.corp.test"], False, ""),
                ([], ["dns:.corp.test"], False, ""), ([], ["dns:other.test"], True, ""),
                ([], ["dns:x.api.corp.test"], True, ""), ([], ["dns:"], False, ""),
                (["dns:corp.test"], ["dns:api.corp.test"], False, ""),
                (["dns:corp.test"], ["dns:b.corp.test"], True, ""),
                (["ip:10.0.0.0/8"], [], True, ""), ([], ["ip:0.0.0.0/0"], True, ""),
                (["email:corp.test"], [], True, ""), (["uri:corp.test"], [], True, ""),
                ([], ["email:corp.test"], True, ""), ([], ["other:x"], True, ""),
                ([local], [], True, ""), (["dir:CN=LEAF"], [], True, ""),
                (["dir:CN=other"], [], False, ""), (["dir:O=Corp"], [], False, ""),
                ([], [local], False, ""), ([], ["dir:CN=Leaf"], False, ""),
                ([], ["dir:CN=leaf/O=x"], True, ""), ([], ["dir:"], False, ""),
                (["dir:"], [], True, "")):
            for critical in (True, False):
                one = constraints(permitted, excluded, critical)
                text = f"permits {permitted}, excludes {excluded}" + ", critical" * critical
                says = "" if good else "may not sign for"
                middle = self.authority("CN=Middle", "middle", self.root, [one])
                self.row("an intermediate " + text, good, [self.leaf(middle), middle],
                         says=says, because=because)
                root = self.authority("CN=Root", "root", more=[one])
                self.row("a root " + text, good, [self.leaf(root)], [root], says=says,
                         because=because)

    def constrained_names(self):
        """Other names than the one that is asked for, and at other depths."""
        def row(text, good, one, names=("dns:" + HOST,), host=HOST, because="", **more):
            root = self.authority("CN=Root", "root", more=[one])
            self.row(text, good, [self.leaf(root, names, **more)], [root], host=host,
                     because=because)

        corp = constraints(["dns:corp.test"])
        row("all names are permitted", True, corp, ["dns:" + HOST, "dns:b.corp.test"])
        row("another name isn't permitted", False, corp, ["dns:" + HOST, "dns:evil.test"])
        row("a wildcard that is permitted", True, corp, ["dns:*.corp.test"])
        row("a wildcard that isn't", False, constraints(["dns:b.corp.test"]), ["dns:*.corp.test"])
        row("a wildcard over what is excluded", False, constraints([], ["dns:api.corp.test"]),
            ["dns:*.corp.test"], because=HIDDEN)
        row("an address where names are permitted", True, corp, ["ip:10.0.0.1"], "10.0.0.1")
        row("an address that is permitted", True, constraints(["ip:10.0.0.0/8"]), ["ip:10.0.0.1"],
            "10.0.0.1")
        row("an address that isn't", False, constraints(["ip:11.0.0.0/8"]), ["ip:10.0.0.1"],
            "10.0.0.1")
        row("an address that is excluded", False, constraints([], ["ip:10.0.0.0/8"]),
            ["ip:10.0.0.1"], "10.0.0.1")
        row("an address of another family", False, constraints(["ip:fd00::/8"]), ["ip:10.0.0.1"],
            "10.0.0.1")
        row("an IPv6 address that is permitted", True, constraints(["ip:fd00::/8"]),
            ["ip:fd00::1"], "fd00::1")
        row("an IPv6 address that isn't", False, constraints(["ip:fe80::/16"]), ["ip:fd00::1"],
            "fd00::1")
        row("a second address that isn't permitted", False, constraints(["ip:10.0.0.0/8"]),
            ["ip:10.0.0.1", "ip:11.0.0.1"], "10.0.0.1")
        row("names and addresses, both permitted", True,
            constraints(["dns:corp.test", "ip:10.0.0.0/8"]), ["dns:" + HOST, "ip:10.0.0.1"])
        row("names and addresses, the address isn't", False,
            constraints(["dns:corp.test", "ip:11.0.0.0/8"]), ["dns:" + HOST, "ip:10.0.0.1"])
        row("a CN that isn't permitted beside a DNS name", True, corp, subject="CN=evil.test")
        row("a CN that isn't permitted beside an address", False, corp, ["ip:10.0.0.1"],
            "10.0.0.1", subject="CN=evil.test")
        row("a CN of words beside an address", True, corp, ["ip:10.0.0.1"], "10.0.0.1",
            subject="CN=Our own server")
        row("an e-mail address that is permitted", False, constraints(["email:corp.test"]),
            ["dns:" + HOST, "email:x@corp.test"], because=UNCOMPARED)
        row("an e-mail address that isn't", False, constraints(["email:corp.test"]),
            ["dns:" + HOST, "email:x@evil.test"])
        row("an e-mail address in the subject that isn't permitted", False,
            constraints(["email:corp.test"]), subject="CN=x/email=x@evil.test")
        row("a URI that is excluded", False, constraints([], ["uri:evil.test"]),
            ["dns:" + HOST, "uri:https://evil.test/"])
        row("an alternative directory name that isn't permitted", False,
            constraints(["dir:CN=leaf"]), ["dns:" + HOST, "dir:CN=evil"])
        for tag, good, because in ((UTF8, True, ""), (PRINTABLE, True, ""), (T61, False,
                                   UNCOMPARED), (BMP, False, UNCOMPARED)):
            row(f"a subject as string type {tag} is permitted", good, constraints(["dir:CN=leaf"]),
                subject_tag=tag, because=because)
            row(f"a subject as string type {tag} is excluded", False,
                constraints([], ["dir:CN=leaf"]), subject_tag=tag)
        row("no subject", True, constraints(["dir:CN=other"]), subject="")
        row("a subtree with a minimum", False, constraints(["dns:corp.test"],
                                                           more=der(0x80, b"\1")))
        row("a subtree with a maximum", False, constraints(["dns:corp.test"],
                                                           more=der(0x81, b"\1")))
        row("a subtree with minimum 0", True, constraints(["dns:corp.test"],
                                                          more=der(0x80, b"\0")))
        row("a subtree of another type with a maximum", False,
            constraints(["uri:corp.test"], more=der(0x81, b"\1")), because=SUBTREE)
        row("an address of an odd length is excluded", False,
            constraint_of(der(0xa1, sequence(der(0x87, b"\n\0\0\0\xff")))), ["ip:10.0.0.1"],
            "10.0.0.1")
        row("constraints that are cut", False, extension("2.5.29.30", b"\x30\x05\xa0", True))
        row("constraints of nothing", False, constraint_of(b""), because=STRICT)

        inner = self.authority("O=Corp/CN=Inner", "two", self.root)
        for text, one, good in (
                ("permits it", constraints(["dns:corp.test", "dir:O=Corp"]), True),
                ("permits another subject", constraints(["dir:O=Other"]), False),
                ("excludes its subject", constraints([], ["dir:O=Corp"]), False)):
            root = self.authority("CN=Root", "root", more=[one])
            self.row("a root over an intermediate " + text, good,
                     [self.leaf(inner, subject="O=Corp/CN=leaf"), inner], [root])
        tight = self.authority("CN=Tight", "one", self.root, [constraints(["dns:corp.test"])])
        wide = self.authority("CN=Wide", "two", tight, [constraints(["dns:other.test"])])
        self.row("both must permit it, and one doesn't", False, [self.leaf(wide), wide, tight])
        fits = self.authority("CN=Fits", "two", tight, [constraints(["dns:api.corp.test"])])
        self.row("both must permit it, and do", True, [self.leaf(fits), fits, tight])
        for names, good in ((["dns:a.corp.test"], True), (["dns:evil.test"], False)):
            named = self.authority("CN=Named", "two", tight, [alt(*names)])
            self.row(f"an intermediate for {names} below a limited one", good,
                     [self.leaf(named), named, tight])
        root, again = self.rolled(more=[constraints(["dir:O=Corp"])])
        self.row("a root's new key need not keep to its names", True,
                 [self.below(again, subject="O=Corp/CN=leaf"), again], [root])
        alone = self.leaf(None, more=[constraints(["dns:other.test"])])
        self.row("a server's own constraints aren't for itself", True, [alone], [alone])

    def extensions(self):
        odd, null = "1.2.3.4.5.6", b"\5\0"
        for critical in (True, False):
            text = "an unknown extension" + ", critical" * critical
            one, good = extension(odd, null, critical), not critical
            self.row("a leaf with " + text, good, [self.leaf(self.root, more=[one])])
            middle = self.authority("CN=Middle", "middle", self.root, [one])
            self.row("an intermediate with " + text, good, [self.leaf(middle), middle])
            root = self.authority("CN=Root", "root", more=[one])
            self.row("a root with " + text, good, [self.leaf(root)], [root])
        demand = extension("2.5.29.36", sequence(der(0x80, b"\0")), True)
        middle = self.authority("CN=Middle", "middle", self.root, [demand])
        self.row("an intermediate that demands policies", False, [self.leaf(middle), middle],
                 because=POLICY)
        root = self.authority("CN=Root", "root", more=[demand])
        self.row("a root that demands policies", True, [self.leaf(root)], [root])
        policy = extension("2.5.29.32", sequence(sequence(oid("2.23.140.1.2.1"))))
        self.row("a leaf with a policy", True, [self.leaf(self.root, more=[policy])])
        for text, one in (("basicConstraints", basic(ca=False)), ("key usage", usage("digital")),
                          ("purpose", purpose("server")), ("names", alt("dns:" + HOST))):
            self.row(f"a leaf with {text} twice", False, [self.leaf(self.root, more=[one])])
        self.row("a leaf with an unknown extension twice", False,
                 [self.leaf(self.root, more=[extension(odd, null)] * 2)], because=TWICE)
        for text, one in (("constraints", constraints(["dns:corp.test"])),
                          ("basicConstraints", basic())):
            middle = self.authority("CN=Middle", "middle", self.root, [one, one])
            self.row(f"an intermediate with {text} twice", False, [self.leaf(middle), middle])
        own = self.key("middle").id
        for text, child, parent, good in (("the right key", own, own, True),
                                          ("another key", b"x" * 20, own, False),
                                          ("a key", own, None, True), ("none", None, own, True)):
            middle = self.authority("CN=Middle", "middle", self.root,
                                    [subject_key(parent)] if parent else [])
            leaf = self.leaf(middle, more=[authority_key(child)] if child else [])
            self.row(f"a leaf that names {text} as its issuer's", good, [leaf, middle])
            self.row(f"a leaf that names {text} as its anchor's", good, [leaf], [middle])
        stranger = self.authority("CN=Middle", "middle", self.root, [subject_key(b"y" * 20)])
        right = self.authority("CN=Middle", "middle", self.root, [subject_key(own)])
        self.row("of two issuers with a key, the one that is named second", True,
                 [self.leaf(right, more=[authority_key(own)]), stranger, right])

    def hosts(self):
        def row(text, good, names, host=HOST, because="", **more):
            self.row(text, good, [self.leaf(self.root, names, **more)], host=host,
                     because=because, says="" if good else "is not for")

        for names, host, good in (
                (["dns:api.corp.test"], "API.Corp.Test", True),
                (["dns:API.CORP.TEST"], HOST, True),
                (["dns:b.test", "dns:" + HOST, "dns:c.test"], HOST, True),
                (["dns:other.test"], HOST, False), (["dns:corp.test"], HOST, False),
                (["dns:x.api.corp.test"], HOST, False), (["dns:"], HOST, False),
                (["dns:*.corp.test"], HOST, True), (["dns:*.CORP.test"], HOST, True),
                (["dns:*.corp.test"], "a.b.corp.test", False),
                (["dns:*.corp.test"], "corp.test", False),
                (["dns:*.test"], "corp.test", False), (["dns:*.com"], "example.com", False),
                (["dns:*"], "localhost", False), (["dns:*"], HOST, False),
                (["dns:*."], "localhost", False), (["dns:*.co.uk"], "x.co.uk", True),
                (["dns:*.*.test"], HOST, False), (["dns:api.*.test"], HOST, False),
                (["dns:**.corp.test"], HOST, False), (["dns:*corp.test"], HOST, False),
                (["dns:a.*"], "a.test", False),
                (["dns:xn--bcher-kva.test"], "xn--bcher-kva.test", True),
                (["dns:*.corp.test"], "xn--bcher-kva.corp.test", True),
                (["dns:xn--*.corp.test"], "xn--bcher-kva.corp.test", False),
                (["dns:*.corp.test"], "a_b.corp.test", False),
                (["dns:a_b.corp.test"], "a_b.corp.test", True),
                (["dns:api.corp.test."], HOST, False), (["dns: api.corp.test"], HOST, False),
                (["dns:api.corp.test\0.evil.test"], HOST, False),
                (["dns:evil.test\0api.corp.test"], HOST, False),
                (["dns:localhost"], "localhost", True),
                (["ip:10.0.0.1"], "10.0.0.1", True), (["ip:10.0.0.1"], "10.0.0.2", False),
                (["dns:10.0.0.1"], "10.0.0.1", False), (["dns:*.0.0.1"], "10.0.0.1", False),
                (["uri:https://10.0.0.1/"], "10.0.0.1", False),
                (["ip:fd00::1"], "fd00::1", True), (["ip:fd00::1"], "fd00:0:0::1", True),
                (["ip:fd00::1"], "fd00::2", False), (["ip:::ffff:10.0.0.1"], "10.0.0.1", False),
                (["dns:" + HOST, "ip:10.0.0.1"], "10.0.0.1", True),
                (["email:x@api.corp.test"], HOST, False),
                (["uri:https://api.corp.test/"], HOST, False),
                (["other:api.corp.test"], HOST, False),
                (["dir:CN=api.corp.test"], HOST, False)):
            row(f"for {names}, asked for {host}", good, names, host)
        for other in ("other:x", "email:x@y.test", "uri:https://y.test/", "dir:CN=x"):
            row(f"for {HOST} and {other}", True, ["dns:" + HOST, other])
        row("partial wildcard", False, ["dns:a*.corp.test"], because=PARTIAL)
        row("partial wildcard at the end", False, ["dns:*i.corp.test"], because=PARTIAL)
        row("a name in CN alone", False, (), subject="CN=" + HOST, because=OWN_CN)
        row("a name in CN beside another", False, ["dns:other.test"], subject="CN=" + HOST)
        row("a name in CN beside an e-mail address", False, ["email:x@y.test"],
            subject="CN=" + HOST, because=OWN_CN)
        row("an address in CN alone", False, (), "10.0.0.1", subject="CN=10.0.0.1")
        row("no name at all", False, (), subject="")
        row("an empty list of names", False, (), more=[extension("2.5.29.17", sequence())])
        self.row("names that are critical, without a subject", True, [self.leaf(
            self.root, (), more=[alt("dns:" + HOST, critical=True)], subject="")])

    def fill(self):
        for part in (self.plain, self.order, self.time, self.signatures, self.keys_of_all_kinds,
                     self.authorities, self.versions, self.purposes, self.constrained,
                     self.constrained_names, self.extensions, self.hosts):
            part()
        return self


def constraint_of(content):
    return extension("2.5.29.30", sequence(content), True)


# ---- both judges

def write(path, certificates):
    with open(path, "w") as file:
        file.write("".join(certificate.pem() for certificate in certificates))
    return path


def ask_openssl(row, anchors, chain, leaf):
    """What curl asks for: a partial chain will do, security level 2."""
    by_name = "-verify_ip" if row.host.replace(".", "").isdigit() or ":" in row.host \
        else "-verify_hostname"
    done = subprocess.run(
        ["openssl", "verify", "-no-CApath", "-no-CAstore", "-partial_chain", "-auth_level", "2",
         "-purpose", "sslserver", by_name, row.host, "-CAfile", anchors, "-untrusted", chain,
         leaf], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 0, done.stdout.decode("utf-8", "replace")


def compare(table, judge, jobs):
    files = []
    for number, row in enumerate(table.rows):
        stem = os.path.join(table.folder, str(number))
        files.append((write(stem + ".anchors", row.anchors), write(stem + ".chain", row.chain),
                      write(stem + ".leaf", row.chain[:1])))
    lines = "".join(f"{row.host} {anchors} {chain}\n"
                    for row, (anchors, chain, _) in zip(table.rows, files))
    ours = subprocess.run([judge], input=lines.encode(), stdout=subprocess.PIPE, timeout=600)
    library, *answers = ours.stdout.decode("utf-8", "replace").splitlines()
    print("# " + library)
    if ours.returncode or len(answers) != len(table.rows):
        sys.exit(f"{judge} ended with {ours.returncode} after {len(answers)} rows")
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        theirs = list(pool.map(lambda pair: ask_openssl(pair[0], *pair[1]),
                               zip(table.rows, files)))
    return zip(table.rows, answers, theirs)


def problem(row, answer, openssl_good):
    good = answer == "good"
    if good != row.good:
        return "should be accepted" if row.good else "should be refused"
    if not good and row.says not in answer:
        return f"doesn't say {row.says!r}"
    if good and not openssl_good and row.because not in WIDER:
        return "OpenSSL refuses it"
    if not good and openssl_good and not row.because:
        return "OpenSSL accepts it, and nothing says why it is refused"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--judge", required=True)
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="chains.") as folder:
        table = Table(folder).fill()
        for row, answer, (openssl_good, said) in compare(table, options.judge, options.jobs):
            wrong = problem(row, answer, openssl_good)
            failed += bool(wrong)
            if wrong or options.verbose:
                print(f"{'not ok' if wrong else 'ok'} {row.text}" + (f": {wrong}" if wrong else "")
                      + f"\n# {answer}\n# OpenSSL: {' '.join(said.split())}")
            else:
                print("ok " + row.text)
                if row.because and (answer == "good") == openssl_good:
                    print(f"# this OpenSSL sees it in the same way; not so: {row.because}")
    print(f"{len(table.rows) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
