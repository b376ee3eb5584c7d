# SPDX-License-Identifier: ISC
# RD_JSMN
# Finds jsmn.h: where --with-jsmn says, or beside the mbedTLS that
# tools/deps.sh built, or the system's. Sets JSMN_CFLAGS.
AC_DEFUN([RD_JSMN], [
    AC_ARG_WITH([jsmn],
	[AS_HELP_STRING([--with-jsmn=DIR],
	    [jsmn.h in DIR/include or in DIR])],
	[], [with_jsmn=])
    AS_CASE([$with_jsmn],
	[yes | no], [AC_MSG_ERROR([--with-jsmn needs a directory])],
	[''], [AS_IF([test -e "$rd_mbedtls_built/include/jsmn.h"],
	    [with_jsmn=$rd_mbedtls_built])],
	[with_jsmn=`cd "$with_jsmn" && pwd` ||
	    AC_MSG_ERROR([--with-jsmn: no such directory])])

    AS_IF([test "x$with_jsmn" = x], [
	rd_jsmn_where="the system's"
	RD_JSMN_FLAG=
	PKG_CHECK_MODULES([JSMN], [jsmn], [], [JSMN_CFLAGS=])
    ], [
	rd_jsmn_where=$with_jsmn
	RD_JSMN_FLAG="--with-jsmn='$with_jsmn'"
	AS_IF([test -e "$with_jsmn/include/jsmn.h"],
	    [JSMN_CFLAGS="-isystem $with_jsmn/include"],
	    [JSMN_CFLAGS="-isystem $with_jsmn"])
    ])

    rd_save_CPPFLAGS=$CPPFLAGS
    CPPFLAGS="$CPPFLAGS $JSMN_CFLAGS"
    AC_MSG_CHECKING([for jsmn])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#define JSMN_HEADER
#include <jsmn.h>]], [[return JSMN_ERROR_PART == 0;]])],
	[AC_MSG_RESULT([yes])], [
	AC_MSG_RESULT([no])
	AC_MSG_ERROR([jsmn.h not found ($rd_jsmn_where); run $rd_deps_made, or
say --with-jsmn=DIR])
    ])
    CPPFLAGS=$rd_save_CPPFLAGS
    AC_SUBST([JSMN_CFLAGS])
])
