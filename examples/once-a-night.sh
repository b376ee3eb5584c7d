#!/bin/sh
# SPDX-License-Identifier: ISC
#
# For a machine that may crash or lose its power at any moment: cron starts this
# every ten minutes of the night, and together they dispatch exactly once.
#
#   */10 3-5 * * *  /usr/local/bin/once-a-night.sh
#
# The first one dispatches. Once its run is known, the others do nothing. After
# a crash, and after a failure that started nothing, the next one goes on.

set -u

journals=${JOURNALS:-/var/lib/return-dispatch}
journal=$journals/$(date +%F)

url=$(return-dispatch --quiet --format url --journal "$journal" \
    --token-file "${TOKEN_FILE:-/etc/return-dispatch/token}" \
    --repo octo-org/octo-repo --workflow build.yml --ref main)
status=$?

case $status in
0)	;;
4 | 5)	echo "Look for tonight's run: it was not found, and may have been started."
	echo "To dispatch once more, remove $journal." ;;
8)	echo "Tonight's run was started, but not recorded: $url" ;;
129 | 1[3-9]?)
	echo "A signal ended the dispatch (exit $status); the next start sends what"
	echo "was not sent, and looks for the run of what was." ;;
*)	echo "Nothing was dispatched (exit $status); ten minutes later it is tried again." ;;
esac
find "$journals" -name '????-??-??' -mtime +30 -exec rm {} +
exit $status
