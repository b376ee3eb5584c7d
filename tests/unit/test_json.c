/* SPDX-License-Identifier: ISC */
/*
 * Reading JSON: cursors, members, numbers, strings and their escapes.
 */
#include "unit.h"

#include <stdio.h>

#include "json/json.h"

struct parsed {
	char *text;
	struct json_doc *doc;
	struct json root;
};

static struct parsed
parse_n(const char *text, size_t len)
{
	struct json_error e;
	struct parsed p;

	p.text = exact_copy(text, len);
	p.doc = json_parse(p.text, len, JSON_LENIENT_TEXT, &e);
	check(p.doc != NULL, "%s: %zu: expected %s, found %s", text, e.offset,
	    e.expected, e.found);
	p.root = json_root(p.doc);
	return p;
}

static struct parsed
parse(const char *text)
{
	return parse_n(text, strlen(text));
}

static void
drop(struct parsed *p)
{
	json_free(p->doc);
	free(p->text);
}

static void
test_types(void **state)
{
	static const struct {
		const char *text;
		enum json_type type;
	} cases[] = {
		{ "{}", JSON_OBJECT },
		{ " [ ] ", JSON_ARRAY },
		{ "\"\"", JSON_STRING },
		{ " \"a b\"\n", JSON_STRING },
		{ "true", JSON_BOOLEAN },
		{ "false", JSON_BOOLEAN },
		{ "null", JSON_NULL },
		{ " null ", JSON_NULL },
		{ "0", JSON_NUMBER },
		{ "\t-1.5e3\r\n", JSON_NUMBER },
		{ "4711", JSON_NUMBER },
		{ "7 ", JSON_NUMBER },
		{ "\"true\"", JSON_STRING },
		{ "\"{\"", JSON_STRING },
	};
	static const char *const around[][2] = {
		{ "", "" },
		{ "[", "]" },
		{ "[0, ", " ,0]" },
		{ "{\"a\":{},\"k\":", ",\"z\":[]}" },
	};
	struct parsed p;
	struct json j;
	char text[128];
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		for (k = 0; k < COUNT(around); k++) {
			snprintf(text, sizeof text, "%s%s%s", around[k][0],
			    cases[i].text, around[k][1]);
			p = parse(text);
			j = p.root;
			if (k == 1)
				j = json_first(j);
			else if (k == 2)
				j = json_next(json_first(j));
			else if (k == 3)
				j = json_member(j, "k");
			check(json_type(j) == cases[i].type, "%s: %d", text,
			    (int)json_type(j));
			drop(&p);
		}
	assert_string_equal(json_type_name(JSON_ABSENT), "nothing");
	assert_string_equal(json_type_name(JSON_NULL), "null");
	assert_string_equal(json_type_name(JSON_BOOLEAN), "a boolean");
	assert_string_equal(json_type_name(JSON_NUMBER), "a number");
	assert_string_equal(json_type_name(JSON_STRING), "a string");
	assert_string_equal(json_type_name(JSON_ARRAY), "an array");
	assert_string_equal(json_type_name(JSON_OBJECT), "an object");
}

