/*
 * What all calls of the API share: the server, its connection and clock, the
 * token, and the reading of answers.  Internal to github/.
 */
#ifndef GITHUB_SESSION_H
#define GITHUB_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "github/answer.h"
#include "github/github.h"
#include "http/client.h"

#define SESSION_BEARER	"Bearer "	/* RFC 6750, 2.1 */

/* A server; shared by the repositories on it. */
struct session {
	const struct url	*api;
	const struct url	*pages;		/* or NULL */
	struct client		*client;
	char			*authorization;	/* SESSION_BEARER and it */
	const char		*token_file;	/* or NULL */
	bool			 old_version;
	enum github_tells	 tells;
	bool			 has_time;	/* from Date headers: */
	int64_t			 time_ms;	/* the server's */
	int64_t			 time_at_ms;	/* ours, then */
	bool			 has_quota;
	uint64_t		 quota_left;
	int64_t			 quota_reset_ms;	/* server's clock */
};

/* A repository on it. */
struct github {
	struct session	*session;
	bool		 owns_session;
	char		*owner;
	char		*repo;
	struct buf	 prefix;	/* ".../repos/OWNER/REPO/actions" */
};

/* What an answer says, and what it means. */
struct reading {
	enum answer_class	 class;
	int64_t			 wait_ms;
	struct buf		 message;	/* as it came; see add_quote */
	bool			 is_json;
};

/* Fills a request with what all of them carry; the target is lent. */
void	 session_begin(const struct session *, struct request *,
	    enum request_method, const char *target);

/*
 * Sends the request and reads the answer, whatever it says.  The caller wipes
 * the response and the reading in every case.  *sent as in client_do.
 */
enum status session_ask(struct session *, struct request *,
	    const struct client_options *, struct response *, struct reading *,
	    bool *sent, struct fault *);
void	 reading_wipe(struct reading *);

/* Takes note of the server's clock; what it shows now, as in
 * github_server_now. */
void	 session_note_time(struct session *, const struct response *);
bool	 session_now(const struct session *, int64_t *now_ms);

/*
 * Fills the fault for an answer that is not the hoped-for one, with advice;
 * `ref` is that of a dispatch, NULL otherwise.  Returns its status.
 */
enum status session_fault(const struct session *, const struct response *,
	    const struct reading *, const char *ref, struct fault *);

/* What a GET asks for, and until when; all lent. */
struct session_question {
	const char	*target;
	const char	*ref;		/* of the dispatch that it prepares, for
					 * session_fault; NULL: of none */
	int64_t		 connect_by_ms;	/* as in client_options */
	int64_t		 deadline_ms;
	bool		*sent;		/* as in client_do; NULL: no matter */
};

/*
 * A conditional GET, stepping down to the older API version if need be.  On
 * STATUS_OK either *changed is false, or `r` (wiped by the caller in every
 * case) holds a 200 and *etag (owned by the caller, NULL at first) its tag.
 */
enum status session_get(struct session *, const struct session_question *,
	    char **etag, bool *changed, struct response *r, struct fault *);

/* Appends ".../repos/OWNER/REPO/actions" and the formatted rest. */
void	 github_target(const struct github *, struct buf *, const char *, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
