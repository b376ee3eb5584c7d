# SPDX-License-Identifier: ISC
"""A GitHub App on the simulated server: where it is installed, the proofs of itself that it signs,
and the tokens that it is given for them."""

import base64
import dataclasses
import hashlib
import json
import os
import re
import secrets
import subprocess
import threading
import urllib.parse

import certs
import objects
import texts
import wire

LIFE = 3600                 # of a token, in seconds
AHEAD = 600                 # that a proof may last
ORDER = ("none", "read", "write")
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclasses.dataclass
class Installation:
    id: int
    owner: str
    repos: object = None    # names; None: all of the owner's
    permissions: object = None
    suspended: bool = False


@dataclasses.dataclass
class Token:
    text: str
    installation: Installation
    repos: object           # names; None: all of the installation's
    permissions: dict
    ends: float
    unknown: int            # requests for which it is not known yet
    revoked: bool = False


def make_key(folder, bits):
    """The path of a key in PKCS #1, made once for a folder."""
    path = os.path.join(folder, f"app-{bits}.pem")
    with LOCK:
        if not os.path.exists(path):
            certs.openssl("genrsa", "-traditional", "-out", path + ".new", str(bits))
            certs.openssl("rsa", "-in", path + ".new", "-pubout", "-out", path + ".pub")
            os.rename(path + ".new", path)
    return path


