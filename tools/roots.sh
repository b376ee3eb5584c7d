#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Prints the table of root certificates that the program brings along, in C,
# made from certificates in PEM:
#
#   tools/roots.sh FILE      those of FILE
#   tools/roots.sh FOLDER    those of FOLDER/*.crt
#   tools/roots.sh           an empty table
#
# Certificates that have expired are left out: today, or at SOURCE_DATE_EPOCH.
# Else the same certificates of the same package give the same table. AWK names
# an awk to take instead of awk.

set -eu
LC_ALL=C
export LC_ALL

source=${1-}
origin=
# Where Debian and its like collect the package's certificates and those that
# somebody added.
collected=/etc/ssl/certs/ca-certificates.crt
added=/usr/local/share/ca-certificates

package_version()
{
	dpkg-query -W -f 'ca-certificates ${Version}' ca-certificates ||
	    apk list --installed ca-certificates-bundle |
	    sed -n 's/^\(ca-certificates\)-bundle-\([^ ]*\) .*/\1 \2/p' |
	    grep . || rpm -q --whatprovides "$source"
}

case $source in
'')	;;
/etc/* | /usr/*)
	origin=$(package_version 2>/dev/null) || origin=
	if [ "$source" = $collected ] &&
	    [ -n "$(find $added -name '*.crt' 2>/dev/null)" ]; then
		origin="${origin:-$source} with local additions"
	fi
	;;
esac
[ -n "$origin" ] || origin=${source##*/}
if [ -d "$source" ]; then
	set -- "$source"/*.crt
fi

today=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%d)
${AWK:-awk} -f "$(dirname "$0")/roots.awk" -v origin="$origin" \
    -v today="$today" "$@" </dev/null
