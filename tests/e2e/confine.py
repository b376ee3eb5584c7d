#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs a command under a system call filter of somebody else's, as in a container:
confine.py CALL[:ARGUMENT]=ERRNO... -- COMMAND"""

import ctypes
import errno
import os
import platform
import struct
import sys

# linux/prctl.h, linux/seccomp.h, linux/filter.h, linux/audit.h
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38
LOAD, IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO, UNKNOWN = 0x7fff0000, 0x00050000, 0x00050000 | errno.ENOSYS
NR, ARCH, ARGUMENTS = 0, 4, 16

# The architectures that the sandbox is for; asm/unistd.h.
ARCHITECTURES = {"x86_64": 0xc000003e, "aarch64": 0xc00000b7}
CALLS = {"x86_64": {"prctl": 157, "seccomp": 317, "clone3": 435, "unshare": 272, "mount": 165,
                    "bpf": 321, "keyctl": 250, "setns": 308, "personality": 135, "statx": 332,
                    "perf_event_open": 298, "userfaultfd": 323, "membarrier": 324,
                    "landlock_create_ruleset": 444, "landlock_restrict_self": 446},
         "aarch64": {"prctl": 167, "seccomp": 277, "clone3": 435, "unshare": 97, "mount": 40,
                     "bpf": 280, "keyctl": 219, "setns": 268, "personality": 92, "statx": 291,
                     "perf_event_open": 241, "userfaultfd": 282, "membarrier": 283,
                     "landlock_create_ruleset": 444, "landlock_restrict_self": 446}}


def rule(text, calls):
    """CALL:ARGUMENT looks at the first argument, which for prctl says what is wanted."""
    what, _, code = text.partition("=")
    name, _, argument = what.partition(":")
    verdict = (RETURN, 0, 0, ERRNO | getattr(errno, code))
    load = (LOAD, 0, 0, NR)
    if not argument:
        return [load, (IF_EQUAL, 0, 1, calls[name]), verdict]
    return [load, (IF_EQUAL, 0, 3, calls[name]), (LOAD, 0, 0, ARGUMENTS),
            (IF_EQUAL, 0, 1, int(argument)), verdict]


def install(rules):
    machine = platform.machine()
    code = [(LOAD, 0, 0, ARCH), (IF_EQUAL, 1, 0, ARCHITECTURES[machine]), (RETURN, 0, 0, UNKNOWN)]
    for text in rules:
        code += rule(text, CALLS[machine])
    code.append((RETURN, 0, 0, ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in code))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or \
            libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program):
        sys.exit("confine: " + os.strerror(ctypes.get_errno()))


def main():
    end = sys.argv.index("--")
    install(sys.argv[1:end])
    os.execv(sys.argv[end + 1], sys.argv[end + 1:])


if __name__ == "__main__":
    main()
