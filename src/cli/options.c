#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/options.h"

/* Which command an option belongs to. */
enum belongs {
	TO_BOTH,
	TO_DISPATCH,
	TO_WAITING	/* await, and a dispatch with --wait */
};

#define TOKEN_MIN	32	/* GitHub's have 40 characters and more */
#define TOKEN_OPTION	"--token"	/* that many other tools have */
#define WORD_MAX	32	/* no option or command is as long */
#define NEAR_MAX	2	/* typing errors in a word that is known */

enum takes {
	TAKES_NOTHING,
	TAKES_VALUE,
	MAY_TAKE_VALUE		/* only with "=" */
};

static const struct {
	const char	*name;
	char		 letter;
	enum takes	 takes;
	enum belongs	 belongs;
} specs[OPTION_COUNT] = {
	[OPTION_REPO] = { "--repo", 'R', TAKES_VALUE, TO_BOTH },
	[OPTION_WORKFLOW] = { "--workflow", 'w', TAKES_VALUE, TO_DISPATCH },
	[OPTION_REF] = { "--ref", 'r', TAKES_VALUE, TO_DISPATCH },
	[OPTION_FIELD] = { "--field", 'f', TAKES_VALUE, TO_DISPATCH },
	[OPTION_INPUTS] = { "--inputs", 0, TAKES_VALUE, TO_DISPATCH },
	[OPTION_DISTINCT_ID] =
	    { "--distinct-id", 0, MAY_TAKE_VALUE, TO_DISPATCH },
	[OPTION_TIMEOUT] = { "--timeout", 0, TAKES_VALUE, TO_DISPATCH },
	[OPTION_RETRY_INTERVAL] =
	    { "--retry-interval", 0, TAKES_VALUE, TO_DISPATCH },
	[OPTION_WAIT] = { "--wait", 0, TAKES_NOTHING, TO_DISPATCH },
	[OPTION_WAIT_TIMEOUT] =
	    { "--wait-timeout", 0, TAKES_VALUE, TO_WAITING },
	[OPTION_POLL_INTERVAL] =
	    { "--poll-interval", 0, TAKES_VALUE, TO_WAITING },
	[OPTION_JOB] = { "--job", 0, TAKES_VALUE, TO_WAITING },
	[OPTION_CANCEL_AFTER] =
	    { "--cancel-after", 0, TAKES_VALUE, TO_WAITING },
	[OPTION_FORCE_CANCEL_AFTER] =
	    { "--force-cancel-after", 0, TAKES_VALUE, TO_WAITING },
	[OPTION_CANCEL_ON_INTERRUPT] =
	    { "--cancel-on-interrupt", 0, TAKES_NOTHING, TO_WAITING },
	[OPTION_RERUN_GRACE] = { "--rerun-grace", 0, TAKES_VALUE, TO_WAITING },
	[OPTION_LOG_FAILED] = { "--log-failed", 0, TAKES_NOTHING, TO_WAITING },
	[OPTION_LOG_LINES] = { "--log-lines", 0, TAKES_VALUE, TO_WAITING },
	[OPTION_TOKEN_FILE] = { "--token-file", 0, TAKES_VALUE, TO_BOTH },
	[OPTION_API_URL] = { "--api-url", 0, TAKES_VALUE, TO_BOTH },
	[OPTION_CACERT] = { "--cacert", 0, TAKES_VALUE, TO_BOTH },
	[OPTION_PROXY] = { "--proxy", 0, TAKES_VALUE, TO_BOTH },
	[OPTION_NO_PROXY] = { "--no-proxy", 0, TAKES_NOTHING, TO_BOTH },
	[OPTION_FORMAT] = { "--format", 0, TAKES_VALUE, TO_BOTH },
	[OPTION_QUIET] = { "--quiet", 'q', TAKES_NOTHING, TO_BOTH },
	[OPTION_VERBOSE] = { "--verbose", 'v', TAKES_NOTHING, TO_BOTH },
	[OPTION_DRY_RUN] = { "--dry-run", 0, TAKES_NOTHING, TO_DISPATCH },
	[OPTION_HELP] = { "--help", 'h', TAKES_NOTHING, TO_BOTH },
	[OPTION_VERSION] = { "--version", 'V', TAKES_NOTHING, TO_BOTH },
};

static const struct {
	const char	*name;
	enum option	 option;
} elsewhere[] = {
	{ "--branch", OPTION_REF },
	{ "--hostname", OPTION_REPO },
	{ "--raw-field", OPTION_FIELD },
	{ "-F", OPTION_FIELD },
	{ "--json", OPTION_FORMAT },
	{ "--output", OPTION_FORMAT },
	{ "--interval", OPTION_POLL_INTERVAL },
	{ "--watch", OPTION_WAIT },
	{ "--debug", OPTION_VERBOSE },
};

