/* SPDX-License-Identifier: ISC */
/*
 * Sections of workflow files: what is there, and what nobody can be sure of.
 */
#include "unit.h"

#include <stdlib.h>

#include "base/buf.h"
#include "github/yaml.h"

static struct yaml yaml;
static struct buf shown;

static int
set_up(void **state)
{
	(void)state;
	memset(&yaml, 0, sizeof yaml);
	buf_init(&shown, BUF_TEXT_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	yaml_wipe(&yaml);
	buf_free(&shown);
	return 0;
}

/* As text in one line: maps in braces, lists in brackets, scalars in quotes if
 * they are, "~" for nothing, "?" for what is not understood. */
static void
show(const struct yaml_node *n)
{
	const struct yaml_node *child = NULL;
	bool is_map = n->kind == YAML_MAP;

	switch (n->kind) {
	case YAML_ABSENT:
		buf_addc(&shown, '-');
		break;
	case YAML_NULL:
		buf_addc(&shown, '~');
		break;
	case YAML_UNSURE:
		buf_addc(&shown, '?');
		break;
	case YAML_TEXT:
		buf_addf(&shown, n->is_plain ? "%s" : "\"%s\"", n->text);
		break;
	case YAML_LIST:
	case YAML_MAP:
		buf_addc(&shown, is_map ? '{' : '[');
		while ((child = yaml_next(&yaml, n, child)) != NULL) {
			if (is_map)
				buf_addf(&shown, "%s:", child->name);
			show(child);
			buf_addc(&shown, ' ');
		}
		buf_addc(&shown, is_map ? '}' : ']');
		break;
	}
}

/* The section "on" of this text, which has no NUL behind it. */
static const char *
on(const char *text)
{
	char *copy = exact_copy(text, strlen(text));

	yaml_wipe(&yaml);
	buf_clear(&shown);
	yaml_read(&yaml, copy, strlen(text), "on");
	free(copy);
	show(yaml_root(&yaml));
	return buf_str(&shown);
}

struct row {
	const char *text, *shown;
};

static void
expect(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		check(strcmp(on(rows[i].text), rows[i].shown) == 0,
		    "%s\n  is %s\n  not %s", rows[i].text, buf_str(&shown),
		    rows[i].shown);
}

static void
test_forms(void **state)
{
	static const struct row rows[] = {
		{ "on: push", "push" },
		{ "on: push\n", "push" },
		{ "on:   push  # why\r\n", "push" },
		{ "\"on\": push\n", "push" },
		{ "'on': 'it''s'\n", "\"it's\"" },
		{ "\"on\": \"a\\\"b\\\\\"\n", "\"a\"b\\\"" },
		{ "\xef\xbb\xbfon: push\n", "push" },
		{ "---\non: push\n", "push" },
		{ "# a\n\n---  # b\n# c\non: push\n", "push" },
		{ "on: [push, workflow_dispatch]",
		    "[push workflow_dispatch ]" },
		{ "on: [ push ,\n  'a b', # c\n  \"x\" ]\n",
		    "[push \"a b\" \"x\" ]" },
		{ "on: []\n", "[]" },
		{ "on: {}\n", "{}" },
		{ "on: [push,]\n", "[push ]" },
		{ "on: {a:b, c: d:e}\n", "{a:b:~ c:d:e }" },
		{ "on:\n  - push\n  - workflow_dispatch\n",
		    "[push workflow_dispatch ]" },
		{ "on:\n- push\n- workflow_dispatch\njobs:\n",
		    "[push workflow_dispatch ]" },
		{ "on:\n  workflow_dispatch:\n", "{workflow_dispatch:~ }" },
		{ "on:\n  push:\n    branches: [main]\n  workflow_dispatch:\n"
		  "    inputs:\n      where:\n        type: choice\n"
		  "        options:\n        - a\n        - b c\n"
		  "      why: {required: true, default: ''}\n",
		    "{push:{branches:[main ] } workflow_dispatch:{inputs:{"
		    "where:{type:choice options:[a b c ] } "
		    "why:{required:true default:\"\" } } } }" },
		{ "on: {workflow_dispatch: {inputs: {a: {required: true}}}}",
		    "{workflow_dispatch:{inputs:{a:{required:true } } } }" },
		{ "on: {push, workflow_dispatch: }",
		    "{push:~ workflow_dispatch:~ }" },
		{ "on: {\n  push: {}\n}\njobs: {}\n", "{push:{} }" },
		{ "on:\n  schedule:\n    - cron: '0 1 * * *'\n"
		  "      timezone: UTC\n    - cron: x\n",
		    "{schedule:[{cron:\"0 1 * * *\" timezone:UTC } "
		    "{cron:x } ] }" },
		{ "on:\n  a: ~\n  b: null\n  c: \"null\"\n",
		    "{a:~ b:~ c:\"null\" }" },
		{ "on:\n  - - a\n    - b\n  -\n    c\n", "[[a b ] c ]" },
		{ "on:\n  url: http://x/#y\n  hash: a#b # c\n",
		    "{url:http://x/#y hash:a#b }" },
		{ "on:\n  \"a b\" : 1\n  c :\n", "{a b:1 c:~ }" },
		{ "on:\n", "~" },
		{ "on:", "~" },
		{ "name: x\n", "-" },
		{ "", "-" },
	};

	(void)state;
	expect(rows, COUNT(rows));
}

/* Other sections may have what they want. */
static void
test_others(void **state)
{
	static const struct row rows[] = {
		{ "name: Build: it\njobs:\n  on: x\n\ton: x\n  a: |\n    on: y\n"
		  "on: push\nenv:\n  X: &x !!str [\n",
		    "push" },
		{ "run-name: >-\n  on: x\n\n  on: y\non: push\n", "push" },
		{ "run-name: Deploy ${{ inputs.x }} by @${{ github.actor }}\n"
		  "on: push\n",
		    "push" },
		{ "permissions: {\n  contents: read,\n}\non: push\n", "push" },
		{ "name: \"a\n  on: x\"\non: push\n", "push" },
		{ "name: 'on: x'\non: push\n", "push" },
		{ "list:\n- on: x\n- y\non: push\n", "push" },
	};

	(void)state;
	expect(rows, COUNT(rows));
}

/* What is not certain spoils no more than it must. */
static void
test_unsure(void **state)
{
	static const struct row rows[] = {
		{ "on:\n  a: *x\n  b: c\n", "{a:? b:c }" },
		{ "on: &x\n  a: &y [b]\n", "{a:[b ] }" },
		{ "on:\n  a: |\n    b: c\n\n   d\n  e: >-\n    f\n",
		    "{a:? e:? }" },
		{ "on:\n  a: b\n    c: d\n  e: f\n", "?" },
		{ "on:\n  a: b\n    c\n  e: f\n", "{a:? e:f }" },
		{ "on:\n  a: \"b\n    c\"\n  e: f\n", "{a:? e:f }" },
		{ "on:\n  a: \"\\x41\"\n  e: f\n", "{a:? e:f }" },
		{ "on:\n  a:\n    \"b\"\n", "{a:\"b\" }" },
		/* The whole. */
		{ "on: *x\n", "?" },
		{ "on: !!str push\n", "?" },
		{ "on:\n\tpush:\n", "?" },
		{ "on:\n  a: b\n c: d\n", "?" },
		{ "on:\n  - a\n  b: c\n", "?" },
		{ "on: push\non: push\n", "?" },
		{ "on: push\n---\non: pull\n", "?" },
		{ "on: [push\njobs:\n", "?" },
		{ "on: [push", "?" },
		{ "on: [push]]\n", "?" },
		{ "on: [a: b]\n", "?" },
		{ "on: {[a]: b}\n", "?" },
		{ "on: {workflow_dispatch:}\n", "?" },
		{ "on: {push:, workflow_dispatch:}\n", "?" },
		{ "on: [push:]\n", "?" },
		{ "on: {a: ${{ b }}}\n", "?" },
		{ "on: \"push\n", "?" },
		{ "on: \"push\" x\n", "?" },
		{ "on: a: b\n", "?" },
		{ "on: - a\n", "?" },
		{ "on:\n  ? a\n  : b\n", "?" },
		{ "on:\n  @a\n", "?" },
		{ "{on: push}\n", "?" },
		{ "- on\n", "?" },
		{ "on\n", "?" },
		{ "%YAML 1.2\n---\non: push\n", "?" },
		{ "  on: push\n", "?" },
		{ "<html>\n<body>on: x</body>\n", "?" },
	};

	(void)state;
	expect(rows, COUNT(rows));
	yaml_wipe(&yaml);
	yaml_read(&yaml, "on: a\0b", 7, "on");
	assert_int_equal(yaml_root(&yaml)->kind, YAML_UNSURE);
}

static void
test_members(void **state)
{
	const struct yaml_node *root, *map;

	(void)state;
	on("on:\n  a: 1\n  a: 2\n  b: 3\n  m:\n    <<: *x\n    c: 4\n  t: *y\n");
	root = yaml_root(&yaml);
	assert_int_equal(yaml_member(&yaml, root, "a")->kind, YAML_UNSURE);
	assert_true(yaml_is(yaml_member(&yaml, root, "b"), "3"));
	assert_int_equal(yaml_member(&yaml, root, "z")->kind, YAML_ABSENT);
	map = yaml_member(&yaml, root, "m");
	assert_int_equal(yaml_member(&yaml, map, "z")->kind, YAML_UNSURE);
	map = yaml_member(&yaml, root, "t");
	assert_int_equal(yaml_member(&yaml, map, "z")->kind, YAML_UNSURE);
	map = yaml_member(&yaml, root, "b");
	assert_int_equal(yaml_member(&yaml, map, "z")->kind, YAML_ABSENT);
	assert_null(yaml_next(&yaml, map, NULL));
}

/* Every prefix ends, and so does what is nested deeply. */
static void
test_ends(void **state)
{
	static const char text[] =
	    "name: 'x'\n\"on\" :\n  push: {a: [b, \"c\"], d: 'e'}\n"
	    "  workflow_dispatch: &x\n    inputs:\n      a:\n"
	    "        description: |\n          b\n        options:\n"
	    "        - c # d\n        - 'e'\n      f: *x\njobs:\n  g: h\n";
	static const char *const openers[] = { "[", "{a: ", "- ", "a:\n" };
	size_t i, k, spaces;
	struct buf b;

	(void)state;
	buf_init(&b, BUF_TEXT_MAX);
	for (i = 0; i < sizeof text; i++) {
		buf_clear(&b);
		buf_add(&b, text, i);
		on(buf_str(&b));
	}
	assert_int_equal(yaml_root(&yaml)->kind, YAML_MAP);
	for (i = 0; i < COUNT(openers); i++) {
		buf_clear(&b);
		buf_adds(&b, "on:\n");
		for (k = 0; k < 1000; k++) {
			for (spaces = 0; i == 3 && spaces <= k; spaces++)
				buf_addc(&b, ' ');
			buf_addf(&b, "%s%s", k == 0 ? " " : "", openers[i]);
		}
		assert_string_equal(on(buf_str(&b)), "?");
	}
	buf_free(&b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_forms),
		TEST(test_others),
		TEST(test_unsure),
		TEST(test_members),
		TEST(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
