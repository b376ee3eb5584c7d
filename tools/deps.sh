#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Sets up what return-dispatch is built from and tested with.
#
#   tools/deps.sh            what the static binary needs
#   tools/deps.sh --demo     and what the demonstration needs
#   tools/deps.sh --tests    and what all the tests need
#   tools/deps.sh --lint     and what make lint needs
#   tools/deps.sh --host TRIPLET
#                            what the static binary for another machine needs:
#                            aarch64-linux-gnu, arm-linux-gnueabihf,
#                            riscv64-linux-gnu, or what else the system has a
#                            compiler for
#   tools/deps.sh --update   look for newer versions of mbedTLS and musl; fails
#                            if it cannot
#   tools/deps.sh --pinned   take the sources that tools/pins.txt names, as a
#                            release does, or fail
#   tools/deps.sh --packages install the packages that this needs, no more;
#                            for the superuser, and goes with the others
#
# Packages that are missing are installed (apt-get, apk; as root or through
# sudo). mbedTLS and musl are fetched as Debian source packages with an apt
# state of their own, so the machine's apt configuration stays as it is; apt
# checks their signatures against the Debian keyring. They are built in deps/:
#
#   deps/bin/musl-cc         compiler for static (PIE) programs over musl
#   deps/musl                musl itself
#   deps/musl-root           mbedTLS and jsmn for musl-cc
#   deps/host                mbedTLS and jsmn for the system's compiler
#   deps/VERSIONS            what all this was built from
#
# and, of the same sources, in deps/TRIPLET/ what is for another machine.
#
# Where no Debian archive is at hand, MBEDTLS_TARBALL=FILE and MUSL_TARBALL=FILE
# take tarballs instead: those of the projects, or, with --pinned, those that a
# release of return-dispatch comes with. MBEDTLS_SHA256 and MUSL_SHA256 hold
# what their checksums must be.

set -eu
umask 022
LC_ALL=C
export LC_ALL

top=$(cd "$(dirname "$0")/.." && pwd -P)
deps=$top/deps
config=$top/src/net/mbedtls-config.h
pins=$top/tools/pins.txt
roots=/usr/share/ca-certificates/mozilla

# Where no Debian archive is at hand.
upstream_version=3.6.7
upstream_url=https://github.com/Mbed-TLS/mbedtls/releases/download/mbedtls-$upstream_version/mbedtls-$upstream_version.tar.bz2
upstream_sha256=a7e8bcbec0e6f761b4af24f25677626b35f762f68eef79c08677a363212d11f6
jsmn_url=https://raw.githubusercontent.com/zserge/jsmn/v1.1.0/jsmn.h
jsmn_sha256=1ed6154dedf009212a08a397e9c4ed50a0ce31d5a8301bb294e137ae3188c13b

want_demo=no
want_tests=no
want_lint=no
want_update=no
want_pinned=no
want_all=yes
host=			# The machine to build for, if it is another one.
options=
ask=no			# May sudo ask for a password?
[ ! -t 0 ] || ask=yes

say()
{
	echo "deps: $*" >&2
}

die()
{
	echo "deps: error: $*" >&2
	exit 1
}

usage()
{
	sed -n '4,/^$/s/^#[ ]\{0,1\}//p' "$0"
}

have()
{
	command -v "$1" >/dev/null 2>&1
}

sha256()
{
	sha256sum | cut -d' ' -f1
}

# Succeeds if a log of apt, apk, curl or wget says that there is no network; a
# server that is there and answers with an error is another matter.
offline()
{
	grep -qiE 'temporary failure resolving|could not resolve|unable to resolve|bad address|DNS lookup error|network error|temporary error \(try again|network is unreachable|no route to host|could not connect|failed to connect|connection refused|connection timed out|connection failed|unable to connect' \
	    "$1"
}

# Shows the end of a log and gives up; a lack of network needs no log.
give_up()
{
	! offline "$1" || die "no network: $2. Please connect this machine," \
	    "or set http_proxy, and try again; the log is in $1"
	tail -n 40 "$1" >&2
	die "$2; the whole log is in $1"
}

# logged NAME WHAT COMMAND...: runs a step with its output in a log.
logged()
{
	log=$deps/log/$1
	what=$2
	shift 2
	"$@" >"$log" 2>&1 </dev/null || give_up "$log" "$what"
}

