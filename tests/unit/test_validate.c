/* SPDX-License-Identifier: ISC */
/*
 * The JSON validator against the grammar of RFC 8259.  Every text of the table
 * is judged by both strictnesses, and then again cut off at every length.
 */
#include "unit.h"

#include <stdio.h>

#include "json/validate.h"

enum verdict {
	GOOD,
	BAD,
	LENIENT /* the grammar holds, the characters don't */
};

static const struct {
	enum verdict verdict;
	const char *text;
	size_t len;
} texts[] = {
	/* 2: values at the top level, white space around them */
	{ GOOD, LIT("{}") },
	{ GOOD, LIT("[]") },
	{ GOOD, LIT("0") },
	{ GOOD, LIT("\"\"") },
	{ GOOD, LIT("\"text\"") },
	{ GOOD, LIT("true") },
	{ GOOD, LIT("false") },
	{ GOOD, LIT("null") },
	{ GOOD, LIT(" \t\r\n{ \t\r\n} \t\r\n") },
	{ GOOD, LIT(" \t\r\n[ \t\r\n] \t\r\n") },
	{ GOOD, LIT("\n\n1\n\n") },
	{ GOOD, LIT("\r\n\"a\"\r\n") },
	{ BAD, LIT("") },
	{ BAD, LIT(" ") },
	{ BAD, LIT("\n\t\r ") },
	{ BAD, LIT("\0") },
	{ BAD, LIT("{}\0") },
	{ BAD, LIT("\0{}") },
	{ BAD, LIT("[1,\0002]") },
	{ BAD, LIT("1\0") },
	{ BAD, LIT("\v1") },
	{ BAD, LIT("1\f") },
	{ BAD,
	    LIT("\xc2\xa0"
		"1") },
	{ BAD, LIT("1\xe2\x80\xa8") },
	{ BAD, LIT("\xef\xbb\xbf{}") },
	{ BAD, LIT("\xef\xbb\xbf") },
	{ BAD, LIT("\xff\xfe{\0}\0") },
	{ BAD, LIT("{\0}\0") },
	{ BAD, LIT("//\n1") },
	{ BAD, LIT("/* */1") },
	{ BAD, LIT("1 // one") },
	{ BAD, LIT("# comment\n{}") },
	{ BAD, LIT("{} {}") },
	{ BAD, LIT("[] []") },
	{ BAD, LIT("[1] [2]") },
	{ BAD, LIT("1 2") },
	{ BAD, LIT("1,2") },
	{ BAD, LIT("\"a\" \"b\"") },
	{ BAD, LIT("\"a\":1") },
	{ BAD, LIT("{}x") },
	{ BAD, LIT("{}}") },
	{ BAD, LIT("[]]") },
	{ BAD, LIT("{},") },
	{ BAD, LIT("[],") },
	{ BAD, LIT(",") },
	{ BAD, LIT(":") },
	{ BAD, LIT("}") },
	{ BAD, LIT("]") },
	{ BAD, LIT("<html>") },
	{ BAD, LIT("(1)") },
	{ BAD, LIT("a=b") },

	/* 3: literals, lower case and whole */
	{ GOOD, LIT("[true,false,null]") },
	{ GOOD, LIT("[ true , false , null ]") },
	{ BAD, LIT("tru") },
	{ BAD, LIT("t") },
	{ BAD, LIT("truee") },
	{ BAD, LIT("true false") },
	{ BAD, LIT("True") },
	{ BAD, LIT("TRUE") },
	{ BAD, LIT("tRue") },
	{ BAD, LIT("fals") },
	{ BAD, LIT("False") },
	{ BAD, LIT("nul") },
	{ BAD, LIT("nulll") },
	{ BAD, LIT("Null") },
	{ BAD, LIT("nil") },
	{ BAD, LIT("undefined") },
	{ BAD, LIT("yes") },
	{ BAD, LIT("[true1]") },
	{ BAD, LIT("[nul]") },
	{ BAD, LIT("[truefalse]") },
	{ BAD, LIT("{\"a\":tru}") },
	{ BAD, LIT("[t\0rue]") },

	/* 4: objects */
	{ GOOD, LIT("{\"a\":1}") },
	{ GOOD, LIT("{\"a\":1,\"b\":2}") },
	{ GOOD, LIT("{ \"a\" : 1 , \"b\" : 2 }") },
	{ GOOD, LIT("{\n\t\"a\"\r\n:\n1\n}") },
	{ GOOD, LIT("{\"\":0}") },
	{ GOOD, LIT("{\"a\":1,\"a\":2}") },
	{ GOOD, LIT("{\"a\":{\"b\":{\"c\":{}}}}") },
	{ GOOD, LIT("{\"a\":[],\"b\":{},\"c\":\"\",\"d\":null}") },
	{ GOOD, LIT("{\"\\u0061\":1}") },
	{ GOOD, LIT("{\"a b\":\"c:d,e}\"}") },
	{ BAD, LIT("{") },
	{ BAD, LIT("{ ") },
	{ BAD, LIT("{\"") },
	{ BAD, LIT("{\"a\"") },
	{ BAD, LIT("{\"a\":") },
	{ BAD, LIT("{\"a\":1") },
	{ BAD, LIT("{\"a\":1,") },
	{ BAD, LIT("{\"a\"}") },
	{ BAD, LIT("{\"a\":}") },
	{ BAD, LIT("{:1}") },
	{ BAD, LIT("{\"a\":1,}") },
	{ BAD, LIT("{,}") },
	{ BAD, LIT("{,\"a\":1}") },
	{ BAD, LIT("{\"a\":1,,\"b\":2}") },
	{ BAD, LIT("{\"a\":1 \"b\":2}") },
	{ BAD, LIT("{\"a\":1;\"b\":2}") },
	{ BAD, LIT("{\"a\"::1}") },
	{ BAD, LIT("{\"a\":\"b\":\"c\"}") },
	{ BAD, LIT("{\"a\",\"b\"}") },
	{ BAD, LIT("{\"a\",1}") },
	{ BAD, LIT("{\"a\"=1}") },
	{ BAD, LIT("{\"a\" 1}") },
	{ BAD, LIT("{a:1}") },
	{ BAD, LIT("{'a':1}") },
	{ BAD, LIT("{1:1}") },
	{ BAD, LIT("{true:1}") },
	{ BAD, LIT("{null:null}") },
	{ BAD, LIT("{[]:1}") },
	{ BAD, LIT("{{}:1}") },
	{ BAD, LIT("{{}}") },
	{ BAD, LIT("{[]}") },
	{ BAD, LIT("{\"a\":1]") },
	{ BAD, LIT("{]") },
	{ BAD, LIT("{\"a\":1}}") },
	{ BAD, LIT("{\"a\":/*c*/1}") },
	{ BAD, LIT("{\"a\":1,\"b\"}") },
	{ BAD, LIT("{\"a\":1,2}") },
	{ BAD, LIT("{...}") },
	{ BAD, LIT("{\"\\1}") },
	{ BAD, LIT("{\"\\u\"a\"}") },
	{ BAD, LIT("{\"a\\\":1}") },
	{ BAD, LIT("{\"a\":1,\"\\2}") },

	/* 5: arrays */
	{ GOOD, LIT("[1]") },
	{ GOOD, LIT("[1,2,3]") },
	{ GOOD, LIT("[1,\"a\",true,null,{},[]]") },
	{ GOOD, LIT("[[],[[]],[[[]]]]") },
	{ GOOD, LIT("[ [ ] , [ ] ]") },
	{ GOOD, LIT("[{\"a\":[{\"b\":[{}]}]}]") },
	{ BAD, LIT("[") },
	{ BAD, LIT("[1") },
	{ BAD, LIT("[1,") },
	{ BAD, LIT("[,") },
	{ BAD, LIT("[,]") },
	{ BAD, LIT("[1,]") },
	{ BAD, LIT("[,1]") },
	{ BAD, LIT("[1,,2]") },
	{ BAD, LIT("[1 2]") },
	{ BAD, LIT("[1;2]") },
	{ BAD, LIT("[1:2]") },
	{ BAD, LIT("[\"a\":1]") },
	{ BAD, LIT("[\"a\" \"b\"]") },
	{ BAD, LIT("[1}") },
	{ BAD, LIT("[}") },
	{ BAD, LIT("[[1]") },
	{ BAD, LIT("[1]]") },
	{ BAD, LIT("[{]}") },
	{ BAD, LIT("[\"a\"") },
	{ BAD, LIT("[\"a") },
	{ BAD, LIT("[a]") },
	{ BAD, LIT("['a']") },
	{ BAD, LIT("[<null>]") },

	/* 6: numbers */
	{ GOOD, LIT("-0") },
	{ GOOD, LIT("1") },
	{ GOOD, LIT("-1") },
	{ GOOD, LIT("10") },
	{ GOOD, LIT("1234567890") },
	{ GOOD, LIT("123456789012345678901234567890") },
	{ GOOD, LIT("0.0") },
	{ GOOD, LIT("-0.0") },
	{ GOOD, LIT("0.10") },
	{ GOOD, LIT("3.141592653589793238462643") },
	{ GOOD, LIT("1e1") },
	{ GOOD, LIT("1E1") },
	{ GOOD, LIT("1e+1") },
	{ GOOD, LIT("1e-1") },
	{ GOOD, LIT("1E+01") },
	{ GOOD, LIT("0e0") },
	{ GOOD, LIT("0E+0") },
	{ GOOD, LIT("-0e-0") },
	{ GOOD, LIT("1.5e300") },
	{ GOOD, LIT("-1.5E-300") },
	{ GOOD, LIT("1e999999999") },
	{ GOOD, LIT("[0,-0,1e1,1.0]") },
	{ BAD, LIT("-") },
	{ BAD, LIT("+") },
	{ BAD, LIT("+1") },
	{ BAD, LIT("++1") },
	{ BAD, LIT("--1") },
	{ BAD, LIT("-+1") },
	{ BAD, LIT("- 1") },
	{ BAD, LIT("00") },
	{ BAD, LIT("01") },
	{ BAD, LIT("-01") },
	{ BAD, LIT("-00") },
	{ BAD, LIT("00.1") },
	{ BAD, LIT("01e1") },
	{ BAD, LIT(".") },
	{ BAD, LIT(".1") },
	{ BAD, LIT("-.1") },
	{ BAD, LIT("1.") },
	{ BAD, LIT("-1.") },
	{ BAD, LIT("0.") },
	{ BAD, LIT("1.e1") },
	{ BAD, LIT("1..2") },
	{ BAD, LIT("1.2.3") },
	{ BAD, LIT("1.-2") },
	{ BAD, LIT("1e") },
	{ BAD, LIT("1E") },
	{ BAD, LIT("1e+") },
	{ BAD, LIT("1e-") },
	{ BAD, LIT("1e1.5") },
	{ BAD, LIT("1ee1") },
	{ BAD, LIT("1e+-1") },
	{ BAD, LIT("e1") },
	{ BAD, LIT("1 e1") },
	{ BAD, LIT("1e 1") },
	{ BAD, LIT("1 000") },
	{ BAD, LIT("1,000") },
	{ BAD, LIT("1_000") },
	{ BAD, LIT("0x10") },
	{ BAD, LIT("0b1") },
	{ BAD, LIT("0o7") },
	{ BAD, LIT("1f") },
	{ BAD, LIT("1L") },
	{ BAD, LIT("1a") },
	{ BAD, LIT("NaN") },
	{ BAD, LIT("nan") },
	{ BAD, LIT("Infinity") },
	{ BAD, LIT("-Infinity") },
	{ BAD, LIT("inf") },
	{ BAD, LIT("\xef\xbc\x91") }, /* full-width 1 */
	{ BAD, LIT("1\xd9\xa1") },    /* Arabic 1 */
	{ BAD, LIT("[-]") },
	{ BAD, LIT("[01]") },
	{ BAD, LIT("[1.]") },
	{ BAD, LIT("[1e]") },
	{ BAD, LIT("{\"a\":-}") },
	{ BAD, LIT("{\"a\":01}") },
	{ BAD, LIT("1\0002") },

	/* 7: strings and escapes */
	{ GOOD, LIT("\" \"") },
	{ GOOD, LIT("\"\\\"\"") },
	{ GOOD, LIT("\"\\\\\"") },
	{ GOOD, LIT("\"\\/\"") },
	{ GOOD, LIT("\"/\"") },
	{ GOOD, LIT("\"\\b\\f\\n\\r\\t\"") },
	{ GOOD, LIT("\"\\u0000\"") },
	{ GOOD, LIT("\"\\u001f\"") },
	{ GOOD, LIT("\"\\u0022\\u005c\"") },
	{ GOOD, LIT("\"\\u00e9\\u00E9\"") },
	{ GOOD, LIT("\"\\uabcd\\uEF01\"") },
	{ GOOD, LIT("\"\\uffff\\uFFFE\"") },
	{ GOOD, LIT("\"\\u12345\"") },
	{ GOOD, LIT("\"\\\\u12\"") },
	{ GOOD, LIT("\"\\\\\\\"\"") },
	{ GOOD, LIT("\"\x7f\"") },
	{ GOOD, LIT("\"'\"") },
	{ GOOD, LIT("\"{[,:]}\"") },
	{ GOOD, LIT("\"/* no comment */\"") },
	{ BAD, LIT("\"") },
	{ BAD, LIT("\"a") },
	{ BAD, LIT("a\"") },
	{ BAD, LIT("\"a\"\"") },
	{ BAD, LIT("'a'") },
	{ BAD, LIT("`a`") },
	{ BAD,
	    LIT("\xe2\x80\x9c"
		"a\xe2\x80\x9d") },
	{ BAD, LIT("\"\\") },
	{ BAD, LIT("\"\\\"") },
	{ BAD, LIT("\"\\\\\\\"") },
	{ BAD, LIT("\"\\a\"") },
	{ BAD, LIT("\"\\v\"") },
	{ BAD, LIT("\"\\0\"") },
	{ BAD, LIT("\"\\'\"") },
	{ BAD, LIT("\"\\x41\"") },
	{ BAD, LIT("\"\\ \"") },
	{ BAD, LIT("\"\\\n\"") },
	{ BAD, LIT("\"\\\0\"") },
	{ BAD, LIT("\"\\N\"") },
	{ BAD, LIT("\"\\U0041\"") },
	{ BAD, LIT("\"\\u\"") },
	{ BAD, LIT("\"\\u1\"") },
	{ BAD, LIT("\"\\u12\"") },
	{ BAD, LIT("\"\\u123\"") },
	{ BAD, LIT("\"\\u123g\"") },
	{ BAD, LIT("\"\\u 123\"") },
	{ BAD, LIT("\"\\u+123\"") },
	{ BAD, LIT("\"\\u-123\"") },
	{ BAD, LIT("\"\\u0x41\"") },
	{ BAD, LIT("\"\\u{41}\"") },
	{ BAD,
	    LIT("\"\\u00\0"
		"41\"") },
	{ BAD, LIT("\"\\u00\xc3\xa9\"") },
	{ BAD, LIT("\"\\\xc3\xa9\"") },

	/* 7: control characters never stand for themselves */
	{ BAD, LIT("\"\0\"") },
	{ BAD, LIT("\"a\0b\"") },
	{ BAD, LIT("\"\x01\"") },
	{ BAD, LIT("\"\b\"") },
	{ BAD, LIT("\"\t\"") },
	{ BAD, LIT("\"\n\"") },
	{ BAD, LIT("\"\r\"") },
	{ BAD, LIT("\"\x1b[31m\"") },
	{ BAD, LIT("\"\x1f\"") },
	{ BAD, LIT("{\"a\nb\":1}") },

	/* 8.1: UTF-8 at its borders */
	{ GOOD, LIT("\"\xc2\x80\"") },
	{ GOOD, LIT("\"\xc2\x85\"") },
	{ GOOD, LIT("\"\xdf\xbf\"") },
	{ GOOD, LIT("\"\xe0\xa0\x80\"") },
	{ GOOD, LIT("\"\xed\x9f\xbf\"") },
	{ GOOD, LIT("\"\xee\x80\x80\"") },
	{ GOOD, LIT("\"\xef\xbf\xbd\"") },
	{ GOOD, LIT("\"\xef\xbf\xbf\"") },
	{ GOOD, LIT("\"\xf0\x90\x80\x80\"") },
	{ GOOD, LIT("\"\xf4\x8f\xbf\xbf\"") },
	{ GOOD, LIT("\"\xef\xbb\xbf\"") },
	{ GOOD, LIT("\"\xe2\x80\xa8\xe2\x80\xa9\"") },
	{ GOOD, LIT("{\"\xc3\xa9\":\"\xf0\x9f\x9a\x80\"}") },
	{ LENIENT, LIT("\"\x80\"") },
	{ LENIENT, LIT("\"\xbf\"") },
	{ LENIENT, LIT("\"\xfe\"") },
	{ LENIENT, LIT("\"\xff\"") },
	{ LENIENT, LIT("\"\xc3\"") },
	{ LENIENT,
	    LIT("\"\xc3"
		"a\"") },
	{ LENIENT, LIT("\"\xe2\x82\"") },
	{ LENIENT, LIT("\"\xe2\x28\xa1\"") },
	{ LENIENT, LIT("\"\xf0\x9f\x9a\"") },
	{ LENIENT, LIT("\"\xc3\xa9\xa9\"") },
	{ LENIENT, LIT("\"\xc0\xaf\"") }, /* overlong */
	{ LENIENT, LIT("\"\xc0\x80\"") },
	{ LENIENT, LIT("\"\xc1\xbf\"") },
	{ LENIENT, LIT("\"\xe0\x80\xaf\"") },
	{ LENIENT, LIT("\"\xe0\x9f\xbf\"") },
	{ LENIENT, LIT("\"\xf0\x80\x80\xaf\"") },
	{ LENIENT, LIT("\"\xf0\x8f\xbf\xbf\"") },
	{ LENIENT, LIT("\"\xed\xa0\x80\"") }, /* surrogates */
	{ LENIENT, LIT("\"\xed\xbf\xbf\"") },
	{ LENIENT, LIT("\"\xed\xa0\xbd\xed\xb8\x80\"") },
	{ LENIENT, LIT("\"\xf4\x90\x80\x80\"") }, /* over U+10FFFF */
	{ LENIENT, LIT("\"\xf5\x80\x80\x80\"") },
	{ LENIENT, LIT("\"\xf8\x88\x80\x80\x80\"") },
	{ LENIENT, LIT("\"\xfc\x84\x80\x80\x80\x80\"") },
	{ LENIENT, LIT("{\"\xe9\":1}") },
	{ LENIENT, LIT("[\"ok\",\"\xe9t\xe9\"]") },
	{ BAD, LIT("\"\xe2\x82") },
	{ BAD, LIT("[\xe9]") },
	{ BAD, LIT("\xff") },
	{ BAD, LIT("\"\xc3\0\"") },
	{ BAD, LIT("\"\xc3\n\"") },

	/* 8.2: surrogates in escapes */
	{ GOOD, LIT("\"\\ud83d\\ude80\"") },
	{ GOOD, LIT("\"\\uD83D\\uDE80\"") },
	{ GOOD, LIT("\"\\ud800\\udc00\"") },
	{ GOOD, LIT("\"\\udbff\\udfff\"") },
	{ GOOD, LIT("\"\\ud83d\\ude80\\ud83d\\ude80\"") },
	{ GOOD, LIT("\"\\ud7ff\\ue000\"") },
	{ LENIENT, LIT("\"\\ud800\"") },
	{ LENIENT, LIT("\"\\udbff\"") },
	{ LENIENT, LIT("\"\\udc00\"") },
	{ LENIENT, LIT("\"\\udfff\"") },
	{ LENIENT, LIT("\"\\ud83dx\"") },
	{ LENIENT, LIT("\"\\ud83d\\n\"") },
	{ LENIENT, LIT("\"\\ud83d \\ude80\"") },
	{ LENIENT, LIT("\"\\ude80\\ud83d\"") },
	{ LENIENT, LIT("\"\\ud83d\\ud83d\\ude80\"") },
	{ LENIENT, LIT("\"\\ud83d\\ue000\"") },
	{ LENIENT, LIT("\"\\ud83d\\u0041\"") },
	{ LENIENT, LIT("\"\\ud83d\\\\ude80\"") },
	{ LENIENT, LIT("{\"\\udead\":1}") },
	{ BAD, LIT("\"\\ud83d\\u\"") },
	{ BAD, LIT("\"\\ud83d\\ude8\"") },
	{ BAD, LIT("\"\\ud83d\\x\"") },
	{ BAD, LIT("\"\\ud83d\\") },
	{ BAD, LIT("\"\\ud8\"") },
};

