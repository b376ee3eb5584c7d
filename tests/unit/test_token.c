/* SPDX-License-Identifier: ISC */
/*
 * What may be a token, and reading it anew.
 */
#include "unit.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/secret.h"
#include "github/token.h"

#define TOKEN "ghp_0123456789abcdefghijABCDEFGHIJ012345"

static char path[64];

static int
set_up(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof path, "%s/return-dispatch.XXXXXX",
	    access("/tmp", W_OK) == 0 ? "/tmp" : ".");
	fd = mkstemp(path);
	assert_true(fd > 2);
	close(fd);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(path);
	secret_forget();
	return 0;
}

static void
put(const char *s, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_true(fd > 2);
	assert_int_equal(write(fd, s, len), len);
	close(fd);
}

static void
test_check(void **state)
{
	static const char *const unfit[] = { "a b", "a\tb", "a\n", "\x7f",
		"x\xc3\xa9", "\x01" };
	struct fault f;
	size_t i;

	(void)state;
	assert_int_equal(token_check("X", LIT(TOKEN), &f), STATUS_OK);
	assert_int_equal(token_check("X", LIT("!~"), &f), STATUS_OK);
	for (i = 0; i < COUNT(unfit); i++) {
		assert_int_equal(
		    token_check("X", unfit[i], strlen(unfit[i]), &f),
		    STATUS_USAGE);
		assert_memory_equal(f.text, "X: ", 3);
		assert_null(strstr(f.text, unfit[i]));
	}
}

static void
test_from_file(void **state)
{
	static const struct {
		const char *contents;
		size_t len;
		const char *token; /* NULL: unfit */
		const char *says;
	} rows[] = {
		{ LIT(TOKEN), TOKEN, NULL },
		{ LIT(" \t" TOKEN "\r\n\n"), TOKEN, NULL },
		{ LIT(""), NULL, "/run/t holds no token" },
		{ LIT(" \n"), NULL, "/run/t holds no token" },
		{ LIT("a b"), NULL, "a space" },
		{ LIT("ab\0cd"), NULL, "a control character" },
		{ LIT("ab\0"), NULL, "a control character" },
	};
	struct fault f;
	struct buf b;
	char *token;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		buf_init(&b, TOKEN_FILE_MAX);
		buf_add(&b, rows[i].contents, rows[i].len);
		token = NULL;
		check((token_from_file("--x", "/run/t", &b, &token, &f) ==
			  STATUS_OK) == (rows[i].token != NULL),
		    "row %zu", i);
		if (rows[i].token != NULL) {
			assert_string_equal(token, rows[i].token);
		} else {
			assert_null(token);
			assert_int_equal(f.status, STATUS_USAGE);
			assert_memory_equal(f.text, "--x: ", 5);
			check(
			    strstr(f.text, rows[i].says) != NULL, "%s", f.text);
		}
		token_free(token);
		buf_wipe(&b);
	}
}

static void
test_reread(void **state)
{
	static const char *const unfit[] = { "", "\n", "a b", "x\xc3\xa9" };
	char *token, *large;
	struct buf b;
	size_t i;

	(void)state;
	put(LIT(TOKEN "\n"));
	assert_null(token_reread(path, TOKEN));
	put(LIT(" ghs_another_token\n"));
	token = token_reread(path, TOKEN);
	assert_non_null(token);
	assert_string_equal(token, "ghs_another_token");
	token_free(token);
	/* Never to be shown. */
	buf_init(&b, BUF_TEXT_MAX);
	buf_adds(&b, "x ghs_another_token");
	secret_redact(&b);
	assert_string_equal(buf_str(&b), "x ***");
	buf_free(&b);
	for (i = 0; i < COUNT(unfit); i++) {
		put(unfit[i], strlen(unfit[i]));
		assert_null(token_reread(path, TOKEN));
	}
	large = malloc(TOKEN_FILE_MAX + 1);
	memset(large, 'x', TOKEN_FILE_MAX + 1);
	put(large, TOKEN_FILE_MAX + 1);
	assert_null(token_reread(path, TOKEN));
	free(large);
}

/* Nobody may ever write to a pipe again, nor is a directory a file. */
static void
test_reread_others(void **state)
{
	(void)state;
	unlink(path);
	assert_null(token_reread(path, TOKEN));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(token_reread(path, TOKEN));
	assert_null(token_reread("/", TOKEN));
}

static void
test_installation(void **state)
{
	(void)state;
	assert_true(token_is_installation("ghs_x"));
	assert_true(token_is_installation("ghs_"));
	assert_false(token_is_installation("ghp_x"));
	assert_false(token_is_installation(" ghs_x"));
	assert_false(token_is_installation("ghs"));
	assert_false(token_is_installation(""));
}

static void
test_scopes(void **state)
{
	static const char digits[] = "0123456789abcdef0123456789abcdef0123456";
	static const char *const others[] = { "", "ghp", "ghu_x", "ghs_x",
		"github_pat_x", digits };
	char old[64];
	size_t i;

	(void)state;
	assert_true(token_has_scopes(TOKEN));
	assert_true(token_has_scopes("gho_x"));
	for (i = 0; i < COUNT(others); i++)
		check(!token_has_scopes(others[i]), "%s", others[i]);
	snprintf(old, sizeof old, "%s7", digits);
	assert_true(token_has_scopes(old));
	snprintf(old, sizeof old, "%sg", digits);
	assert_false(token_has_scopes(old));
	snprintf(old, sizeof old, "%s78", digits);
	assert_false(token_has_scopes(old));
}

static void
test_kind(void **state)
{
	static const struct {
		const char *token, *part;
	} cases[] = {
		{ "ghp_x", "classic" },
		{ "github_pat_x", "fine-grained" },
		{ "gho_x", "OAuth" },
		{ "ghu_x", "user" },
		{ "ghs_x", "installation" },
		{ "0123456789abcdef", "unknown" },
		{ "", "unknown" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		check(strstr(token_kind(cases[i].token), cases[i].part) != NULL,
		    "%s", cases[i].token);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_check),
		TEST(test_from_file),
		TEST(test_reread),
		TEST(test_reread_others),
		TEST(test_installation),
		TEST(test_scopes),
		TEST(test_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
