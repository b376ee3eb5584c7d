# SPDX-License-Identifier: ISC
# RD_EMBEDDED_ROOTS
# Which root certificates are compiled in? Sets RD_ROOTS, empty for none.
AC_DEFUN([RD_EMBEDDED_ROOTS], [
    AC_ARG_ENABLE([embedded-roots],
	[AS_HELP_STRING([--disable-embedded-roots],
	    [compile no root certificates in])],
	[], [enable_embedded_roots=auto])
    AC_ARG_WITH([embedded-roots],
	[AS_HELP_STRING([--with-embedded-roots=FILE],
	    [PEM bundle of root certificates to compile in, or a folder of
	    .crt files; default: this machine's CA package])],
	[], [with_embedded_roots=])
    AC_MSG_CHECKING([for root certificates to compile in])
    RD_ROOTS=
    AS_CASE([$enable_embedded_roots/$with_embedded_roots],
	[no/*], [],
	[*/yes | */no], [AC_MSG_ERROR([--with-embedded-roots needs a file])],
	# The package's own ones come first: a collection may have some that
	# this machine's owner added for this machine.
	[*/], [for rd_roots in /usr/share/ca-certificates/mozilla \
	    /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem \
	    /etc/ssl/certs/ca-certificates.crt \
	    /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem \
	    /etc/ssl/certs/ca-bundle.crt /etc/ssl/cert.pem; do
	    AS_IF([test -r "$rd_roots"], [RD_ROOTS=$rd_roots; break])
	done],
	[AS_IF([test -r "$with_embedded_roots"], [],
	    [AC_MSG_ERROR([cannot read $with_embedded_roots])])
	AS_CASE([$with_embedded_roots],
	    [/*], [RD_ROOTS=$with_embedded_roots],
	    [RD_ROOTS=`pwd`/$with_embedded_roots])])
    AC_MSG_RESULT([${RD_ROOTS:-none}])
    AS_IF([test "x$RD_ROOTS" != x], [
	RD_ROOTS_FLAG="--with-embedded-roots='$RD_ROOTS'"
    ], [test "x$enable_embedded_roots" = xno], [
	RD_ROOTS_FLAG=--disable-embedded-roots
    ], [test "x$enable_static_binary" = xyes], [
	AC_MSG_ERROR([this machine has no root certificates that could be
compiled in: install its package ca-certificates (tools/deps.sh does), name a
PEM bundle with --with-embedded-roots=FILE, or do without them with
--disable-embedded-roots])
    ])
    AC_SUBST([RD_ROOTS])
])
