# SPDX-License-Identifier: ISC
# RD_DIRECTORIES
# Where tools/deps.sh puts what it builds: for another machine, where --host
# says which. Sets rd_deps, and rd_deps_made to the command for a message.
AC_DEFUN([RD_DIRECTORIES], [
    AC_REQUIRE([AC_CANONICAL_HOST])
    rd_deps=`cd "$srcdir" && pwd`/deps
    rd_deps_made=tools/deps.sh
    rd_foreign=no
    AS_IF([test "x$host" != "x$build"], [
	rd_foreign=yes
	rd_deps=$rd_deps/$host_alias
	rd_deps_made="tools/deps.sh --host $host_alias"
    ])
])

# RD_STATIC_DEFAULTS
# To be called before a compiler is looked for.
AC_DEFUN([RD_STATIC_DEFAULTS], [
    rd_user_CFLAGS=${CFLAGS+set}
    : ${CFLAGS="-Os"}
    : ${LDFLAGS="-s"}
    AS_IF([test "x$CC" != x], [],
	[test -x "$rd_deps/bin/musl-cc"], [CC=$rd_deps/bin/musl-cc],
	[test $rd_foreign = yes], [AS_CASE([$host_os], [*musl*], [],
	    [AC_MSG_ERROR([there is no $rd_deps/bin/musl-cc to build
a static program for $host_alias with; run $rd_deps_made, or name a
compiler that makes one over musl: CC=...])])])
])

# RD_STATIC_FLAGS
AC_DEFUN([RD_STATIC_FLAGS], [
    have_sanitizers=no
    # GCC has it since 12.
    AS_IF([test "x$rd_user_CFLAGS" = x],
	[AC_MSG_CHECKING([whether $CC knows -Oz])
	CFLAGS=-Oz
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [AC_MSG_RESULT([yes])],
	    [AC_MSG_RESULT([no])
	    CFLAGS=-Os])])
    m4_foreach_w([flag], [-fPIE -fstack-protector-strong -ffunction-sections
	-fdata-sections -fno-unwind-tables -fno-asynchronous-unwind-tables
	-malign-data=abi],
	[RD_COMPILE_FLAG(flag)])
    # The same bytes from any folder: of the two the last goes first.
    RD_CFLAGS="$RD_CFLAGS -ffile-prefix-map=`cd "$srcdir" && pwd`=."
    RD_CFLAGS="$RD_CFLAGS -ffile-prefix-map=`pwd`=./build"
    RD_PROGRAM_LDFLAGS="-static-pie -Wl,--gc-sections,--build-id=none"
    RD_PROGRAM_LDFLAGS="$RD_PROGRAM_LDFLAGS -Wl,-z,relro,-z,now,-z,noexecstack"
    # As on other machines: on x86-64 the file would be padded by two pages.
    RD_PROGRAM_LDFLAGS="$RD_PROGRAM_LDFLAGS -Wl,-z,noseparate-code"

    AC_CHECK_TOOL([READELF], [readelf], [:])
    AC_MSG_CHECKING([whether $CC makes static-PIE programs])
    rd_save_CFLAGS=$CFLAGS
    rd_save_LDFLAGS=$LDFLAGS
    CFLAGS="$CFLAGS -fPIE"
    LDFLAGS="$LDFLAGS $RD_PROGRAM_LDFLAGS"
    # Some compilers take -static-pie and make a dynamic program all the same.
    AC_LINK_IFELSE([AC_LANG_PROGRAM()],
	[AS_IF([$READELF -lW conftest$EXEEXT | grep INTERP >/dev/null],
	    [rd_static=no], [rd_static=yes])],
	[rd_static=no])
    CFLAGS=$rd_save_CFLAGS
    LDFLAGS=$rd_save_LDFLAGS
    AC_MSG_RESULT([$rd_static])
    AS_IF([test $rd_static = no], [AC_MSG_ERROR([$CC cannot make a static-PIE
program; run $rd_deps_made, then configure with CC=$rd_deps/bin/musl-cc])])
    RD_PACKED_RELOCATIONS

    # A static glibc needs the very same shared glibc to look up names.
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <stdlib.h>
#ifdef __GLIBC__
#error "glibc"
#endif]])], [], [AC_MSG_ERROR([a static program over glibc cannot look up
names by itself; run $rd_deps_made, then configure with CC=$rd_deps/bin/musl-cc])])
])

# RD_PACKED_RELOCATIONS
# Relative relocations take a few bits each, and not 24 bytes, where the linker
# can pack them (DT_RELR) and the C library unpacks them at start, as musl does
# since 1.2.4.
AC_DEFUN([RD_PACKED_RELOCATIONS], [
    AC_MSG_CHECKING([whether relative relocations can be packed])
    rd_save_CFLAGS=$CFLAGS
    rd_save_LDFLAGS=$LDFLAGS
    CFLAGS="$CFLAGS -fPIE"
    LDFLAGS="$LDFLAGS $RD_PROGRAM_LDFLAGS -Wl,-z,pack-relative-relocs"
    AC_RUN_IFELSE([AC_LANG_PROGRAM([[static int zero;
int *volatile pointer = &zero;]], [[return *pointer;]])],
	[AS_IF([$READELF -dW conftest$EXEEXT | grep RELR >/dev/null],
	    [rd_packed=yes], [rd_packed=no])],
	[rd_packed=no], [rd_packed=no])
    CFLAGS=$rd_save_CFLAGS
    LDFLAGS=$rd_save_LDFLAGS
    AC_MSG_RESULT([$rd_packed])
    AS_IF([test $rd_packed = yes],
	[RD_PROGRAM_LDFLAGS="$RD_PROGRAM_LDFLAGS -Wl,-z,pack-relative-relocs"])
])
