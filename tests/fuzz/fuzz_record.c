/* SPDX-License-Identifier: ISC */
/*
 * The lines of a journal: what is read is complete, and what is written of it
 * reads back the same.
 */
#include "fuzz.h"

#include "command/record.h"
#include "github/decode.h"

static bool
is_same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
check_record(const struct record *r)
{
	struct record back;
	struct buf line;

	must(r->repository != NULL && strchr(r->repository, '/') != NULL);
	must(r->state != RECORD_IDENTIFIED ||
	    (r->run_id != 0 && decode_is_fit_url(r->run_url)));
	buf_init(&line, BUF_TEXT_MAX);
	record_add(&line, r);
	must(memchr(line.data, '\n', line.len) == line.data + line.len - 1);
	must(record_read(&back, line.data, line.len - 1) == NULL);
	must(is_same_text(back.repository, r->repository));
	must(back.state == r->state && back.by == r->by);
	must(is_same_text(back.distinct_id, r->distinct_id));
	must(back.is_unique == r->is_unique);
	must(back.is_old_server == r->is_old_server);
	must(back.baseline == r->baseline && back.server_ms == r->server_ms);
	must(back.run_id == r->run_id);
	must(is_same_text(back.run_url, r->run_url));
	record_wipe(&back);
	buf_free(&line);
}

static void
check_header(const struct record_header *h)
{
	struct record_header back;
	struct buf line;

	buf_init(&line, BUF_TEXT_MAX);
	record_add_header(&line, h);
	must(memchr(line.data, '\n', line.len) == line.data + line.len - 1);
	must(record_read_header(&back, line.data, line.len - 1) == NULL);
	must(is_same_text(back.server, h->server));
	must(is_same_text(back.workflow, h->workflow));
	must(is_same_text(back.ref, h->ref));
	must(is_same_text(back.salt, h->salt));
	must(is_same_text(back.digest, h->digest));
	record_header_wipe(&back);
	buf_free(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct record_header h;
	struct record r;

	if (record_read_header(&h, text, len) == NULL) {
		check_header(&h);
		record_header_wipe(&h);
	}
	if (record_read(&r, text, len) == NULL) {
		check_record(&r);
		record_wipe(&r);
	}
	return 0;
}
