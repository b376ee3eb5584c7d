/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <string.h>
#include <time.h>

#include "base/date.h"
#include "base/text.h"

/* Days from 1970-01-01 in the Gregorian calendar, for years from 1970 on. */
static int64_t
days_from_civil(int64_t y, int64_t m, int64_t d)
{
	/* The year begins in March, so that a leap day comes last. */
	y -= m <= 2;
	m += m > 2 ? -3 : 9;
	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d - 1 -
	    719468;
}

/* Exactly n digits. */
static bool
take_digits(const char **p, size_t n, int64_t *value)
{
	uint64_t v;
	size_t i;

	for (i = 0; i < n; i++)
		if (!text_is_digit((*p)[i]))
			return false;
	text_u64(*p, n, &v);
	*value = (int64_t)v;
	*p += n;
	return true;
}

static bool
take_char(const char **p, const char *set)
{
	if (**p == '\0' || strchr(set, **p) == NULL)
		return false;
	(*p)++;
	return true;
}

static bool
take_time(const char **p, int64_t *seconds)
{
	int64_t h, m, s;

	if (!take_digits(p, 2, &h) || !take_char(p, ":") ||
	    !take_digits(p, 2, &m) || !take_char(p, ":") ||
	    !take_digits(p, 2, &s) || h > 23 || m > 59 || s > 60)
		return false;
	*seconds = h * 3600 + m * 60 + s;
	return true;
}

static bool
is_date(int64_t year, int64_t month, int64_t day)
{
	return year >= 1970 && month >= 1 && month <= 12 && day >= 1 &&
	    day <= 31;
}

bool
date_from_http(const char *s, int64_t *seconds)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t year, month, day, time;
	const char *p;

	if (strlen(s) != 29 || s[3] != ',' || s[4] != ' ')
		return false;
	p = s + 5;
	if (!take_digits(&p, 2, &day) || !take_char(&p, " "))
		return false;
	for (month = 0; month < 12; month++)
		if (strncmp(months + 3 * month, p, 3) == 0)
			break;
	p += 3;
	if (!take_char(&p, " ") || !take_digits(&p, 4, &year) ||
	    !take_char(&p, " ") || !take_time(&p, &time) ||
	    strcmp(p, " GMT") != 0 || !is_date(year, month + 1, day))
		return false;
	*seconds = days_from_civil(year, month + 1, day) * 86400 + time;
	return true;
}

bool
date_from_rfc3339(const char *s, int64_t *seconds)
{
	int64_t year, month, day, time, h, m;
	const char *p = s;
	char sign;

	if (!take_digits(&p, 4, &year) || !take_char(&p, "-") ||
	    !take_digits(&p, 2, &month) || !take_char(&p, "-") ||
	    !take_digits(&p, 2, &day) || !take_char(&p, "Tt ") ||
	    !take_time(&p, &time) || !is_date(year, month, day))
		return false;
	if (*p == '.')
		p += 1 + strspn(p + 1, "0123456789");
	*seconds = days_from_civil(year, month, day) * 86400 + time;
	if (*p == 'Z' || *p == 'z')
		return p[1] == '\0';
	sign = *p;
	if (!take_char(&p, "+-") || !take_digits(&p, 2, &h) ||
	    !take_char(&p, ":") || !take_digits(&p, 2, &m) || *p != '\0')
		return false;
	*seconds -= (sign == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

void
date_add(struct buf *b, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL)
		return;
	buf_addf(b, "%04d-%02d-%02d %02d:%02d:%02d UTC", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
