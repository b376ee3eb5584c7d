/* SPDX-License-Identifier: ISC */
/*
 * JSON: what is valid is walked to its last token, and every string written
 * again reads back the same.
 */
#include "fuzz.h"

#include "json/emit.h"
#include "json/json.h"

static void
check_string(struct json j)
{
	struct json_doc *doc;
	struct json_error e;
	struct buf plain, quoted, back;
	char *s = json_strdup(j);

	buf_init(&plain, BUF_TEXT_MAX);
	buf_init(&quoted, BUF_TEXT_MAX);
	buf_init(&back, BUF_TEXT_MAX);
	must(s != NULL && json_string(j, &plain));
	must(strlen(s) == plain.len);
	must(json_is(j, s) ==
	    (plain.len == 0 || memchr(plain.data, '\0', plain.len) == NULL));
	emit_string_n(&quoted, buf_str(&plain), plain.len);
	doc = json_parse(quoted.data, quoted.len, JSON_STRICT_TEXT, &e);
	must(doc != NULL && json_string(json_root(doc), &back));
	must(back.len == plain.len &&
	    (back.len == 0 || memcmp(back.data, plain.data, back.len) == 0));
	json_free(doc);
	buf_free(&plain);
	buf_free(&quoted);
	buf_free(&back);
	free(s);
}

static void
walk(struct json j)
{
	enum json_type type = json_type(j);
	struct json k;
	uint64_t n;
	size_t len;

	must(type != JSON_ABSENT);
	json_text(j, &len);
	must(len > 0);
	json_u64(j, &n);
	if (type == JSON_STRING)
		check_string(j);
	for (k = json_first(j); json_type(k) != JSON_ABSENT; k = json_next(k)) {
		if (type == JSON_OBJECT)
			check_string(k);
		walk(type == JSON_OBJECT ? json_value(k) : k);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct json_error e;
	struct json_doc *doc;
	bool strict;

	strict = json_validate(text, len, JSON_STRICT_TEXT, &e);
	must(strict ||
	    (e.offset <= len && e.line > 0 && e.column > 0 &&
		memchr(e.found, '\0', sizeof e.found) != NULL));
	doc = json_parse(text, len, JSON_LENIENT_TEXT, &e);
	must(doc != NULL || !strict);
	if (doc != NULL)
		walk(json_root(doc));
	json_free(doc);
	return 0;
}
