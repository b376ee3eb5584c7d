#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Builds the static release binary, build/return-dispatch, and makes sure that
# it is what it should be. Does only what has not been done yet.
#
#   tools/build.sh [-v] [--release] [--host TRIPLET]
#
#   -v              say of each property whether it holds
#   --host TRIPLET  for another machine, in build/TRIPLET/: aarch64-linux-gnu,
#                   arm-linux-gnueabihf, riscv64-linux-gnu (see tools/deps.sh)
#   --release       of pinned sources, with debug symbols in a file of their
#                   own: build/release/TRIPLET/bin/return-dispatch-MACHINE and
#                   .debug, where MACHINE is what uname -m says there. The same
#                   bytes from any folder at any time.
#
# CFLAGS and the like are taken from the environment, as configure does.

set -eu
LC_ALL=C
export LC_ALL

usage()
{
	echo "usage: tools/build.sh [-v] [--release] [--host TRIPLET]" >&2
	exit 2
}

verbose=no
release=no
host=
while [ $# -gt 0 ]; do
	case $1 in
	-v)		verbose=yes ;;
	--release)	release=yes ;;
	--host)		[ $# -gt 1 ] || usage; shift; host=$1 ;;
	--host=*)	host=${1#--host=} ;;
	*)		usage ;;
	esac
	shift
done

cd "$(dirname "$0")/.."
. tools/host.sh
build=build${host:+/$host}
deps=deps${host:+/$host}
pinned=
if [ $release = yes ]; then
	build=build/release/${host:-$(gcc -dumpmachine)}
	pinned=--pinned
	unset CC CPPFLAGS
	CFLAGS="-Oz -g"
	LDFLAGS=-Wl,--build-id=sha1
	export CFLAGS LDFLAGS
fi
tools/deps.sh $pinned ${host:+--host "$host"}
mkdir -p "$build" build/log

# The image that holds it should be small, too. On 64-bit Arm instructions are
# longer, and there are kernels with pages of 64 KiB, so that up to 64 KiB of
# the file is alignment: with "-z max-page-size=4096", which saves it, those
# would not run the program.
case $machine in
aarch64)	size_max=$((640 * 1024)) ;;
*)		size_max=$((512 * 1024)) ;;
esac

# Runs a step with its output in a log that is shown when it fails.
logged()
{
	log=build/log/$1${host:+-$host}
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

top=$PWD
in_build()
{
	(cd "$build" && "$@")
}

key=$(cat configure "$deps/musl-root/.key" - <<END | sha256sum
${CC-} ${CFLAGS-} ${CPPFLAGS-} ${LDFLAGS-}
END
)
if [ ! -e "$build/Makefile" ] ||
    [ "$key" != "$(cat "$build/.key" 2>/dev/null)" ]; then
	rm -f "$build/.key"
	logged configure in_build "$top/configure" --enable-static-binary \
	    ${host:+--host="$host"}
	in_build make -s clean
	echo "$key" >"$build/.key"
fi
logged make in_build make -j"$(nproc 2>/dev/null || echo 2)"
# Warnings deserve to be seen.
grep -A 5 'warning:' "$log" >&2 || :

binary=$build/return-dispatch
if [ $release = yes ]; then
	name=return-dispatch-$machine
	rm -rf "${build:?}/bin"
	mkdir "$build/bin"
	"${cross}objcopy" --only-keep-debug --compress-debug-sections \
	    "$binary" "$build/bin/$name.debug"
	"${cross}strip" -o "$build/bin/$name" "$binary"
	binary=$build/bin/$name
	# Debuggers look for it by this name, beside the program.
	"${cross}objcopy" --add-gnu-debuglink="$binary.debug" "$binary"
fi
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
	readelf -W "-$1" "$binary" | grep -E "$2"
}

no_elf()
{
	! elf "$@"
}

size=$(wc -c <"$binary")
holds "needs no program interpreter" no_elf l 'INTERP'
holds "needs no shared library" no_elf d '\(NEEDED\)'
holds "is position independent" elf h 'Type: +DYN '
holds "has read-only relocations" elf l '^ +GNU_RELRO '
holds "binds them at start" elf d 'FLAGS.*NOW'
holds "has a stack that is not executable" elf l '^ +GNU_STACK .* RW +0x'
holds "has no segment writable and executable" no_elf l ' RWE '
holds "has stack protectors" \
    sh -c "readelf -Ws '$build/libreturn_dispatch.a' | grep __stack_chk_fail"
holds "is stripped" no_elf S ' \.symtab '
holds "is smaller than $size_max bytes ($size)" test "$size" -lt $size_max
holds "runs without an environment" \
    env -i ${emulator:+"$(command -v "$emulator")"} "$binary" --version

[ $failed -eq 0 ] || exit 1
[ $verbose = yes ] || echo "$binary: static PIE, $size bytes"