static bool
judge(const char *text, size_t len, enum json_strictness strictness)
{
	char *copy = exact_copy(text, len);
	struct json_error e;
	bool good;

	memset(&e, 0xa5, sizeof e);
	good = json_validate(copy, len, strictness, &e);
	if (!good) {
		/* Whatever is wrong, its description is whole. */
		assert_true(e.offset <= len);
		assert_true(e.line >= 1 && e.column >= 1);
		assert_true(e.line + e.column <= len + 2);
		assert_non_null(e.expected);
		assert_true(strlen(e.expected) > 0);
		assert_true(memchr(e.found, '\0', sizeof e.found) != NULL);
		assert_true(strlen(e.found) > 0);
	}
	free(copy);
	return good;
}

static void
test_texts(void **state)
{
	enum verdict want;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		want = texts[i].verdict;
		check(judge(texts[i].text, texts[i].len, JSON_STRICT_TEXT) ==
			(want == GOOD),
		    "case %zu, strict: %s", i, texts[i].text);
		check(judge(texts[i].text, texts[i].len, JSON_LENIENT_TEXT) ==
			(want != BAD),
		    "case %zu, lenient: %s", i, texts[i].text);
	}
}

/* Every text cut at every length; a cut container is never a value. */
static void
test_truncated(void **state)
{
	const char *text;
	size_t i, n, end;
	bool container;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		text = texts[i].text;
		n = 0;
		while (n < texts[i].len && strchr(" \t\r\n", text[n]) != NULL)
			n++;
		container = n < texts[i].len &&
		    (text[n] == '{' || text[n] == '[');
		for (end = texts[i].len;
		     end > 0 && strchr(" \t\r\n", text[end - 1]) != NULL &&
		     text[end - 1] != '\0';
		     end--)
			;
		for (n = 0; n < texts[i].len; n++) {
			bool strict, lenient;

			strict = judge(text, n, JSON_STRICT_TEXT);
			lenient = judge(text, n, JSON_LENIENT_TEXT);
			check(lenient || !strict, "case %zu cut at %zu", i, n);
			if (texts[i].verdict != BAD && container && n < end)
				check(!lenient, "case %zu cut at %zu: %s", i, n,
				    text);
		}
	}
}

