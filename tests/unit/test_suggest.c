/* SPDX-License-Identifier: ISC */
/*
 * What was meant by a word that is nearly an option, or an option elsewhere.
 */
#include "unit.h"

#include "cli/suggest.h"

static void
test_suggestions(void **state)
{
	static const struct {
		const char *arg, *meant; /* NULL: nothing */
	} cases[] = {
		{ "--rep", "--repo" },
		{ "--repoo", "--repo" },
		{ "--wrokflow", "--workflow" },
		{ "--feild", "--field" },
		{ "--input", "--inputs" },
		{ "--tiemout", "--timeout" },
		{ "--distinct_id", "--distinct-id" },
		{ "--cancel-on-int", "--cancel-on-interrupt" },
		{ "--Ref", "--ref" },
		{ "--versoin", "--version" },
		{ "--json", "--format" },
		{ "-F", "--field" },
		{ "--watch", "--wait" },
		{ "--hostname", "--repo" },
		{ "--frobnicate", NULL },
		{ "-Z", NULL },
		{ "", NULL },
		{ "--a-word-that-is-longer-than-any-option", NULL },
	};
	const char *meant;
	size_t i, len;
	char *arg;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		len = strlen(cases[i].arg);
		arg = exact_copy(cases[i].arg, len);
		meant = suggest_option(arg, len);
		check(cases[i].meant == NULL
			? meant == NULL
			: meant != NULL && strcmp(meant, cases[i].meant) == 0,
		    "%s: %s", cases[i].arg, meant != NULL ? meant : "nothing");
		free(arg);
	}
}

/* Two typing errors are near; a swap is one. */
static void
test_near(void **state)
{
	(void)state;
	assert_true(suggest_is_near(LIT("await"), "await"));
	assert_true(suggest_is_near(LIT("awiat"), "await"));
	assert_true(suggest_is_near(LIT("wiat"), "await"));
	assert_true(suggest_is_near(LIT("awaitxx"), "await"));
	assert_false(suggest_is_near(LIT("awaitxxx"), "await"));
	assert_false(suggest_is_near(LIT("deploy.yml"), "await"));
	assert_false(suggest_is_near(LIT(""), "await"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suggestions),
		cmocka_unit_test(test_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
