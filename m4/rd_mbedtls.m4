# SPDX-License-Identifier: ISC
# RD_MBEDTLS
# Finds mbedTLS 3.6 or newer: where --with-mbedtls says, or as built by
# tools/deps.sh, or the system's. Sets MBEDTLS_CFLAGS and MBEDTLS_LIBS.
AC_DEFUN([RD_MBEDTLS], [
    AC_ARG_WITH([mbedtls],
	[AS_HELP_STRING([--with-mbedtls=DIR],
	    [mbedTLS in DIR/include and DIR/lib])],
	[], [with_mbedtls=])
    AS_IF([test "x$enable_static_binary" = xyes],
	[rd_mbedtls_built=$rd_deps/musl-root],
	[rd_mbedtls_built=$rd_deps/host])
    AS_CASE([$with_mbedtls],
	[yes | no], [AC_MSG_ERROR([--with-mbedtls needs a directory])],
	['' ], [AS_IF([test -e "$rd_mbedtls_built/lib/libmbedtls.a"],
	    [with_mbedtls=$rd_mbedtls_built])],
	[with_mbedtls=`cd "$with_mbedtls" && pwd` ||
	    AC_MSG_ERROR([--with-mbedtls: no such directory])])

    AS_IF([test "x$with_mbedtls" != x], [
	rd_mbedtls_where=$with_mbedtls
	RD_MBEDTLS_FLAG="--with-mbedtls='$with_mbedtls'"
	MBEDTLS_CFLAGS="-isystem $with_mbedtls/include"
	MBEDTLS_LIBS="-L$with_mbedtls/lib -lmbedtls"
	AS_IF([ls "$with_mbedtls"/lib/libmbedcrypto.* >/dev/null 2>&1],
	    [MBEDTLS_LIBS="$MBEDTLS_LIBS -lmbedx509 -lmbedcrypto"])
    ], [
	rd_mbedtls_where="the system's"
	RD_MBEDTLS_FLAG=
	PKG_CHECK_MODULES([MBEDTLS], [mbedtls mbedx509 mbedcrypto], [], [
	    MBEDTLS_CFLAGS=
	    MBEDTLS_LIBS="-lmbedtls -lmbedx509 -lmbedcrypto"
	])
    ])

    rd_save_CPPFLAGS=$CPPFLAGS
    rd_save_LIBS=$LIBS
    CPPFLAGS="$CPPFLAGS $MBEDTLS_CFLAGS"
    LIBS="$MBEDTLS_LIBS $LIBS"
    AC_MSG_CHECKING([for mbedTLS 3.6 or newer])
    # version.h is where 2.x has the number too, so that it can be refused
    # for the right reason.
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <mbedtls/version.h>
#if MBEDTLS_VERSION_NUMBER < 0x03060000
#error "too old"
#endif]])], [], [
	AC_MSG_RESULT([no])
	AC_MSG_ERROR([mbedTLS 3.6 or newer is needed ($rd_mbedtls_where is older
or missing); run $rd_deps_made, which builds it in deps/, or say --with-mbedtls=DIR])
    ])
    # Distributions leave mbedTLS as it is configured by default, without the
    # last of these.
    m4_foreach_w([option], [MBEDTLS_SSL_PROTO_TLS1_2 MBEDTLS_SSL_PROTO_TLS1_3
	MBEDTLS_PSA_CRYPTO_C MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK], [
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <mbedtls/build_info.h>
#ifndef ]]option[[
#error "built without it"
#endif]])], [], [
	AC_MSG_RESULT([no])
	AC_MSG_ERROR([mbedTLS ($rd_mbedtls_where) was built without
]option[; run $rd_deps_made, which builds one
with it in deps/, or say --with-mbedtls=DIR])
    ])])
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <mbedtls/ssl.h>
#include <psa/crypto.h>
#ifdef MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG
psa_status_t mbedtls_psa_external_get_random(
    mbedtls_psa_external_random_context_t *context, uint8_t *output,
    size_t output_size, size_t *output_length)
{
	(void)context; (void)output; (void)output_size; (void)output_length;
	return PSA_ERROR_INSUFFICIENT_ENTROPY;
}
#endif]], [[
	mbedtls_ssl_context ssl;
	mbedtls_ssl_init(&ssl);
	return mbedtls_ssl_handshake(&ssl) + (int)psa_crypto_init();
]])], [], [
	AC_MSG_RESULT([no])
	AC_MSG_ERROR([mbedTLS ($rd_mbedtls_where) cannot be linked with; see config.log])
    ])
    AC_MSG_RESULT([yes])
    # How net/verify.c gets to parse a server's certificates in its own way. A
    # shared library keeps to its own: then it refuses some good chains.
    AC_MSG_CHECKING([whether the linker can wrap a function])
    rd_save_LDFLAGS=$LDFLAGS
    rd_wrap=-Wl,--wrap=mbedtls_x509_crt_parse_der
    LDFLAGS="$LDFLAGS $rd_wrap"
    AC_LINK_IFELSE([AC_LANG_PROGRAM()],
	[AC_MSG_RESULT([yes])
	RD_LDFLAGS="$RD_LDFLAGS $rd_wrap"],
	[AC_MSG_RESULT([no])])
    LDFLAGS=$rd_save_LDFLAGS
    # The preprocessor may put what it expands on a line of its own.
    rd_mbedtls_version=`(echo '#include <mbedtls/build_info.h>';
	echo rd_version MBEDTLS_VERSION_STRING) >conftest.c &&
	$CC -E $CPPFLAGS conftest.c 2>/dev/null | grep -v '^#' | tr '\n' ' ' |
	sed -n 's/.*rd_version *"\(.*\)".*/\1/p'`
    CPPFLAGS=$rd_save_CPPFLAGS
    LIBS=$rd_save_LIBS
    AC_SUBST([MBEDTLS_CFLAGS])
    AC_SUBST([MBEDTLS_LIBS])
])
