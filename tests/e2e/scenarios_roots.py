# SPDX-License-Identifier: ISC
"""The root certificates compiled in: how they are made, and what they are good for on a machine
that has nothing but the program."""

import glob
import os
import re
import shutil
import ssl
import subprocess

import certs
from harness import Skipped, scenario, static_only

TOOL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "roots.sh")
PACKAGE = "/usr/share/ca-certificates/mozilla"
AWKS = (["mawk"], ["gawk"], ["gawk", "--posix"], ["original-awk"], ["busybox", "awk"], ["awk"])


# ---- the table

def table(source, awk="awk", when=0):
    """The table as C, or None and why not. `when` is before all expire, or seconds since 1970."""
    done = subprocess.run(["/bin/sh", TOOL, source], env={
                              "PATH": os.environ["PATH"], "AWK": awk,
                              "SOURCE_DATE_EPOCH": str(when)},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.stdout.decode() if done.returncode == 0 else None, done.stderr.decode()


def roots(text):
    """The subject's place, the key's place, and the bytes of each root."""
    head, _, data = text.partition("roots_data[] = {")
    data = bytes(int(digits, 16) for digits in re.findall(r"0x(..),", data))
    rows = [tuple(map(int, row)) for row in
            re.findall(r"\{ (\d+), (\d+), (\d+), (\d+) \},", head)]
    return [(subject, key, data[at:at + size]) for at, subject, key, size in rows]


def der(tag, content):
    size = len(content).to_bytes(2, "big")
    return bytes([tag, 0x82]) + size + content


def as_seen_by_openssl(certificate):
    done = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-subject", "-nameopt",
                           "RFC2253,dump_all,dump_der", "-dates", "-pubkey"],
                          input=certificate, stdout=subprocess.PIPE, check=True)
    return done.stdout


@static_only
@scenario
def the_table_has_what_openssl_sees(t):
    t.dispatched(0)
    found = sorted(glob.glob(PACKAGE + "/*.crt"))
    if not found:
        raise Skipped("there is no package of certificates here")
    text, problem = table(PACKAGE)
    t.expect(text, problem)
    made = roots(text)
    t.expect(len(made) == len(found), f"{len(made)} roots of {len(found)} certificates")
    t.expect(f"roots_count = {len(found)};" in text, "the count is wrong")
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    for path in found:
        with open(path) as file:
            certificate = ssl.PEM_cert_to_DER_cert(file.read().strip())
        fit = [root for root in made if root[2] in certificate]
        t.expect(len(fit) == 1, f"{path} is {len(fit)} times in the table")
        subject, key, data = fit[0]
        inner = b"\x02\x01\x01" + algorithm + data[subject:key] + data
        whole = der(0x30, der(0x30, inner) + algorithm + b"\x03\x02\0\0")
        t.expect(as_seen_by_openssl(whole) == as_seen_by_openssl(certificate),
                 f"{path} is another in the table")


@static_only
@scenario
def every_awk_makes_the_same_table(t):
    t.dispatched(0)
    sources = [t.setup.pki.ca, *glob.glob(PACKAGE)]
    tables = {}
    for awk in AWKS:
        if shutil.which(awk[0]):
            for source in sources:
                text, problem = table(source, " ".join(awk))
                t.expect(text, f"{awk}: {problem}")
                tables.setdefault(source, set()).add(text)
    for source in sources:
        t.expect(len(tables[source]) == 1, f"the tables of {source} differ")


@static_only
@scenario
def only_authorities_get_into_the_table_and_each_once(t):
    t.dispatched(0)
    pki = certs.Pki(t.path("pki"), "self-signed")
    pki.authority("for-email", "Root for e-mail", extensions="extendedKeyUsage=emailProtection\n")
    pki.authority("for-corp", "Root for names", extensions="nameConstraints=permitted;DNS:x.test\n")
    both = pki.bundle("both.pem", "self-signed", "ca", "for-email", "for-corp", "other-ca", "ca")
    text, said = table(both)
    t.expect(text and len(roots(text)) == 2, f"not two roots: {said}")
    t.expect(said.count("no CA's certificate, or one with limits") == 3,
             f"what is left out is not told: {said}")
    with open(both) as file:
        windows = t.file("windows.pem", "comment\r\n" + file.read().replace("\n", "\r\n"))
    t.expect(roots(table(windows)[0]) == roots(text), "CRLF makes a difference")
    text, said = table(both, when=1 << 33)
    t.expect(text is None and said.count("expired, left out") == 3, f"expired ones: {said}")
    text, said = table(pki.path("self-signed.pem"))
    t.expect(text is None and "no certificate of a CA" in said, f"made of nothing: {said}")


