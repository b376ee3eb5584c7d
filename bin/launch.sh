#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What the step of the action runs: it turns into the program for this machine,
# which lies in the same folder. The step's inputs are in INPUT_* variables.
#
#   launch.sh          what the inputs are for: a dispatch, the await of
#                      INPUT_RUN_ID, or a check
#   launch.sh await    await
#
# Where no program can run, the step fails with one message, and the exit
# status, also the output exit_status, is 2: nothing was sent.

set -eu

fail()
{
	echo "::error::$*. Nothing was sent"
	[ -z "${GITHUB_OUTPUT-}" ] || echo "exit_status=2" >>"$GITHUB_OUTPUT"
	exit 2
}

system=$(uname -s)
[ "$system" = Linux ] ||
	fail "this action runs on Linux only, and this runner is on $system;" \
	    "use it in a job with runs-on: ubuntu-latest"

# The kernel decides: a static program needs nothing of what is around it.
kernel=$(uname -m)
case $kernel in
x86_64 | amd64)		machine=x86_64 ;;
aarch64 | arm64)	machine=aarch64 ;;
armv7* | armv8l)	machine=armv7l ;;
riscv64)		machine=riscv64 ;;
*)	fail "this action has no program for $kernel, only for x86_64," \
	    "aarch64, armv7l and riscv64" ;;
esac

program=$(dirname "$0")/return-dispatch-$machine
[ -e "$program" ] ||
	fail "there is no $program; the programs come with the releases, so" \
	    "use a release of this action, such as @v1, not a branch of it"
[ -x "$program" ] ||
	fail "$program cannot be executed: its permissions were lost when" \
	    "this action was copied, or its file system is mounted noexec"

# The runner signals this process alone, so this has to be the program.
exec "$program" "$@"
