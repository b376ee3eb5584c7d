# SPDX-License-Identifier: ISC
"""How a test has ended, and the lines that tell it."""

import textwrap


class Skipped(Exception):
    """Raised by a test that can't be run here; says why."""


def tell(name, problem, note=""):
    """Prints it for `problem`: None, a Skipped, or the text of what went wrong. Returns how many
    have passed, and how many failed."""
    if isinstance(problem, Skipped):
        print(f"skipped {name}: {problem}", flush=True)
        return 0, 0
    if problem is None:
        print(f"ok {name}{note}", flush=True)
        return 1, 0
    print(f"not ok {name}{note}", flush=True)
    print(textwrap.indent(problem, "  | ", lambda line: True), flush=True)
    return 0, 1
