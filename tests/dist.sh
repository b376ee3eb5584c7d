#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Tries the distribution as a packager would: what is in the tarball, whether
# the same sources give the same bytes, what is installed, and what is left of
# that.
#
#   tests/dist.sh BUILD   a build folder that was configured

set -eu
LC_ALL=C
export LC_ALL

top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/dist.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# shellcheck source=tests/checks.sh
. "$top/tests/checks.sh"

tarball()
{
	make -s -C "$1" dist >"$tmp/log" 2>&1 || { cat "$tmp/log"; exit 1; }
	mv "$1"/return-dispatch-*.tar.xz "$2"
}

configure()
{
	(cd "$tmp/tree" && ./configure --quiet \
	    --with-mbedtls="$top/deps/host" --with-jsmn="$top/deps/host")
}

# What git knows and what autoreconf makes, but nothing that was built.
has_sources_only()
{
	git -C "$top" ls-files | grep -vE \
	    '^(\.ci/|\.gitignore$)' | sort >"$tmp/sources"
	tar -tf "$tmp/first.tar.xz" | sed 's:^[^/]*/::; /^$/d; /\/$/d' |
	    grep -vE '^(Makefile\.in|aclocal\.m4|config\.h\.in|configure)$' |
	    grep -vE '^build-aux/[a-z.-]*$' | sort >"$tmp/packed"
	diff "$tmp/sources" "$tmp/packed"
}

installed()
{
	(cd "$tmp/root" && find . ! -type d | sed 's:^\.::' | sort)
}

is_complete()
{
	installed | diff - "$tmp/expected"
}

is_normal()
{
	grep -q '^CFLAGS = .*-O2' "$tmp/tree/Makefile" &&
	    "$tmp/root/usr/local/bin/return-dispatch" --version &&
	    ! nm -D "$tmp/root/usr/local/bin/return-dispatch" |
	    grep -E '__(asan|ubsan)_'
}

names_no_folder()
{
	! grep -aE "($tmp|$top)/(tree/)?src/" "$tmp/tree/return-dispatch" &&
	    grep -aq 'src/net/poll\.c' "$tmp/tree/return-dispatch"
}

cat >"$tmp/expected" <<'END'
/usr/local/bin/return-dispatch
/usr/local/share/bash-completion/completions/return-dispatch
/usr/local/share/doc/return-dispatch/ChangeLog
/usr/local/share/doc/return-dispatch/LICENSE
/usr/local/share/doc/return-dispatch/LICENSES/Apache-2.0.txt
/usr/local/share/doc/return-dispatch/LICENSES/MIT-jsmn.txt
/usr/local/share/doc/return-dispatch/LICENSES/MIT-musl.txt
/usr/local/share/doc/return-dispatch/LICENSES/MPL-2.0.txt
/usr/local/share/doc/return-dispatch/NOTICE
/usr/local/share/doc/return-dispatch/README.md
/usr/local/share/fish/vendor_completions.d/return-dispatch.fish
/usr/local/share/man/man1/return-dispatch.1
/usr/local/share/zsh/site-functions/_return-dispatch
END

tarball "$build" "$tmp/first.tar.xz"
[ ! -e "$top/.git" ] ||
    check "the tarball has all sources, and nothing that was built" \
	has_sources_only

# In the tree itself this time, with other habits, and with products around.
umask 077
TZ=Pacific/Auckland
export TZ
mkdir "$tmp/tree"
tar -xf "$tmp/first.tar.xz" -C "$tmp/tree" --strip-components=1
check "configure" configure
check "make" make -s -C "$tmp/tree" -j"$(nproc)" all tests/fuzz/fuzz_url
check "the binary does not name the folder that it was built in" \
    names_no_folder
tarball "$tmp/tree" "$tmp/second.tar.xz"
check "a tarball made of it has the same bytes" \
    cmp "$tmp/first.tar.xz" "$tmp/second.tar.xz"
check "make install" make -s -C "$tmp/tree" install DESTDIR="$tmp/root"
check "program, manual, completions and licences are installed" is_complete
check "the program is a normal one" is_normal
check "make uninstall" make -s -C "$tmp/tree" uninstall DESTDIR="$tmp/root"
: >"$tmp/expected"
check "nothing is left of it" is_complete
exit $failed