/* Whatever a text is put into, its verdict is the text's own. */
static void
test_embedded(void **state)
{
	static const struct {
		const char *before, *after;
	} around[] = {
		{ "[", "]" },
		{ "{\"k\":", "}" },
		{ "[[[", "]]]" },
		{ "[0,", ",0]" },
		{ "{\"a\":[],\"b\": ", " ,\"c\":{}}" },
		{ " \n", "\t\n" },
		{ "[{\"a\":[", "]}]" },
	};
	char text[512];
	size_t i, j, len;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		/* Some are bad alone but good among others: "1,2", "". */
		if (texts[i].verdict == BAD)
			continue;
		for (j = 0; j < COUNT(around); j++) {
			len = strlen(around[j].before);
			memcpy(text, around[j].before, len);
			memcpy(text + len, texts[i].text, texts[i].len);
			len += texts[i].len;
			memcpy(text + len, around[j].after,
			    strlen(around[j].after));
			len += strlen(around[j].after);
			check(judge(text, len, JSON_STRICT_TEXT) ==
				(texts[i].verdict == GOOD),
			    "case %zu in %zu", i, j);
			check(judge(text, len, JSON_LENIENT_TEXT),
			    "case %zu in %zu", i, j);
		}
	}
}

/* Any byte in any place: strict never takes what lenient refuses. */
static void
test_mutated(void **state)
{
	static const char bytes[] = "\0\t\n\x1f \"\\/,:[]{}019-+.eEutfna\x7f"
				    "\x80\xbf\xc0\xc2\xe0\xed\xf0\xf4\xff";
	char text[64];
	size_t i, j, k;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		if (texts[i].len > sizeof text || texts[i].verdict == BAD)
			continue;
		for (j = 0; j < texts[i].len; j++)
			for (k = 0; k < sizeof bytes - 1; k++) {
				memcpy(text, texts[i].text, texts[i].len);
				text[j] = bytes[k];
				if (judge(text, texts[i].len, JSON_STRICT_TEXT))
					check(judge(text, texts[i].len,
						  JSON_LENIENT_TEXT),
					    "case %zu, byte %zu", i, j);
			}
	}
}

