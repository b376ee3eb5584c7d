#!/bin/sh
# SPDX-License-Identifier: ISC
#
# For cron, which mails what a command prints: this prints only what somebody
# has to look at.
#
#   17 3 * * *  /usr/local/bin/nightly.sh
#
# The token is in a file that only cron's user can read.

set -u

url=$(return-dispatch --quiet --format url \
    --token-file "${TOKEN_FILE:-/etc/return-dispatch/token}" \
    --repo octo-org/octo-repo --workflow build.yml --ref main \
    --wait --wait-timeout 2h)
status=$?

case $status in
0)	;;
1)	echo "The nightly run failed: $url" ;;
4)	echo "It is unknown whether a run was started: look before trying again." ;;
6)	echo "The nightly run takes longer than two hours: $url" ;;
*)	echo "The nightly run could not be started or found (exit $status)." ;;
esac
exit $status