while [ $# -gt 0 ]; do
	options="$options $1"
	case $1 in
	--host)
		[ $# -gt 1 ] || die "--host needs a triplet (try --help)"
		shift
		options="$options $1"
		host=$1
		;;
	--host=*)	host=${1#--host=} ;;
	--demo)		want_demo=yes ;;
	--tests)	want_demo=yes want_tests=yes ;;
	--lint)		want_lint=yes ;;
	--update)	want_update=yes ;;
	--pinned)	want_pinned=yes ;;
	--packages)	want_all=no ;;
	-h|--help)	usage; exit 0 ;;
	*)		die "unknown option: $1 (try --help)" ;;
	esac
	shift
done
case $host in
*[!A-Za-z0-9_-]* | -*)	die "not a triplet: $host" ;;
esac
# shellcheck source=tools/host.sh
. "$top/tools/host.sh"
out=$deps${host:+/$host}

# --- packages ---------------------------------------------------------------

# Prints what has to be there: a test, then the package that brings it on
# Debian and on Alpine. The test is a command, a file, or "deb:PACKAGE".
needs()
{
	cat <<-END
	gcc			build-essential	build-base
	make			build-essential	build-base
	ar			build-essential	build-base
	/usr/include/stdio.h	build-essential	build-base
	autoreconf		autoconf	autoconf
	automake		automake	automake
	pkg-config		pkg-config	pkgconf
	tar			tar		tar
	bzip2			bzip2		bzip2
	xz			xz-utils	xz
	patch			patch		patch
	END
	{ ! have apt-get && ! have apk; } || cat <<-END
	/usr/share/ca-certificates/mozilla	ca-certificates	ca-certificates
	END
	! have apt-get || cat <<-END
	/usr/include/jsmn.h	libjsmn-dev	-
	dpkg-source		dpkg-dev	-
	deb:debian-archive-keyring	debian-archive-keyring	-
	END
	[ -z "$host" ] || cat <<-END
	${cross}gcc		gcc-$(echo "$host" | tr _ -)	-
	deb:qemu-user		qemu-user	-
	END
	[ $want_demo = no ] || cat <<-END
	/usr/bin/python3	python3		python3
	openssl			openssl		openssl
	END
	[ $want_tests = no ] || cat <<-END
	bash			bash		bash
	fish			fish		fish
	zsh			zsh		zsh
	/usr/include/cmocka.h	libcmocka-dev	cmocka-dev
	clang			clang		clang
	deb:libclang-rt-dev	libclang-rt-dev	compiler-rt
	valgrind		valgrind	valgrind
	/usr/sbin/nginx		nginx		nginx
	busybox			busybox		busybox
	gawk			gawk		gawk
	deb:libc6-dbg		libc6-dbg	-
	/usr/sbin/dnsmasq	dnsmasq-base	dnsmasq
	/sbin/ip		iproute2	iproute2
	deb:qemu-user		qemu-user	-
	/usr/sbin/squid		squid		squid
	/usr/bin/tinyproxy	tinyproxy	tinyproxy
	END
	[ $want_lint = no ] || cat <<-END
	clang-format		clang-format	clang-extra-tools
	clang-tidy		clang-tidy	clang-extra-tools
	cppcheck		cppcheck	cppcheck
	shellcheck		shellcheck	shellcheck
	mandoc			mandoc		mandoc
	/usr/bin/python3	python3		python3
	END
}