@static_only
@scenario
def a_broken_bundle_makes_no_table(t):
    t.dispatched(0)
    with open(t.setup.pki.ca) as file:
        lines = file.read().splitlines()
    for text in ("", "nothing\n", "\n".join([*lines[:3], "!!!!", *lines[3:]]),
                 "\n".join(lines[:3] + lines[4:]), "\n".join(lines[:-2] + lines[-1:]),
                 lines[0] + "\nAAAA\n" + lines[-1] + "\n"):
        made, problem = table(t.file("broken.pem", text))
        t.expect(made is None and "broken.pem" in problem, f"made of {text[:60]!r}: {problem}")
    made, problem = table(t.path("nowhere.pem"))
    t.expect(made is None and "nowhere.pem" in problem, f"made of nothing: {problem}")


# ---- a machine with nothing but the program

class Machine:
    """An empty folder that becomes the root, with the program that has the root of a throw-away
    authority compiled in; see tools/check.sh."""

    def __init__(self, t):
        folder = os.path.dirname(t.setup.binary)
        program = os.path.join(folder, "tests", "rooted")
        if not os.access(program, os.X_OK):
            raise Skipped("only tools/check.sh builds the program for it")
        if os.geteuid() != 0:
            raise Skipped("another root folder takes the superuser")
        self.t = t
        self.pki = certs.Pki.made(os.path.join(folder, "rooted"))
        self.file("etc/hosts", "127.0.0.1 localhost\n")
        os.makedirs(t.path("root"), exist_ok=True)
        shutil.copy(program, t.path("root/return-dispatch"))

    def file(self, name, content):
        os.makedirs(os.path.dirname(self.t.path("root/" + name)), exist_ok=True)
        return self.t.file("root/" + name, content)

    def run(self, *arguments, **more):
        self.t.run(*arguments, program=[shutil.which("chroot"),
                                          self.t.path("root"), "/return-dispatch"], **more)

    def dispatch(self, hub, env=None, cacert=None):
        self.run(*self.t.base(cacert=cacert, api_url=hub.url("localhost")), env=env)


def pem(path):
    with open(path) as file:
        return file.read()


@static_only
@scenario
def a_machine_with_nothing_trusts_the_roots_compiled_in(t):
    machine = Machine(t)
    hub = t.github(pki=machine.pki)
    machine.dispatch(hub)
    t.found(hub.dispatched[0])
    stranger = t.github()
    machine.dispatch(stranger)
    t.exits(7)
    t.says("1 certificate from ca.pem, compiled in", "--cacert", "CN=Test Root")
    machine.run("--version", "--verbose")
    t.exits(0)
    t.stdout_matches(r"return-dispatch [^\n]*\n"
                     r"1 root certificate: ca\.pem, compiled in, the newest of 20[-\d]{8}\n")
    machine.run("-V")
    t.exits(0)
    t.stdout_matches(r"return-dispatch [^\n]*\n")
    t.dispatched(1)


@static_only
@scenario
def extra_certificates_add_to_the_roots_compiled_in(t):
    machine = Machine(t)
    ours, other = t.github(pki=machine.pki), t.github()
    machine.file("extra.pem", pem(t.setup.pki.ca))
    for hub in (ours, other):
        machine.dispatch(hub, {"NODE_EXTRA_CA_CERTS": "/extra.pem"})
        t.found(hub.dispatched[0])
    t.dispatched(2)


@static_only
@scenario
def any_other_trust_comes_before_the_roots_compiled_in(t):
    machine = Machine(t)
    ours, other = t.github(pki=machine.pki), t.github()
    machine.file("ca.pem", pem(t.setup.pki.ca))
    system = "etc/ssl/certs/ca-certificates.crt"
    for env, cacert, bundle in (({}, "/ca.pem", ""), ({"SSL_CERT_FILE": "/ca.pem"}, None, ""),
                                ({}, None, pem(t.setup.pki.ca))):
        machine.file(system, bundle)
        machine.dispatch(other, env, cacert)
        t.exits(0)
        machine.dispatch(ours, env, cacert)
        t.exits(7)
    # A bundle without certificates is as good as none.
    machine.file(system, "# none\n")
    machine.dispatch(ours)
    t.found(ours.dispatched[0])
    t.dispatched(4)
