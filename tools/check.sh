#!/bin/bash
# SPDX-License-Identifier: ISC
#
# Sets up and runs every check there is:
#
#   - the static binary is built and is what it should be
#   - the whole compiles without a warning, with gcc and with clang
#   - make lint
#   - chains of certificates are judged as OpenSSL does, or more strictly
#   - the action gives what the actions it replaces gave, on a runner's shells
#   - README.md shows what really happens
#   - unit tests and the corpora of the fuzz targets, with sanitizers and under
#     valgrind
#   - end-to-end tests of the static binary, of a build with sanitizers, and
#     under valgrind; the most important ones of a program for 32-bit Arm
#   - the tarball, made twice, make install, and make distcheck
#
#   tools/check.sh             all of it; with sanitizers and under valgrind,
#                              scenarios that come with several parameters run
#                              with the first only
#   tools/check.sh --thorough  run them with every parameter there, too
#   tools/check.sh --quick     leave out valgrind, Arm and make distcheck
#
# From the environment:
#
#   SCALE=3     all limits of time of the end-to-end tests, times three: for a
#               machine that is slow or busy
#   JOBS=2      so many jobs of make, and scenarios, at a time
#   K=REGEX     only the scenarios whose names match
#
# The last line is "N passed, N failed".

set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
exec </dev/null

quick=no
rows=--first
case ${1-} in
'')		;;
--quick)	quick=yes ;;
--thorough)	rows= ;;
*)	echo "usage: tools/check.sh [--quick | --thorough]" >&2; exit 2 ;;
esac

passed=0
failed=0
jobs=${JOBS:-$(nproc)}
chosen=(${SCALE:+--scale "$SCALE"} ${JOBS:+-j "$JOBS"} ${K:+-k "$K"})

finish()
{
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}

section()
{
	echo
	echo "== $* == ($((SECONDS / 60)) min)"
}

