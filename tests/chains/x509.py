# SPDX-License-Identifier: ISC
"""Certificates made byte by byte, so that they can be wrong in any way; the openssl command has
the keys and signs."""

import base64
import datetime
import hashlib
import ipaddress
import os
import subprocess

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.timezone.utc)


def openssl(*arguments, data=None):
    done = subprocess.run(["openssl", *arguments], input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr.decode()}")
    return done.stdout


# ---- DER

def der(tag, *contents):
    data = b"".join(contents)
    if len(data) < 0x80:
        return bytes([tag, len(data)]) + data
    size = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + data


def sequence(*contents):
    return der(0x30, *contents)


def integer(value):
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    data = bytes([40 * first + second])
    for number in rest:
        digits = [number & 0x7f]
        while number := number >> 7:
            digits.append(0x80 | number & 0x7f)
        data += bytes(reversed(digits))
    return der(0x06, data)


def bits(data, unused=0):
    return der(0x03, bytes([unused]), data)


def octets(data):
    return der(0x04, data)


def when(moment):
    if moment.year >= 2050:
        return der(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())
    return der(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


# ---- names

ATTRIBUTES = {"CN": "2.5.4.3", "C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11",
              "email": "1.2.840.113549.1.9.1"}
UTF8, PRINTABLE, IA5, T61, BMP = 0x0c, 0x13, 0x16, 0x14, 0x1e


def name(text, tag=UTF8):
    """"O=Corp/CN=x" as a Name."""
    rdns = []
    for part in filter(None, text.split("/")):
        kind, _, value = part.partition("=")
        encoded = value.encode("utf-16-be" if tag == BMP else "utf-8")
        rdns.append(der(0x31, sequence(oid(ATTRIBUTES[kind]),
                                       der(IA5 if kind == "email" else tag, encoded))))
    return sequence(*rdns)


def general(text, constraint=False):
    """"dns:x", "ip:1.2.3.4" (in constraints "ip:1.0.0.0/8"), "email:", "uri:", "dir:O=Corp",
    "other:"."""
    kind, _, value = text.partition(":")
    if kind == "ip":
        if constraint:
            network = ipaddress.ip_network(value)
            return der(0x87, network.network_address.packed, network.netmask.packed)
        return der(0x87, ipaddress.ip_address(value).packed)
    if kind == "dir":
        return der(0xa4, name(value))
    if kind == "other":
        return der(0xa0, oid("1.2.3.4"), der(0xa0, der(UTF8, value.encode())))
    return der({"email": 0x81, "dns": 0x82, "uri": 0x86}[kind],
               value.encode("utf-8", "surrogateescape"))


# ---- extensions: what they are called, whether critical, what they say

def extension(dotted, value, critical=False):
    return sequence(oid(dotted), der(0x01, b"\xff") if critical else b"", octets(value))


def basic(ca=True, path=None, critical=True):
    return extension("2.5.29.19", sequence(der(0x01, b"\xff") if ca else b"",
                                           b"" if path is None else integer(path)), critical)


USES = {"digital": 0, "encipher": 2, "agree": 4, "sign": 5, "crl": 6}


def usage(*uses, critical=True):
    number = sum(0x80 >> USES[use] for use in uses)
    return extension("2.5.29.15", bits(bytes([number]), 0 if number & 1 else 1), critical)


PURPOSES = {"server": "1.3.6.1.5.5.7.3.1", "client": "1.3.6.1.5.5.7.3.2",
            "code": "1.3.6.1.5.5.7.3.3", "email": "1.3.6.1.5.5.7.3.4",
            "time": "1.3.6.1.5.5.7.3.8", "any": "2.5.29.37.0", "own": "1.2.3.4.5"}


def purpose(*purposes, critical=False):
    return extension("2.5.29.37", sequence(*[oid(PURPOSES[one]) for one in purposes]), critical)


def alt(*names, critical=False):
    return extension("2.5.29.17", sequence(*map(general, names)), critical)


def subtrees(tag, names, more=b""):
    if not names:
        return b""
    return der(tag, *[sequence(general(one, constraint=True), more) for one in names])


def constraints(permitted=(), excluded=(), critical=True, more=b""):
    return extension("2.5.29.30", sequence(subtrees(0xa0, permitted, more),
                                           subtrees(0xa1, excluded, more)), critical)


def subject_key(value):
    return extension("2.5.29.14", octets(value))


def authority_key(value):
    return extension("2.5.29.35", sequence(der(0x80, value)))


# ---- ECDSA on P-256, since a process for each signature takes long

PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
POINT = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
         0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def add(one, two):
    """Two points that aren't opposites."""
    if one is None:
        return two
    if one == two:
        slope = 3 * (one[0] ** 2 - 1) * pow(2 * one[1], -1, PRIME)
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, PRIME)
    x = (slope ** 2 - one[0] - two[0]) % PRIME
    return x, (slope * (one[0] - x) - one[1]) % PRIME


