# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2034
#
# Sourced by scripts that build for $host, a triplet, which becomes empty if it
# is this machine. Sets
#
#   cross      what the names of its tools begin with
#   machine    what uname -m says there
#   emulator   what runs its programs here; empty: nothing is needed

case $host in
"$(gcc -dumpmachine 2>/dev/null)" | "$(uname -m)-linux-gnu")	host= ;;
esac
cross=${host:+$host-}
case $host in
'')	machine=$(uname -m) ;;
arm*)	machine=armv7l ;;
*)	machine=${host%%-*} ;;
esac
case $host in
'')		emulator= ;;
arm*)		emulator=qemu-arm ;;
i?86-*)		emulator=qemu-i386 ;;
powerpc64le-*)	emulator=qemu-ppc64le ;;
*)		emulator=qemu-$machine ;;
esac
