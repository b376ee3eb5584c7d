/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "github/answer.h"
#include "json/validate.h"

#define WAIT_MIN_MS INT64_C(1000) /* "Retry-After: 0" does not mean at once */

/* Takes digits only; a number that overflows becomes UINT64_MAX. */
static bool
take_number(const char *s, uint64_t *n)
{
	size_t len = strlen(s);

	if (len == 0 || strspn(s, "0123456789") != len)
		return false;
	if (!text_u64(s, len, n))
		*n = UINT64_MAX;
	return true;
}

/* RFC 9110, 10.2.3: delay-seconds or a date. */
static bool
from_retry_after(const struct answer *a, int64_t *wait_ms)
{
	int64_t at, now;
	uint64_t seconds;

	if (a->retry_after == NULL)
		return false;
	if (!take_number(a->retry_after, &seconds)) {
		if (a->date == NULL || !date_from_http(a->date, &now) ||
		    !date_from_http(a->retry_after, &at))
			return false;
		seconds = at > now ? (uint64_t)(at - now) : 0;
	}
	*wait_ms = seconds < ANSWER_WAIT_MAX_S
	    ? (int64_t)seconds * 1000
	    : ANSWER_WAIT_MAX_S * INT64_C(1000);
	if (*wait_ms < WAIT_MIN_MS)
		*wait_ms = WAIT_MIN_MS;
	return true;
}

static bool
from_reset(const struct answer *a, int64_t *wait_ms)
{
	uint64_t reset;
	int64_t now;

	if (a->reset == NULL || a->date == NULL ||
	    !date_from_http(a->date, &now) || !take_number(a->reset, &reset))
		return false;
	if (reset > (uint64_t)now + ANSWER_WAIT_MAX_S)
		reset = (uint64_t)now + ANSWER_WAIT_MAX_S;
	/* One second is added because both times are in whole seconds. */
	*wait_ms = ((int64_t)reset - now + 1) * 1000;
	if (*wait_ms < WAIT_MIN_MS)
		*wait_ms = WAIT_MIN_MS;
	return true;
}

static bool
is_exhausted(const struct answer *a)
{
	return a->remaining != NULL && strcmp(a->remaining, "0") == 0;
}

static bool
says_limit(const struct answer *a)
{
	return text_find_nocase(a->message, "rate limit") != NULL ||
	    text_find_nocase(a->message, "abuse detection") != NULL ||
	    (a->documentation_url != NULL &&
		text_find_nocase(a->documentation_url, "rate-limit") != NULL);
}

static bool
names_version(const struct answer *a)
{
	return text_find_nocase(a->message, "api version") != NULL ||
	    text_find_nocase(a->message, "api-version") != NULL ||
	    text_find_nocase(a->message, "supported version") != NULL;
}

/* Counts the white space at the start of the body. */
static size_t
count_blank(const struct answer *a)
{
	size_t n = 0;

	while (n < a->body_len && memchr(" \t\r\n", a->body[n], 4) != NULL)
		n++;
	return n;
}

bool
answer_is_json(const struct answer *a)
{
	struct json_error e;

	if (a->content_type != NULL &&
	    text_find_nocase(a->content_type, "json") != NULL)
		return true;
	return count_blank(a) < a->body_len &&
	    json_validate(a->body, a->body_len, JSON_LENIENT_TEXT, &e);
}

/* Without a Content-Type, anything that begins like HTML is taken for a
 * page. */
static bool
is_foreign(const struct answer *a)
{
	size_t blank = count_blank(a);

	return blank < a->body_len && !answer_is_json(a) &&
	    (a->content_type != NULL || a->body[blank] == '<');
}

enum answer_class
answer_classify(const struct answer *a, int64_t *wait_ms)
{
	bool told;

	*wait_ms = 0;
	told = from_retry_after(a, wait_ms);
	switch (a->status) {
	case 304:
		return ANSWER_NOT_MODIFIED;
	case 400:
	case 410:
		return names_version(a) ? ANSWER_VERSION : ANSWER_INVALID;
	case 401:
		return ANSWER_UNAUTHORIZED;
	case 404:
		return is_foreign(a) ? ANSWER_FOREIGN : ANSWER_NOT_FOUND;
	case 408:
		return ANSWER_FAILED;
	case 403:
	case 429:
		if (a->status == 403 && a->retry_after == NULL &&
		    !is_exhausted(a) && !says_limit(a))
			return ANSWER_FORBIDDEN;
		if (!told && is_exhausted(a))
			from_reset(a, wait_ms);
		return ANSWER_LIMITED;
	default:
		break;
	}
	if (a->status >= 200 && a->status < 300)
		return is_foreign(a) ? ANSWER_FOREIGN : ANSWER_OK;
	if (a->status >= 400 && a->status < 500)
		return ANSWER_INVALID;
	return a->status >= 500 && a->status < 600 ? ANSWER_FAILED : ANSWER_ODD;
}