POWERS = [POINT]                        # doubled again and again
while len(POWERS) < 256:
    POWERS.append(add(POWERS[-1], POWERS[-1]))


def ecdsa(secret, digest):
    """FIPS 186-5, 6.4.1. These keys protect nothing."""
    nonce = int.from_bytes(hashlib.sha256(secret.to_bytes(32, "big") + digest).digest(), "big")
    nonce = nonce % (ORDER - 1) + 1
    total = None
    for index in range(256):
        if nonce >> index & 1:
            total = add(total, POWERS[index])
    number = int.from_bytes(digest[:32], "big")
    r = total[0] % ORDER
    return sequence(integer(r), integer(pow(nonce, -1, ORDER) * (number + r * secret) % ORDER))


# ---- keys and signatures

KINDS = {
    "p224": ["EC", "ec_paramgen_curve:P-224"], "p256": ["EC", "ec_paramgen_curve:P-256"],
    "p384": ["EC", "ec_paramgen_curve:P-384"], "p521": ["EC", "ec_paramgen_curve:P-521"],
    "k256": ["EC", "ec_paramgen_curve:secp256k1"],
    "rsa": ["RSA", "rsa_keygen_bits:2048"], "rsa1024": ["RSA", "rsa_keygen_bits:1024"],
    "pss": ["RSA-PSS", "rsa_keygen_bits:2048"],
    "ed25519": ["ED25519"], "ed448": ["ED448"]}
HASHES = {"md5": 4, "sha1": 5, "sha256": 11, "sha384": 12, "sha512": 13}
ECDSA = {"sha1": "1.2.840.10045.4.1", "sha224": "1.2.840.10045.4.3.1",
         "sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3",
         "sha512": "1.2.840.10045.4.3.4"}
NULL = der(0x05)


class Key:
    def __init__(self, folder, label, kind="p256"):
        self.kind, self.path = kind, os.path.join(folder, label + ".key")
        algorithm, *options = KINDS[kind]
        openssl("genpkey", "-algorithm", algorithm, *[word for option in options
                for word in ("-pkeyopt", option)], "-out", self.path)
        self.public = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")
        self.secret = None
        if kind == "p256":
            private = openssl("pkey", "-in", self.path, "-outform", "DER")
            at = private.index(b"\x02\x01\x01\x04\x20") + 5
            self.secret = int.from_bytes(private[at:at + 32], "big")
        self.id = hashlib.sha1(self.public).digest()

    def algorithm(self, digest, pss):
        if self.kind.startswith("ed"):
            return sequence(oid("1.3.101.112" if self.kind == "ed25519" else "1.3.101.113"))
        if pss or self.kind == "pss":
            hashed = sequence(oid({"sha256": "2.16.840.1.101.3.4.2.1",
                                   "sha384": "2.16.840.1.101.3.4.2.2"}[digest]), NULL)
            mask = sequence(oid("1.2.840.113549.1.1.8"), hashed)
            return sequence(oid("1.2.840.113549.1.1.10"), sequence(
                der(0xa0, hashed), der(0xa1, mask), der(0xa2, integer(32))))
        if self.kind.startswith("rsa"):
            return sequence(oid(f"1.2.840.113549.1.1.{HASHES[digest]}"), NULL)
        return sequence(oid(ECDSA[digest]))

    def sign(self, data, digest, pss):
        if self.secret:
            return ecdsa(self.secret, hashlib.new(digest, data).digest())
        if self.kind.startswith("ed"):
            path = self.path + ".data"
            with open(path, "wb") as file:
                file.write(data)
            return openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", path)
        padding = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"] \
            if pss or self.kind == "pss" else []
        return openssl("dgst", "-" + digest, *padding, "-sign", self.path, data=data)


class Certificate:
    """Signed with the key of the issuer, a certificate, or with its own without one."""

    made = {}                           # what is the same is signed once

    def __init__(self, subject, key, extensions=(), issuer=None, start=-DAY, end=30 * DAY,
                 version=3, digest="sha256", pss=False, serial=4711, issuer_name=None,
                 subject_tag=UTF8, broken=False, inner_algorithm=None, signer=None):
        self.subject = name(subject, subject_tag)
        self.key = key
        signer = signer or (issuer or self).key
        algorithm = signer.algorithm(digest, pss)
        issuer_name = issuer_name or (issuer or self).subject
        body = sequence(
            der(0xa0, integer(version - 1)) if version > 1 else b"", integer(serial),
            inner_algorithm or algorithm, issuer_name,
            sequence(when(NOW + start), when(NOW + end)), self.subject, key.public,
            der(0xa3, sequence(*extensions)) if extensions else b"")
        made = (signer.path, body, digest, pss)
        if made not in self.made:
            self.made[made] = signer.sign(body, digest, pss)
        signature = self.made[made]
        if broken:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        self.der = sequence(body, algorithm, bits(signature))

    def pem(self):
        return ("-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(self.der).decode()
                + "-----END CERTIFICATE-----\n")
