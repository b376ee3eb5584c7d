# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2034,SC2154
#
# Sourced by scripts that print "ok" or "not ok" for what they try; they set
# $tmp, a folder, and end with "exit $failed".

failed=0

# check TEXT COMMAND...: what it prints is shown if it fails.
check()
{
	text=$1
	shift
	if "$@" >"$tmp/log" 2>&1; then
		echo "ok $text"
	else
		cat "$tmp/log"
		echo "not ok $text"
		failed=1
	fi
}
