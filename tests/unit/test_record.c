/* SPDX-License-Identifier: ISC */
/*
 * The lines of a journal: written, read back, and refused if they are anything
 * else.
 */
#include "unit.h"

#include "base/buf.h"
#include "command/record.h"

#define REPO "octo-org/octo-repo"
#define URL  "https://github.com/octo-org/octo-repo/actions/runs/17654321098"
#define ID   "3d8f0b6a-91d5-4a0e-8a43-5f1a7c2e9b10"
#define SALT "00112233445566778899aabbccddeeff"
#define HASH SALT SALT

#define HEADER                                                  \
	"{\"journal\":\"return-dispatch\",\"format\":1,"        \
	"\"server\":\"https://api.github.com\",\"workflow\":"   \
	"\"build.yml\",\"ref\":\"main\",\"salt\":\"" SALT "\"," \
	"\"digest\":\"" HASH "\"}"

#define OF(state) "{\"repository\":\"" REPO "\",\"state\":\"" state "\""
#define SENDING                                               \
	OF("sending")                                         \
	",\"distinct_id\":\"" ID "\",\"is_random\":true,"     \
	"\"is_old_server\":false,\"newest_run\":17654320000," \
	"\"server_time_ms\":1700000000000}"
#define SENDING_WITHOUT_ID                           \
	OF("sending")                                \
	",\"distinct_id\":null,\"is_random\":false," \
	"\"is_old_server\":true,\"newest_run\":0,\"server_time_ms\":0}"
#define IDENTIFIED                                         \
	OF("identified")                                   \
	",\"run_id\":17654321098,\"run_url\":\"" URL "\"," \
	"\"identified_by\":\"job-name\"}"

static const struct record records[] = {
	{ .state = RECORD_SENDING,
	    .distinct_id = ID,
	    .is_unique = true,
	    .baseline = UINT64_C(17654320000),
	    .server_ms = INT64_C(1700000000000) },
	{ .state = RECORD_SENDING, .is_old_server = true },
	{ .state = RECORD_NOT_STARTED },
	{ .state = RECORD_ACCEPTED },
	{ .state = RECORD_IDENTIFIED,
	    .run_id = UINT64_C(17654321098),
	    .run_url = URL,
	    .by = FOUND_BY_JOB_NAME },
};

static const char *const lines[] = {
	SENDING,
	SENDING_WITHOUT_ID,
	OF("not_started") "}",
	OF("accepted") "}",
	IDENTIFIED,
};

static void
expect_same_text(const char *a, const char *b)
{
	check((a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0),
	    "%s, not %s", a != NULL ? a : "none", b != NULL ? b : "none");
}

static void
test_written(void **state)
{
	struct record r;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(records); i++) {
		r = records[i];
		r.repository = REPO;
		buf_init(&b, BUF_TEXT_MAX);
		record_add(&b, &r);
		check(b.len == strlen(lines[i]) + 1 &&
			memcmp(b.data, lines[i], strlen(lines[i])) == 0 &&
			b.data[b.len - 1] == '\n',
		    "%s", buf_str(&b));
		buf_free(&b);
	}
}

static void
test_read(void **state)
{
	const char *why;
	struct record r;
	size_t i;
	char *line;

	(void)state;
	for (i = 0; i < COUNT(records); i++) {
		line = exact_copy(lines[i], strlen(lines[i]));
		why = record_read(&r, line, strlen(lines[i]));
		free(line);
		check(why == NULL, "%s: %s", lines[i], why);
		assert_string_equal(r.repository, REPO);
		assert_int_equal(r.state, records[i].state);
		expect_same_text(r.distinct_id, records[i].distinct_id);
		assert_int_equal(r.is_unique, records[i].is_unique);
		assert_int_equal(r.is_old_server, records[i].is_old_server);
		assert_true(r.baseline == records[i].baseline);
		assert_true(r.server_ms == records[i].server_ms);
		assert_true(r.run_id == records[i].run_id);
		expect_same_text(r.run_url, records[i].run_url);
		assert_int_equal(r.by, records[i].by);
		record_wipe(&r);
	}
}

/* Texts that would break a line do not. */
static void
test_any_text(void **state)
{
	static const char odd[] = "a \"b\"\n\\c\x1b[2J ##[x]";
	const struct record wanted = {
		.repository = REPO,
		.state = RECORD_SENDING,
		.distinct_id = odd,
	};
	struct record r;
	struct buf b;

	(void)state;
	buf_init(&b, BUF_TEXT_MAX);
	record_add(&b, &wanted);
	assert_ptr_equal(memchr(b.data, '\n', b.len), b.data + b.len - 1);
	assert_null(record_read(&r, b.data, b.len - 1));
	assert_string_equal(r.distinct_id, odd);
	record_wipe(&r);
	buf_free(&b);
}

/* A line that was cut anywhere is not taken for another one. */
static void
test_cut(void **state)
{
	struct record_header h;
	struct record r;
	size_t i, n;
	char *line;

	(void)state;
	for (i = 0; i < COUNT(lines); i++)
		for (n = 0; n < strlen(lines[i]); n++) {
			line = exact_copy(lines[i], n);
			check(record_read(&r, line, n) != NULL, "%.*s", (int)n,
			    lines[i]);
			assert_null(r.repository);
			free(line);
		}
	for (n = 0; n < strlen(HEADER); n++) {
		line = exact_copy(HEADER, n);
		check(record_read_header(&h, line, n) != NULL, "%.*s", (int)n,
		    HEADER);
		assert_null(h.server);
		free(line);
	}
}