there()
{
	case $1 in
	deb:*)
		have dpkg-query || return 0
		[ "$(dpkg-query -W -f '${db:Status-Status}' \
		    "${1#deb:}" 2>/dev/null)" = installed ]
		;;
	/*)	[ -e "$1" ] ;;
	*)	have "$1" ;;
	esac
}

# Prints the packages in column $1 of needs() whose test fails, once each.
missing()
{
	needs | while read -r test deb apk; do
		case $1 in
		deb)	package=$deb ;;
		apk)	package=$apk ;;
		esac
		[ "$package" = - ] || there "$test" || echo "$package"
	done | sort -u | tr '\n' ' '
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif [ $ask = yes ]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

can_be_root()
{
	[ "$(id -u)" -eq 0 ] && return 0
	have sudo || return 1
	[ $ask = yes ] || sudo -n true 2>/dev/null
}

apt_install()
{
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
	    -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
	    install --no-install-recommends $1
}

# Daemons among the packages are for the tests to start: they must not start
# by themselves, neither now (Debian Policy 9.3.3.1: policy-rc.d) nor at boot.
policy=/usr/sbin/policy-rc.d
policy_is_ours=no
daemons="nginx squid tinyproxy"

forbid_services()
{
	[ ! -e $policy ] || return 0
	policy_is_ours=yes
	trap 'as_root rm -f $policy' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
	as_root chmod 755 $policy
}

allow_services()
{
	if have systemctl; then
		for daemon in $daemons; do
			case " $1 " in
			*" $daemon "*)
				as_root systemctl --quiet disable "$daemon" ||
				    :
				;;
			esac
		done
	fi
	[ $policy_is_ours = yes ] || return 0
	as_root rm -f $policy
	trap - EXIT INT TERM
}

# A fresh image has no package lists, an old one has stale ones.
apt_install_updating()
{
	apt_install "$1" || {
		as_root apt-get -q -o DPkg::Lock::Timeout=600 update
		apt_install "$1"
	}
}

# By hand, daemons among them would start at once and at every boot.
ask_for_packages()
{
	say "some packages are missing, and they take root to install:"
	say "    $0 --packages$options"
	for daemon in $daemons; do
		case " $todo " in
		*" $daemon "*)	die "please run that as root" ;;
		esac
	done
	die "please run that as root, or: $how"
}

install_packages()
{
	if have apt-get; then
		todo=$(missing deb)
		how="apt-get install --no-install-recommends $todo"
	elif have apk; then
		todo=$(missing apk)
		how="apk add $todo"
	else
		todo=$(missing deb)
		[ -n "$todo" ] || return 0
		die "please install what Debian calls: $todo"
	fi
	[ -n "$todo" ] || return 0
	can_be_root || ask_for_packages

	say "installing: $todo"
	if have apt-get; then
		forbid_services
		logged packages "the packages could not be installed" \
		    apt_install_updating "$todo"
		allow_services "$todo"
		todo=$(missing deb)
	else
		# shellcheck disable=SC2086
		logged packages "the packages could not be installed" \
		    as_root apk add --no-progress $todo
		todo=$(missing apk)
	fi
	[ -z "$todo" ] || die "installed, but of no effect: $todo"
}

# --- sources ----------------------------------------------------------------

# Prints of tools/pins.txt what is pinned of $1: its checksum, or as column
# "from" what it is.
pinned()
{
	awk -v name="$1" -v column="${2-sum}" '$1 == name {
		sum = $3
		$1 = $2 = $3 = ""
		sub(/^ */, "")
		print column == "from" ? $0 : sum
	}' "$pins"
}

# The checksum of all files in the directory $1, and of their names.
tree_sum()
{
	(
		cd "$1" &&
		find . \( -type f -o -type l \) -print0 | sort -z |
		    xargs -0 sha256sum
	) | sha256
}

is_pinned()
{
	case $1 in
	jsmn)	sum=$(sha256 <"$jsmn") ;;
	roots)	sum=$(tree_sum $roots) ;;
	*)	sum=$(tree_sum "$deps/src/$1") ;;
	esac 2>/dev/null
	[ "$sum" = "$(pinned "$1")" ]
}

# Succeeds if the source of $1 is to be fetched.
outdated()
{
	[ $want_update = no ] && [ -e "$deps/src/$1.from" ] || return 0
	[ $want_pinned = yes ] && ! is_pinned "$1"
}

# In a release, everything must be what it is said to be made of.
check_pins()
{
	for name in mbedtls musl jsmn roots; do
		is_pinned $name || die "$name isn't what tools/pins.txt names," \
		    "$(pinned $name from): its checksum is $sum"
	done
}

# Succeeds if upstream version $2 of $1 will do.
fit()
{
	case $1:$2 in
	mbedtls:3.6.[789] | mbedtls:3.6.[1-9][0-9])	return 0 ;;
	musl:1.2.[56789] | musl:1.2.[1-9][0-9])		return 0 ;;
	esac
	return 1
}

