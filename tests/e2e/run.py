#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""End-to-end tests: the program against a simulated GitHub. The last line is the verdict."""

import argparse
import concurrent.futures
import dataclasses
import faulthandler
import importlib
import os
import pathlib
import re
import shutil
import sys
import tempfile
import textwrap

sys.dont_write_bytecode = True

import certs
import harness
import outcome

VALGRIND_SCALE = 4
EMULATOR_SCALE = 3
SECOND_SCALE = 4        # for what is tried again
PATIENCE = 600          # seconds in which some scenario must have ended


class Stuck(Exception):
    """The scenarios that don't end."""


def load():
    for path in sorted(pathlib.Path(__file__).parent.glob("scenarios_*.py")):
        importlib.import_module(path.stem)
    return harness.SCENARIOS


def ended(futures):
    """As they come. A scenario that waits for what never happens must not keep us forever."""
    while futures:
        done, futures = concurrent.futures.wait(
            futures, PATIENCE, concurrent.futures.FIRST_COMPLETED)
        if not done:
            raise Stuck([future for future in futures if future.running()])
        yield from done


def results(futures, setup, pool):
    """As they come. What failed is tried once more at the end, alone and with more time: on a busy
    machine a scenario can miss a moment. What load can't explain is not tried again."""
    second = []
    for future in ended(set(futures)):
        name, problem, seconds, again = future.result()
        if isinstance(problem, str) and again:
            print(f"# to be tried again: {name}", flush=True)
            print(textwrap.indent(problem, "#   ", lambda line: True), flush=True)
            second.append(futures[future])
        else:
            yield name, problem, seconds
    setup = dataclasses.replace(setup, scale=setup.scale * SECOND_SCALE)
    for function in second:
        futures[future := pool.submit(harness.run_one, function, setup)] = function
        for future in ended({future}):
            yield future.result()[:3]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--label", default="", help="printed with the results")
    parser.add_argument("--valgrind", action="store_true")
    parser.add_argument("--emulator", default="", metavar="PROGRAM",
                        help="runs the binary, which is for another machine: qemu-aarch64")
    parser.add_argument("--scale", type=float, default=1, metavar="X",
                        help="stretch all limits of time, for a slow or busy machine")
    parser.add_argument("-k", dest="pattern", default="", help="only names that match this")
    parser.add_argument("--smoke", action="store_true", help="only a few that matter most")
    parser.add_argument("--first", action="store_true",
                        help="of a scenario with several rows only the first")
    parser.add_argument("-j", dest="jobs", type=int, default=0, help="scenarios at a time")
    parser.add_argument("-v", dest="verbose", action="store_true", help="print times")
    parser.add_argument("-l", "--list", action="store_true", help="only list the scenarios")
    options = parser.parse_args()

    chosen = [function for function in load()
              if re.search(options.pattern, function.__name__.replace("_", " "))]
    binary = os.path.abspath(options.binary)
    if not os.access(binary, os.X_OK):
        parser.error(f"{binary} can't be run")
    if options.valgrind and not shutil.which("valgrind"):
        parser.error("valgrind is not installed")
    emulator = options.emulator and shutil.which(options.emulator)
    if emulator is None:
        parser.error(f"{options.emulator} is not installed")
    if emulator and options.valgrind:
        parser.error("--valgrind and --emulator exclude each other")
    if not options.scale > 0:
        parser.error("--scale must be more than 0")
    scale = options.scale * (VALGRIND_SCALE if options.valgrind else
                             EMULATOR_SCALE if emulator else 1)
    jobs = options.jobs or min(8, 2 + 2 * (os.cpu_count() or 1))

    folder = tempfile.mkdtemp(prefix="e2e-pki-")
    passed = failed = 0
    label = f" ({options.label})" if options.label else ""
    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    try:
        setup = harness.Setup(binary, None, options.valgrind, scale, emulator)
        chosen = [function for function in chosen if harness.is_wanted(function, setup)
                  and (not options.smoke or harness.is_smoke(function))
                  and (not options.first or harness.is_first(function))]
        if options.list:
            for function in chosen:
                print(function.__name__.replace("_", " "))
            return 0
        print(f"# end to end{label}: {len(chosen)} scenarios, {jobs} at a time", flush=True)
        if emulator:
            print(f"# skipped, since {options.emulator} has no system call filters and can't follow"
                  " into another root: what only the static program does", flush=True)
        setup.pki = certs.Pki(folder)
        futures = {pool.submit(harness.run_one, function, setup): function for function in chosen}
        for name, problem, seconds in results(futures, setup, pool):
            time = f"  ({seconds:.1f} s)" if options.verbose else ""
            good, bad = outcome.tell(name, problem, time)
            passed += good
            failed += bad
    except Stuck as stuck:
        for future in stuck.args[0]:
            print("not ok " + futures[future].__name__.replace("_", " "))
            print(f"  | nothing has ended for {PATIENCE} s")
            failed += 1
        print(f"{passed} passed, {failed} failed", flush=True)
        faulthandler.dump_traceback()
        os._exit(1)     # there is no ending a thread
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        raise SystemExit(130)
    finally:
        pool.shutdown(wait=True)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
