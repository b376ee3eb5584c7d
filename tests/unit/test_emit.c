/* SPDX-License-Identifier: ISC */
/*
 * Writing JSON: exact bytes, and what is written reads back the same.
 */
#include "unit.h"

#include "base/buf.h"
#include "json/emit.h"
#include "json/json.h"

static void
test_strings(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want;
	} cases[] = {
		{ LIT(""), "\"\"" },
		{ LIT("abc"), "\"abc\"" },
		{ LIT("\""), "\"\\\"\"" },
		{ LIT("\\"), "\"\\\\\"" },
		{ LIT("\\\""), "\"\\\\\\\"\"" },
		{ LIT("a/b"), "\"a/b\"" },
		{ LIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"" },
		{ LIT("\0"), "\"\\u0000\"" },
		{ LIT("a\0b"), "\"a\\u0000b\"" },
		{ LIT("\x01\x0b\x0e\x1b\x1f"),
		    "\"\\u0001\\u000b\\u000e\\u001b\\u001f\"" },
		/* What steers, hides or reorders. */
		{ LIT(" \x7f"), "\" \\u007f\"" },
		{ LIT("\xc2\x9b"), "\"\\u009b\"" },
		{ LIT("\xe2\x80\xae\xe2\x80\x8b\xef\xbb\xbf"),
		    "\"\\u202e\\u200b\\ufeff\"" },
		{ LIT("\xf3\xa0\x81\xa1"), "\"\\udb40\\udc61\"" },
		/* What is no character. */
		{ LIT("\xff\xe2\x80"), "\"\\ufffd\\ufffd\\ufffd\"" },
		/* The runner's old commands. */
		{ LIT("##[error]"), "\"##\\u005berror]\"" },
		{ LIT("###[#[ ##"), "\"###\\u005b#[ ##\"" },
		{ LIT("\xc3\xa9\xf0\x9f\x9a\x80"),
		    "\"\xc3\xa9\xf0\x9f\x9a\x80\"" },
		{ LIT("'<>&%"), "\"'<>&%\"" },
	};
	struct buf out;
	size_t i;
	char *copy;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_init(&out, 1000);
		copy = exact_copy(cases[i].text, cases[i].len);
		emit_string_n(&out, copy, cases[i].len);
		free(copy);
		assert_string_equal(buf_str(&out), cases[i].want);
		if (strlen(cases[i].text) == cases[i].len) {
			buf_clear(&out);
			emit_string(&out, cases[i].text);
			assert_string_equal(buf_str(&out), cases[i].want);
		}
		buf_free(&out);
	}
}

/* All code points, read back by our own reader. */
static void
test_round_trip(void **state)
{
	struct json_error e;
	struct json_doc *doc;
	struct buf out, back;
	char text[3];
	size_t len;
	int a, b;

	(void)state;
	for (a = 0; a < 128; a++)
		for (b = 0; b < 128; b += 7) {
			text[0] = (char)a;
			text[1] = (char)b;
			text[2] = (char)a;
			len = b % 2 ? 3 : 2;
			buf_init(&out, 100);
			buf_init(&back, 100);
			emit_string_n(&out, text, len);
			doc = json_parse(
			    out.data, out.len, JSON_STRICT_TEXT, &e);
			check(doc != NULL, "%s: %s", out.data, e.expected);
			assert_true(json_string(json_root(doc), &back));
			assert_int_equal(back.len, len);
			assert_memory_equal(back.data, text, len);
			json_free(doc);
			buf_free(&out);
			buf_free(&back);
		}
}

/* JSON that is there already means the same, and can be shown. */
static void
test_text(void **state)
{
	static const struct {
		const char *json, *want;
	} cases[] = {
		{ "", "" },
		{ "{\"a\": [1.50,\t\"b\\n\"]}\r\n", NULL },
		{ "[\"##[x]\",[\"\\\\##[\"]]",
		    "[\"##\\u005bx]\",[\"\\\\##\\u005b\"]]" },
		{ "[\"\xe2\x80\xae\xc2\x9b\x7f\"]",
		    "[\"\\u202e\\u009b\\u007f\"]" },
		{ "\x1b", "\\u001b" },
	};
	struct buf out;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_init(&out, 1000);
		emit_text(&out, cases[i].json, strlen(cases[i].json));
		assert_string_equal(buf_str(&out),
		    cases[i].want != NULL ? cases[i].want : cases[i].json);
		buf_free(&out);
	}
}

static void
test_names(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	emit_name(&out, "bare");
	assert_string_equal(buf_str(&out), "\"bare\":");
	buf_clear(&out);
	buf_addc(&out, '{');
	emit_name(&out, "ref");
	emit_string(&out, "ma\"in");
	emit_name(&out, "inputs");
	buf_addc(&out, '{');
	emit_name(&out, "a b\n");
	buf_adds(&out, "1.50");
	emit_name(&out, "brace");
	emit_string(&out, "{");
	emit_name(&out, "");
	buf_adds(&out, "null");
	buf_addc(&out, '}');
	emit_name(&out, "z");
	buf_adds(&out, "true}");
	assert_string_equal(buf_str(&out),
	    "{\"ref\":\"ma\\\"in\",\"inputs\":"
	    "{\"a b\\n\":1.50,\"brace\":\"{\",\"\":null},\"z\":true}");
	buf_free(&out);
}

/* The cap of the buf holds, and says so. */
static void
test_cap(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 6);
	emit_string(&out, "abcd");
	assert_false(out.overflowed);
	assert_string_equal(buf_str(&out), "\"abcd\"");
	buf_clear(&out);
	emit_string(&out, "abcde");
	assert_true(out.overflowed);
	assert_true(out.len <= 6);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