/* Everything on the absent cursor is absent. */
static void
test_absent(void **state)
{
	struct parsed p = parse("{\"a\":{\"b\":1},\"l\":[]}");
	struct json gone = json_member(p.root, "x");
	uint64_t value = 42;
	struct buf out;
	size_t len = 1;

	(void)state;
	assert_int_equal(json_type(gone), JSON_ABSENT);
	assert_null(gone.doc);
	assert_int_equal(json_type(json_member(gone, "a")), JSON_ABSENT);
	assert_int_equal(json_type(json_first(gone)), JSON_ABSENT);
	assert_int_equal(json_type(json_next(gone)), JSON_ABSENT);
	assert_int_equal(json_type(json_value(gone)), JSON_ABSENT);
	assert_false(json_u64(gone, &value));
	assert_int_equal(value, 42);
	assert_false(json_is(gone, ""));
	assert_null(json_strdup(gone));
	assert_string_equal(json_text(gone, &len), "");
	assert_int_equal(len, 0);
	buf_init(&out, 10);
	assert_false(json_string(gone, &out));
	assert_int_equal(out.len, 0);
	buf_free(&out);

	/* Wrong kinds, wrong places. */
	assert_int_equal(
	    json_type(json_first(json_member(p.root, "l"))), JSON_ABSENT);
	assert_int_equal(json_type(json_next(p.root)), JSON_ABSENT);
	assert_int_equal(json_type(json_value(p.root)), JSON_ABSENT);
	assert_int_equal(
	    json_type(json_value(json_member(p.root, "a"))), JSON_ABSENT);
	assert_int_equal(
	    json_type(json_member(json_member(p.root, "l"), "a")), JSON_ABSENT);
	assert_int_equal(
	    json_type(json_next(json_member(p.root, "a"))), JSON_ABSENT);
	drop(&p);
}

static void
test_members(void **state)
{
	struct parsed p = parse(
	    "{\"id\":1,\"run\":{\"id\":2,\"deep\":"
	    "{\"id\":3,\"list\":[{\"id\":4},{\"id\":5}]}},\"\":6,"
	    "\"id \":7,\"ID\":8,\"i\":9,\"esc\\u0061p\\u0065\":10,"
	    "\"value\":\"id2\",\"id2\":11}");
	struct json deep;
	uint64_t n;

	(void)state;
	assert_true(json_u64(json_member(p.root, "id"), &n));
	assert_int_equal(n, 1);
	assert_true(
	    json_u64(json_member(json_member(p.root, "run"), "id"), &n));
	assert_int_equal(n, 2);
	deep = json_member(json_member(p.root, "run"), "deep");
	assert_true(json_u64(json_member(deep, "id"), &n));
	assert_int_equal(n, 3);
	assert_true(json_u64(
	    json_member(json_next(json_first(json_member(deep, "list"))), "id"),
	    &n));
	assert_int_equal(n, 5);
	assert_true(json_u64(json_member(p.root, ""), &n));
	assert_int_equal(n, 6);
	assert_true(json_u64(json_member(p.root, "id "), &n));
	assert_int_equal(n, 7);
	assert_true(json_u64(json_member(p.root, "ID"), &n));
	assert_int_equal(n, 8);
	assert_true(json_u64(json_member(p.root, "i"), &n));
	assert_int_equal(n, 9);
	assert_true(json_u64(json_member(p.root, "escape"), &n));
	assert_int_equal(n, 10);
	/* A value is no name. */
	assert_true(json_u64(json_member(p.root, "id2"), &n));
	assert_int_equal(n, 11);
	assert_int_equal(json_type(json_member(p.root, "deep")), JSON_ABSENT);
	assert_int_equal(json_type(json_member(p.root, "i d")), JSON_ABSENT);
	drop(&p);
}

static void
test_duplicates(void **state)
{
	struct parsed p = parse("{\"a\":1,\"b\":2,\"a\":3,\"\\u0061\":4}");
	struct json j;
	uint64_t n;
	int count = 0;

	(void)state;
	/* Which one counts nobody can tell; escapes do not hide it. */
	assert_int_equal(json_type(json_member(p.root, "a")), JSON_ABSENT);
	assert_true(json_is_ambiguous(p.root, "a"));
	assert_true(json_u64(json_member(p.root, "b"), &n));
	assert_int_equal(n, 2);
	assert_false(json_is_ambiguous(p.root, "b"));
	assert_false(json_is_ambiguous(p.root, "c"));
	/* Iteration shows all of them. */
	for (j = json_first(p.root); json_type(j) != JSON_ABSENT;
	     j = json_next(j))
		if (json_is(j, "a"))
			count++;
	assert_int_equal(count, 3);
	drop(&p);
}

