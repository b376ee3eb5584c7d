#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Makes a release in OUTDIR, which must not exist yet:
#
#   tools/release.sh [--quick] [--version VERSION] OUTDIR
#
#   --version VERSION  refuse if these sources are of another version
#   --quick            only the scenarios that matter most, instead of all
#
#   OUTDIR/action/     what users of the action check out: action.yml and the
#                      others, bin/return-dispatch-MACHINE, licenses
#   OUTDIR/assets/     what they download: that packed, programs with their
#                      debug symbols, the source distribution, the sources of
#                      what is linked in, a bill of materials, SHA256SUMS
#
# All programs pass the end-to-end tests, under qemu-user if they are for
# another machine. Everything but the tests depends on the sources alone, not
# on where and when (SOURCE_DATE_EPOCH, by default the time of the last commit).

set -eu
umask 022
LC_ALL=C
export LC_ALL

hosts="x86_64-linux-gnu aarch64-linux-gnu arm-linux-gnueabihf
    riscv64-linux-gnu"

die()
{
	echo "release: error: $*" >&2
	exit 1
}

smoke=
wanted=
while [ $# -gt 1 ]; do
	case $1 in
	--quick)	smoke=--smoke ;;
	--version)	shift; wanted=${1#v} ;;
	*)		break ;;
	esac
	shift
done
case $#:${1-} in
1:-* | 1:)	die "usage: tools/release.sh [--quick] [--version VERSION] OUTDIR" ;;
1:*)		;;
*)		die "usage: tools/release.sh [--quick] [--version VERSION] OUTDIR" ;;
esac
[ ! -e "$1" ] || die "$1 is there already"
mkdir -p "$1"
out=$(cd "$1" && pwd -P)

cd "$(dirname "$0")/.."
[ "$(gcc -dumpmachine)" = x86_64-linux-gnu ] ||
    die "releases are made on x86-64, where the libraries of programs for it are built"
version=$(sed -n 's/^AC_INIT(\[return-dispatch\], \[\([^]]*\)\].*/\1/p' configure.ac)
[ -z "$wanted" ] || [ "$wanted" = "$version" ] ||
    die "this is version $version, not $wanted: change AC_INIT in configure.ac"
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH

assets=$out/assets
mkdir -p "$assets" "$out/action/bin"

# packed NAME DIRECTORY...: the same bytes for the same files.
packed()
{
	name=$1
	shift
	tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 \
	    --numeric-owner --mode=go-w --format=ustar -c "$@" |
	    xz -9 -T1 >"$assets/$name.tar.xz"
}

# --- programs ---

tools/deps.sh --pinned --tests

programs=
for host in $hosts; do
	. tools/host.sh
	tools/build.sh -v --release ${host:+--host "$host"}
	built=build/release/${host:-$(gcc -dumpmachine)}/bin
	cp "$built"/return-dispatch-* "$assets"
	cp "$built/return-dispatch-$machine" "$out/action/bin"
	deps=deps${host:+/$host}
	programs="$programs $assets/return-dispatch-$machine=$deps/VERSIONS"
	log=build/log/release-$machine
	if ! python3 tests/e2e/run.py --label "$machine" $smoke \
	    --binary "$built/return-dispatch-$machine" \
	    ${emulator:+--emulator $emulator} >"$log" 2>&1; then
		grep -A 30 '^not ok' "$log" >&2 || tail "$log" >&2
		die "the program for $machine failed its tests: $log"
	fi
	echo "return-dispatch-$machine: $(tail -n 1 "$log")"
done

# --- what is around them ---

cp -R action.yml await docker doc examples packaging CONTRIBUTING.md LICENSE \
    LICENSES NOTICE README.md "$out/action"
cp bin/* "$out/action/bin"
mv "$out/action/docker/Dockerfile" "$out/action/Dockerfile"

make -s -C build/release/x86_64-linux-gnu dist >build/log/release-dist 2>&1 ||
    die "make dist failed: build/log/release-dist"
mv "build/release/x86_64-linux-gnu/return-dispatch-$version.tar.xz" "$assets"
for part in mbedtls musl; do
	packed "$part-$(awk -v name=$part '$1 == name { print $2 }' \
	    tools/pins.txt)" -C deps/src $part
done
# shellcheck disable=SC2086
python3 tools/sbom.py "$version" $programs \
    >"$assets/return-dispatch-$version.cdx.json"
packed "return-dispatch-$version-action" -C "$out/action" .
(cd "$assets" && sha256sum -- * >SHA256SUMS)
cat "$assets/SHA256SUMS"