static bool
nested(size_t depth, const char *open, const char *close, const char *core)
{
	size_t each = strlen(open), len = 0, i;
	char *text;
	bool good;

	text = malloc(depth * (each + 1) + strlen(core));
	for (i = 0; i < depth; i++, len += each)
		memcpy(text + len, open, each);
	memcpy(text + len, core, strlen(core));
	len += strlen(core);
	for (i = 0; i < depth; i++)
		text[len++] = *close;
	good = judge(text, len, JSON_STRICT_TEXT);
	assert_true(judge(text, len, JSON_LENIENT_TEXT) == good);
	free(text);
	return good;
}

static void
test_depth(void **state)
{
	size_t max = JSON_DEPTH_MAX;

	(void)state;
	assert_true(nested(max - 1, "[", "]", ""));
	assert_true(nested(max, "[", "]", ""));
	assert_false(nested(max + 1, "[", "]", ""));
	assert_true(nested(max, "[", "]", "1"));
	assert_true(nested(max - 1, "{\"a\":", "}", "{}"));
	assert_true(nested(max, "{\"a\":", "}", "0"));
	assert_false(nested(max, "{\"a\":", "}", "{}"));
	assert_false(nested(max, "{\"a\":", "}", "[]"));
	assert_false(nested(max + 1, "{\"a\":", "}", "0"));
	assert_false(nested(100000, "[", "]", ""));
	assert_false(nested(100000, "{\"\":", "}", "1"));
	/* Depth is what is open at once, not what has been. */
	assert_true(nested(1, "[{},[[]],[[[]]],", "]", "[]"));
}

