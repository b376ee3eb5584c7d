/* SPDX-License-Identifier: ISC */
/*
 * The man page has every option and every variable of the table, and no others.
 */
#include "unit.h"

#include <stdio.h>

#include "cli/options.h"

/* Variables of what is given without an option. */
static const char *const *const operands[] = {
#define VARIABLES(...)                    ((const char *const[]){ __VA_ARGS__, NULL })
#define OPERAND(name, command, variables) variables,
#include "cli/options.def"
};

static char page[1 << 17];

static int
read_page(void **state)
{
	FILE *f = fopen(MANUAL, "r");
	size_t n;

	(void)state;
	if (f == NULL)
		return -1;
	n = fread(page, 1, sizeof page - 1, f);
	fclose(f);
	return n > 1000 && n < sizeof page - 1 ? 0 : -1;
}

/* A line that begins with one text and has the other, ended by a blank or the
 * line. */
static bool
has_line(const char *begin, const char *word)
{
	const char *line, *hit;
	size_t len, n = strlen(word);

	for (line = page; *line != '\0'; line += len + 1) {
		len = strcspn(line, "\n");
		if (strncmp(line, begin, strlen(begin)) != 0)
			continue;
		for (hit = strstr(line, word); hit != NULL && hit < line + len;
		     hit = strstr(hit + 1, word))
			if (hit[-1] == ' ' && strchr(" \n", hit[n]) != NULL)
				return true;
	}
	return false;
}

static void
test_options(void **state)
{
	const struct option_spec *spec;
	char word[64];
	int o;

	(void)state;
	for (o = 0; o < OPTION_COUNT; o++) {
		spec = &option_specs[o];
		snprintf(word, sizeof word, "Fl Fl %s", spec->name + 2);
		check(has_line(".It Fl ", word), "%s is not in the manual",
		    spec->name);
		if (spec->letter == 0)
			continue;
		snprintf(word, sizeof word, ".It Fl %c , Fl Fl %s",
		    spec->letter, spec->name + 2);
		check(has_line(word, spec->name + 2), "-%c is not beside %s",
		    spec->letter, spec->name);
	}
}

static void
expect_variables(const char *const *names)
{
	for (; *names != NULL; names++)
		check(has_line(".It Ev ", *names), "%s is not in the manual",
		    *names);
}

static void
test_variables(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < OPTION_COUNT; i++)
		expect_variables(option_specs[i].variables);
	for (i = 0; i < COUNT(operands); i++)
		expect_variables(operands[i]);
}

static bool
is_name(const char *name, size_t len)
{
	int o;

	for (o = 0; o < OPTION_COUNT; o++)
		if (strlen(option_specs[o].name + 2) == len &&
		    memcmp(option_specs[o].name + 2, name, len) == 0)
			return true;
	return false;
}

static bool
is_letter(char letter)
{
	int o;

	for (o = 0; o < OPTION_COUNT; o++)
		if (option_specs[o].letter == letter)
			return true;
	return false;
}

static bool
is_among(const char *const *names, const char *name, size_t len)
{
	for (; *names != NULL; names++)
		if (strlen(*names) == len && memcmp(*names, name, len) == 0)
			return true;
	return false;
}

static bool
is_variable(const char *name, size_t len)
{
	bool found = false;
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++)
		found = found || is_among(option_specs[i].variables, name, len);
	for (i = 0; i < COUNT(operands); i++)
		found = found || is_among(operands[i], name, len);
	return found;
}

/* "Fl Fl NAME", and "Fl LETTERS" of the synopsis and elsewhere. */
static void
test_no_other_options(void **state)
{
	const char *p;
	size_t len, i;

	(void)state;
	for (p = page; (p = strstr(p, "Fl ")) != NULL; p += 3) {
		if (strncmp(p, "Fl Fl ", 6) == 0) {
			p += 3;
			len = strspn(p + 3, "abcdefghijklmnopqrstuvwxyz-");
			check(is_name(p + 3, len), "--%.*s is not an option",
			    (int)len, p + 3);
			continue;
		}
		len = strcspn(p + 3, " \n");
		for (i = 0; i < len; i++)
			check(is_letter(p[3 + i]), "-%c is not an option",
			    p[3 + i]);
	}
}

/* Of those that a runner makes of the inputs of an action. */
static void
test_no_other_variables(void **state)
{
	const char *p;
	size_t len;

	(void)state;
	for (p = page; (p = strstr(p, "INPUT_")) != NULL; p += len) {
		len = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
		if (p[len] != '*')
			check(is_variable(p, len), "%.*s is not a variable",
			    (int)len, p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_no_other_options),
		cmocka_unit_test(test_no_other_variables),
	};

	return cmocka_run_group_tests(tests, read_page, NULL);
}
