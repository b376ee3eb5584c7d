# SPDX-License-Identifier: ISC
# RD_COMPILE_FLAG(FLAG, [FLAG-IN-MAKEFILE])
# Adds FLAG, or what make will turn into one like it, to RD_CFLAGS if the
# compiler knows it.
AC_DEFUN([RD_COMPILE_FLAG], [
    AS_VAR_PUSHDEF([cache], [rd_cv_flag_$1])
    AC_CACHE_CHECK([whether $CC knows $1], [cache], [
	rd_save_CFLAGS=$CFLAGS
	# Unknown -Wno-... and, with clang, unknown -W... are only warned of.
	CFLAGS="$CFLAGS -Werror $1"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
	    [AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
	CFLAGS=$rd_save_CFLAGS
    ])
    AS_VAR_IF([cache], [yes], [RD_CFLAGS="$RD_CFLAGS "m4_default([$2], [$1])])
    AS_VAR_POPDEF([cache])
])

# RD_WARNINGS
AC_DEFUN([RD_WARNINGS], [
    AC_ARG_ENABLE([werror],
	[AS_HELP_STRING([--enable-werror], [make warnings errors])],
	[], [enable_werror=no])
    m4_foreach_w([flag], [-Wall -Wextra -Wcast-align -Wformat=2
	-Wimplicit-fallthrough -Wmissing-declarations -Wmissing-prototypes
	-Wold-style-definition -Wpointer-arith -Wshadow -Wstrict-prototypes
	-Wundef -Wvla -Wwrite-strings], [RD_COMPILE_FLAG(flag)])
    AS_IF([test "x$enable_werror" = xyes], [RD_CFLAGS="$RD_CFLAGS -Werror"])
])

# RD_ENABLE_SANITIZERS
# To be called before a compiler is looked for, since it sets the default of
# CFLAGS.
AC_DEFUN([RD_ENABLE_SANITIZERS], [
    AC_ARG_ENABLE([sanitizers],
	[AS_HELP_STRING([--enable-sanitizers],
	    [developer's build with ASan and UBSan, not to be installed])],
	[], [enable_sanitizers=no])
])

# RD_SANITIZERS
# AddressSanitizer and UndefinedBehaviorSanitizer.
AC_DEFUN([RD_SANITIZERS], [
    have_sanitizers=no
    AS_IF([test "x$enable_sanitizers" != xno], [
	rd_sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
	rd_sanitize="$rd_sanitize -fno-omit-frame-pointer"
	AC_MSG_CHECKING([whether sanitizers work])
	rd_save_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS $rd_sanitize"
	AC_RUN_IFELSE([AC_LANG_PROGRAM()], [have_sanitizers=yes], [],
	    [AC_LINK_IFELSE([AC_LANG_PROGRAM()], [have_sanitizers=yes])])
	CFLAGS=$rd_save_CFLAGS
	AC_MSG_RESULT([$have_sanitizers])
	AS_IF([test "x$have_sanitizers" = xyes], [
	    RD_CFLAGS="$RD_CFLAGS $rd_sanitize"
	    RD_LDFLAGS="$RD_LDFLAGS $rd_sanitize"
	], [AC_MSG_ERROR([$CC cannot build with sanitizers])])
    ])
])

# RD_FUZZING
# libFuzzer, which is clang's.
AC_DEFUN([RD_FUZZING], [
    AC_ARG_ENABLE([fuzzing],
	[AS_HELP_STRING([--enable-fuzzing],
	    [build fuzz targets with libFuzzer (needs CC=clang)])],
	[], [enable_fuzzing=no])
    AM_CONDITIONAL([FUZZING], [test "x$enable_fuzzing" = xyes])
    FUZZ_LIBS=
    AC_SUBST([FUZZ_LIBS])
    AS_IF([test "x$enable_fuzzing" = xyes], [
	FUZZ_LIBS=-fsanitize=fuzzer
	RD_CFLAGS="$RD_CFLAGS -fsanitize=fuzzer-no-link"
	RD_LDFLAGS="$RD_LDFLAGS -fsanitize=fuzzer-no-link"
	rd_save_CFLAGS=$CFLAGS
	CFLAGS="$CFLAGS -fsanitize=fuzzer-no-link"
	AC_LINK_IFELSE([AC_LANG_PROGRAM()], [],
	    [AC_MSG_ERROR([$CC has no libFuzzer; configure with CC=clang])])
	CFLAGS=$rd_save_CFLAGS
    ])
])