static void
test_siblings_are_no_depth(void **state)
{
	char text[4 * JSON_DEPTH_MAX + 1];
	size_t i, len = 0;

	(void)state;
	text[len++] = '[';
	for (i = 0; i < JSON_DEPTH_MAX + 1; i++) {
		memcpy(text + len, "[],", 3);
		len += 3;
	}
	text[len - 1] = ']';
	assert_true(judge(text, len, JSON_STRICT_TEXT));
}

static const struct {
	const char *text;
	size_t len;
	size_t offset, line, column;
	const char *expected, *found;
} errors[] = {
	{ LIT(""), 0, 1, 1, "a value", "the end of the text" },
	{ LIT("\n\n  "), 4, 3, 3, "a value", "the end of the text" },
	{ LIT("x"), 0, 1, 1, "a value", "'x'" },
	{ LIT("{"), 1, 1, 2, "a member's name in double quotes, or '}'",
	    "the end of the text" },
	{ LIT("{a:1}"), 1, 1, 2, "a member's name in double quotes, or '}'",
	    "'a'" },
	{ LIT("{\n  'a': 1\n}"), 4, 2, 3,
	    "a member's name in double quotes, or '}'", "'''" },
	{ LIT("{\"a\":1,}"), 7, 1, 8, "a member's name in double quotes",
	    "'}'" },
	{ LIT("{\"a\" 1}"), 5, 1, 6, "':' after the member's name", "'1'" },
	{ LIT("{\"a\":}"), 5, 1, 6, "a value", "'}'" },
	{ LIT("{\"\\1}"), 3, 1, 4,
	    "one of \" \\ / b f n r t u after a backslash", "'1'" },
	{ LIT("{\"a\":1 \"b\":2}"), 7, 1, 8, "',' or '}'", "'\"'" },
	{ LIT("{\"a\":1]"), 6, 1, 7, "',' or '}'", "']'" },
	{ LIT("{\"a\":[1,2}"), 9, 1, 10, "',' or ']'", "'}'" },
	{ LIT("[1,]"), 3, 1, 4, "a value", "']'" },
	{ LIT("["), 1, 1, 2, "a value or ']'", "the end of the text" },
	{ LIT("[,]"), 1, 1, 2, "a value or ']'", "','" },
	{ LIT("[1 2]"), 3, 1, 4, "',' or ']'", "'2'" },
	{ LIT("{\"a\":tru}"), 8, 1, 9, "true", "'}'" },
	{ LIT("[fals"), 5, 1, 6, "false", "the end of the text" },
	{ LIT("[t ]"), 2, 1, 3, "true", "' '" },
	{ LIT("nULL"), 1, 1, 2, "null", "'U'" },
	{ LIT("012"), 1, 1, 2, "no digit after a leading 0", "'1'" },
	{ LIT("[-x]"), 2, 1, 3, "a digit", "'x'" },
	{ LIT("1.]"), 2, 1, 3, "a digit", "']'" },
	{ LIT("1e+"), 3, 1, 4, "a digit", "the end of the text" },
	{ LIT("{} x"), 3, 1, 4, "nothing after the value", "'x'" },
	{ LIT("{}\n\0"), 3, 2, 1, "nothing after the value", "byte 0x00" },
	{ LIT("\"a\tb\""), 2, 1, 3, "no raw control character in a string",
	    "byte 0x09" },
	{ LIT("\"a\nb\""), 2, 1, 3, "no raw control character in a string",
	    "byte 0x0a" },
	{ LIT("\"abc"), 4, 1, 5, "'\"' at the end of the string",
	    "the end of the text" },
	{ LIT("\"\\q\""), 2, 1, 3,
	    "one of \" \\ / b f n r t u after a backslash", "'q'" },
	{ LIT("\"\\"), 2, 1, 3, "one of \" \\ / b f n r t u after a backslash",
	    "the end of the text" },
	{ LIT("\"\\u12x4\""), 5, 1, 6, "four hexadecimal digits after \\u",
	    "'x'" },
	{ LIT("\"ab\\ud83d\""), 3, 1, 4,
	    "a surrogate pair (half of one is no character)", "'\\'" },
	{ LIT("\"ab\xff\""), 3, 1, 4, "UTF-8", "byte 0xff" },
	{ LIT("\"ab\xe2\x82\""), 3, 1, 4, "UTF-8", "byte 0xe2" },
	{ LIT("\xef\xbb\xbf{}"), 0, 1, 1, "a value", "a byte order mark" },
	{ LIT("[\x7f]"), 1, 1, 2, "a value or ']'", "byte 0x7f" },
	/* Columns count characters, offsets bytes. */
	{ LIT("{\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x80\": \xc3\xbc}"), 14, 1, 9,
	    "a value", "'\xc3\xbc'" },
	{ LIT("[\n\"\xc3\xa9\",\n\"\xc3\xa9\" x]"), 13, 3, 5, "',' or ']'",
	    "'x'" },
	/* CRLF is one line's end, a bare CR is none. */
	{ LIT("[\r\n1,\r\n]"), 7, 3, 1, "a value", "']'" },
	{ LIT("[\r1,\r]"), 5, 1, 6, "a value", "']'" },
};

