#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "cli/config.h"
#include "cli/duration.h"
#include "run/pace.h"

#define TIMEOUT_MS	(300 * INT64_C(1000))
#define INPUTS_MAX	((size_t)1 << 20)	/* GitHub takes 65,535 */
#define TOKEN_MAX	((size_t)64 << 10)
#define API_URL		"https://api.github.com"

/* What loading needs to hand around. */
struct loader {
	struct config		*c;
	const struct options	*o;
	config_lookup		 lookup;
	struct buf		 missing;	/* names of required values */
	bool			 stdin_used;
};

/* A variable without white space around, owned; NULL if unset or empty. */
static char *
variable(const struct loader *l, const char *name)
{
	const char *s = l->lookup(name);
	size_t len;

	if (s == NULL)
		return NULL;
	s = text_trim(s, &len);
	return len > 0 ? xstrndup(s, len) : NULL;
}

static bool
is_true(const char *s)
{
	return s != NULL && strcmp(s, "true") == 0;
}

void
config_open_log(const struct options *o, config_lookup lookup)
{
	const char *debug = lookup("RUNNER_DEBUG");
	enum log_level level = LOG_LEVEL_INFO;

	if (debug != NULL && strcmp(debug, "1") == 0)
		level = LOG_LEVEL_DEBUG;
	if (o->given[OPTION_VERBOSE])
		level = LOG_LEVEL_DEBUG;
	if (o->given[OPTION_QUIET])
		level = LOG_LEVEL_ERROR;
	log_open(level, is_true(lookup("GITHUB_ACTIONS")));
}

static void
add_missing(struct loader *l, const char *what)
{
	buf_addf(&l->missing, "%s%s", l->missing.len > 0 ? "; " : "", what);
}

static enum status
bad(struct fault *f, const char *what, const char *value, const char *why)
{
	return fault_set_lasting(f, STATUS_USAGE, "%s: bad value \"%s\": %s",
	    what, value, why);
}

/*
 * The option's value, else the variable's; *from names the one that was used.
 * An option that is given but empty is an error: an unset variable of the
 * caller's script must not make us fall back to something else.
 */
static enum status
pick(const struct loader *l, enum option option, const char *name,
    char **value, const char **from, struct fault *f)
{
	*value = NULL;
	*from = option_name(option);
	if (l->o->given[option]) {
		if (*l->o->value[option] == '\0')
			return fault_set_lasting(f, STATUS_USAGE,
			    "%s: the value is empty", *from);
		*value = xstrdup(l->o->value[option]);
	} else if (name != NULL) {
		*value = variable(l, name);
		*from = name;
	}
	return STATUS_OK;
}

static enum status
pick_text(struct loader *l, enum option option, const char *name,
    const char *missing, char **value, struct fault *f)
{
	const char *from;
	enum status status;

	status = pick(l, option, name, value, &from, f);
	if (status != STATUS_OK)
		return status;
	if (*value == NULL) {
		add_missing(l, missing);
		return STATUS_OK;
	}
	if (!text_is_utf8(*value, strlen(*value)) || text_has_control(*value))
		return fault_set_lasting(f, STATUS_USAGE, "%s: the value has "
		    "control characters or is not UTF-8", from);
	return STATUS_OK;
}

/* Owner or repository: letters, digits, "-", "_", "." (and not only dots). */
static bool
is_repo_part(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!text_is_alnum(s[i]) && strchr("-_.", s[i]) == NULL)
			return false;
	return len > 0 && len <= 100 && strspn(s, ".") < len;
}

/* [HOST/]OWNER/REPO; *host is owned by the caller, NULL if there is none. */
static enum status
parse_repo(struct config *c, const char *from, const char *text, bool host_ok,
    char **host, struct fault *f)
{
	static const char form[] = "expected OWNER/REPO";
	static const char host_form[] = "expected [HOST/]OWNER/REPO, such as "
	    "octo-org/octo-repo or ghe.example.com/octo-org/octo-repo";
	const char *why = host_ok ? host_form : form;
	const char *owner = text, *slash, *repo;

	*host = NULL;
	if ((slash = strchr(text, '/')) == NULL)
		return bad(f, from, text, why);
	if (strchr(slash + 1, '/') != NULL) {
		if (!host_ok || slash == text)
			return bad(f, from, text, why);
		owner = slash + 1;
		slash = strchr(owner, '/');
	}
	repo = slash + 1;
	if (!is_repo_part(owner, (size_t)(slash - owner)) ||
	    !is_repo_part(repo, strlen(repo)))
		return bad(f, from, text, why);
	if (owner != text)
		*host = xstrndup(text, (size_t)(owner - text - 1));
	c->owner = xstrndup(owner, (size_t)(slash - owner));
	c->repo = xstrdup(repo);
	return STATUS_OK;
}

