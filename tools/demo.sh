#!/bin/bash
# SPDX-License-Identifier: ISC
# Shows the program at work.
#
#   tools/demo.sh                           against two simulated servers on this machine
#   GITHUB_TOKEN=... tools/demo.sh OWNER/REPO WORKFLOW REF [OPTION]...
#                                           against GitHub (or against GITHUB_API_URL)
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
sim=$top/tests/e2e/ghsim.py

usage() {
    sed -n '3,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

case $# in
0) ;;
1 | 2) usage ;;
*) : "${GITHUB_TOKEN:?a token that may write Actions of $1}" ;;
esac

[ $# -gt 0 ] || "$top/tools/deps.sh" --demo
"$top/tools/build.sh"
binary=$top/build/return-dispatch

folder=$(mktemp -d)
simulator=
clean_up() {
    if [ -n "$simulator" ]; then
        kill "$simulator" 2>/dev/null || true
        wait "$simulator" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

heading() {
    printf '\n== %s\n\n' "$*"
}

# show COMMAND...: prints the command line, runs it, prints what came out.
show() {
    local code=0 began=$SECONDS
    printf '$'
    printf ' %q' "${@/#"$binary"/return-dispatch}"
    printf '\n'
    "$@" >"$folder/result" 2>"$folder/log" || code=$?
    sed 's/^/  log     /' "$folder/log"
    sed 's/^/  result  /' "$folder/result"
    printf '  exit    %s, after %s s\n' "$code" $((SECONDS - began))
    return "$code"
}

if [ $# -gt 0 ]; then
    repo=$1 workflow=$2 ref=$3
    shift 3
    heading "$repo, $workflow at $ref"
    code=0
    show "$binary" --repo "$repo" --workflow "$workflow" --ref "$ref" "$@" || code=$?
    exit "$code"
fi

# A python3 of the user's own may lack parts of the standard library.
python=python3
python3 -c 'import ssl' 2>/dev/null || python=/usr/bin/python3

# serve KIND: starts a simulated server; sets url and ca.
serve() {
    : >"$folder/server"
    rm -f "$folder/requests"
    "$python" "$sim" serve --kind "$1" --token "$GITHUB_TOKEN" --with-parent \
        --report "$folder/requests" >"$folder/server" 2>"$folder/server.log" &
    simulator=$!
    local tries=0
    until grep -q '^ca=' "$folder/server"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ] || ! kill -0 "$simulator" 2>/dev/null; then
            echo "the simulated server didn't start:" >&2
            cat "$folder/server.log" >&2
            exit 1
        fi
        sleep 0.1
    done
    url=$(sed -n 's/^url=//p' "$folder/server")
    ca=$(sed -n 's/^ca=//p' "$folder/server")
}

# finish: stops the server and prints what it was asked.
finish() {
    kill "$simulator"
    wait "$simulator" || true
    simulator=
    printf '\n  The server saw %s request(s):\n' "$(wc -l <"$folder/requests")"
    # Hundreds of looks would bury the point.
    sed 's/^/    /; 12q' "$folder/requests"
    if [ "$(wc -l <"$folder/requests")" -gt 12 ]; then
        echo '    …'
    fi
}

export GITHUB_TOKEN=ghs_only_for_the_demonstration
# The demonstration is the same on a runner and behind a proxy.
unset GITHUB_ACTIONS GITHUB_OUTPUT GITHUB_STEP_SUMMARY GITHUB_REPOSITORY GITHUB_API_URL GH_TOKEN
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
unset SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS RUNNER_DEBUG
for name in $(compgen -e INPUT_ || true); do
    unset "$name"
done

code=0
heading 'A server as github.com: its reply to the dispatch has the ID'
serve github.com
show "$binary" --api-url "$url" --cacert "$ca" --repo octo-org/octo-repo \
    --workflow build.yml --ref main --field environment=staging || code=1
finish

heading 'An old GitHub Enterprise Server: the run is found by the name of a step,
   among the runs that others start at the same time'
serve ghes-3.20
show "$binary" --api-url "$url" --cacert "$ca" --repo octo-org/octo-repo \
    --workflow build.yml --ref main --field environment=staging || code=1
finish

if [ "$code" -eq 0 ]; then
    printf '\nBoth runs were identified.\n'
else
    printf '\nNot both runs were identified.\n' >&2
fi
exit "$code"
