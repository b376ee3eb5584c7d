#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Prints the software bill of materials of a release, as CycloneDX 1.6: what the static programs
are made of, by tools/pins.txt and by the deps/VERSIONS of each.

sbom.py VERSION PROGRAM=VERSIONS...; SOURCE_DATE_EPOCH says when that was."""

import datetime
import hashlib
import json
import os
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent

# name: type, license, what it is for, package URL without the version, home
PARTS = {
    "mbedtls": ("library", "Apache-2.0", "TLS, certificates and cryptography",
                "pkg:github/Mbed-TLS/mbedtls@mbedtls-", "https://github.com/Mbed-TLS/mbedtls"),
    "musl": ("library", "MIT", "the C library", "pkg:generic/musl@", "https://musl.libc.org"),
    "jsmn": ("library", "MIT", "the JSON tokenizer", "pkg:github/zserge/jsmn@v",
             "https://github.com/zserge/jsmn"),
    "roots": ("data", "MPL-2.0", "names and keys of Mozilla's root certificates",
              "pkg:deb/debian/ca-certificates@", "https://wiki.mozilla.org/CA"),
    "libgcc": ("library", "GPL-3.0-or-later WITH GCC-exception-3.1",
               "arithmetic that the machine has no instructions for", "pkg:generic/libgcc@",
               "https://gcc.gnu.org"),
}
# As the list of vulnerabilities calls them.
CPES = {"mbedtls": "cpe:2.3:a:arm:mbed_tls:{}:*:*:*:*:*:*:*",
        "musl": "cpe:2.3:a:musl-libc:musl:{}:*:*:*:*:*:*:*"}


def pins():
    """name: (version, what it is)"""
    for line in (TOP / "tools/pins.txt").read_text().splitlines():
        if not line.startswith("#"):
            name, version, _, what = line.split(" ", 3)
            yield name, (version, what)


def compilers(files):
    for file in files:
        text = pathlib.Path(file).read_text()
        yield re.search(r"^compiler: (.*)", text, re.M)[1]


def component(name, version, what):
    kind, license_, purpose, purl, home = PARTS[name]
    made = {"type": kind, "bom-ref": name, "name": name, "version": version,
            "description": f"{purpose} ({what})",
            "licenses": [{"expression": license_}],
            "purl": purl + version.replace("+", "%2B"),
            "externalReferences": [{"type": "website", "url": home}]}
    if name in CPES:
        made["cpe"] = CPES[name].format(version)
    return made


def main():
    version, *pairs = sys.argv[1:]
    programs = dict(pair.split("=", 1) for pair in pairs)
    used = sorted(set(compilers(programs.values())))
    made_at = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]),
                                              datetime.timezone.utc)
    gcc = sorted({re.search(r" ([0-9.]+),", compiler)[1] for compiler in used})
    parts = [component(name, *pin) for name, pin in pins()]
    parts.append(component("libgcc", " ".join(gcc), "; ".join(used)))
    files = [{"type": "file", "name": os.path.basename(path),
              "hashes": [{"alg": "SHA-256",
                          "content": hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()}]}
             for path in programs]
    json.dump({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"timestamp": made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                     "lifecycles": [{"phase": "build"}],
                     "component": {"type": "application", "bom-ref": "return-dispatch",
                                   "name": "return-dispatch", "version": version,
                                   "licenses": [{"expression": "ISC"}], "components": files}},
        "components": parts,
        "dependencies": [{"ref": "return-dispatch",
                          "dependsOn": [part["bom-ref"] for part in parts]}]
        + [{"ref": part["bom-ref"]} for part in parts],
    }, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