/* INPUT_OWNER and INPUT_REPO, or INPUT_REPO alone as OWNER/REPO. */
static enum status
repo_from_inputs(struct loader *l, char *owner, char *repo, struct fault *f)
{
	struct config *c = l->c;
	char *no_host;

	if (repo == NULL) {
		add_missing(l, "the repository (INPUT_REPO beside "
		    "INPUT_OWNER)");
		return STATUS_OK;
	}
	if (strchr(repo, '/') != NULL) {
		if (parse_repo(c, "INPUT_REPO", repo, false, &no_host, f) !=
		    STATUS_OK)
			return STATUS_USAGE;
		if (owner != NULL && !text_equal_nocase(owner, c->owner))
			return fault_set_lasting(f, STATUS_USAGE,
			    "INPUT_REPO names the owner \"%s\", INPUT_OWNER "
			    "the owner \"%s\"; keep one", c->owner, owner);
		return STATUS_OK;
	}
	if (owner == NULL) {
		add_missing(l, "the owner (INPUT_OWNER, or INPUT_REPO as "
		    "OWNER/REPO)");
		return STATUS_OK;
	}
	if (!is_repo_part(owner, strlen(owner)))
		return bad(f, "INPUT_OWNER", owner, "not an owner's name");
	if (!is_repo_part(repo, strlen(repo)))
		return bad(f, "INPUT_REPO", repo, "not a repository's name");
	c->owner = xstrdup(owner);
	c->repo = xstrdup(repo);
	return STATUS_OK;
}

static enum status
load_repo(struct loader *l, char **host, struct fault *f)
{
	enum status status;
	char *owner, *repo, *general;

	*host = NULL;
	if (l->o->given[OPTION_REPO])
		return parse_repo(l->c, "--repo", l->o->value[OPTION_REPO],
		    true, host, f);
	owner = variable(l, "INPUT_OWNER");
	repo = variable(l, "INPUT_REPO");
	if (owner != NULL || repo != NULL) {
		status = repo_from_inputs(l, owner, repo, f);
		free(owner);
		free(repo);
		return status;
	}
	general = variable(l, "GITHUB_REPOSITORY");
	if (general == NULL) {
		add_missing(l, "the repository (--repo, INPUT_OWNER and "
		    "INPUT_REPO, or GITHUB_REPOSITORY)");
		return STATUS_OK;
	}
	status = parse_repo(l->c, "GITHUB_REPOSITORY", general, false, host,
	    f);
	free(general);
	return status;
}

/* The API of a host: github.com, NAME.ghe.com, or a GHES. */
static char *
api_of_host(const char *host)
{
	static const char ghe_com[] = ".ghe.com";
	size_t len = strlen(host), tail = sizeof ghe_com - 1;
	struct buf b;
	char *url;

	if (text_equal_nocase(host, "github.com"))
		return xstrdup(API_URL);
	buf_init(&b, BUF_TEXT_MAX);
	if (len > tail && text_equal_nocase(host + len - tail, ghe_com))
		buf_addf(&b, "https://api.%s", host);
	else
		buf_addf(&b, "https://%s/api/v3", host);
	url = xstrdup(buf_str(&b));
	buf_free(&b);
	return url;
}