static void
test_errors(void **state)
{
	struct json_error e;
	char *copy;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(errors); i++) {
		copy = exact_copy(errors[i].text, errors[i].len);
		check(!json_validate(copy, errors[i].len, JSON_STRICT_TEXT, &e),
		    "case %zu: %s", i, errors[i].text);
		free(copy);
		check(e.offset == errors[i].offset &&
			e.line == errors[i].line &&
			e.column == errors[i].column,
		    "case %zu: %s: offset %zu, line %zu, column %zu", i,
		    errors[i].text, e.offset, e.line, e.column);
		check(strcmp(e.expected, errors[i].expected) == 0,
		    "case %zu: %s: expected %s", i, errors[i].text, e.expected);
		check(strcmp(e.found, errors[i].found) == 0,
		    "case %zu: %s: found %s", i, errors[i].text, e.found);
	}
}

static void
test_depth_error(void **state)
{
	char text[JSON_DEPTH_MAX + 2];
	struct json_error e;

	(void)state;
	memset(text, '[', sizeof text);
	text[1] = '\n';
	assert_false(json_validate(text, sizeof text, JSON_STRICT_TEXT, &e));
	assert_int_equal(e.offset, JSON_DEPTH_MAX + 1);
	assert_int_equal(e.line, 2);
	assert_int_equal(e.column, JSON_DEPTH_MAX);
	assert_string_equal(e.expected, "less nesting");
	assert_string_equal(e.found, "'['");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_embedded),
		cmocka_unit_test(test_mutated),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_siblings_are_no_depth),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_depth_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
