/* SPDX-License-Identifier: ISC */
/*
 * Inputs of a workflow: from JSON and from --field, checked, in their order,
 * each name once.
 */
#include "unit.h"

#include <stdio.h>

#include "cli/inputs.h"

static struct inputs inputs;
static struct fault fault;

static int
set_up(void **state)
{
	(void)state;
	memset(&inputs, 0, sizeof inputs);
	memset(&fault, 0, sizeof fault);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	inputs_wipe(&inputs);
	return 0;
}

static enum status
add_json(const char *json)
{
	char *text = exact_copy(json, strlen(json));
	enum status status = inputs_add_json(
	    &inputs, "--inputs", text, strlen(json), &fault);

	free(text);
	return status;
}

static enum status
add_field(const char *pair)
{
	return inputs_add_field(&inputs, pair, &fault);
}

static void
expect_written(const char *name, const char *value, const char *want)
{
	struct buf b;

	buf_init(&b, BUF_TEXT_MAX);
	inputs_write(&b, &inputs, name, value);
	check(strcmp(buf_str(&b), want) == 0, "%s, not %s", buf_str(&b), want);
	buf_free(&b);
}

static void
test_json(void **state)
{
	static const struct {
		const char *json, *written;
	} cases[] = {
		{ "{}", "{}" },
		{ " {\n} ", "{}" },
		{ "{\"a\":\"b\"}", "{\"a\":\"b\"}" },
		{ "{ \"a\" : 1 , \"b\" : true , \"c\" : false }",
		    "{\"a\":1,\"b\":true,\"c\":false}" },
		{ "{\"z\":1,\"a\":2,\"m\":3}", "{\"z\":1,\"a\":2,\"m\":3}" },
		{ "{\"\":\"\"}", "{\"\":\"\"}" },
		{ "{\"a\":\"\",\"A\":\"\"}", "{\"a\":\"\",\"A\":\"\"}" },
		{ "{\"a\":1.50,\"b\":-0,\"c\":1E400}",
		    "{\"a\":1.50,\"b\":-0,\"c\":1E400}" },
		{ "{\"n\":123456789012345678901234567890}",
		    "{\"n\":123456789012345678901234567890}" },
		{ "{\"\\u0061\":\"\\u00e9\\/\\n\"}",
		    "{\"\\u0061\":\"\\u00e9\\/\\n\"}" },
		{ "{\"a\":\"\xf0\x9f\x9a\x80 \\ud83d\\ude80\"}",
		    "{\"a\":\"\xf0\x9f\x9a\x80 \\ud83d\\ude80\"}" },
		{ "{\"a\":\"{\\\"b\\\":[1]}\"}",
		    "{\"a\":\"{\\\"b\\\":[1]}\"}" },
		{ "{\"a\":\"null\",\"b\":\"[]\"}",
		    "{\"a\":\"null\",\"b\":\"[]\"}" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		check(add_json(cases[i].json) == STATUS_OK, "%s: %s",
		    cases[i].json, fault.text);
		expect_written(NULL, NULL, cases[i].written);
		tear_down(state);
		set_up(state);
	}
}

/* What each value is as text. */
static void
test_texts(void **state)
{
	static const struct {
		const char *name, *text;
	} want[] = {
		{ "string", "a \"b\" \xc3\xa9\n" },
		{ "number", "-1.50e3" },
		{ "true", "true" },
		{ "false", "false" },
		{ "empty", "" },
	};
	const struct input *input;
	size_t i;

	(void)state;
	assert_int_equal(
	    add_json(
		"{\"str\\u0069ng\":\"a \\\"b\\\" "
		"\\u00e9\\n\",\"number\":-1.50e3,\"true\":true,\"false\":false,"
		"\"empty\":\"\"}"),
	    STATUS_OK);
	assert_int_equal(inputs.count, COUNT(want));
	for (i = 0; i < COUNT(want); i++) {
		assert_string_equal(inputs.list[i].name, want[i].name);
		input = inputs_find(&inputs, want[i].name);
		assert_ptr_equal(input, &inputs.list[i]);
		assert_string_equal(input->text, want[i].text);
		assert_false(input->is_field);
	}
	assert_string_equal(
	    inputs.list[0].json, "\"str\\u0069ng\":\"a \\\"b\\\" \\u00e9\\n\"");
	assert_null(inputs_find(&inputs, "String"));
	assert_null(inputs_find(&inputs, ""));
	assert_null(inputs_find(&inputs, "strin"));
}

/* Refused, with the option, the place or the name, and what would do. */
static void
test_bad_json(void **state)
{
	static const struct {
		const char *json;
		const char *says[4];
	} cases[] = {
		/* Not JSON. */
		{ "", { "not JSON", "line 1", "column 1" } },
		{ "{", { "not JSON", "line 1", "column 2", "expected" } },
		{ "{\"a\":1,}", { "not JSON", "column 8" } },
		{ "{\n  \"a\": 1\n  \"b\": 2\n}", { "line 3", "column 3" } },
		{ "{'a':1}", { "not JSON", "column 2" } },
		{ "{a:1}", { "not JSON", "column 2" } },
		{ "{\"a\":01}", { "not JSON", "line 1" } },
		{ "{\"a\":.5}", { "not JSON" } },
		{ "{\"a\":+1}", { "not JSON" } },
		{ "{\"a\":NaN}", { "not JSON" } },
		{ "{\"a\":True}", { "not JSON" } },
		{ "{\"a\":1}x", { "not JSON", "column 8" } },
		{ "{\"a\":1}{}", { "not JSON" } },
		{ "{\"a\":\"\n\"}", { "not JSON" } },
		{ "{\"a\":\"\xff\"}", { "not JSON" } },
		{ "{\"a\":\"\\ud800\"}", { "not JSON" } },
		{ "{\"a\":\"\\x\"}", { "not JSON" } },
		{ "{\"a\":1} // x", { "not JSON" } },
		{ "a=b", { "not JSON" } },
		/* No object. */
		{ "[]", { "object", "array" } },
		{ "[{\"a\":1}]", { "object", "array" } },
		{ "\"a\"", { "object", "string" } },
		{ "1", { "object", "number" } },
		{ "true", { "object", "boolean" } },
		{ "null", { "object", "null" } },
		/* Not flat. */
		{ "{\"a\":1,\"b\":{}}", { "\"b\"", "an object" } },
		{ "{\"deep\":{\"a\":{\"b\":1}}}", { "\"deep\"", "an object" } },
		{ "{\"list\":[1]}", { "\"list\"", "an array" } },
		{ "{\"list\":[]}", { "\"list\"", "an array" } },
		{ "{\"none\":null}", { "\"none\"", "null" } },
		/* A name twice, however it is spelt. */
		{ "{\"a\":1,\"a\":1}", { "\"a\"", "twice" } },
		{ "{\"a\":1,\"b\":2,\"\\u0061\":3}", { "\"a\"", "twice" } },
		{ "{\"\":1,\"\":2}", { "\"\"", "twice" } },
	};
	size_t i, k;

	for (i = 0; i < COUNT(cases); i++) {
		check(add_json(cases[i].json) == STATUS_USAGE, "%s",
		    cases[i].json);
		check(fault.status == STATUS_USAGE && fault.lasting, "%s",
		    cases[i].json);
		check(
		    strncmp(fault.text, "--inputs", 8) == 0, "%s", fault.text);
		for (k = 0; k < 4 && cases[i].says[k] != NULL; k++)
			check(strstr(fault.text, cases[i].says[k]) != NULL,
			    "%s: %s", cases[i].says[k], fault.text);
		tear_down(state);
		set_up(state);
	}
	/* A NUL ends nothing. */
	assert_int_equal(
	    inputs_add_json(&inputs, "x", LIT("{}\0{}"), &fault), STATUS_USAGE);
	assert_int_equal(
	    inputs_add_json(&inputs, "x", LIT("{\"a\0b\":1}"), &fault),
	    STATUS_USAGE);
}

static void
test_field(void **state)
{
	static const struct {
		const char *pair, *name, *text, *json;
	} cases[] = {
		{ "a=b", "a", "b", "{\"a\":\"b\"}" },
		{ "a=", "a", "", "{\"a\":\"\"}" },
		{ "a=b=c", "a", "b=c", "{\"a\":\"b=c\"}" },
		{ "a==", "a", "=", "{\"a\":\"=\"}" },
		{ "a b= c ", "a b", " c ", "{\"a b\":\" c \"}" },
		/* Always a string. */
		{ "n=12", "n", "12", "{\"n\":\"12\"}" },
		{ "t=true", "t", "true", "{\"t\":\"true\"}" },
		{ "j={\"a\":1}", "j", "{\"a\":1}",
		    "{\"j\":\"{\\\"a\\\":1}\"}" },
		{ "f=@file", "f", "@file", "{\"f\":\"@file\"}" },
		{ "x=\\u0041", "x", "\\u0041", "{\"x\":\"\\\\u0041\"}" },
		{ "q\"=a\nb\t\x01\x7f", "q\"", "a\nb\t\x01\x7f",
		    "{\"q\\\"\":\"a\\nb\\t\\u0001\\u007f\"}" },
		{ "\xc3\xa9=\xf0\x9f\x9a\x80", "\xc3\xa9", "\xf0\x9f\x9a\x80",
		    "{\"\xc3\xa9\":\"\xf0\x9f\x9a\x80\"}" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		check(add_field(cases[i].pair) == STATUS_OK, "%s: %s",
		    cases[i].pair, fault.text);
		assert_int_equal(inputs.count, 1);
		assert_string_equal(inputs.list[0].name, cases[i].name);
		assert_string_equal(inputs.list[0].text, cases[i].text);
		assert_true(inputs.list[0].is_field);
		expect_written(NULL, NULL, cases[i].json);
		tear_down(state);
		set_up(state);
	}
}

static void
test_bad_field(void **state)
{
	static const char *const pairs[] = { "", "=", "=hunter2", "hunter2",
		"a:hunter2", "a=hunter2\xff", "a=hunter2\xc3",
		"a=hunter2\xed\xa0\x80" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pairs); i++) {
		check(add_field(pairs[i]) == STATUS_USAGE, "%s", pairs[i]);
		check(strstr(fault.text, "--field") != NULL, "%s", fault.text);
		/* Half of it may be a secret. */
		check(strstr(fault.text, "hunter2") == NULL, "%s", fault.text);
		assert_int_equal(inputs.count, 0);
	}
	assert_int_equal(add_field("\xff=x"), STATUS_USAGE);
	/* The same twice is harmless, two values are not. */
	assert_int_equal(add_field("a=1"), STATUS_OK);
	assert_int_equal(add_field("a=1"), STATUS_OK);
	assert_int_equal(inputs.count, 1);
	assert_int_equal(add_field("a=2"), STATUS_USAGE);
	assert_non_null(strstr(fault.text, "\"a\""));
	expect_written(NULL, NULL, "{\"a\":\"1\"}");
}

/* A field takes the place of the member of that name. */
static void
test_field_wins(void **state)
{
	(void)state;
	assert_int_equal(
	    add_json("{\"a\":1,\"\\u0062\":[1],\"c\":3}"), STATUS_USAGE);
	tear_down(state);
	set_up(state);
	assert_int_equal(
	    add_json("{\"a\":1,\"\\u0062\":2,\"c\":3}"), STATUS_OK);
	assert_int_equal(add_field("b=x"), STATUS_OK);
	assert_int_equal(add_field("d=y"), STATUS_OK);
	expect_written(NULL, NULL, "{\"a\":1,\"b\":\"x\",\"c\":3,\"d\":\"y\"}");
	assert_int_equal(add_field("b=x"), STATUS_OK);
	assert_int_equal(add_field("b=z"), STATUS_USAGE);
}

/* One more input, at its place or at the end. */
static void
test_write(void **state)
{
	(void)state;
	expect_written(NULL, NULL, "{}");
	expect_written("id", NULL, "{}");
	expect_written("id", "x", "{\"id\":\"x\"}");
	expect_written("i\"d", "x\n", "{\"i\\\"d\":\"x\\n\"}");
	expect_written("id", "", "{\"id\":\"\"}");
	assert_int_equal(add_json("{\"a\":1,\"id\":12,\"b\":2}"), STATUS_OK);
	expect_written("id", NULL, "{\"a\":1,\"id\":12,\"b\":2}");
	expect_written("id", "12", "{\"a\":1,\"id\":12,\"b\":2}");
	expect_written("id", "13", "{\"a\":1,\"id\":\"13\",\"b\":2}");
	expect_written("c", "3", "{\"a\":1,\"id\":12,\"b\":2,\"c\":\"3\"}");
	expect_written("a", "0", "{\"a\":\"0\",\"id\":12,\"b\":2}");
	expect_written("b", "0", "{\"a\":1,\"id\":12,\"b\":\"0\"}");
}

static void
test_names(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, BUF_TEXT_MAX);
	inputs_add_names(&b, &inputs);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(
	    add_json("{\"one\":\"hunter2\",\"two\":2}"), STATUS_OK);
	assert_int_equal(add_field("three=hunter3"), STATUS_OK);
	inputs_add_names(&b, &inputs);
	assert_string_equal(buf_str(&b), "one, two, three");
	buf_free(&b);
}