static enum status
load_api(struct loader *l, const char *host, struct fault *f)
{
	const char *from = "--api-url", *wrong;
	enum status status = STATUS_OK;
	char *text;

	if (l->o->given[OPTION_API_URL]) {
		text = xstrdup(l->o->value[OPTION_API_URL]);
	} else if (host != NULL) {
		from = "--repo";
		text = api_of_host(host);
	} else {
		from = "GITHUB_API_URL";
		text = variable(l, from);
		if (text == NULL)
			text = xstrdup(API_URL);
	}
	wrong = url_parse_base(&l->c->api, text);
	/* The text may hold a password where it is not allowed to. */
	if (wrong != NULL)
		status = strchr(text, '@') != NULL ?
		    fault_set_lasting(f, STATUS_USAGE, "%s: bad URL: %s", from,
		    wrong) : bad(f, from, text, wrong);
	else if (!l->c->api.tls && !url_is_loopback(&l->c->api))
		status = bad(f, from, text, "plain http:// would show the "
		    "token to the network; it is allowed for loopback hosts "
		    "only");
	free(text);
	return status;
}

/* All of a file, or of standard input for "-". */
static enum status
read_all(struct loader *l, const char *what, const char *path, size_t max,
    struct buf *out, struct fault *f)
{
	char chunk[4096];
	ssize_t n;
	int fd = STDIN_FILENO, saved;

	buf_init(out, max);
	if (strcmp(path, "-") == 0) {
		if (l->stdin_used)
			return fault_set_lasting(f, STATUS_USAGE, "%s: "
			    "standard input can be read for one option only",
			    what);
		l->stdin_used = true;
		path = "standard input";
	} else if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: cannot open %s: %s", what, path, strerror(errno));
	}
	do {
		n = io_read(fd, chunk, sizeof chunk);
		if (n > 0)
			buf_add(out, chunk, (size_t)n);
	} while (n > 0 && !out->overflowed);
	saved = errno;
	explicit_bzero(chunk, sizeof chunk);
	if (fd != STDIN_FILENO)
		close(fd);
	if (n == -1 && saved == EINTR)
		return interrupt_fault(f);
	if (n == -1)
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: cannot read %s: %s", what, path, strerror(saved));
	if (out->overflowed)
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: %s is larger than %zu KiB", what, path, max / 1024);
	return STATUS_OK;
}

static enum status
load_inputs(struct loader *l, struct fault *f)
{
	enum status status = STATUS_OK;
	struct buf file;
	const char *from, *text;
	char *value = NULL;
	struct buf what;
	size_t i, len;

	buf_init(&what, BUF_TEXT_MAX);
	buf_init(&file, INPUTS_MAX);
	status = pick(l, OPTION_INPUTS, "INPUT_WORKFLOW_INPUTS", &value, &from,
	    f);
	if (value != NULL) {
		text = value;
		len = strlen(value);
		buf_adds(&what, from);
		if (l->o->given[OPTION_INPUTS] &&
		    (*value == '@' || strcmp(value, "-") == 0)) {
			status = read_all(l, from, *value == '@' ? value + 1 :
			    value, INPUTS_MAX, &file, f);
			text = buf_str(&file);
			len = file.len;
			buf_addf(&what, " %s", value);
		}
		if (status == STATUS_OK)
			status = inputs_add_json(&l->c->inputs,
			    buf_str(&what), text, len, f);
	}
	for (i = 0; status == STATUS_OK && i < l->o->field_count; i++)
		status = inputs_add_field(&l->c->inputs, l->o->fields[i], f);
	buf_wipe(&file);
	buf_free(&what);
	if (value != NULL)
		explicit_bzero(value, strlen(value));
	free(value);
	return status;
}

static enum status
check_distinct_id(const char *from, const char *id, struct fault *f)
{
	if (strspn(id, " ") == strlen(id))
		return fault_set_lasting(f, STATUS_USAGE, "%s: the ID is "
		    "empty; without \"=\" a random one is drawn", from);
	if (!text_is_utf8(id, strlen(id)) || text_has_control(id))
		return fault_set_lasting(f, STATUS_USAGE, "%s: the ID has "
		    "control characters or is not UTF-8", from);
	return STATUS_OK;
}

