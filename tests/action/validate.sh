#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Holds the action files, the examples and the workflows against GitHub's own
# parsers, which come from npm; see validate.mjs. Where Node 20 is missing, or
# npm's registry can't be reached, that is said, and nothing is checked.
#
# The last line is "N passed, N failed", unless it was skipped.

set -eu
cd "$(dirname "$0")"

skip()
{
	echo "skipped: $*"
	exit 0
}

command -v npm >/dev/null || skip "npm is not installed"
node -e "process.exit(parseFloat(process.versions.node) < 20 ? 1 : 0)" ||
	skip "Node is older than 20"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cp package.json validate.mjs json.mjs "$folder"
unreachable='EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH'
unreachable="$unreachable|ENOTFOUND|ETIMEDOUT|network"
if ! (cd "$folder" && npm install --no-package-lock --no-audit --no-fund \
    --ignore-scripts --fetch-retries=1 --fetch-timeout=20000 >log 2>&1); then
	! grep -qE "$unreachable" "$folder/log" ||
		skip "npm's registry can't be reached"
	cat "$folder/log" >&2
	exit 1
fi
cd ../..
node --import "$folder/json.mjs" "$folder/validate.mjs"
