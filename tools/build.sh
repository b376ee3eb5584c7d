#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Builds the static release binary, build/return-dispatch, and makes sure that
# it is what it should be. Does only what has not been done yet.
#
#   tools/build.sh [-v]      -v: say of each property whether it holds
#
# CFLAGS and the like are taken from the environment, as configure does.

set -eu
LC_ALL=C
export LC_ALL

size_max=524288		# The image that holds it should be small, too.

verbose=no
case ${1-} in
'')	;;
-v)	verbose=yes ;;
*)	echo "usage: tools/build.sh [-v]" >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."
tools/deps.sh
mkdir -p build/log

# Runs a step with its output in a log that is shown when it fails.
logged()
{
	log=build/log/$1
	shift
	if ! "$@" >"$log" 2>&1 </dev/null; then
		cat "$log" >&2
		echo "build: failed: $*" >&2
		exit 1
	fi
}

for made in configure Makefile.in config.h.in; do
	if [ ! -e $made ] ||
	    [ -n "$(find configure.ac Makefile.am m4 -newer $made)" ]; then
		logged autoreconf autoreconf -fi
		# autoheader leaves a config.h.in that is still right alone.
		touch config.h.in
		break
	fi
done

in_build()
{
	(cd build && "$@")
}

key=$(cat configure deps/musl-root/.key - <<END | sha256sum
${CC-} ${CFLAGS-} ${CPPFLAGS-} ${LDFLAGS-}
END
)
if [ ! -e build/Makefile ] || [ "$key" != "$(cat build/.key 2>/dev/null)" ]
then
	rm -f build/.key
	logged configure in_build ../configure --enable-static-binary
	in_build make -s clean
	echo "$key" >build/.key
fi
logged make in_build make -j"$(nproc 2>/dev/null || echo 2)"
# Warnings deserve to be seen.
grep -A 5 'warning:' build/log/make >&2 || :

binary=build/return-dispatch
failed=0

# holds TEXT COMMAND...
holds()
{
	text=$1
	shift
	if "$@" >/dev/null 2>&1; then
		[ $verbose = no ] || echo "ok $text"
	else
		echo "not ok $text"
		failed=$((failed + 1))
	fi
}

# elf WHAT PATTERN: whether readelf -WHAT prints it.
elf()
{
	readelf -W "-$1" $binary | grep -E "$2"
}

no_elf()
{
	! elf "$@"
}

size=$(wc -c <$binary)
holds "needs no program interpreter" no_elf l 'INTERP'
holds "needs no shared library" no_elf d '\(NEEDED\)'
holds "is position independent" elf h 'Type: +DYN '
holds "has read-only relocations" elf l '^ +GNU_RELRO '
holds "binds them at start" elf d 'FLAGS.*NOW'
holds "has a stack that is not executable" elf l '^ +GNU_STACK .* RW +0x'
holds "has no segment writable and executable" no_elf l ' RWE '
holds "has stack protectors" \
    sh -c 'nm build/libreturn_dispatch.a | grep __stack_chk_fail'
holds "is stripped" no_elf S ' \.symtab '
holds "is smaller than $size_max bytes ($size)" test "$size" -lt $size_max
holds "runs without an environment" env -i $binary --version

[ $failed -eq 0 ] || exit 1
[ $verbose = yes ] || echo "$binary: static PIE, $size bytes"
