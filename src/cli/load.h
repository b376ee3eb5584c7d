/*
 * Loading a config: what its parts share.  Internal to cli/.
 *
 * Texts that are returned are owned by the caller; those of options and paths
 * are lent from command line and environment.  All faults are STATUS_USAGE,
 * but for a signal's while a file is read.
 */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cli/config.h"

#define LOAD_TIMEOUT_MS	(300 * INT64_C(1000))	/* both timeouts' default */
#define LOAD_READ_MS	(30 * INT64_C(1000))	/* a pipe's writer may take */

struct loader {
	struct config		*c;
	const struct options	*o;
	config_lookup		 lookup;
	struct buf		 missing;	/* names of required values */
	bool			 stdin_used;
	int64_t			 read_by_ms;	/* files and standard input */
	const char		*server_from;	/* names it; NULL: default */
};

/* A variable without white space around; NULL if unset or empty. */
char	*load_variable(const struct loader *, const char *name);

/* A path from a variable; NULL if unset or empty.  Lent. */
const char *load_path(const struct loader *, const char *name);

/* A required value is not given; all of them are named at the end. */
void	 load_add_missing(struct loader *, const char *what);

/* Fills the fault: which value is bad, and why. */
enum status load_bad(struct fault *, const char *what, const char *value,
	    const char *why);

/*
 * The option's value, else the variable's (unless its name is NULL); *from
 * names the one that was used.  NULL if there is none.  An option that is
 * given but empty is an error: an unset variable of the caller's script must
 * not make us fall back to something else.
 */
enum status load_pick(const struct loader *, enum option, const char *name,
	    char **value, const char **from, struct fault *);

/* The same for a required line of text. */
enum status load_text(struct loader *, enum option, const char *name,
	    const char *missing, char **value, struct fault *);

/* A duration; left as it is if it is not given.  A bare number in the variable
 * counts in bare_unit_ms, in the option in seconds. */
enum status load_duration(const struct loader *, enum option, const char *name,
	    int64_t bare_unit_ms, bool zero_ok, int64_t *ms, struct fault *);

/* A flag, or a variable with one of the runner's words for yes and no. */
enum status load_flag(struct loader *, enum option, const char *name,
	    bool *value, struct fault *);

/* All of a file, or of standard input for "-", at most `max` bytes and by the
 * loader's instant; the buf is initialised here and wiped by the caller. */
enum status load_file(struct loader *, const char *what, const char *path,
	    size_t max, struct buf *, struct fault *);

/* The repository; *host is NULL if none was given with it. */
enum status load_repo(struct loader *, char **host, struct fault *);

/* The server: its API and its pages; `host` of the repository may be NULL. */
enum status load_server(struct loader *, const char *host, struct fault *);

/* The proxy to the API, which is loaded by now. */
enum status load_proxy(struct loader *, struct fault *);

/* The runs to wait for and their repositories; *host as above.  Then, when the
 * server is known, that none of their URLs names another one. */
enum status load_runs(struct loader *, char **host, struct fault *);
enum status load_check_runs(struct loader *, struct fault *);

/* The workflow's inputs; then the distinct ID, which may be among them. */
enum status load_inputs(struct loader *, struct fault *);
enum status load_distinct_id(struct loader *, struct fault *);

/* All that may be a token is registered as a secret, and --token-file read;
 * then, when the server is known, the one for it is taken. */
enum status load_secrets(struct loader *, struct fault *);
enum status load_token(struct loader *, struct fault *);

/* How to wait; only looked at if there is a wait. */
enum status load_waiting(struct loader *, struct fault *);

#endif