/* Writes what a walk over all cursors sees; must be the text without space. */
static void
rewrite(struct json j, struct buf *out)
{
	enum json_type type = json_type(j);
	const char *text;
	struct json k;
	size_t len;

	if (type != JSON_OBJECT && type != JSON_ARRAY) {
		text = json_text(j, &len);
		buf_add(out, text, len);
		return;
	}
	buf_addc(out, type == JSON_OBJECT ? '{' : '[');
	for (k = json_first(j); json_type(k) != JSON_ABSENT; k = json_next(k)) {
		if (out->data[out->len - 1] != '{' &&
		    out->data[out->len - 1] != '[')
			buf_addc(out, ',');
		if (type == JSON_OBJECT) {
			text = json_text(k, &len);
			buf_add(out, text, len);
			buf_addc(out, ':');
			rewrite(json_value(k), out);
		} else {
			assert_int_equal(json_type(json_value(k)), JSON_ABSENT);
			rewrite(k, out);
		}
	}
	buf_addc(out, type == JSON_OBJECT ? '}' : ']');
}

static void
test_walk(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"[[]]",
		"[{}]",
		"{\"a\":{}}",
		"{\"a\":[]}",
		"1",
		"\"a\"",
		"null",
		"[1]",
		"[1,2,3]",
		"[\"a\",\"b\"]",
		"[[1],[2,[3]],[],[[[4]]],5]",
		"{\"a\":1,\"b\":[1,2],\"c\":{\"d\":{\"e\":[]}},\"f\":\"g\"}",
		"[{\"a\":1},{\"a\":2,\"b\":[{\"c\":3}]},{}]",
		"{\"a\":\"{\\\"x\\\":[1]}\",\"b\":[\"]\",\"}\",\",\",\":\"]}",
		"[true,false,null,-1.5e+10,0,\"\\u0000\\ud800\"]",
		"{\"a\":[[],[]],\"b\":[{},{}],\"c\":\"\"}",
		"{\"\\\\\":\"\\\\\",\"\\\"\":\"\\\"\"}",
	};
	struct buf out, spaced;
	struct parsed p;
	size_t i, k;
	bool quoted;

	(void)state;
	buf_init(&out, BUF_TEXT_MAX);
	buf_init(&spaced, BUF_TEXT_MAX);
	for (i = 0; i < COUNT(texts); i++) {
		p = parse(texts[i]);
		buf_clear(&out);
		rewrite(p.root, &out);
		assert_string_equal(buf_str(&out), texts[i]);
		drop(&p);

		/* The same with space around every structural character. */
		buf_clear(&spaced);
		quoted = false;
		for (k = 0; texts[i][k] != '\0'; k++) {
			if (texts[i][k] == '"' &&
			    (k == 0 || texts[i][k - 1] != '\\' ||
				(k > 1 && texts[i][k - 2] == '\\')))
				quoted = !quoted;
			if (!quoted && strchr("{}[],:", texts[i][k]) != NULL)
				buf_addf(&spaced, " \t%c\r\n ", texts[i][k]);
			else
				buf_addc(&spaced, texts[i][k]);
		}
		p = parse(buf_str(&spaced));
		buf_clear(&out);
		rewrite(p.root, &out);
		assert_string_equal(buf_str(&out), texts[i]);
		drop(&p);
	}
	buf_free(&out);
	buf_free(&spaced);
}

static void
test_text(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ " 1.50e+003 ", "1.50e+003" },
		{ "\n\"a\\u0062\"\t", "\"a\\u0062\"" },
		{ " true", "true" },
		{ "\"\"", "\"\"" },
		{ " [ 1 , 2 ] ", "[ 1 , 2 ]" },
		{ "\t{ }\n", "{ }" },
		{ "18446744073709551617", "18446744073709551617" },
	};
	struct parsed p;
	const char *text;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		p = parse(cases[i].text);
		text = json_text(p.root, &len);
		check(len == strlen(cases[i].want) &&
			memcmp(text, cases[i].want, len) == 0,
		    "%s: %.*s", cases[i].text, (int)len, text);
		drop(&p);
	}
	p = parse("{\"a\" : \"x\", \"b\":[ \"y\" ] }");
	text = json_text(json_first(p.root), &len);
	assert_int_equal(len, 3);
	assert_memory_equal(text, "\"a\"", 3);
	text = json_text(json_member(p.root, "b"), &len);
	assert_int_equal(len, 7);
	assert_memory_equal(text, "[ \"y\" ]", 7);
	drop(&p);
}

