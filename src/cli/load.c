/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/load.h"

void
load_fail(struct loader *l, const char *format, ...)
{
	char text[FAULT_TEXT_MAX];
	va_list ap;

	if (l->status != STATUS_OK)
		return;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	l->status = fault_set_lasting(l->fault, STATUS_USAGE, "%s", text);
}

/* Docker's --env-file and systemd keep quotation marks; shells remove them. */
static bool
is_quoted(const char *s)
{
	size_t len = strlen(s);

	return len >= 2 && (*s == '"' || *s == '\'') && s[len - 1] == *s;
}

void
load_fail_value(
    struct loader *l, const char *what, const char *value, const char *why)
{
	const char *at = strrchr(value, '@'), *user = strstr(value, "://");
	size_t head;

	/* https://user:password@host: what is before the "@" is not shown,
	 * unless it is the name that everybody has there. */
	user = user != NULL && at != NULL && user < at ? user + 3 : value;
	if (at != NULL && at - user == 3 && strncmp(user, "git", 3) == 0)
		at = NULL;
	head = at != NULL ? (size_t)(user - value) : 0;
	load_fail(l, "%s: bad value \"%.*s%s%s\": %s%s", what, (int)head, value,
	    at != NULL ? "***" : "", at != NULL ? at : value, why,
	    is_quoted(value) ? "; remove the quotation marks around it" : "");
}

void
load_add_missing(struct loader *l, const char *format, ...)
{
	va_list ap;

	if (l->missing.len > 0)
		buf_adds(&l->missing, "; ");
	va_start(ap, format);
	buf_addv(&l->missing, format, ap);
	va_end(ap);
}

char *
load_variable(const struct loader *l, const char *name)
{
	const char *s = l->lookup(name);
	size_t len;

	if (s == NULL)
		return NULL;
	s = text_trim(s, &len);
	return len > 0 ? xstrndup(s, len) : NULL;
}

char *
load_first_variable(
    const struct loader *l, const char *const *names, const char **from)
{
	char *value = NULL;

	for (; value == NULL && *names != NULL; names++) {
		*from = *names;
		value = load_variable(l, *names);
	}
	return value;
}

const char *
load_path(const struct loader *l, const char *name)
{
	const char *s = l->lookup(name);

	return s != NULL && *s != '\0' ? s : NULL;
}

const char *
load_given(struct loader *l, enum option option)
{
	const char *value = l->o->value[option];

	if (value == NULL || *value != '\0')
		return value;
	load_fail(l, "%s: the value is empty", option_specs[option].name);
	return NULL;
}

char *
load_value(struct loader *l, enum option option, const char **from)
{
	const char *given = load_given(l, option);

	*from = option_specs[option].name;
	if (given != NULL)
		return xstrdup(given);
	return l->o->given[option]
	    ? NULL
	    : load_first_variable(l, option_specs[option].variables, from);
}

void
load_file(struct loader *l, const char *what, const char *path, size_t max,
    struct buf *out)
{
	int fd = STDIN_FILENO, error;

	buf_init(out, max);
	if (l->status != STATUS_OK)
		return;
	if (strcmp(path, "-") == 0) {
		if (l->stdin_used) {
			load_fail(l,
			    "%s: only one option can read standard input",
			    what);
			return;
		}
		l->stdin_used = true;
		path = "standard input";
	} else if ((fd = file_open(path)) == -1) {
		load_fail(
		    l, "%s: cannot open %s: %s", what, path, strerror(errno));
		return;
	}
	error = file_read_all(fd, out, l->read_by_ms);
	if (fd != STDIN_FILENO)
		close(fd);
	if (error == EINTR)
		l->status = interrupt_fault(l->fault);
	else if (error == ETIMEDOUT)
		load_fail(l,
		    "%s: %s was not closed in time. Whatever writes "
		    "to this pipe must finish, and close it, within 30 s and "
		    "within the timeout. Nothing was sent",
		    what, path);
	else if (error != 0)
		load_fail(
		    l, "%s: cannot read %s: %s", what, path, strerror(error));
	else if (out->overflowed)
		load_fail(
		    l, "%s: %s is larger than %zu KiB", what, path, max / 1024);
}
