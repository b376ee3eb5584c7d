/* SPDX-License-Identifier: ISC */
/*
 * Requests: exact bytes, and no way to put a line into another's place.
 */
#include "unit.h"

#include "http/request.h"

static struct request
get(const char *target, const char *authority)
{
	struct request r = {
		.method = REQUEST_GET, .target = target, .authority = authority
	};

	return r;
}

static void
expect_bytes(const struct request *r, const char *want, size_t len)
{
	struct buf out;

	buf_init(&out, 10000);
	buf_adds(&out, "before");
	assert_true(request_write(&out, r));
	assert_int_equal(out.len, len + 6);
	assert_memory_equal(out.data + 6, want, len);
	assert_memory_equal(out.data, "before", 6);
	buf_free(&out);
}

static void
test_get(void **state)
{
	struct request r = get(
	    "/repos/o/r/actions/runs?per_page=1", "api.github.com");

	(void)state;
	expect_bytes(&r,
	    LIT("GET /repos/o/r/actions/runs?per_page=1 HTTP/1.1"
		"\r\nHost: api.github.com\r\n\r\n"));
	request_add(&r, "Accept", "application/json");
	request_add(&r, "If-None-Match", NULL);
	request_add(&r, "X-Empty", "");
	request_add(&r, "User-Agent", "a b/1.0 (\"c\")");
	assert_int_equal(r.field_count, 3);
	expect_bytes(&r,
	    LIT("GET /repos/o/r/actions/runs?per_page=1 HTTP/1.1"
		"\r\nHost: api.github.com\r\nAccept: application/json\r\n"
		"X-Empty: \r\nUser-Agent: a b/1.0 (\"c\")\r\n\r\n"));
}

static void
test_post(void **state)
{
	struct request r = { .method = REQUEST_POST,
		.target = "/d",
		.authority = "h:8443",
		.body = "{\"ref\":\"main\"}",
		.body_len = 14 };

	(void)state;
	request_add(&r, "Content-Type", "application/json");
	expect_bytes(&r,
	    LIT("POST /d HTTP/1.1\r\nHost: h:8443\r\n"
		"Content-Type: application/json\r\nContent-Length: 14\r\n\r\n"
		"{\"ref\":\"main\"}"));
	/* The body is bytes, and its length counts them. */
	r.body = "a\0\r\n\r\n\xff";
	r.body_len = 7;
	r.field_count = 0;
	expect_bytes(&r,
	    LIT("POST /d HTTP/1.1\r\nHost: h:8443\r\n"
		"Content-Length: 7\r\n\r\na\0\r\n\r\n\xff"));
	r.body = "";
	r.body_len = 0;
	expect_bytes(&r,
	    LIT("POST /d HTTP/1.1\r\nHost: h:8443\r\n"
		"Content-Length: 0\r\n\r\n"));
	r.body = NULL;
	expect_bytes(&r,
	    LIT("POST /d HTTP/1.1\r\nHost: h:8443\r\n"
		"Content-Length: 0\r\n\r\n"));
}

static void
test_connect(void **state)
{
	struct request r = {
		.method = REQUEST_CONNECT,
		.target = "[::1]:443",
		.authority = "[::1]:443",
	};

	(void)state;
	request_add(&r, "Proxy-Authorization", "Basic dTpw");
	expect_bytes(&r,
	    LIT("CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443"
		"\r\nProxy-Authorization: Basic dTpw\r\n\r\n"));
}

static void
test_idempotent(void **state)
{
	struct request r = get("/", "h");

	(void)state;
	assert_true(request_is_idempotent(r.method));
	r.method = REQUEST_POST;
	assert_false(request_is_idempotent(r.method));
	r.method = REQUEST_CONNECT;
	assert_false(request_is_idempotent(r.method));
	assert_string_equal(request_method_name(REQUEST_GET), "GET");
	assert_string_equal(request_method_name(REQUEST_POST), "POST");
	assert_string_equal(request_method_name(REQUEST_CONNECT), "CONNECT");
}

static void
expect_refused(const struct request *r, const char *what, int c)
{
	struct buf out;

	buf_init(&out, 1000);
	check(!request_write(&out, r), "%s with byte %d", what, c);
	/* Not even a part of it. */
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

static void
test_refused_bytes(void **state)
{
	static const char *const bad[] = { "/a\r\nX: y", "/a\n", "/a\r", "\n/a",
		"/a b", " /a", "/a ", "/\x7f", "" };
	char text[] = "/a?b";
	struct request r;
	size_t i, at;
	int c;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		r = get(bad[i], "h");
		expect_refused(&r, bad[i], 0);
	}
	/* Every control character, everywhere. */
	for (c = 1; c <= 0x7f; c++) {
		if (c >= 0x20 && c != 0x7f)
			continue;
		for (at = 0; at < sizeof text - 1; at++) {
			memcpy(text, "/a?b", sizeof text);
			text[at] = (char)c;
			r = get(text, "h");
			expect_refused(&r, "target", c);
			r = get("/", text);
			expect_refused(&r, "authority", c);
			r = get("/", "h");
			request_add(&r, "A", "good");
			request_add(&r, "B", text);
			request_add(&r, "C", "good");
			expect_refused(&r, "field", c);
		}
	}
	r = get("/", "h h");
	expect_refused(&r, "authority", ' ');
}

/* Bytes over 0x7f are a matter of taste, not of framing. */
static void
test_allowed_bytes(void **state)
{
	struct request r = get("/\xc3\xa9", "h");

	(void)state;
	request_add(&r, "A", "\xff \xc2\x85");
	expect_bytes(&r,
	    LIT("GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\n"
		"A: \xff \xc2\x85\r\n\r\n"));
}

static void
test_many_fields(void **state)
{
	struct request r = get("/", "h");
	struct buf want;
	size_t i;

	(void)state;
	buf_init(&want, 10000);
	buf_adds(&want, "GET / HTTP/1.1\r\nHost: h\r\n");
	for (i = 0; i < REQUEST_FIELDS_MAX; i++) {
		request_add(&r, "A", "b");
		buf_adds(&want, "A: b\r\n");
	}
	buf_adds(&want, "\r\n");
	expect_bytes(&r, want.data, want.len);
	buf_free(&want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_post),
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_idempotent),
		cmocka_unit_test(test_refused_bytes),
		cmocka_unit_test(test_allowed_bytes),
		cmocka_unit_test(test_many_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