static void
test_u64(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "1", true, 1 },
		{ "4711", true, 4711 },
		{ "4294967296", true, 4294967296u },
		{ "9007199254740993", true, 9007199254740993u },
		{ "9223372036854775807", true, INT64_MAX },
		{ "9223372036854775808", true, (uint64_t)INT64_MAX + 1 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "18446744073709551620", false, 0 },
		{ "28446744073709551615", false, 0 },
		{ "99999999999999999999", false, 0 },
		{ "184467440737095516150", false, 0 },
		{ "100000000000000000000000", false, 0 },
		{ "-1", false, 0 },
		{ "-0", false, 0 },
		{ "1.0", false, 0 },
		{ "1e3", false, 0 },
		{ "0.5", false, 0 },
		{ "1E0", false, 0 },
		{ "\"1\"", false, 0 },
		{ "true", false, 0 },
		{ "null", false, 0 },
		{ "[1]", false, 0 },
		{ "{}", false, 0 },
	};
	struct parsed p;
	uint64_t value;
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < 2 * COUNT(cases); i++) {
		/* Alone, and in the middle of other digits. */
		snprintf(text, sizeof text, i % 2 ? "[7,%s,7]" : "%s",
		    cases[i / 2].text);
		p = parse(text);
		value = 12345;
		check(json_u64(i % 2 ? json_next(json_first(p.root)) : p.root,
			  &value) == cases[i / 2].good,
		    "%s", text);
		check(value == (cases[i / 2].good ? cases[i / 2].value : 12345),
		    "%s: %ju", text, (uintmax_t)value);
		drop(&p);
	}
}

static const struct {
	const char *text;
	size_t len;
	const char *want;
	size_t want_len;
} strings[] = {
	{ LIT("\"\""), LIT("") },
	{ LIT("\"abc\""), LIT("abc") },
	{ LIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), LIT("\"\\/\b\f\n\r\t") },
	{ LIT("\"/\""), LIT("/") },
	{ LIT("\"\\u0041\\u00e9\\u20AC\\uffff\""),
	    LIT("A\xc3\xa9\xe2\x82\xac\xef\xbf\xbf") },
	{ LIT("\"\\u007f\\u0080\\u07ff\\u0800\""),
	    LIT("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80") },
	{ LIT("\"\\ud83d\\ude80\""), LIT("\xf0\x9f\x9a\x80") },
	{ LIT("\"\\uD83D\\uDE80\""), LIT("\xf0\x9f\x9a\x80") },
	{ LIT("\"\\ud800\\udc00\\udbff\\udfff\""),
	    LIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") },
	{ LIT("\"\xf0\x9f\x9a\x80\""), LIT("\xf0\x9f\x9a\x80") },
	{ LIT("\"\\ud83d\""), LIT("\xef\xbf\xbd") },
	{ LIT("\"\\ude80\""), LIT("\xef\xbf\xbd") },
	{ LIT("\"\\udfff\\ud800\\udbff\\udc00\""),
	    LIT("\xef\xbf\xbd\xef\xbf\xbd\xf4\x8f\xb0\x80") },
	{ LIT("\"\\ud83dxyde80\""), LIT("\xef\xbf\xbdxyde80") },
	{ LIT("\"a\\ud83db\""),
	    LIT("a\xef\xbf\xbd"
		"b") },
	{ LIT("\"\\ude80\\ud83d\""), LIT("\xef\xbf\xbd\xef\xbf\xbd") },
	{ LIT("\"\\ud83d\\ud83d\\ude80\""),
	    LIT("\xef\xbf\xbd\xf0\x9f\x9a\x80") },
	{ LIT("\"\\ud83d\\u0041\""),
	    LIT("\xef\xbf\xbd"
		"A") },
	{ LIT("\"\\ud83d\\nxxxx\""), LIT("\xef\xbf\xbd\nxxxx") },
	{ LIT("\"\\ud83d\\\\ude80\""), LIT("\xef\xbf\xbd\\ude80") },
	{ LIT("\"\\ud83dude80xx\""), LIT("\xef\xbf\xbdude80xx") },
	{ LIT("\"\\\\u0041\""), LIT("\\u0041") },
	{ LIT("\"\\\\\\u0041\""), LIT("\\A") },
	{ LIT("\"\\u00410\""), LIT("A0") },
	{ LIT("\"\\u0000\""), LIT("\0") },
	{ LIT("\"a\\u0000b\""), LIT("a\0b") },
	{ LIT("\"caf\xe9\""), LIT("caf\xef\xbf\xbd") },
	{ LIT("\"\xe2\x82\""), LIT("\xef\xbf\xbd\xef\xbf\xbd") },
	{ LIT("\"\xc3\""), LIT("\xef\xbf\xbd") },
	{ LIT("\"\xc3\\n\""), LIT("\xef\xbf\xbd\n") },
	{ LIT("\"\xed\xa0\x80\""),
	    LIT("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") },
	{ LIT("\"\x7f\""), LIT("\x7f") },
};