# Debian's version without epoch and revision.
upstream_of()
{
	echo "$1" | sed 's/^[0-9]*://; s/-[^-]*$//; s/[+~].*//'
}

# Prints the archives apt is configured with, Debian's own first. Without
# package lists apt can't tell whose they are; then each is a candidate, and
# the signatures decide.
sites()
{
	{
		# shellcheck disable=SC2016
		apt-get indextargets --format '$(ORIGIN) $(LABEL) $(SITE)' |
		    sed -n 's/^Debian Debian //p'
		apt-get --print-uris update | sed -n "s,^'\(.*\)/dists/.*,\1,p"
	} 2>/dev/null | sed 's,/*$,,' | awk '!seen[$0]++'
}

# apt-get or apt-cache with the private state and the options in $relaxed.
private()
{
	tool=$1
	shift
	# shellcheck disable=SC2086
	"$tool" -q -q $relaxed -o Dir::State="$deps/apt/state" \
	    -o Dir::Cache="$deps/apt/cache" \
	    -o Dir::State::status=/dev/null \
	    -o Dir::Etc::SourceList="$deps/apt/sources.list" \
	    -o Dir::Etc::SourceParts=/dev/null \
	    -o Acquire::Languages=none -o Acquire::PDiffs=false \
	    -o Acquire::Retries=3 -o APT::Get::Only-Source=true "$@"
}

# Fills the private lists with the suites given, from the archive $site.
private_lists()
{
	for keyring in /usr/share/keyrings/debian-archive-keyring.pgp \
	    /usr/share/keyrings/debian-archive-keyring.gpg; do
		[ ! -r "$keyring" ] || break
	done
	rm -rf "$deps/apt"
	mkdir -p "$deps/apt/state/lists/partial" \
	    "$deps/apt/cache/archives/partial"
	for suite; do
		echo "deb-src [signed-by=$keyring] $site $suite main"
	done >"$deps/apt/sources.list"
	# An archive need not have all of them.
	private apt-get update >>"$log" 2>&1 || :
}

debian()
{
	echo "Debian source package $1"
}

