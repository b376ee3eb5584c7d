# SPDX-License-Identifier: ISC
# RD_PYTHON
# Finds a Python 3 that can speak TLS, for the tests.
AC_DEFUN([RD_PYTHON], [
    AC_ARG_VAR([PYTHON], [Python 3 with its ssl module, for the tests])
    AC_MSG_CHECKING([for Python 3 with ssl])
    for rd_python in "$PYTHON" python3 /usr/bin/python3 no; do
	test "x$rd_python" != x || continue
	test "x$rd_python" != xno || break
	# A parent's standard input is no business of an interpreter.
	AS_IF(["$rd_python" -c 'import ssl, sys; sys.exit(sys.version_info < (3, 9))' \
	    </dev/null >/dev/null 2>&1], [break])
    done
    PYTHON=$rd_python
    AC_MSG_RESULT([$PYTHON])
])