static void
test_strings(void **state)
{
	struct parsed p;
	struct buf out;
	size_t i, k;
	char *s;

	(void)state;
	for (i = 0; i < COUNT(strings); i++) {
		p = parse_n(strings[i].text, strings[i].len);
		buf_init(&out, 1000);
		buf_addc(&out, '<');
		assert_true(json_string(p.root, &out));
		check(out.len == strings[i].want_len + 1 &&
			out.data[0] == '<' &&
			memcmp(out.data + 1, strings[i].want,
			    strings[i].want_len) == 0,
		    "%s: %s", strings[i].text, out.data);
		buf_free(&out);

		s = json_strdup(p.root);
		assert_non_null(s);
		check(strlen(s) == strings[i].want_len, "%s: %s",
		    strings[i].text, s);
		for (k = 0; k < strings[i].want_len; k++)
			check(s[k] == strings[i].want[k] ||
				(s[k] == '?' && strings[i].want[k] == '\0'),
			    "%s: %s", strings[i].text, s);
		free(s);

		/* A text with a NUL equals no C string. */
		check(json_is(p.root, strings[i].want) ==
			(strlen(strings[i].want) == strings[i].want_len),
		    "%s", strings[i].text);
		drop(&p);
	}
}

static void
test_not_strings(void **state)
{
	static const char *const texts[] = { "1", "true", "null", "[]", "{}",
		"[\"a\"]", "{\"a\":\"a\"}" };
	struct parsed p;
	struct buf out;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		p = parse(texts[i]);
		buf_init(&out, 1000);
		assert_false(json_string(p.root, &out));
		assert_int_equal(out.len, 0);
		assert_null(json_strdup(p.root));
		assert_false(json_is(p.root, "1"));
		assert_false(json_is(p.root, "true"));
		assert_false(json_is(p.root, "a"));
		assert_false(json_is(p.root, ""));
		drop(&p);
	}
}

