#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Looks for faults without running anything. "make lint" calls this with what
# it needs:
#
#   tools/lint.sh BUILD [FLAG...]   BUILD has config.h, and the flags lead to
#                                   the headers of libraries
#
# tools/deps.sh --lint installs the tools. One line tells of each whether it is
# content; what it has found comes before. Fails if one has found something.

set -eu
LC_ALL=C.UTF-8
export LC_ALL

[ $# -ge 1 ] || { echo "usage: tools/lint.sh BUILD [FLAG...]" >&2; exit 2; }
build=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
jobs=$(nproc 2>/dev/null || echo 2)
failed=0

# The version that the tree was laid out with: others differ in details.
format_version=14

# tool NAME FUNCTION [FLAG...]: runs FUNCTION, which is silent if all is well.
tool()
{
	name=$1
	shift
	if ! command -v "$name" >/dev/null 2>&1; then
		echo "not ok $name: not installed (tools/deps.sh --lint does that)"
		failed=1
		return
	fi
	if found=$("$@" 2>&1) && [ -z "$found" ]; then
		echo "ok $name"
		return
	fi
	[ -z "$found" ] || echo "$found"
	echo "not ok $name"
	failed=1
}

# The project's own files, without what was built.
files()
{
	if [ -e .git ] && command -v git >/dev/null; then
		git ls-files --cached --others --exclude-standard
	else
		find . -type d \( -name build -o -name build-aux -o -name deps \
		    -o -name 'return-dispatch-[0-9]*' \
		    -o -name autom4te.cache \) -prune \
		    -o -type f ! -name 'configure*' ! -name 'config.*' -print |
		    sed 's:^\./::'
	fi | sort
}

# with EXPRESSION: those of them whose names match.
with()
{
	files | grep -E "$1"
}

# Those of them that begin with "#!" and end it with $1.
scripts()
{
	files | xargs awk "FNR == 1 && /^#!.*[\\/ ]($1)\$/ { print FILENAME }"
}

clang_format()
{
	with '^(src|compat|tests)/.*\.[ch]$' |
	    xargs clang-format --dry-run -Werror
}

# clang-tidy counts on standard error what it doesn't show.
clang_tidy()
{
	# shellcheck disable=SC2016
	with '^src/.*\.c$' | xargs -P "$jobs" -n 4 sh -c '
		flags=$1
		shift
		clang-tidy --quiet "$@" -- $flags 2>/dev/null
	    ' clang-tidy "-std=c11 -DHAVE_CONFIG_H -I$build -Isrc -Icompat $*"
}

cppcheck_all()
{
	set -- --quiet -j "$jobs" --std=c11 --language=c \
	    --suppressions-list=tools/cppcheck.supp -DHAVE_CONFIG_H \
	    "-I$build" -Isrc -Icompat
	cppcheck --enable=warning,style,performance,portability \
	    "$@" src compat
	cppcheck --enable=warning,performance,portability "$@" -Itests/unit \
	    tests
}

shellcheck_all()
{
	scripts '(ba|da)?sh' | xargs shellcheck
}

mandoc_all()
{
	# Which other pages this machine has is no matter.
	with '^man/' | xargs mandoc -T lint -W style 2>&1 |
	    grep -v 'outdated mandoc\.db' || :
}

# pyflakes where it is installed; else at least what can't be parsed is found.
python_all()
{
	if python3 -m pyflakes --version >/dev/null 2>&1; then
		with '\.py$' | xargs python3 -m pyflakes
	else
		with '\.py$' | xargs python3 -c 'import ast, sys
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        ast.parse(file.read(), name)'
	fi
}

version=$(clang-format --version 2>/dev/null |
    sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "${version:-$format_version}" = $format_version ]; then
	tool clang-format clang_format
else
	echo "skipped clang-format: the tree is laid out with version" \
	    "$format_version, and this is $version"
fi
tool clang-tidy clang_tidy "$@"
tool cppcheck cppcheck_all
tool shellcheck shellcheck_all
tool mandoc mandoc_all
tool python3 python_all
exit $failed
