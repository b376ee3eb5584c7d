#include "compat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/duration.h"
#include "cli/load.h"

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

const char *
load_path(const struct loader *l, const char *name)
{
	const char *s = l->lookup(name);

	return s != NULL && *s != '\0' ? s : NULL;
}

void
load_add_missing(struct loader *l, const char *what)
{
	buf_addf(&l->missing, "%s%s", l->missing.len > 0 ? "; " : "", what);
}

/* Files for "docker --env-file" and systemd are not read by a shell. */
static bool
is_quoted(const char *s)
{
	size_t len = strlen(s);

	return len >= 2 && (*s == '"' || *s == '\'') && s[len - 1] == *s;
}

enum status
load_bad(struct fault *f, const char *what, const char *value, const char *why)
{
	const char *at = strrchr(value, '@'), *user = strstr(value, "://");
	size_t head;

	/* https://user:password@host: what is before the "@" is not shown,
	 * unless it is the name that everybody has there. */
	user = user != NULL && at != NULL && user < at ? user + 3 : value;
	if (at != NULL && at - user == 3 && strncmp(user, "git", 3) == 0)
		at = NULL;
	head = at != NULL ? (size_t)(user - value) : 0;
	return fault_set_lasting(f, STATUS_USAGE, "%s: bad value \"%.*s%s%s\": "
	    "%s%s", what, (int)head, value, at != NULL ? "***" : "",
	    at != NULL ? at : value, why, is_quoted(value) ? "; without the "
	    "quotation marks around it" : "");
}

enum status
load_pick(const struct loader *l, enum option option, const char *name,
    char **value, const char **from, struct fault *f)
{
	*value = NULL;
	*from = option_specs[option].name;
	if (l->o->given[option]) {
		if (*l->o->value[option] == '\0')
			return fault_set_lasting(f, STATUS_USAGE,
			    "%s: the value is empty", *from);
		*value = xstrdup(l->o->value[option]);
	} else if (name != NULL) {
		*value = load_variable(l, name);
		*from = name;
	}
	return STATUS_OK;
}

enum status
load_text(struct loader *l, enum option option, const char *name,
    const char *missing, char **value, struct fault *f)
{
	const char *from;
	enum status status;

	status = load_pick(l, option, name, value, &from, f);
	if (status != STATUS_OK)
		return status;
	if (*value == NULL) {
		load_add_missing(l, missing);
		return STATUS_OK;
	}
	if (!text_is_utf8(*value, strlen(*value)) || text_has_control(*value))
		return load_bad(f, from, *value,
		    "it has a control character or is not UTF-8");
	return STATUS_OK;
}

enum status
load_duration(const struct loader *l, enum option option, const char *name,
    int64_t bare_unit_ms, bool zero_ok, int64_t *ms, struct fault *f)
{
	enum status status;
	const char *from;
	char *value;

	status = load_pick(l, option, name, &value, &from, f);
	if (status != STATUS_OK || value == NULL)
		return status;
	if (!duration_parse(value, strcmp(from, option_specs[option].name) == 0 ?
	    1000 : bare_unit_ms, ms))
		status = load_bad(f, from, value, "expected a duration such as "
		    DURATION_FORMS);
	else if (*ms == 0 && !zero_ok)
		status = load_bad(f, from, value, "must be more than zero");
	free(value);
	return status;
}

enum status
load_flag(struct loader *l, enum option option, const char *name, bool *value,
    struct fault *f)
{
	static const char *yes[] = { "true", "True", "TRUE" };
	static const char *no[] = { "false", "False", "FALSE" };
	enum status status = STATUS_OK;
	char *text = NULL;
	size_t i;

	*value = l->o->given[option];
	if (!*value)
		text = load_variable(l, name);
	if (text != NULL) {
		status = load_bad(f, name, text, "expected true or false");
		for (i = 0; i < 3; i++) {
			if (strcmp(text, yes[i]) == 0)
				*value = true;
			if (strcmp(text, yes[i]) == 0 ||
			    strcmp(text, no[i]) == 0)
				status = STATUS_OK;
		}
	}
	free(text);
	return status;
}

enum status
load_file(struct loader *l, const char *what, const char *path, size_t max,
    struct buf *out, struct fault *f)
{
	int fd = STDIN_FILENO, error;

	buf_init(out, max);
	if (strcmp(path, "-") == 0) {
		if (l->stdin_used)
			return fault_set_lasting(f, STATUS_USAGE, "%s: "
			    "standard input can be read for one option only",
			    what);
		l->stdin_used = true;
		path = "standard input";
	} else if ((fd = file_open(path)) == -1) {
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: cannot open %s: %s", what, path, strerror(errno));
	}
	error = file_read_all(fd, out, l->read_by_ms);
	if (fd != STDIN_FILENO)
		close(fd);
	if (error == EINTR)
		return interrupt_fault(f);
	if (error == ETIMEDOUT)
		return fault_set_lasting(f, STATUS_USAGE, "%s: the end of %s "
		    "did not come in time. Whoever writes to this pipe must "
		    "begin, and close it, within 30 s and within the timeout. "
		    "Nothing was sent", what, path);
	if (error != 0)
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: cannot read %s: %s", what, path, strerror(error));
	if (out->overflowed)
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: %s is larger than %zu KiB", what, path, max / 1024);
	return STATUS_OK;
}