static void
test_is(void **state)
{
	static const struct {
		const char *text, *other;
		bool same;
	} cases[] = {
		{ "\"\"", "", true },
		{ "\"\"", "a", false },
		{ "\"a\"", "", false },
		{ "\"a\"", "a", true },
		{ "\"a\"", "ab", false },
		{ "\"ab\"", "a", false },
		{ "\"ab\"", "ac", false },
		{ "\"a\"", "A", false },
		{ "\"\\u0061\"", "a", true },
		{ "\"\\u0061\"", "\\u0061", false },
		{ "\"\\u00e9\"", "\xc3\xa9", true },
		{ "\"\\u00e9\"", "\xc3", false },
		{ "\"\xc3\xa9\"", "\xc3\xa9", true },
		{ "\"\\u00e9x\"", "\xc3\xa9", false },
		{ "\"\xc3\xa9\"", "\xc3\xa8", false },
		{ "\"\\ud83d\\ude80\"", "\xf0\x9f\x9a\x80", true },
		{ "\"\\ud83d\\ude80\"", "\xf0\x9f\x9a", false },
		{ "\"\\ud83d\\ude80\"", "\xf0", false },
		{ "\"\\u0000\"", "", false },
		{ "\"a\\u0000\"", "a", false },
		{ "\"\\u0000a\"", "", false },
		{ "\"\\n\"", "\n", true },
		{ "\"\\\"\"", "\"", true },
		{ "\"\\\\n\"", "\\n", true },
	};
	struct parsed p;
	char *exact;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		p = parse(cases[i].text);
		exact = exact_copy(cases[i].other, strlen(cases[i].other) + 1);
		check(json_is(p.root, exact) == cases[i].same, "%s and %s",
		    cases[i].text, cases[i].other);
		free(exact);
		drop(&p);
	}
}

/* The cap of the buf holds for unescaped strings too. */
static void
test_string_over_cap(void **state)
{
	struct parsed p = parse("\"abcdefgh\"");
	struct buf out;

	(void)state;
	buf_init(&out, 5);
	assert_true(json_string(p.root, &out));
	assert_true(out.overflowed);
	assert_true(out.len <= 5);
	buf_free(&out);
	drop(&p);
}

static void
test_bad_texts(void **state)
{
	/* What jsmn alone takes for JSON. */
	static const struct {
		const char *text;
		size_t len;
	} texts[] = {
		{ LIT("") },
		{ LIT(" ") },
		{ LIT("{\"a\"}") },
		{ LIT("{\"a\":\"b\":\"c\"}") },
		{ LIT("[\"a\": 1]") },
		{ LIT("[1] [2]") },
		{ LIT("tru") },
		{ LIT("[01]") },
		{ LIT("[1,]") },
		{ LIT("[,1]") },
		{ LIT("{\"a\":1,}") },
		{ LIT("{}\0") },
		{ LIT("[1\0]") },
		{ LIT("[1 2]") },
		{ LIT("{\"a\" 1}") },
		{ LIT("[nulll]") },
		{ LIT("[\"\t\"]") },
	};
	struct json_error e;
	char *copy;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		copy = exact_copy(texts[i].text, texts[i].len);
		check(json_parse(copy, texts[i].len, JSON_LENIENT_TEXT, &e) ==
			NULL,
		    "%s", texts[i].text);
		free(copy);
	}
	copy = exact_copy(LIT("\"\xff\""));
	assert_null(json_parse(copy, 3, JSON_STRICT_TEXT, &e));
	free(copy);
	json_free(NULL);
}

/*
 * As large as answers get: 100 objects of 200 members, 40,000 tokens.  Walking it takes
 * tokens + 1 steps, not their square: each sibling leads to the next.
 */