LOCK = threading.Lock()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class App:
    """`folder` is for its keys; `told` is called with each secret."""

    def __init__(self, folder, bits=2048, life=LIFE, told=lambda secret: None):
        self.id, self.client_id = "123456", "Iv1.ab1112223334445c"
        self.life, self.told = life, told
        self.bits, self.folder = bits, folder
        self.key = make_key(folder, bits)
        self.installations = []
        self.tokens = []
        self.bodies = []            # of requests for tokens
        self.refused = []           # messages of proofs that were not accepted
        self.unknown = 0            # requests that a new token is not known for
        self.long = True            # as tokens of github.com are since 2026
        self.fixed = []             # tokens, instead of random ones
        self.tag = secrets.token_hex(8)
        shown = subprocess.run(["openssl", "rsa", "-pubin", "-in", self.key + ".pub", "-noout",
                                "-modulus"], stdout=subprocess.PIPE, check=True,
                               stdin=subprocess.DEVNULL).stdout.decode()
        self.modulus = int(shown.partition("=")[2], 16)

    def install(self, owner="octo-org", repos=None, permissions=None):
        made = Installation(98765432 + len(self.installations), owner, repos,
                            permissions or {"actions": "write", "metadata": "read"})
        self.installations.append(made)
        return made

    # ---- what it signs

    def flaw(self, proof, now):
        """None, or the row of the refusal."""
        try:
            head, body, signature = proof.split(".")
            header, claims = json.loads(decode(head)), json.loads(decode(body))
            signature = decode(signature)
        except ValueError:
            return texts.JWT_UNREADABLE
        if header != {"alg": "RS256", "typ": "JWT"} or not isinstance(claims.get("iss"), str):
            return texts.JWT_UNREADABLE
        if claims["iss"] not in (self.id, self.client_id):
            return texts.NO_INTEGRATION
        signed = f"{head}.{body}".encode()
        by_openssl, by_python = self.openssl_accepts(signed, signature), self.accepts(
            signed, signature)
        assert by_openssl == by_python, "openssl and Python differ about a signature"
        if not by_openssl:
            return texts.JWT_UNREADABLE
        if claims["exp"] <= now:
            return texts.JWT_EXPIRED
        if claims["exp"] > now + AHEAD:
            return texts.JWT_TOO_FAR
        if claims["iat"] > now:
            return texts.JWT_ISSUED_LATER
        return None

    def openssl_accepts(self, signed, signature):
        name = os.path.join(self.folder, f"proof-{self.tag}-{secrets.token_hex(4)}")
        with open(name, "wb") as file:
            file.write(signature)
        try:
            return subprocess.run(
                ["openssl", "dgst", "-sha256", "-verify", self.key + ".pub", "-signature", name],
                input=signed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
        finally:
            os.unlink(name)

    def accepts(self, signed, signature):
        """RFC 8017, 8.2.2."""
        size = self.bits // 8
        value = int.from_bytes(signature, "big")
        if len(signature) != size or value >= self.modulus:
            return False
        info = SHA256_INFO + hashlib.sha256(signed).digest()
        wanted = b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
        return pow(value, 65537, self.modulus).to_bytes(size, "big") == wanted

    # ---- its endpoints

    def guard(self, hub, request, path, given):
        """An answer, if this request is the App's own or is refused; else None."""
        if given is None:
            return None
        for method, pattern, action in self.ROUTES:
            match = re.fullmatch(pattern, path)
            if match and method == request.method:
                return action(self, hub, request, given,
                              *map(urllib.parse.unquote, match.groups()))
        token = self.find(hub, given)
        if not token:
            return hub.refuse(texts.BAD_CREDENTIALS)
        repo = re.match(r"/repos/([^/]+)/([^/]+)", path)
        if repo and not self.covers(token, *map(urllib.parse.unquote, repo.groups())):
            return hub.refuse(texts.not_found())
        if not self.allows(token, request, path):
            return hub.refuse(texts.NOT_BY_INTEGRATION)
        return None

    def find(self, hub, text):
        for token in self.tokens:
            if token.text == text and not token.revoked and hub.now() < token.ends:
                if token.unknown > 0:
                    token.unknown -= 1
                    return None
                return token
        return None

    @staticmethod
    def covers(token, owner, repo):
        return owner.lower() == token.installation.owner.lower() and (
            token.repos is None or repo.lower() in token.repos)

    @staticmethod
    def allows(token, request, path):
        """Whether its permissions are enough."""
        kind = "actions" if "/actions/" in path else "contents"
        level = "read" if request.method == "GET" else "write"
        if kind == "contents" and level == "read":
            return True             # the repository itself
        return ORDER.index(token.permissions.get(kind, "none")) >= ORDER.index(level)

    def prove(self, hub, given):
        """None, or the refusal of a proof."""
        self.told(given)
        wrong = self.flaw(given, hub.now())
        if wrong:
            self.refused.append(wrong[2]["message"])
            return hub.refuse(wrong)
        return None

    def show(self, hub, found):
        if not found:
            return hub.refuse(texts.not_found())
        return hub.answer(200, {
            **objects.installation(hub.api, hub.html, found.id, found.owner),
            "permissions": found.permissions,
            "suspended_at": "2026-10-01T12:00:00Z" if found.suspended else None})

    def of_repository(self, hub, request, given, owner, repo):
        return self.prove(hub, given) or self.show(hub, next(
            (one for one in self.installations if one.owner.lower() == owner.lower()
             and (one.repos is None or repo.lower() in one.repos)), None))

    def of_owner(self, hub, request, given, owner):
        return self.prove(hub, given) or self.show(hub, next(
            (one for one in self.installations if one.owner.lower() == owner.lower()), None))

    def create(self, hub, request, given, number):
        wrong = self.prove(hub, given)
        if wrong:
            return wrong
        found = next((one for one in self.installations if str(one.id) == number), None)
        if not found:
            return hub.refuse(texts.not_found())
        if found.suspended:
            return hub.refuse(texts.SUSPENDED)
        body = request.json()
        self.bodies.append(body)
        repos, wanted = body.get("repositories"), body.get("permissions") or found.permissions
        if repos is not None and found.repos is not None and not all(
                name.lower() in found.repos for name in repos):
            return hub.refuse(texts.NOT_ALL_REPOSITORIES)
        if any(ORDER.index(found.permissions.get(name, "none")) < ORDER.index(level)
               for name, level in wanted.items()):
            return hub.refuse(texts.NOT_GRANTED)
        token = Token(self.new_text(), found, repos and [name.lower() for name in repos],
                      {**wanted, "metadata": "read"}, hub.now() + self.life, self.unknown)
        self.tokens.append(token)
        self.told(token.text)
        return hub.answer(201, {
            "token": token.text, "expires_at": objects.stamp(token.ends),
            "permissions": token.permissions,
            "repository_selection": "selected" if repos else "all"})

    def new_text(self):
        if self.fixed:
            return self.fixed[len(self.tokens) % len(self.fixed)]
        if not self.long:
            return "ghs_" + secrets.token_hex(18)
        return f"ghs_{self.id}_{secrets.token_urlsafe(60)}.{secrets.token_urlsafe(240)}." \
               f"{secrets.token_urlsafe(60)}"

    def revoke(self, hub, request, given):
        token = self.find(hub, given)
        if not token:
            return hub.refuse(texts.BAD_CREDENTIALS)
        token.revoked = True
        return wire.Answer(204, [])

    def all_revoked(self, hub):
        return all(token.revoked or token.ends <= hub.now() for token in self.tokens)

    ROUTES = (
        ("GET", r"/repos/([^/]+)/([^/]+)/installation", of_repository),
        ("GET", r"/(?:orgs|users)/([^/]+)/installation", of_owner),
        ("POST", r"/app/installations/(\d+)/access_tokens", create),
        ("DELETE", r"/installation/token", revoke),
    )