const char *
option_name(enum option o)
{
	return specs[o].name;
}

void
options_wipe(struct options *o)
{
	free(o->fields.values);
	free(o->jobs.values);
	free(o->runs.values);
	memset(o, 0, sizeof *o);
}

static enum option
find_name(const char *arg, size_t len)
{
	enum option o;

	for (o = 0; o < OPTION_COUNT; o++)
		if (strlen(specs[o].name) == len &&
		    memcmp(specs[o].name, arg, len) == 0)
			break;
	return o;
}

static enum option
find_letter(char letter)
{
	enum option o;

	for (o = 0; o < OPTION_COUNT; o++)
		if (specs[o].letter == letter)
			break;
	return o;
}

/*
 * How many characters have to be put in, left out, replaced or swapped with
 * their neighbour to make b of a[0..len) (the optimal string alignment); more
 * than NEAR_MAX if that is too far to tell.
 */
static size_t
distance(const char *a, size_t len, const char *b)
{
	size_t rows[3][WORD_MAX + 1], n = strlen(b), i, k, best;
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	if (len > WORD_MAX || n > WORD_MAX)
		return NEAR_MAX + 1;
	for (k = 0; k <= n; k++)
		before[k] = last[k] = k;
	for (i = 1; i <= len; i++) {
		row[0] = i;
		for (k = 1; k <= n; k++) {
			best = last[k - 1] + (a[i - 1] != b[k - 1]);
			if (last[k] + 1 < best)
				best = last[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1] && before[k - 2] + 1 < best)
				best = before[k - 2] + 1;
			row[k] = best;
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[n];
}

/* The option that was meant, most likely; NULL if none is near. */
static const char *
nearest(const char *arg, size_t len)
{
	size_t least = NEAR_MAX + 1, n;
	const char *name = NULL;
	enum option o;

	/* What gh and curl call the same thing. */
	for (n = 0; n < sizeof elsewhere / sizeof elsewhere[0]; n++)
		if (strlen(elsewhere[n].name) == len &&
		    memcmp(elsewhere[n].name, arg, len) == 0)
			return specs[elsewhere[n].option].name;
	for (o = 0; o < OPTION_COUNT; o++) {
		n = distance(arg, len, specs[o].name);
		/* The beginning of a name is near, too. */
		if (n > 1 && len > strlen("--x") &&
		    strncmp(specs[o].name, arg, len) == 0)
			n = 1;
		if (n < least) {
			least = n;
			name = specs[o].name;
		}
	}
	return name;
}

/* A long word may be a token in the wrong place, one with an "@" a URL with a
 * password: neither is shown. */
static bool
may_be_shown(const char *arg, size_t len)
{
	return len < TOKEN_MIN && memchr(arg, '@', len) == NULL;
}

static enum status
unknown(const char *arg, size_t len, struct fault *f)
{
	bool shown = may_be_shown(arg, len);
	const char *meant = nearest(arg, len);

	if (strlen(TOKEN_OPTION) == len && memcmp(arg, TOKEN_OPTION, len) == 0)
		return fault_set_lasting(f, STATUS_USAGE, "there is no option "
		    TOKEN_OPTION ": every user of the machine could read the "
		    "token in the list of processes. Set the variable "
		    "GH_TOKEN, or use --token-file FILE (\"-\" for standard "
		    "input). If the token was real, revoke it");
	return fault_set_lasting(f, STATUS_USAGE, "unknown option%s%.*s%s%s%s%s"
	    "; see return-dispatch --help", shown ? " \"" : "",
	    shown ? (int)len : 0, arg, shown ? "\"" : "", meant != NULL ?
	    ", did you mean " : "", meant != NULL ? meant : "",
	    meant != NULL ? "?" : "");
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
append(struct option_list *list, const char *value)
{
	list->values = xreallocarray(list->values, list->count + 1,
	    sizeof *list->values);
	list->values[list->count++] = value;
}

static enum status
take(struct options *o, enum option which, const char *value, struct fault *f)
{
	if (which == OPTION_FIELD) {
		append(&o->fields, value);
	} else if (which == OPTION_JOB) {
		append(&o->jobs, value);
	} else if (o->given[which] && !same(o->value[which], value)) {
		/* Without the values: --inputs may hold secrets. */
		return fault_set_lasting(f, STATUS_USAGE, "%s is given twice, "
		    "with different values; keep one", specs[which].name);
	}
	o->given[which] = true;
	o->value[which] = value;
	return STATUS_OK;
}

/* "--name", "--name=value", "--name value"; moves *argv on. */
static enum status
take_long(struct options *o, char ***argv, struct fault *f)
{
	const char *arg = **argv, *value = NULL;
	size_t len = strcspn(arg, "=");
	enum option which = find_name(arg, len);

	if (which == OPTION_COUNT)
		return unknown(arg, len, f);
	if (arg[len] == '=')
		value = arg + len + 1;
	else if (specs[which].takes == TAKES_VALUE && *++*argv != NULL)
		value = **argv;
	if (specs[which].takes == TAKES_VALUE && value == NULL)
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s needs a value; see return-dispatch --help",
		    specs[which].name);
	if (specs[which].takes == TAKES_NOTHING && value != NULL)
		return fault_set_lasting(f, STATUS_USAGE, "%s takes no value",
		    specs[which].name);
	return take(o, which, value, f);
}

/* "-abc", "-Rvalue", "-R value"; moves *argv on. */
static enum status
take_short(struct options *o, char ***argv, struct fault *f)
{
	const char *p = **argv + 1, *value;
	enum status status = STATUS_OK;
	enum option which;
	char shown[3] = "-?";

	for (; status == STATUS_OK && *p != '\0'; p++) {
		shown[1] = *p;
		if ((which = find_letter(*p)) == OPTION_COUNT)
			return unknown(shown, 2, f);
		if (specs[which].takes == TAKES_NOTHING) {
			status = take(o, which, NULL, f);
			continue;
		}
		value = p[1] != '\0' ? p + 1 : *++*argv;
		if (value == NULL)
			return fault_set_lasting(f, STATUS_USAGE,
			    "%s (%s) needs a value; see return-dispatch "
			    "--help", shown, specs[which].name);
		return take(o, which, value, f);
	}
	return status;
}

/* An argument that is no option: the command, and then its runs. */
static enum status
take_argument(struct options *o, const char *arg, struct fault *f)
{
	bool shown = may_be_shown(arg, strlen(arg));
	bool near;

	if (o->await) {
		append(&o->runs, arg);
		return STATUS_OK;
	}
	if (strcmp(arg, "await") == 0) {
		o->await = true;
		return STATUS_OK;
	}
	near = strcmp(arg, "wait") == 0 ||
	    distance(arg, strlen(arg), "await") <= NEAR_MAX;
	return fault_set_lasting(f, STATUS_USAGE, "unexpected argument%s%s%s%s"
	    ": options begin with \"-\", and the only command is \"await\"; see "
	    "return-dispatch --help", shown ? " \"" : "", shown ? arg : "",
	    shown ? "\"" : "", near ? ", did you mean \"await\"?" : "");
}

/* Options in the wrong company. */
static enum status
check_company(const struct options *o, struct fault *f)
{
	enum option i;

	if (o->given[OPTION_QUIET] && o->given[OPTION_VERBOSE])
		return fault_set_lasting(f, STATUS_USAGE,
		    "--quiet and --verbose contradict each other");
	if (o->given[OPTION_PROXY] && o->given[OPTION_NO_PROXY])
		return fault_set_lasting(f, STATUS_USAGE,
		    "--proxy and --no-proxy contradict each other");
	for (i = 0; o->await && i < OPTION_COUNT; i++)
		if (o->given[i] && specs[i].belongs == TO_DISPATCH)
			return fault_set_lasting(f, STATUS_USAGE, "%s belongs "
			    "to a dispatch, not to await", specs[i].name);
	return STATUS_OK;
}

const char *
options_waiting(const struct options *o)
{
	enum option i;

	for (i = 0; i < OPTION_COUNT; i++)
		if (o->given[i] && specs[i].belongs == TO_WAITING)
			return specs[i].name;
	return NULL;
}

/* Of what follows --version only --verbose counts, after --help only the
 * command that it is about. */
static void
look_further(struct options *o, char **argv)
{
	for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++)
		if (o->given[OPTION_HELP])
			o->await = o->await || strcmp(*argv, "await") == 0;
		else if (strcmp(*argv, "-v") == 0 ||
		    strcmp(*argv, "--verbose") == 0)
			o->given[OPTION_VERBOSE] = true;
}

enum status
options_parse(struct options *o, int argc, char **argv, struct fault *f)
{
	enum status status = STATUS_OK;
	bool ended = false;
	const char *arg;

	memset(o, 0, sizeof *o);
	if (argc > 0)
		argv++;
	for (; status == STATUS_OK && *argv != NULL; argv += *argv != NULL) {
		arg = *argv;
		if (!ended && strcmp(arg, "--") == 0)
			ended = true;
		else if (!ended && strncmp(arg, "--", 2) == 0)
			status = take_long(o, &argv, f);
		else if (!ended && arg[0] == '-' && arg[1] != '\0')
			status = take_short(o, &argv, f);
		else
			status = take_argument(o, arg, f);
		if (o->given[OPTION_HELP] || o->given[OPTION_VERSION]) {
			look_further(o, argv);
			return status;
		}
	}
	return status == STATUS_OK ? check_company(o, f) : status;
}
