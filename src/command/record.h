/* SPDX-License-Identifier: ISC */
/*
 * The lines of a journal (command/journal.h), one JSON object each: the first
 * says which dispatch the journal is of, each of the others what became of it
 * in one repository.  Pure.
 */
#ifndef COMMAND_RECORD_H
#define COMMAND_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "github/found.h"

/* What the first line of any journal begins with. */
#define RECORD_MAGIC "{\"journal\":\"return-dispatch\","

#define RECORD_SALT_SIZE   33 /* 16 bytes in hexadecimal, and a NUL */
#define RECORD_DIGEST_SIZE 65 /* SHA-256, same */

/* The texts are lent when it is written, owned when it was read. */
struct record_header {
	const char *server; /* base URL of its API */
	const char *workflow;
	const char *ref;
	const char *salt;
	const char *digest; /* of the salt and what else is asked for */
};

enum record_state {
	RECORD_SENDING,     /* written before a POST: perhaps */
	RECORD_NOT_STARTED, /* that POST has started nothing */
	RECORD_ACCEPTED,    /* it has started a run, which one is open */
	RECORD_IDENTIFIED   /* the run is known */
};

/* As above.  What other states know is zero. */
struct record {
	const char *repository; /* "owner/repo" */
	enum record_state state;
	/* Of RECORD_SENDING: */
	const char *distinct_id; /* that the POST carries; or NULL */
	bool is_unique;          /* it was drawn at random */
	bool is_old_server;
	uint64_t baseline; /* newest run before the POST */
	int64_t server_ms; /* the server's clock then; or 0 */
	/* Of RECORD_IDENTIFIED: */
	uint64_t run_id;
	const char *run_url;
	enum found_by by;
};

/* Append a line, with its end. */
void record_add_header(struct buf *, const struct record_header *);
void record_add(struct buf *, const struct record *);

/*
 * Read a line, given without its end.  NULL, and the caller wipes what was
 * read; or what is wrong with it, a static text, and there is nothing to wipe.
 * Members of other names are skipped.
 */
const char *record_read_header(
    struct record_header *, const char *line, size_t len);
const char *record_read(struct record *, const char *line, size_t len);

void record_header_wipe(struct record_header *);
void record_wipe(struct record *);

#endif
