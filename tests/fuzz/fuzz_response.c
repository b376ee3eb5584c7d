/* SPDX-License-Identifier: ISC */
/*
 * The response parser: the same bytes whole and in pieces come to the same.
 * The first byte chooses the method and the size of the pieces, the second how
 * the connection ends.
 */
#include "fuzz.h"

#include "http/response.h"

static enum response_progress
feed(struct response *r, const uint8_t *data, size_t len, size_t piece,
    size_t *total)
{
	enum response_progress progress = RESPONSE_MORE;
	size_t n, used;

	for (*total = 0; *total < len && progress == RESPONSE_MORE;
	     *total += used) {
		n = piece < len - *total ? piece : len - *total;
		progress = response_feed(
		    r, (const char *)data + *total, n, &used);
		must(used <= n);
		must(progress != RESPONSE_MORE || used == n);
	}
	return progress;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum response_progress a, b;
	struct response whole, pieces;
	size_t used_a, used_b;

	if (len < 2)
		return 0;
	response_init(&whole, (enum request_method)(data[0] % 3));
	response_init(&pieces, (enum request_method)(data[0] % 3));
	a = feed(&whole, data + 2, len - 2, len, &used_a);
	b = feed(&pieces, data + 2, len - 2, data[0] / 3 + 1u, &used_b);
	if (a == RESPONSE_MORE && data[1] < 2) {
		a = response_end(&whole, data[1]);
		b = response_end(&pieces, data[1]);
	}
	must(a == b && whole.status == pieces.status);
	must(whole.body.len == pieces.body.len);
	must(whole.body.len == 0 ||
	    memcmp(whole.body.data, pieces.body.data, whole.body.len) == 0);
	must(whole.body.len <= RESPONSE_BODY_MAX);
	must(a != RESPONSE_DONE ||
	    (used_a == used_b && whole.keep_alive == pieces.keep_alive &&
		whole.status >= 200));
	must(a != RESPONSE_BAD || response_error(&whole) != NULL);
	must(whole.field_count == pieces.field_count || a == RESPONSE_BAD);
	response_wipe(&whole);
	response_wipe(&pieces);
	return 0;
}