# Fetches and unpacks the newest fit version of $1 into src/$1; the versions
# are tried one after the other because mirrors may be half way through a
# change.
from_lists()
{
	for version in $(private apt-cache showsrc --only-source "$1" \
	    2>>"$log" | sed -n 's/^Version: //p' | sort -rVu); do
		fit "$1" "$(upstream_of "$version")" || continue
		[ $want_pinned = no ] ||
		    [ "$(pinned "$1" from)" = "$(debian "$version")" ] ||
		    continue
		rm -rf "$deps/src/get.$1"
		mkdir -p "$deps/src/get.$1"
		(
			cd "$deps/src/get.$1"
			private apt-get source --download-only \
			    "$1=$version" && dpkg-source -x ./*.dsc tree
		) >>"$log" 2>&1 || {
			say "$1 $version can't be had from there, looking on"
			continue
		}
		adopt "$1" "$deps/src/get.$1/tree" \
		    "$(debian "$version")"
		rm -rf "$deps/src/get.$1"
		return 0
	done
	return 1
}

# Gets the packages named from this machine's archives, and leaves in $left
# those that none of them has.
from_debian()
{
	left=$*
	have apt-get && have dpkg-source || return 0
	for site in $(sites); do
		say "looking for $left in $site"
		relaxed=
		: >"$log"
		search_debian
		[ -n "$left" ] || return 0
		# A mirror that stands still (a snapshot, say) has lists that
		# are past their date. They are signed all the same, and what
		# is too old is refused by its version.
		grep -q 'is expired' "$log" || continue
		say "its lists are out of date; taking them as they are"
		relaxed="-o Acquire::Check-Valid-Until=false"
		search_debian
		[ -n "$left" ] || return 0
	done
}

search_debian()
{
	private_lists unstable testing stable-updates stable
	packages=$left
	left=
	for package in $packages; do
		from_lists "$package" || left="${left:+$left }$package"
	done
}

# Makes the directory $2 the source of $1; $3 says where it came from.
adopt()
{
	case $1 in
	mbedtls)
		is=$(sed -n 's/^#define MBEDTLS_VERSION_STRING *"\(.*\)"/\1/p' \
		    "$2/include/mbedtls/build_info.h" 2>/dev/null) || is=
		wrappers=library/psa_crypto_driver_wrappers_no_static.c
		[ -z "$is" ] || [ -e "$2/$wrappers" ] ||
		    die "$3 lacks generated files; a release tarball has them"
		;;
	musl)
		is=$(cat "$2/VERSION" 2>/dev/null) || is=
		;;
	esac
	[ -n "$is" ] || die "$3 doesn't look like $1"
	fit "$1" "$is" || die "$3 is $1 $is; needed is" \
	    "mbedTLS 3.6, from 3.6.7 on, and musl 1.2, from 1.2.5 on"
	rm -rf "${deps:?}/src/$1" "$deps/src/$1.from"
	# The same version may have been changed here and built.
	find "$deps" -name .key -exec rm -f {} +
	mv "$2" "$deps/src/$1"
	echo "$is, $3" >"$deps/src/$1.from"
	say "$1 $is ($3)"
}

# Makes the tarball $2 the source of $1 unless it already is.
from_tarball()
{
	[ -r "$2" ] || die "cannot read $2"
	sum=$(sha256 <"$2")
	if [ "${3-}" ] && [ "$sum" != "$3" ]; then
		die "$2 has SHA-256 $sum instead of $3"
	fi
	grep -q "tarball $sum" "$deps/src/$1.from" 2>/dev/null && return 0
	rm -rf "$deps/src/get.$1"
	mkdir -p "$deps/src/get.$1"
	tar -xf "$2" -C "$deps/src/get.$1" || die "cannot unpack $2"
	adopt "$1" "$(echo "$deps/src/get.$1"/*)" "tarball $sum"
	rm -rf "$deps/src/get.$1"
}

download()
{
	have curl || have wget || ! have apt-get || ! can_be_root ||
	    logged packages "curl could not be installed" \
	    apt_install_updating "ca-certificates curl"
	if have curl; then
		logged download "cannot download $1" \
		    curl -fsSL --proto '=https' -o "$2" "$1"
	elif have wget; then
		logged download "cannot download $1" wget -nv -O "$2" "$1"
	else
		die "please install curl or wget"
	fi
}

get_sources()
{
	mkdir -p "$deps/src"
	log=$deps/log/sources

	packages=
	if [ "${MBEDTLS_TARBALL-}" ]; then
		from_tarball mbedtls "$MBEDTLS_TARBALL" "${MBEDTLS_SHA256-}"
	elif outdated mbedtls; then
		packages=mbedtls
	fi
	if [ "${MUSL_TARBALL-}" ]; then
		from_tarball musl "$MUSL_TARBALL" "${MUSL_SHA256-}"
	elif system_is_musl; then
		:
	elif outdated musl; then
		packages="${packages:+$packages }musl"
	fi
	[ -n "$packages" ] || return 0

	: >"$log"
	# shellcheck disable=SC2086
	from_debian $packages
	if [ -n "$left" ]; then
		[ $want_update = no ] || give_up "$log" \
		    "cannot look for newer versions of $left; the old are kept"
		if offline "$log"; then
			say "no network: no Debian archive can be reached"
		else
			tail -n 20 "$log" >&2
			say "no Debian archive to get these from: $left"
		fi
	fi
	# Lists are large and soon stale.
	rm -rf "$deps/apt"
	[ -z "$left" ] || [ $want_pinned = no ] ||
	    die "tools/pins.txt names $(pinned "${left%% *}" from) of" \
	    "${left%% *}, which can't be had; take the tarball that comes" \
	    "with a release: MBEDTLS_TARBALL, MUSL_TARBALL"

	if [ ! -e "$deps/src/mbedtls.from" ]; then
		say "downloading $upstream_url"
		download "$upstream_url" "$deps/src/mbedtls.tar.bz2"
		from_tarball mbedtls "$deps/src/mbedtls.tar.bz2" \
		    $upstream_sha256
		rm -f "$deps/src/mbedtls.tar.bz2"
	fi
	system_is_musl || [ -e "$deps/src/musl.from" ] ||
	    die "no source of musl; give a release tarball (1.2.5 or newer)" \
	    "in MUSL_TARBALL"
}

# --- builds -----------------------------------------------------------------

system_is_musl()
{
	case $triplet in
	*-musl*)	return 0 ;;
	esac
	return 1
}

make_musl()
{
	rm -rf "$out/new.musl" "$deps/src/build.musl"
	mkdir -p "$deps/src/build.musl"
	(
		cd "$deps/src/build.musl"
		CC=${cross}gcc CROSS_COMPILE=$cross \
		    CFLAGS="$small -fPIE -fstack-protector-strong $traced" \
		    ../musl/configure ${host:+--target="$host"} \
		    --prefix="$out/musl" --disable-shared \
		    --disable-gcc-wrapper &&
		make -j"$jobs" &&
		make install DESTDIR="$out/new.musl"
	) || return 1
	rm -rf "$out/musl"
	mv "$out/new.musl$out/musl" "$out/musl" || return 1
	rm -rf "$out/new.musl" "$deps/src/build.musl"
}

# musl's own gcc wrapper turns -static-pie into a dynamic program. This one
# links static PIE unless told -static or -no-pie. libgcc's crtbegin and
# libgcc_eh are left out: C without exceptions needs neither, and they
# expect glibc.
make_wrapper()
{
	mkdir -p "$out/bin"
	if system_is_musl; then
		cat <<-END
		#!/bin/sh
		exec ${cross}gcc "\$@"
		END
	else
		cat >"$out/bin/musl.specs.new" <<-END
		%rename cpp_options rd_cpp_options

		%rename cc1 rd_cc1

		*cpp_options:
		-nostdinc -isystem $out/musl/include -isystem include%s %(rd_cpp_options)

		*cc1:
		%(rd_cc1) -nostdinc -isystem $out/musl/include -isystem include%s %{!fno-pie:%{!fno-PIE:%{!fpie:%{!fPIE:%{!fno-pic:%{!fno-PIC:%{!fpic:%{!fPIC:-fPIE}}}}}}}} $outline

		*link:
		-nostdlib %{shared:%emusl-cc links static programs only} %{static|no-pie:-static} %{!static:%{!no-pie:%{!r:-static -pie --no-dynamic-linker -z text}}}

		*startfile:
		%{static|no-pie:$out/musl/lib/crt1.o;:$out/musl/lib/rcrt1.o} $out/musl/lib/crti.o

		*endfile:
		$out/musl/lib/crtn.o

		*lib:
		-lc

		*libgcc:
		libgcc.a%s

		*link_libgcc:
		-L$out/musl/lib -L.%s

		*link_ssp:


		*link_gcc_c_sequence:
		--start-group %G %L --end-group

		*esp_link:


		*esp_options:


		*esp_cpp_options:


		END
		mv "$out/bin/musl.specs.new" "$out/bin/musl.specs"
		cat <<-END
		#!/bin/sh
		exec ${cross}gcc "\$@" -specs "$out/bin/musl.specs"
		END
	fi >"$out/bin/musl-cc.new"
	chmod +x "$out/bin/musl-cc.new"
	mv "$out/bin/musl-cc.new" "$out/bin/musl-cc"
}

# make_mbedtls DIRECTORY CC FLAGS FAST-FLAGS: the second flags are for the
# arithmetic, where nearly all the time of a handshake goes.
make_mbedtls()
{
	new=$out/new.$1
	rm -rf "$new"
	mkdir -p "$new/lib" "$new/obj"
	cp -R "$deps/src/mbedtls/include" "$new/include" || return 1
	cp "$config" "$new/include/mbedtls/mbedtls_config.h" || return 1
	cat >"$new/obj/Makefile" <<-'END'
	LIBRARY = $(SRC)/library
	OBJECTS = $(patsubst $(LIBRARY)/%.c,%.o,$(wildcard $(LIBRARY)/*.c))
	../lib/libmbedtls.a: $(OBJECTS); $(AR) rcs $@ $(OBJECTS)
	bignum%.o ecp%.o: FLAGS += $(FAST)
	%.o: $(LIBRARY)/%.c; $(CC) $(FLAGS) -I../include -I$(LIBRARY) -c -o $@ $<
	END
	make -C "$new/obj" -j"$jobs" SRC="$deps/src/mbedtls" CC="$2" \
	    AR="${cross}ar" \
	    FLAGS="$3" FAST="$4" || return 1
	rm -rf "$new/obj"
	cp "$jsmn" "$new/include/jsmn.h" || return 1
	rm -rf "${out:?}/$1"
	mv "$new" "$out/$1"
}

# Succeeds if what $1 names was built with the key $2.
fresh()
{
	[ -d "$out/$1" ] && [ "$(cat "$out/$1/.key" 2>/dev/null)" = "$2" ]
}

get_jsmn()
{
	jsmn=/usr/include/jsmn.h
	[ ! -e $jsmn ] || return 0
	jsmn=$deps/src/jsmn.h
	[ -e "$jsmn" ] || {
		download $jsmn_url "$jsmn.new"
		[ "$(sha256 <"$jsmn.new")" = $jsmn_sha256 ] ||
		    die "$jsmn_url isn't the jsmn.h that was expected"
		mv "$jsmn.new" "$jsmn"
	}
}

build()
{
	jobs=$(nproc 2>/dev/null || echo 2)
	compiler=$("${cross}gcc" --version | head -n 1)
	# Outlined atomics of a libgcc made for glibc ask glibc about the CPU.
	outline=
	# For who wants them, debug symbols; the same from any folder.
	traced="-g -ffile-prefix-map=$deps/src=deps/src"
	traced="$traced -ffile-prefix-map=$out=deps"
	small=-Os
	! "${cross}gcc" -Oz -E -x c /dev/null >/dev/null 2>&1 || small=-Oz
	case $triplet in
	aarch64*)	outline=-mno-outline-atomics ;;
	esac

	key=$({
		sed -n '/^# --- builds/,$p' "$0"
		echo "$out $compiler $triplet"
		cat "$deps/src/musl.from" 2>/dev/null
	} | sha256)
	if ! fresh musl "$key" || [ ! -x "$out/bin/musl-cc" ]; then
		if system_is_musl; then
			mkdir -p "$out/musl"
		else
			say "building musl"
			logged musl "musl could not be built" make_musl
		fi
		make_wrapper
		echo "$key" >"$out/musl/.key"
	fi

	key=$(echo "$key" | cat - "$config" "$jsmn" "$deps/src/mbedtls.from" |
	    sha256)
	common="-std=c99 -D_GNU_SOURCE -fPIE $traced"
	if ! fresh musl-root "$key"; then
		say "building mbedTLS for musl"
		sections="-ffunction-sections -fdata-sections"
		small="$small $sections -fno-unwind-tables -fno-asynchronous-unwind-tables"
		small="$small -fstack-protector-strong"
		logged mbedtls-musl "mbedTLS could not be built" make_mbedtls musl-root \
		    "$out/bin/musl-cc" "$common $small" -O2
		echo "$key" >"$out/musl-root/.key"
	fi
	if [ -z "$host" ] && ! fresh host "$key"; then
		say "building mbedTLS for the system's libc"
		logged mbedtls-host "mbedTLS could not be built" make_mbedtls host gcc \
		    "$common -O1 -fno-omit-frame-pointer" ""
		echo "$key" >"$deps/host/.key"
	fi

	cat >"$out/VERSIONS.new" <<-END
	mbedtls: $(cat "$deps/src/mbedtls.from")
	musl: $(cat "$deps/src/musl.from" 2>/dev/null || echo "the system's")
	jsmn: jsmn.h $(sha256 <"$jsmn")
	compiler: $compiler, $triplet
	END
	if cmp -s "$out/VERSIONS.new" "$out/VERSIONS"; then
		rm -f "$out/VERSIONS.new"
	else
		mv "$out/VERSIONS.new" "$out/VERSIONS"
	fi
}

mkdir -p "$deps/log"
install_packages
[ $want_all = yes ] || exit 0
have "${cross}gcc" || die "there is no ${cross}gcc to build for $host with"
triplet=$("${cross}gcc" -dumpmachine)
mkdir -p "$out"
# Two at once would build into the same place.
if have flock; then
	exec 9>"$deps/.lock"
	flock -n 9 || {
		say "waiting for another one to finish"
		flock 9
	}
fi
get_sources
get_jsmn
[ $want_pinned = no ] || check_pins
build
