#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Makes the image of a release for all its machines, with Buildah: an OCI
# archive whose index has one image for each.
#
#   tools/image.sh RELEASE ARCHIVE
#
# RELEASE is the folder of a release, with its Dockerfile and bin/; a machine
# that it has no program for is left out. To publish it:
#
#   skopeo copy --all oci-archive:ARCHIVE docker://REGISTRY/return-dispatch:1
#
# SOURCE_DATE_EPOCH, or else the time of the programs, is the time of all that is
# in it, so that the same release gives the same image.

set -eu
[ $# -eq 2 ] || { echo "usage: tools/image.sh RELEASE ARCHIVE" >&2; exit 2; }
release=$1
archive=$2
command -v buildah >/dev/null || { echo "image: buildah is missing" >&2; exit 1; }

store=$(mktemp -d)
trap 'rm -rf "$store"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# An overlay needs what a container may not have; isolation is needed by RUN
# only, which the image of a release has none of.
in_store()
{
	STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot buildah \
	    --root "$store/root" --runroot "$store/run" "$@"
}

in_store manifest create return-dispatch >/dev/null
while read -r program platform; do
	program=$release/bin/return-dispatch-$program
	[ -e "$program" ] || continue
	arch=${platform%/*}
	in_store build --quiet --platform "linux/$platform" \
	    --build-arg TARGETARCH="$arch" \
	    --timestamp "${SOURCE_DATE_EPOCH:-$(stat -c %Y "$program")}" \
	    --manifest return-dispatch "$release" >/dev/null
	echo "image: linux/$platform"
done <<END
x86_64 amd64
aarch64 arm64
armv7l arm/v7
riscv64 riscv64
END
rm -f "$archive"
in_store manifest push --quiet --all return-dispatch "oci-archive:$archive" \
    >/dev/null
echo "image: $archive"