# step TEXT COMMAND...: one check; what it prints is shown if it fails.
step()
{
	local text=$1 log
	shift
	log=build/log/${text//[^A-Za-z0-9]/-}
	if "$@" >"$log" 2>&1; then
		echo "ok $text"
		passed=$((passed + 1))
	else
		cat "$log"
		echo "not ok $text"
		failed=$((failed + 1))
		return 1
	fi
}

# Counts the TAP lines in the file $1 and shows them. Without any, or with a
# status $2 that they don't account for, that is a failure of its own, of $3.
count()
{
	local good bad
	good=$(grep -c '^ok ' "$1")
	bad=$(grep -v '# SKIP' "$1" | grep -c '^not ok ')
	if [ "$bad" -eq 0 ] && { [ "$2" -ne 0 ] || [ "$good" -eq 0 ]; }; then
		cat "$1"
		echo "not ok $3: exit $2"
		bad=1
	elif [ "$bad" -ne 0 ]; then
		cat "$1"
	else
		echo "ok $3: $good"
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
}

# configured DIRECTORY ARGUMENT...
configured()
{
	local dir=$1 key
	shift
	key=$(cat configure deps/host/.key - <<<"$*" | sha256sum)
	[ "$key" = "$(cat "$dir/.key" 2>/dev/null)" ] && return 0
	rm -rf "$dir" && mkdir -p "$dir" || return 1
	(cd "$dir" && ../../configure --quiet "$@") && echo "$key" >"$dir/.key"
}

# built DIRECTORY ARGUMENT...: the program and all that tests it.
built()
{
	configured "$@" || return 1
	# Not in one go: "all" is a make of its own, and the two would race.
	make -C "$1" -j"$jobs" all && make -C "$1" -j"$jobs" check-programs
}

# unit LABEL DIRECTORY COMMAND...: all unit tests and all corpora of the fuzz
# targets, each run by COMMAND.
unit()
{
	local label=$1 dir=$2 test log status
	shift 2
	# A test that hangs has failed.
	set -- timeout -k 10 $((900 * ${SCALE:-1})) "$@"
	for test in $(make -s -C "$dir" list-check-programs); do
		if [[ $test == */fuzz_* ]]; then
			step "$label: ${test##*/}" "$@" "$dir/$test"
			continue
		fi
		log=build/log/$label-${test##*/}
		CMOCKA_MESSAGE_OUTPUT=tap "$@" "$dir/$test" >"$log" 2>&1
		status=$?
		count "$log" $status "$label: ${test##*/}"
	done
}

# e2e LABEL BINARY ARGUMENT...: runs all scenarios; count_e2e adds them up.
e2e()
{
	local label=$1 binary=$2
	shift 2
	"$python" tests/e2e/run.py --binary "$binary" --label "$label" \
	    "${chosen[@]}" "$@" \
	    >"build/log/e2e-$label" 2>&1
	echo "exit $?" >>"build/log/e2e-$label"
}

# Shows the log of e2e LABEL as it grows, without the sum: that comes last,
# and once.
show_e2e()
{
	tail -n +1 --pid="$2" -s 0.2 -f "build/log/e2e-$1" |
	    grep --line-buffered -vE '^([0-9]+ passed, [0-9]+ failed|exit 0)$'
}

count_e2e()
{
	local log=build/log/e2e-$1 sum status good=0 bad=0
	sum=$(tail -n 2 "$log" | head -n 1)
	status=$(tail -n 1 "$log")
	if [[ $sum =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		good=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]}
	fi
	if [ "$bad" -eq 0 ] &&
	    { [ "$status" != "exit 0" ] || [ "$good" -eq 0 ]; }; then
		echo "not ok end to end, $1: $status"
		bad=1
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	echo "# end to end, $1: $good of $((good + bad))"
}

# end_to_end LABEL BINARY ARGUMENT...
end_to_end()
{
	section "end to end: $1"
	: >"build/log/e2e-$1"
	e2e "$@" &
	show_e2e "$1" $!
	wait $!
	count_e2e "$1"
}

# Of the machines that a release is made for this is the one of 32 bits.
foreign()
{
	local host=arm-linux-gnueabihf
	[ "$(gcc -dumpmachine)" != $host ] || return 0
	section "another machine"
	step "set-up for $host" tools/deps.sh --tests --host $host || return 0
	tools/build.sh -v --host $host >build/log/foreign 2>&1
	count build/log/foreign $? "static binary for $host"
	end_to_end $host build/$host/return-dispatch --smoke \
	    --emulator qemu-arm
}

# --- set-up, with the environment as it is: apt may need its proxies ---

mkdir -p build/log
section "set-up"
# This one takes a while the first time, so what it says is worth seeing.
if tools/deps.sh --tests --lint; then
	passed=$((passed + 1))
else
	failed=$((failed + 1))
	finish
fi

unset SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS
unset http_proxy https_proxy no_proxy all_proxy
unset HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY
unset CC CFLAGS CPPFLAGS LDFLAGS LIBS
for name in $(compgen -e); do
	case $name in
	GH_* | GITHUB_* | INPUT_* | RUNNER_*)	unset "$name" ;;
	esac
done
export LC_ALL=C.UTF-8
export PYTHONDONTWRITEBYTECODE=1

# A python3 of the user's own may lack parts of the standard library.
python=python3
"$python" -c 'import ssl' 2>/dev/null || python=/usr/bin/python3

# --- builds ---

section "builds"
# A test that nobody listed would pass for ever.
listed()
{
	local file missing=0
	for file in src/*.c src/*/*.[ch] tests/chains/*.c tests/unit/*.[ch] \
	    tests/fuzz/*.[ch]; do
		grep -qE "(^|[^a-z_])${file%.c}(\.c)?([^a-z_]|$)" Makefile.am || {
			echo "$file isn't in Makefile.am"
			missing=1
		}
	done
	return "$missing"
}
step "every file is listed" listed

# deps.sh --update where nothing can be reached: it fails, and says why.
without_network()
{
	local said
	said=$(unshare -n tools/deps.sh --update 2>&1) && return 1
	echo "$said"
	[[ $said == *"cannot look for newer versions"* ]] || return 1
	! command -v apt-get >/dev/null || [[ $said == *"no network"* ]]
}
! unshare -n true 2>/dev/null ||
	step "a lack of network is told" without_network
# A program for this machine must not pass for one of another.
refused_host()
{
	local said
	rm -rf build/refused && mkdir build/refused || return 1
	said=$(cd build/refused &&
	    ../../configure --enable-static-binary --host=mips-linux-gnu 2>&1) &&
		return 1
	echo "$said"
	[[ $said == *"run tools/deps.sh --host mips-linux-gnu"* ]]
}
tools/build.sh -v >build/log/release 2>&1
count build/log/release $? "static binary"
step "a machine that nothing was made for is refused" refused_host

# The program with the root of a throw-away authority compiled in, for tests of
# a machine that has no certificates.
rooted()
{
	rm -rf build/rooted
	"$python" tests/e2e/certs.py build/rooted &&
	make -C build tests/rooted ROOTED_CA="$PWD/build/rooted/ca.pem"
}
step "static binary with a root of its own" rooted
step "build with sanitizers" built build/dev --enable-sanitizers \
    --enable-werror
step "build with clang" built build/clang --enable-werror \
    CC=clang
[ $quick = yes ] ||
	step "build for valgrind" built build/valgrind CFLAGS="-g -O1"

# --- what can be seen without running anything ---

section "lint"
make -s -C build/dev lint >build/log/lint 2>&1
count build/log/lint $? "make lint"
grep '^skipped' build/log/lint

# --- tests ---

section "unit tests"
export ASAN_OPTIONS=detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1
unit sanitizers build/dev
[ $quick = yes ] ||
	unit valgrind build/valgrind valgrind --quiet --vgdb=no \
	    --leak-check=full \
	    --errors-for-leak-kinds=definite,indirect,possible \
	    --suppressions=tests/valgrind.supp \
	    --track-fds=no --error-exitcode=97

section "chains of certificates"
"$python" tests/chains/run.py --judge build/dev/tests/chains/judge \
    >build/log/chains 2>&1
count build/log/chains $? "beside openssl verify"

section "the action"
"$python" tests/action/run.py --scale "${SCALE:-1}" >build/log/action 2>&1
count build/log/action $? "as a runner runs it"
step "workflows and action files, by GitHub's parsers" tests/action/validate.sh

section "README.md"
if unshare --user --map-root-user --net --mount true 2>/dev/null; then
	step "what it shows is what happens" "$python" tools/picture.py --check
else
	echo "left out: there are no namespaces here"
fi

# Valgrind takes longest by far and has generous limits of time, so it runs
# beside the others, behind them in line for the processors.
slow=
if [ $quick = no ]; then
	set -m
	(
		renice -n 10 "$BASHPID" >/dev/null
		e2e valgrind build/valgrind/return-dispatch --valgrind $rows
	) &
	slow=$!
	set +m
	trap 'kill -- -$slow 2>/dev/null' EXIT
	trap 'exit 130' INT TERM
fi

end_to_end static build/return-dispatch
section "killed at any instant"
step "with a journal, no repository gets two runs" \
    "$python" tests/e2e/kill.py --binary build/return-dispatch --seed 1 \
    --kills 60 --scale "${SCALE:-1}"
end_to_end sanitizers build/dev/return-dispatch $rows

if [ $quick = no ]; then
	foreign
	section "distribution"
	tests/dist.sh build/valgrind >build/log/dist 2>&1
	count build/log/dist $? "tarball and make install"
	step "make distcheck" timeout -k 10 1800 \
	    make -C build/valgrind -j"$jobs" distcheck

	section "end to end: valgrind"
	show_e2e valgrind "$slow"
	wait "$slow"
	trap - EXIT
	count_e2e valgrind
fi

echo
finish