static void
test_large(void **state)
{
	enum { objects = 100, members = 200 };
	struct json j, k;
	struct parsed p;
	struct buf text;
	char name[16];
	uint64_t n;
	size_t i, m, steps = 0;

	(void)state;
	buf_init(&text, BUF_TEXT_MAX);
	buf_adds(&text, "{\"total_count\":100,\"workflow_runs\":[");
	for (i = 0; i < objects; i++) {
		buf_adds(&text, i > 0 ? ",{" : "{");
		for (m = 0; m < members; m++)
			buf_addf(&text, "%s\"m%zu\":%zu", m > 0 ? "," : "", m,
			    5000000000u + i * 1000 + m);
		buf_adds(&text, "}");
	}
	buf_adds(&text, "],\"after\":[1,[2,[3]]]}");
	p = parse_n(text.data, text.len);
	buf_free(&text);
	i = 0;
	for (j = json_first(json_member(p.root, "workflow_runs"));
	     json_type(j) != JSON_ABSENT; j = json_next(j), i++) {
		m = 0;
		for (k = json_first(j); json_type(k) != JSON_ABSENT;
		     k = json_next(k), m++) {
			snprintf(name, sizeof name, "m%zu", m);
			assert_true(json_is(k, name));
			assert_true(json_u64(json_value(k), &n));
			assert_true(n == 5000000000u + i * 1000 + m);
			steps++;
		}
		assert_int_equal(m, members);
	}
	assert_int_equal(i, objects);
	assert_int_equal(steps, objects * members);
	assert_true(json_u64(json_member(p.root, "total_count"), &n));
	assert_int_equal(n, 100);
	assert_int_equal(json_type(json_member(p.root, "after")), JSON_ARRAY);
	drop(&p);
}

/*
 * Shapes on which a parser without links to parents, or a walk that looks for
 * the end of every container, needs time with the square of the length.  At
 * this size it would take minutes.
 */
static void
test_wide(void **state)
{
	static const char *const elements[] = { "{}", "[]", "[0]", "0",
		"{\"\":0}", "\"\"", "[[]]" };
	enum { count = 200000 };
	struct parsed p;
	struct buf text;
	struct json j;
	size_t i, k;

	(void)state;
	for (k = 0; k < COUNT(elements); k++) {
		buf_init(&text, BUF_TEXT_MAX);
		for (i = 0; i < count; i++)
			buf_addf(&text, "%c%s", i > 0 ? ',' : '[', elements[k]);
		buf_addc(&text, ']');
		p = parse_n(text.data, text.len);
		buf_free(&text);
		i = 0;
		for (j = json_first(p.root); json_type(j) != JSON_ABSENT;
		     j = json_next(j))
			i++;
		assert_int_equal(i, count);
		drop(&p);
	}
}

static void
test_deep(void **state)
{
	char text[7 * JSON_DEPTH_MAX + 1];
	struct parsed p;
	struct json j;
	size_t i, len = 0;
	uint64_t n;

	(void)state;
	for (i = 0; i < JSON_DEPTH_MAX; i++, len += 5)
		memcpy(text + len, "{\"a\":", 5);
	text[len++] = '7';
	for (i = 0; i < JSON_DEPTH_MAX; i++)
		text[len++] = '}';
	p = parse_n(text, len);
	for (i = 0, j = p.root; i < JSON_DEPTH_MAX; i++) {
		assert_int_equal(json_type(j), JSON_OBJECT);
		assert_int_equal(
		    json_type(json_next(json_first(j))), JSON_ABSENT);
		j = json_member(j, "a");
	}
	assert_true(json_u64(j, &n));
	assert_int_equal(n, 7);
	drop(&p);
}

/* As many tokens as there may be, and one more. */
static void
test_many(void **state)
{
	const size_t max = (size_t)1 << 20;
	struct json_doc *doc;
	struct json_error e;
	char *text;
	size_t i;

	(void)state;
	text = malloc(2 * max + 2);
	text[0] = '[';
	/* The array is a token too. */
	for (i = 0; i < max; i++)
		memcpy(text + 1 + 2 * i, "0,", 2);
	text[2 * (max - 1)] = ']';
	doc = json_parse(text, 2 * (max - 1) + 1, JSON_LENIENT_TEXT, &e);
	assert_non_null(doc);
	json_free(doc);
	text[2 * (max - 1)] = ',';
	text[2 * max] = ']';
	doc = json_parse(text, 2 * max + 1, JSON_LENIENT_TEXT, &e);
	assert_null(doc);
	assert_non_null(strstr(e.expected, "1,048,576"));
	assert_string_equal(e.found, "more");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_u64),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_not_strings),
		cmocka_unit_test(test_is),
		cmocka_unit_test(test_string_over_cap),
		cmocka_unit_test(test_bad_texts),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