/* From option or variable; else the input of that name, if it is given. */
static enum status
load_distinct_id(struct loader *l, struct fault *f)
{
	const struct input *input = inputs_find(&l->c->inputs, "distinct_id");
	const char *from = "--distinct-id";
	char *id = NULL;

	if (l->o->given[OPTION_DISTINCT_ID]) {
		if (l->o->value[OPTION_DISTINCT_ID] != NULL)
			id = xstrdup(l->o->value[OPTION_DISTINCT_ID]);
	} else {
		from = "INPUT_DISTINCT_ID";
		id = variable(l, from);
	}
	l->c->distinct_id = id;
	if (id != NULL && check_distinct_id(from, id, f) != STATUS_OK)
		return STATUS_USAGE;
	/* Empty: the default that workflows give it. */
	if (input != NULL && *input->text == '\0')
		input = NULL;
	if (id != NULL && input != NULL && strcmp(id, input->text) != 0) {
		if (input->is_field)
			return fault_set_lasting(f, STATUS_USAGE,
			    "--field distinct_id and %s give different IDs; "
			    "keep one", from);
		log_warning("the distinct_id among the inputs is replaced by "
		    "that of %s", from);
	}
	if (id == NULL && input != NULL) {
		if (check_distinct_id("the input distinct_id", input->text,
		    f) != STATUS_OK)
			return STATUS_USAGE;
		l->c->distinct_id = xstrdup(input->text);
	}
	l->c->random_id = l->o->given[OPTION_DISTINCT_ID] &&
	    l->c->distinct_id == NULL;
	return STATUS_OK;
}

static enum status
load_duration(struct loader *l, enum option option, const char *name,
    bool zero_ok, int64_t *ms, struct fault *f)
{
	enum status status;
	const char *from;
	char *value;

	status = pick(l, option, name, &value, &from, f);
	if (status != STATUS_OK || value == NULL)
		return status;
	if (!duration_parse(value, 1000, ms))
		status = bad(f, from, value, "expected a duration such as "
		    DURATION_FORMS);
	else if (*ms == 0 && !zero_ok)
		status = bad(f, from, value, "must be more than zero");
	free(value);
	return status;
}

static enum status
load_format(struct loader *l, struct fault *f)
{
	static const char *names[] = {
		[CONFIG_TEXT] = "text",
		[CONFIG_JSON] = "json",
		[CONFIG_ID] = "id",
		[CONFIG_URL] = "url",
	};
	const char *value = l->o->value[OPTION_FORMAT];
	size_t i;

	if (!l->o->given[OPTION_FORMAT])
		return STATUS_OK;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(value, names[i]) == 0) {
			l->c->format = (enum config_format)i;
			return STATUS_OK;
		}
	return bad(f, "--format", value, "expected text, json, id or url");
}

/* RFC 6750, 2.1: visible ASCII.  The message never shows the value. */
static enum status
check_token(const char *from, const char *token, size_t len, struct fault *f)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)token[i] <= 0x20 ||
		    (unsigned char)token[i] >= 0x7f)
			return fault_set_lasting(f, STATUS_USAGE, "%s: the "
			    "token has a space, a control character or a "
			    "character outside ASCII in it", from);
	return STATUS_OK;
}

static enum status
token_from_file(struct loader *l, struct fault *f)
{
	const char *path = l->o->value[OPTION_TOKEN_FILE], *s;
	enum status status;
	struct buf file;
	size_t len;

	status = read_all(l, "--token-file", path, TOKEN_MAX, &file, f);
	if (status == STATUS_OK) {
		s = text_trim(buf_str(&file), &len);
		/* A NUL in the middle would cut the token short unseen. */
		if (strlen(buf_str(&file)) != file.len)
			status = fault_set_lasting(f, STATUS_USAGE,
			    "--token-file: the token has a control character "
			    "in it");
		else if (len == 0)
			status = fault_set_lasting(f, STATUS_USAGE,
			    "--token-file: %s holds no token", path);
		else
			status = check_token("--token-file", s, len, f);
		if (status == STATUS_OK)
			l->c->token = xstrndup(s, len);
	}
	buf_wipe(&file);
	return status;
}

static enum status
load_token(struct loader *l, struct fault *f)
{
	static const char *names[] = {
		"INPUT_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"
	};
	enum status status = STATUS_OK;
	size_t i;

	if (l->o->given[OPTION_TOKEN_FILE])
		status = token_from_file(l, f);
	for (i = 0; i < sizeof names / sizeof names[0] &&
	    !l->o->given[OPTION_TOKEN_FILE] && l->c->token == NULL; i++) {
		l->c->token = variable(l, names[i]);
		if (l->c->token != NULL)
			status = check_token(names[i], l->c->token,
			    strlen(l->c->token), f);
	}
	if (status != STATUS_OK)
		return status;
	if (l->c->token != NULL)
		secret_add(l->c->token);
	else if (l->o->given[OPTION_DRY_RUN])
		log_warning("no token is given; the real run needs one");
	else
		add_missing(l, "the token (--token-file, INPUT_TOKEN, "
		    "GH_TOKEN or GITHUB_TOKEN)");
	return STATUS_OK;
}

