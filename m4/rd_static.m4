# SPDX-License-Identifier: ISC
# RD_DIRECTORIES
# Where tools/deps.sh puts what it builds.
AC_DEFUN([RD_DIRECTORIES], [
    rd_deps=`cd "$srcdir" && pwd`/deps
])

# RD_STATIC_DEFAULTS
# To be called before a compiler is looked for.
AC_DEFUN([RD_STATIC_DEFAULTS], [
    : ${CFLAGS="-Os"}
    AS_IF([test "x$CC" = x && test -x "$rd_deps/bin/musl-cc"],
	[CC=$rd_deps/bin/musl-cc])
])

# RD_STATIC_FLAGS
AC_DEFUN([RD_STATIC_FLAGS], [
    have_sanitizers=no
    m4_foreach_w([flag], [-fPIE -fstack-protector-strong -ffunction-sections
	-fdata-sections -fno-unwind-tables -fno-asynchronous-unwind-tables],
	[RD_COMPILE_FLAG(flag)])
    RD_PROGRAM_LDFLAGS="-static-pie -s -Wl,--gc-sections,--build-id=none"
    RD_PROGRAM_LDFLAGS="$RD_PROGRAM_LDFLAGS -Wl,-z,relro,-z,now,-z,noexecstack"

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
program; run tools/deps.sh, then configure with CC=$rd_deps/bin/musl-cc])])

    # A static glibc needs the very same shared glibc to look up names.
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <stdlib.h>
#ifdef __GLIBC__
#error "glibc"
#endif]])], [], [AC_MSG_ERROR([a static program over glibc cannot look up
names by itself; run tools/deps.sh, then configure with CC=$rd_deps/bin/musl-cc])])
])