/* Many, and none of them lost. */
static void
test_many(void **state)
{
	char pair[32], name[16];
	size_t i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		snprintf(pair, sizeof pair, "n%zu=%zu", i, i);
		assert_int_equal(add_field(pair), STATUS_OK);
	}
	assert_int_equal(inputs.count, 1000);
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "n%zu", i);
		assert_string_equal(inputs_find(&inputs, name)->text, name + 1);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static void
note(void *seen, const char *text)
{
	buf_addf(seen, "%s|", text);
}

/* A payload's values may be of any type: all strings in them are visited. */
static void
test_payload(void **state)
{
	static const char json[] =
	    "{\"a\":{\"key\":[\"\\u0062\",{\"c\":\"d\"},1,[]],\"x\":\"y\"},"
	    "\"n\":null,\"s\":\"t\",\"i\":1.0}";
	struct buf seen;
	size_t i;

	(void)state;
	assert_int_equal(add_json(json), STATUS_USAGE);
	inputs_wipe(&inputs);
	inputs.is_payload = true;
	assert_int_equal(add_json(json), STATUS_OK);
	expect_written(NULL, NULL, json);
	assert_false(inputs_find(&inputs, "a")->is_plain);
	assert_false(inputs_find(&inputs, "n")->is_plain);
	assert_true(inputs_find(&inputs, "i")->is_plain);
	buf_init(&seen, BUF_TEXT_MAX);
	for (i = 0; i < inputs.count; i++)
		inputs_visit(&inputs.list[i], note, &seen);
	assert_string_equal(buf_str(&seen), "b|d|y|t|1.0|");
	buf_free(&seen);
	/* A field takes the place of any of them. */
	assert_int_equal(add_field("a=b"), STATUS_OK);
	assert_true(inputs_find(&inputs, "a")->is_plain);
	assert_int_equal(add_json("{\"s\":[]}"), STATUS_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_json),
		TEST(test_texts),
		TEST(test_bad_json),
		TEST(test_field),
		TEST(test_bad_field),
		TEST(test_field_wins),
		TEST(test_write),
		TEST(test_names),
		TEST(test_many),
		TEST(test_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
