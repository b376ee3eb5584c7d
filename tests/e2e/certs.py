# SPDX-License-Identifier: ISC
"""A throw-away certificate authority and every kind of leaf the scenarios need, by the openssl
command. One folder serves a whole test run: making keys is the slow part."""

import datetime
import os
import shutil
import ssl
import subprocess
import sys

DAY = datetime.timedelta(days=1)

CONFIG = """
[ca]
default_ca = main
[main]
database = {db}
new_certs_dir = {folder}
default_md = default
policy = anything
unique_subject = no
rand_serial = yes
email_in_dn = no
[anything]
commonName = optional
[req]
distinguished_name = name
prompt = no
[name]
"""

NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"
CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n" \
     "subjectKeyIdentifier=hash\n"
LEAF = "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n"


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError("openssl " + " ".join(arguments) + "\n" + done.stdout.decode())


class Pki:
    """Files in `folder`: `ca.pem`, `other-ca.pem`, and NAME.chain.pem + NAME.key per leaf;
    `only` these leaves, or nothing at all for ""."""

    def __init__(self, folder, only=None):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.contexts = {}
        self.config = self.path("openssl.cnf")
        database = self.path("index.txt")
        with open(self.config, "w") as file:
            file.write(CONFIG.format(db=database, folder=folder))
        with open(database, "w"):
            pass

        if only != "":
            self.authority("ca", "Test Root")
            self.authority("other-ca", "Another Root")
        for make in (
                "good", "github", "far", "expired", "future", "wrong-name", "cn-only", "stranger",
                "self-signed", "rsa", "ecdsa", "missing-link") if only is None else only.split():
            getattr(self, "make_" + make.replace("-", "_"))()

        self.ca = self.path("ca.pem")
        self.other_ca = self.path("other-ca.pem")

    @classmethod
    def made(cls, folder):
        """One that was made before."""
        pki = cls.__new__(cls)
        pki.folder, pki.contexts, pki.ca = folder, {}, os.path.join(folder, "ca.pem")
        return pki

    def path(self, name):
        return os.path.join(self.folder, name)

    def key(self, name, kind):
        bits = {"ecdsa": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
                "p521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
                "rsa-pss": ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
                "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
                "weak": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
                "ed25519": ["-algorithm", "ED25519"]}[kind]
        openssl("genpkey", *bits, "-out", self.path(name + ".key"))

    def certificate(self, name, common_name, extensions, issuer, kind="ecdsa",
                    start=-DAY, end=30 * DAY, hash_name="default", key=None):
        """Without an issuer the certificate signs itself; `key`: it has the key of that one."""
        if key:
            shutil.copy(self.path(key + ".key"), self.path(name + ".key"))
        else:
            self.key(name, kind)
        now = datetime.datetime.now(datetime.timezone.utc)
        request, extra = self.path(name + ".csr"), self.path(name + ".ext")
        with open(extra, "w") as file:
            file.write(extensions + "\n")
        openssl("req", "-new", "-config", self.config, "-subj", "/CN=" + common_name,
                "-key", self.path(name + ".key"), "-out", request)
        signer = (["-cert", self.path(issuer + ".pem"), "-keyfile", self.path(issuer + ".key")]
                  if issuer else ["-selfsign", "-keyfile", self.path(name + ".key")])
        openssl("ca", "-batch", "-notext", "-config", self.config, *signer, "-md", hash_name,
                "-startdate", (now + start).strftime("%Y%m%d%H%M%SZ"),
                "-enddate", (now + end).strftime("%Y%m%d%H%M%SZ"),
                "-extfile", extra, "-in", request, "-out", self.path(name + ".pem"))

    def authority(self, name, common_name, issuer=None, kind="ecdsa", extensions="", **more):
        self.certificate(name, common_name, CA + extensions, issuer, kind, **more)

    def leaf(self, name, extensions=LEAF + NAMES, issuer="ca", chain=(), **more):
        self.certificate(name, more.pop("common_name", "localhost"), extensions, issuer, **more)
        self.bundle(name + ".chain.pem", name, *chain)

    def bundle(self, file_name, *names):
        """One file with the certificates of these, in this order; its path."""
        with open(self.path(file_name), "w") as out:
            for name in names:
                with open(self.path(name + ".pem")) as file:
                    out.write(file.read())
        return self.path(file_name)

    def make_good(self):
        self.leaf("good")

    def make_github(self):
        self.leaf("github", LEAF + "subjectAltName=DNS:api.github.com", common_name="github.com")

    def make_far(self):
        """For a host that only a proxy knows."""
        self.leaf("far", LEAF + "subjectAltName=DNS:*.far.test", common_name="far.test")

    def make_expired(self):
        self.leaf("expired", start=-20 * DAY, end=-10 * DAY)

    def make_future(self):
        self.leaf("future", start=10 * DAY)

    def make_wrong_name(self):
        self.leaf("wrong-name", LEAF + "subjectAltName=DNS:elsewhere.example",
                  common_name="elsewhere.example")

    def make_cn_only(self):
        self.leaf("cn-only", LEAF)

    def make_stranger(self):
        self.authority("stranger-ca", "Stranger Root")
        self.leaf("stranger", issuer="stranger-ca")

    def make_self_signed(self):
        self.leaf("self-signed", issuer=None)

    def make_rsa(self):
        self.authority("rsa-middle", "RSA Intermediate", "ca", "rsa")
        self.leaf("rsa", issuer="rsa-middle", kind="rsa", chain=("rsa-middle",))

    def make_ecdsa(self):
        self.authority("ecdsa-middle", "ECDSA Intermediate", "ca")
        self.leaf("ecdsa", issuer="ecdsa-middle", chain=("ecdsa-middle",))

    def make_missing_link(self):
        self.authority("lost-middle", "Intermediate Not Sent", "ca")
        self.leaf("missing-link", issuer="lost-middle")

    def context(self, leaf="good", version=None, demanding=False):
        """A server's TLS context; `version` such as "1.2" pins it; a demanding one wants the
        client's certificate too."""
        key = (leaf, version, demanding)
        if key not in self.contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            if version:
                wanted = getattr(ssl.TLSVersion, "TLSv" + version.replace(".", "_"))
                if wanted < ssl.TLSVersion.TLSv1_2:
                    # The library's defaults would refuse to speak it at all.
                    context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = context.maximum_version = wanted
            context.load_cert_chain(self.path(leaf + ".chain.pem"), self.path(leaf + ".key"))
            if demanding:
                context.load_verify_locations(self.ca)
                context.verify_mode = ssl.CERT_REQUIRED
            self.contexts[key] = context
        return self.contexts[key]


if __name__ == "__main__":
    Pki(sys.argv[1], "good")