static void
test_unusable(void **state)
{
	static const char *const bad[] = {
		"",
		"null",
		"[]",
		"{}",
		"{\"state\":\"accepted\"}",
		"{\"repository\":1,\"state\":\"accepted\"}",
		"{\"repository\":\"\",\"state\":\"accepted\"}",
		"{\"repository\":\"octo-repo\",\"state\":\"accepted\"}",
		"{\"repository\":\"a/b/c\",\"state\":\"accepted\"}",
		"{\"repository\":\"a/b\"}",
		OF("") "}",
		OF("sent") "}",
		OF("accepted") ",\"state\":\"not_started\"}",
		OF("sending") "}",
		OF("sending") ",\"distinct_id\":7,\"is_random\":true,"
			      "\"is_old_server\":true,\"newest_run\":0,"
			      "\"server_time_ms\":0}",
		OF("sending") ",\"distinct_id\":null,\"is_random\":1,"
			      "\"is_old_server\":true,\"newest_run\":0,"
			      "\"server_time_ms\":0}",
		OF("sending") ",\"distinct_id\":null,\"is_random\":true,"
			      "\"newest_run\":0,\"server_time_ms\":0}",
		OF("sending") ",\"distinct_id\":null,\"is_random\":true,"
			      "\"is_old_server\":true,\"newest_run\":-1,"
			      "\"server_time_ms\":0}",
		OF("sending") ",\"distinct_id\":null,\"is_random\":true,"
			      "\"is_old_server\":true,\"newest_run\":0,"
			      "\"server_time_ms\":9223372036854775807}",
		OF("identified") "}",
		OF("identified") ",\"run_id\":0,\"run_url\":\"" URL
				 "\",\"identified_by\":\"response\"}",
		OF("identified") ",\"run_id\":1,\"run_url\":\"javascript:1"
				 "\",\"identified_by\":\"response\"}",
		OF("identified") ",\"run_id\":1,\"run_url\":\"https://a/\\n"
				 "\",\"identified_by\":\"response\"}",
		OF("identified") ",\"run_id\":1,\"run_url\":\"" URL
				 "\",\"identified_by\":\"given\"}",
		IDENTIFIED IDENTIFIED,
	};
	struct record r;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		check(record_read(&r, bad[i], strlen(bad[i])) != NULL, "%s",
		    bad[i]);
		assert_null(r.repository);
		assert_null(r.distinct_id);
		assert_null(r.run_url);
	}
}

static void
test_header(void **state)
{
	const struct record_header wanted = {
		"https://api.github.com",
		"build.yml",
		"main",
		SALT,
		HASH,
	};
	struct record_header h;
	struct buf b;

	(void)state;
	assert_int_equal(strlen(SALT), RECORD_SALT_SIZE - 1);
	assert_int_equal(strlen(HASH), RECORD_DIGEST_SIZE - 1);
	buf_init(&b, BUF_TEXT_MAX);
	record_add_header(&b, &wanted);
	assert_string_equal(buf_str(&b), HEADER "\n");
	assert_memory_equal(b.data, RECORD_MAGIC, strlen(RECORD_MAGIC));
	assert_null(record_read_header(&h, b.data, b.len - 1));
	assert_string_equal(h.server, wanted.server);
	assert_string_equal(h.workflow, wanted.workflow);
	assert_string_equal(h.ref, wanted.ref);
	assert_string_equal(h.salt, wanted.salt);
	assert_string_equal(h.digest, wanted.digest);
	record_header_wipe(&h);
	buf_free(&b);
}

#define HEAD "{\"journal\":\"return-dispatch\",\"format\":"
#define REST                                                   \
	",\"server\":\"https://api.github.com\",\"workflow\":" \
	"\"build.yml\",\"ref\":\"main\","

static void
test_unusable_header(void **state)
{
	static const struct {
		const char *line, *why;
	} bad[] = {
		{ "", "does not begin a journal" },
		{ "# notes", "does not begin a journal" },
		{ "{\"journal\":\"other\",\"format\":1}",
		    "does not begin a journal" },
		{ "{\"journal\":\"return-dispatch\"}", "another version" },
		{ HEAD "2" REST "\"salt\":\"" SALT "\",\"digest\":\"" HASH
		       "\"}",
		    "another version" },
		{ HEAD "1}", "missing" },
		{ HEAD "1" REST "\"salt\":\"00\",\"digest\":\"" HASH "\"}",
		    "missing" },
		{ HEAD "1" REST "\"salt\":\"" SALT "\",\"digest\":\"00\"}",
		    "missing" },
		{ OF("accepted") "}", "does not begin a journal" },
	};
	struct record_header h;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		why = record_read_header(&h, bad[i].line, strlen(bad[i].line));
		check(why != NULL && strstr(why, bad[i].why) != NULL, "%s: %s",
		    bad[i].line, why != NULL ? why : "was taken");
		assert_null(h.server);
		assert_null(h.salt);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_any_text),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_unusable_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
