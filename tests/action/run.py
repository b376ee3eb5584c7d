#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The action, run as GitHub's runner runs it, against a simulated GitHub. The last line is the
verdict."""

import argparse
import concurrent.futures
import importlib
import os
import re
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True

import case
import certs
import outcome
import tests_containers
from case import HERE, ROOT, SHELLS, TESTS, expect


def run_one(function, options, pki, shell):
    """(name, None or what went wrong)"""
    name = function.__name__.replace("_", " ") + (f" ({shell})" if shell else "")
    made = case.Case(options, pki, shell)
    problem = None
    try:
        function(made)
        if made.hub:
            expect(not made.hub.broken, f"the simulator broke: {made.hub.broken}")
    except outcome.Skipped as reason:
        problem = reason
    except Exception:
        problem = traceback.format_exc() + made.describe()
    finally:
        made.close()
    return name, problem


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=str(ROOT / "build/return-dispatch"))
    parser.add_argument("--tree", help="a release instead of one made with the binary")
    parser.add_argument("--originals", metavar="FOLDER",
                        help="also run the actions that are replaced, from "
                        "FOLDER/return-dispatch@v3 and the like, and compare; needs node")
    parser.add_argument("--root", action="append", default=[], metavar="FOLDER",
                        help="also run in this root file system, as in a job's container")
    parser.add_argument("-k", dest="pattern", default="", help="only names that match this")
    parser.add_argument("-j", dest="jobs", type=int, default=3, help="tests at a time")
    parser.add_argument("--scale", type=float, default=1, help="stretch limits of time")
    options = parser.parse_args()
    options.binary = os.path.abspath(options.binary)
    if not os.access(options.binary, os.X_OK):
        parser.error(f"{options.binary} can't be run")
    for path in options.root:
        tests_containers.in_root(os.path.abspath(path))

    for path in sorted(HERE.glob("tests_*.py")):
        importlib.import_module(path.stem)
    chosen = [(function, shell) for function in TESTS
              for shell in ((None,) if hasattr(function, "once") else SHELLS)
              if re.search(options.pattern, function.__name__.replace("_", " "))]
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="action-pki-") as folder, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        pki = certs.Pki(folder, only="good")
        for future in concurrent.futures.as_completed(
                [pool.submit(run_one, *one[:1], options, pki, *one[1:]) for one in chosen]):
            name, problem = future.result()
            good, bad = outcome.tell(name, problem)
            passed += good
            failed += bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
