#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Builds packages from the tarball of make dist, and tries them:
#
#   tools/package.sh deb [ROOT]   build/packages/return-dispatch_*.deb, twice,
#                                 compared; lintian; installed, run and removed
#                                 in a chroot of ROOT, which debootstrap filled
#   tools/package.sh rpm          build/packages/*.rpm, all of it built by
#                                 rpmbuild; as root also installed, run and
#                                 removed in a folder with nothing else in it
#
# The programs in them are static, over musl, with the mbedTLS that
# tools/deps.sh builds: what the distributions have of it lacks a part.

set -eu
umask 022
LC_ALL=C.UTF-8
export LC_ALL

cd "$(dirname "$0")/.."
top=$PWD
out=$top/build/packages
tmp=$(mktemp -d "${TMPDIR:-/tmp}/package.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
. tests/checks.sh

# needs PACKAGES TOOL...: says which packages the tools are in.
needs()
{
	packages=$1
	shift
	for tool; do
		command -v "$tool" >/dev/null && continue
		echo "package: $tool is missing; please install $packages" >&2
		exit 1
	done
}

# The tarball, $tarball, and its version.
pack()
{
	tools/build.sh >/dev/null
	rm -rf "$out"
	mkdir -p "$out"
	make -s -C build dist
	mv build/return-dispatch-*.tar.xz "$out"
	tarball=$(echo "$out"/return-dispatch-*.tar.xz)
	version=${tarball##*/return-dispatch-}
	version=${version%.tar.xz}
}

# build_deb FOLDER [OPTION]
build_deb()
{
	mkdir -p "$1"
	cp "$tarball" "$1/return-dispatch_$version.orig.tar.xz"
	tar -xf "$tarball" -C "$1"
	(
		cd "$1/return-dispatch-$version"
		cp -R packaging/debian debian
		DEB_BUILD_OPTIONS=${2-} RD_DEPS=$top/deps \
		    dpkg-buildpackage -us -uc -Ppkg.return-dispatch.static
	)
}

# Warnings are findings, too.
lint_deb()
{
	lintian --allow-root --fail-on error,warning --info \
	    "$tmp"/one/*.changes
}

# in_root COMMAND...: as a machine that has just been set up.
in_root()
{
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
	    DEBIAN_FRONTEND=noninteractive \
	    ${http_proxy:+http_proxy="$http_proxy"} chroot "$root" "$@"
}

# Status 2: neither a lack of libraries nor a signal.
says_what_it_lacks()
{
	in_root return-dispatch --workflow ci.yml
	[ $? -eq 2 ]
}

# Distributions compress manuals, and keep what is for zsh in different places.
has_all_parts()
{
	for part in bin/return-dispatch man/man1/return-dispatch.1 \
	    bash-completion/completions/return-dispatch \
	    /_return-dispatch vendor_completions.d/return-dispatch.fish NOTICE
	do
		find "$root/usr" -path "*$part*" -type f | grep . || return 1
	done
}

# gone COMMAND...: whether nothing is left after that.
gone()
{
	"$@" && ! find "$root/usr" "$root/etc" -name '*return-dispatch*' |
	    grep .
}

# try_installed COMMAND...: what is installed, and how it is removed.
try_installed()
{
	check "it has all its parts" has_all_parts
	check "it runs" in_root return-dispatch --version
	check "it says what it lacks" says_what_it_lacks
	check "it is removed without a trace" gone "$@"
}

# With what it depends on.
install_deb()
{
	in_root apt-get -q update &&
	    in_root apt-get -q -y install /tmp/return-dispatch.deb
}

try_deb()
{
	root=$1
	cp "$deb" "$root/tmp/return-dispatch.deb"
	check "it is installed" install_deb
	try_installed in_root apt-get -q -y --auto-remove purge return-dispatch
	rm -f "$root/tmp/return-dispatch.deb"
}

# What it depends on is not there, but it is static.
try_rpm()
{
	root=$tmp/root
	mkdir "$root"
	check "it is installed" rpm --root "$root" --nodeps --install "$rpm"
	try_installed rpm --root "$root" --erase return-dispatch
}

make_deb()
{
	needs "build-essential, debhelper and lintian" dpkg-buildpackage dh lintian
	pack
	check "a package is built" build_deb "$tmp/one"
	check "another one in another folder" build_deb "$tmp/an/other" nocheck
	deb=$(echo "$tmp"/one/*_"$(dpkg --print-architecture)".deb)
	check "both have the same bytes" cmp "$deb" \
	    "$tmp/an/other/${deb##*/}"
	check "lintian is content" lint_deb
	cp "$tmp"/one/return-dispatch_* "$out"
	[ -z "${1-}" ] || try_deb "$1"
}

# rpm's folders, below the temporary one.
rpm_build()
{
	rpmbuild --define "_topdir $tmp/rpm" --nodeps "$@" \
	    "$tmp/rpm/SPECS/return-dispatch.spec"
}

has_program()
{
	rpm -qlp "$rpm" | grep -x /usr/bin/return-dispatch
}

make_rpm()
{
	needs rpm rpmbuild rpm
	pack
	mkdir -p "$tmp/rpm/SOURCES" "$tmp/rpm/SPECS"
	cp packaging/rpm/return-dispatch.spec "$tmp/rpm/SPECS"
	cp "$tarball" deps/musl-root/include/jsmn.h "$tmp/rpm/SOURCES"
	for name in mbedtls musl; do
		tar -C deps/src -cJf "$tmp/rpm/SOURCES/$name.tar.xz" $name
	done
	check "the spec file is parsed" \
	    rpmspec -P packaging/rpm/return-dispatch.spec
	check "sources are prepared" rpm_build -bp
	check "a package is built" rpm_build -bb
	find "$tmp/rpm" -name '*.rpm' -exec cp {} "$out" \;
	rpm=$(echo "$out"/*.rpm)
	check "it has the program" has_program
	[ "$(id -u)" -ne 0 ] || try_rpm
}

case ${1-} in
deb)	make_deb "${2-}" ;;
rpm)	make_rpm ;;
*)	sed -n '4,/^$/s/^#[ ]\{0,1\}//p' "$0" >&2; exit 2 ;;
esac
exit $failed