/* Inputs of the action that ask for what this version cannot do. */
static enum status
refuse_unsupported(struct loader *l, struct fault *f)
{
	char *wait = variable(l, "INPUT_WAIT");
	enum status status = STATUS_OK;

	if (wait != NULL && !text_equal_nocase(wait, "false"))
		status = bad(f, "INPUT_WAIT", wait, "this version does not "
		    "wait for runs; leave it unset or false");
	free(wait);
	return status;
}

/* A path from the environment; empty counts as unset.  Lent. */
static const char *
path_variable(const struct loader *l, const char *name)
{
	const char *s = l->lookup(name);

	return s != NULL && *s != '\0' ? s : NULL;
}

static enum status
load_all(struct loader *l, struct fault *f)
{
	struct config *c = l->c;
	enum status status;
	char *host = NULL;

	if ((status = refuse_unsupported(l, f)) != STATUS_OK ||
	    (status = load_token(l, f)) != STATUS_OK ||
	    (status = load_repo(l, &host, f)) != STATUS_OK ||
	    (status = load_api(l, host, f)) != STATUS_OK ||
	    (status = pick_text(l, OPTION_WORKFLOW, "INPUT_WORKFLOW",
	    "the workflow (--workflow or INPUT_WORKFLOW)", &c->workflow, f)) !=
	    STATUS_OK ||
	    (status = pick_text(l, OPTION_REF, "INPUT_REF",
	    "the ref (--ref or INPUT_REF)", &c->ref, f)) != STATUS_OK ||
	    (status = load_inputs(l, f)) != STATUS_OK ||
	    (status = load_distinct_id(l, f)) != STATUS_OK ||
	    (status = load_duration(l, OPTION_TIMEOUT,
	    "INPUT_WORKFLOW_TIMEOUT_SECONDS", false, &c->timeout_ms, f)) !=
	    STATUS_OK ||
	    (status = load_duration(l, OPTION_RETRY_INTERVAL,
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS", true, &c->step_ms, f)) !=
	    STATUS_OK)
		goto out;
	status = load_format(l, f);
	if (status == STATUS_OK && l->missing.len > 0)
		status = fault_set_lasting(f, STATUS_USAGE,
		    "required and not given: %s; see return-dispatch --help",
		    buf_str(&l->missing));
out:
	free(host);
	return status;
}

enum status
config_load(struct config *c, const struct options *o, config_lookup lookup,
    struct fault *f)
{
	struct loader l = { .c = c, .o = o, .lookup = lookup };
	enum status status;

	memset(c, 0, sizeof *c);
	c->timeout_ms = TIMEOUT_MS;
	c->step_ms = PACE_ADAPTIVE;
	c->dry_run = o->given[OPTION_DRY_RUN];
	c->trust.cacert = o->value[OPTION_CACERT];
	c->trust.cert_file = path_variable(&l, "SSL_CERT_FILE");
	c->trust.cert_dir = path_variable(&l, "SSL_CERT_DIR");
	c->trust.extra = path_variable(&l, "NODE_EXTRA_CA_CERTS");
	c->output_path = path_variable(&l, "GITHUB_OUTPUT");
	c->summary_path = path_variable(&l, "GITHUB_STEP_SUMMARY");
	buf_init(&l.missing, BUF_TEXT_MAX);
	status = load_all(&l, f);
	buf_free(&l.missing);
	return status;
}

void
config_wipe(struct config *c)
{
	url_wipe(&c->api);
	free(c->owner);
	free(c->repo);
	free(c->workflow);
	free(c->ref);
	inputs_wipe(&c->inputs);
	free(c->distinct_id);
	if (c->token != NULL)
		explicit_bzero(c->token, strlen(c->token));
	free(c->token);
	memset(c, 0, sizeof *c);
}
