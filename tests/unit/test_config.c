/*
 * What the user said: options, environment and files, their precedence, and
 * what is refused before anything is sent.
 */
#include "unit.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "cli/config.h"
#include "command/pace.h"

#define ARGS_MAX	12
#define TOKEN		"ghp_0123456789abcdefghij"

/* Enough to dispatch; a row's own environment comes before it. */
static const char *const base_env[] = {
	"GITHUB_REPOSITORY=octo-org/octo-repo",
	"INPUT_WORKFLOW=deploy.yml",
	"INPUT_REF=main",
	"GITHUB_TOKEN=" TOKEN,
	NULL
};

static const char *const	*row_env;
static bool			 no_base;
static struct options		 options;
static struct config		 config;
static struct fault		 fault;
static char			 folder[64];
static int			 saved_stdin, saved_stderr;

static const char *
find(const char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; env != NULL && *env != NULL; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

static const char *
lookup(const char *name)
{
	const char *value = find(row_env, name);

	return value != NULL || no_base ? value : find(base_env, name);
}

/* Loads from these arguments and variables (NULL: none; ends of lists). */
static enum status
load(const char *const *args, const char *const *env)
{
	static char *argv[ARGS_MAX + 2];
	enum status status;
	int argc = 1;

	config_wipe(&config);
	options_wipe(&options);
	secret_forget();
	memset(&fault, 0, sizeof fault);
	argv[0] = (char *)(uintptr_t)"return-dispatch";
	for (; args != NULL && *args != NULL; args++) {
		assert_in_range(argc, 1, ARGS_MAX);
		argv[argc++] = (char *)(uintptr_t)*args;
	}
	argv[argc] = NULL;
	row_env = env;
	status = options_parse(&options, argc, argv, &fault);
	check(status == STATUS_OK, "%s", fault.text);
	return config_load(&config, &options, lookup, &fault);
}

static void
good(const char *const *args, const char *const *env)
{
	check(load(args, env) == STATUS_OK, "%s", fault.text);
}

#define LIST(...)	(const char *const[]){ __VA_ARGS__, NULL }
#define GOOD_ARGS(...)	good(LIST(__VA_ARGS__), NULL)
#define GOOD_ENV(...)	good(NULL, LIST(__VA_ARGS__))

static bool
says(const char *part)
{
	return strstr(fault.text, part) != NULL;
}

/* Refused, with all of these in the message. */
static void
bad(const char *const *args, const char *const *env, const char *const *parts)
{
	enum status status = load(args, env);

	check(status == STATUS_USAGE, "%s %s", args != NULL && *args != NULL ?
	    *args : "", env != NULL && *env != NULL ? *env : "");
	check(fault.status == STATUS_USAGE && fault.lasting, "%s",
	    fault.text);
	for (; *parts != NULL; parts++)
		check(says(*parts), "\"%s\" is not in \"%s\"", *parts,
		    fault.text);
	check(!says(TOKEN), "%s", fault.text);
}

static void
same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		check(a == b, "%s, %s", a, b);
	else
		assert_string_equal(a, b);
}

/* A file of the test's own folder; static. */
static const char *
path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void
put_file(const char *name, const char *data, size_t len)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* Standard input from a file of these contents. */
static void
put_stdin(const char *data)
{
	int fd;

	put_file("stdin", data, strlen(data));
	fd = open(path_of("stdin"), O_RDONLY);
	assert_true(fd > 2);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
}

/* What the log says from now on goes to a file; log_text reads it. */
static void
capture_log(void)
{
	int fd = open(path_of("log"), O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd > 2);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

static const char *
log_text(void)
{
	static char text[8192];
	int fd = open(path_of("log"), O_RDONLY);
	ssize_t n;

	dup2(saved_stderr, STDERR_FILENO);
	n = read(fd, text, sizeof text - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	close(fd);
	return text;
}

static int
set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "%s/return-dispatch.XXXXXX",
	    access("/tmp", W_OK) == 0 ? "/tmp" : ".");
	assert_non_null(mkdtemp(folder));
	saved_stdin = dup(STDIN_FILENO);
	saved_stderr = dup(STDERR_FILENO);
	log_open(LOG_LEVEL_ERROR, false);
	no_base = false;
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const files[] = { "stdin", "log", "inputs.json",
	    "token", "large" };
	size_t i;

	(void)state;
	config_wipe(&config);
	options_wipe(&options);
	secret_forget();
	dup2(saved_stdin, STDIN_FILENO);
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stdin);
	close(saved_stderr);
	for (i = 0; i < COUNT(files); i++)
		unlink(path_of(files[i]));
	return rmdir(folder);
}

static void
test_defaults(void **state)
{
	(void)state;
	good(NULL, NULL);
	assert_true(config.api.tls);
	assert_string_equal(config.api.host, "api.github.com");
	assert_int_equal(config.api.port, 443);
	assert_string_equal(config.api.path, "");
	assert_string_equal(config.owner, "octo-org");
	assert_string_equal(config.repo, "octo-repo");
	assert_string_equal(config.workflow, "deploy.yml");
	assert_string_equal(config.ref, "main");
	assert_int_equal(config.inputs.count, 0);
	assert_null(config.distinct_id);
	assert_false(config.random_id);
	assert_string_equal(config.token, TOKEN);
	assert_int_equal(config.timeout_ms, 300000);
	assert_true(config.step_ms == PACE_ADAPTIVE);
	assert_int_equal(config.results.format, RESULT_TEXT);
	assert_false(config.dry_run);
	assert_null(config.trust.cacert);
	assert_null(config.trust.cert_file);
	assert_null(config.trust.cert_dir);
	assert_null(config.trust.extra);
	assert_null(config.results.output_path);
	assert_null(config.results.summary_path);
}

/* Option, then INPUT_*, then general variable, then default. */
static void
test_precedence(void **state)
{
	static const char *const env[] = { "INPUT_OWNER=input-org",
	    "INPUT_REPO=input-repo", "GITHUB_REPOSITORY=general/repo",
	    "INPUT_WORKFLOW=input.yml", "INPUT_REF=input-ref",
	    "INPUT_WORKFLOW_INPUTS={\"from\":\"input\"}",
	    "INPUT_DISTINCT_ID=input-id",
	    "INPUT_WORKFLOW_TIMEOUT_SECONDS=11",
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=12",
	    "INPUT_TOKEN=input-token", "GH_TOKEN=gh-token",
	    "GITHUB_TOKEN=github-token",
	    "GITHUB_API_URL=https://general.example/api/v3", NULL };
	static const char *const args[] = { "--repo=option/repo",
	    "--workflow=option.yml", "--ref=option-ref",
	    "--inputs={\"from\":\"option\"}", "--distinct-id=option-id",
	    "--timeout=1", "--retry-interval=2",
	    "--api-url=https://option.example", NULL };

	(void)state;
	no_base = true;
	good(NULL, env);
	assert_string_equal(config.owner, "input-org");
	assert_string_equal(config.repo, "input-repo");
	assert_string_equal(config.workflow, "input.yml");
	assert_string_equal(config.ref, "input-ref");
	assert_string_equal(config.inputs.list[0].text, "input");
	assert_string_equal(config.distinct_id, "input-id");
	assert_int_equal(config.timeout_ms, 11000);
	assert_int_equal(config.step_ms, 12000);
	assert_string_equal(config.token, "input-token");
	assert_string_equal(config.api.host, "general.example");

	good(args, env);
	assert_string_equal(config.owner, "option");
	assert_string_equal(config.repo, "repo");
	assert_string_equal(config.workflow, "option.yml");
	assert_string_equal(config.ref, "option-ref");
	assert_int_equal(config.inputs.count, 1);
	assert_string_equal(config.inputs.list[0].text, "option");
	assert_string_equal(config.distinct_id, "option-id");
	assert_int_equal(config.timeout_ms, 1000);
	assert_int_equal(config.step_ms, 2000);
	assert_string_equal(config.api.host, "option.example");
	assert_string_equal(config.api.path, "");
}

/* The action's inputs of v1 to v3, as a runner sets them. */
static void
test_first_generation(void **state)
{
	(void)state;
	no_base = true;
	GOOD_ENV("INPUT_TOKEN=" TOKEN, "INPUT_REF=refs/heads/target_branch",
	    "INPUT_REPO=repository-name", "INPUT_OWNER=repository-owner",
	    "INPUT_WORKFLOW=automation-test.yml",
	    "INPUT_WORKFLOW_INPUTS={ \"some_input\": \"value\" }",
	    "INPUT_WORKFLOW_TIMEOUT_SECONDS=120",
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=5",
	    "INPUT_DISTINCT_ID=someDistinctId",
	    "GITHUB_REPOSITORY=other/other", "GITHUB_ACTIONS=true",
	    "GITHUB_API_URL=https://api.github.com",
	    "GITHUB_OUTPUT=/github/output");
	assert_string_equal(config.owner, "repository-owner");
	assert_string_equal(config.repo, "repository-name");
	assert_string_equal(config.workflow, "automation-test.yml");
	assert_string_equal(config.ref, "refs/heads/target_branch");
	assert_string_equal(inputs_find(&config.inputs, "some_input")->text,
	    "value");
	assert_int_equal(config.timeout_ms, 120000);
	assert_int_equal(config.step_ms, 5000);
	assert_string_equal(config.distinct_id, "someDistinctId");
	assert_string_equal(config.results.output_path, "/github/output");

	/* Optional ones are there, and empty. */
	GOOD_ENV("INPUT_TOKEN=" TOKEN, "INPUT_REF=main", "INPUT_REPO=r",
	    "INPUT_OWNER=o", "INPUT_WORKFLOW=4711", "INPUT_WORKFLOW_INPUTS=",
	    "INPUT_WORKFLOW_TIMEOUT_SECONDS=",
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=", "INPUT_DISTINCT_ID=",
	    "INPUT_WAIT=");
	assert_int_equal(config.inputs.count, 0);
	assert_int_equal(config.timeout_ms, 300000);
	assert_true(config.step_ms == PACE_ADAPTIVE);
	assert_null(config.distinct_id);
}

/* Those of v4. */
static void
test_second_generation(void **state)
{
	(void)state;
	no_base = true;
	GOOD_ENV("INPUT_TOKEN=" TOKEN, "INPUT_REF=main", "INPUT_REPO=r",
	    "INPUT_OWNER=o", "INPUT_WORKFLOW=deploy.yml",
	    "INPUT_WORKFLOW_INPUTS={\"a\":1,\"b\":true}");
	assert_int_equal(config.inputs.count, 2);
	assert_null(config.distinct_id);
	assert_false(config.random_id);
	assert_true(config.step_ms == PACE_ADAPTIVE);
}

/* White space around variables does not count; blank ones are unset. */
static void
test_trimming(void **state)
{
	(void)state;
	GOOD_ENV("INPUT_OWNER= o\n", "INPUT_REPO=\tr ",
	    "INPUT_WORKFLOW=\n deploy.yml \r\n", "INPUT_REF=  v1.0\t",
	    "INPUT_WORKFLOW_INPUTS= \n {\"a\":\" b \"} \n",
	    "INPUT_WORKFLOW_TIMEOUT_SECONDS= 7 ",
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=\n8\n",
	    "INPUT_DISTINCT_ID=  id 1 ",
	    "GITHUB_API_URL= https://ghe.example.com/api/v3 \n");
	assert_string_equal(config.owner, "o");
	assert_string_equal(config.repo, "r");
	assert_string_equal(config.workflow, "deploy.yml");
	assert_string_equal(config.ref, "v1.0");
	assert_string_equal(config.inputs.list[0].text, " b ");
	assert_int_equal(config.timeout_ms, 7000);
	assert_int_equal(config.step_ms, 8000);
	assert_string_equal(config.distinct_id, "id 1");
	assert_string_equal(config.api.host, "ghe.example.com");

	GOOD_ENV("INPUT_OWNER= ", "INPUT_REPO=\n",
	    "INPUT_WORKFLOW_INPUTS=\n \n", "INPUT_DISTINCT_ID=  ",
	    "INPUT_WORKFLOW_TIMEOUT_SECONDS=\t",
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS= ",
	    "GITHUB_API_URL= ", "INPUT_TOKEN= ", "GH_TOKEN=\n",
	    "INPUT_WAIT= ");
	assert_string_equal(config.owner, "octo-org");
	assert_int_equal(config.inputs.count, 0);
	assert_null(config.distinct_id);
	assert_int_equal(config.timeout_ms, 300000);
	assert_true(config.step_ms == PACE_ADAPTIVE);
	assert_string_equal(config.api.host, "api.github.com");
	assert_string_equal(config.token, TOKEN);
}

/* All that is missing is named in one message. */
static void
test_missing(void **state)
{
	static const struct {
		const char	*env[6];
		const char	*named[5], *not_named[5];
	} cases[] = {
		{ { NULL }, { "--repo", "--workflow", "--ref", "--token-file",
		    "GITHUB_REPOSITORY" }, { NULL } },
		{ { "INPUT_REF=main" }, { "--repo", "INPUT_WORKFLOW",
		    "GITHUB_TOKEN" }, { "--ref" } },
		{ { "GITHUB_REPOSITORY=o/r", "INPUT_WORKFLOW=w.yml",
		    "GH_TOKEN=tttt" }, { "INPUT_REF" }, { "--repo",
		    "--workflow", "--token-file" } },
		{ { "GITHUB_REPOSITORY=o/r", "INPUT_WORKFLOW=w.yml",
		    "INPUT_REF=main" }, { "INPUT_TOKEN", "GH_TOKEN",
		    "GITHUB_TOKEN" }, { "--repo", "--workflow", "--ref" } },
		{ { "INPUT_WORKFLOW=w.yml", "INPUT_REF=main",
		    "GH_TOKEN=tttt", "INPUT_REPO=r" }, { "INPUT_OWNER" },
		    { "--workflow" } },
		{ { "INPUT_WORKFLOW=w.yml", "INPUT_REF=main",
		    "GH_TOKEN=tttt", "INPUT_OWNER=o" }, { "INPUT_REPO" },
		    { "--workflow" } },
		{ { "INPUT_WORKFLOW=", "INPUT_REF= ", "GH_TOKEN=tttt",
		    "GITHUB_REPOSITORY=o/r" }, { "--workflow", "--ref" },
		    { "--token-file" } },
	};
	size_t i, k;

	(void)state;
	no_base = true;
	for (i = 0; i < COUNT(cases); i++) {
		check(load(NULL, cases[i].env) == STATUS_USAGE, "case %zu",
		    i);
		for (k = 0; k < 5 && cases[i].named[k] != NULL; k++)
			check(says(cases[i].named[k]), "case %zu: %s: %s", i,
			    cases[i].named[k], fault.text);
		for (k = 0; k < 5 && cases[i].not_named[k] != NULL; k++)
			check(!says(cases[i].not_named[k]),
			    "case %zu: %s: %s", i, cases[i].not_named[k],
			    fault.text);
	}
}

/* Given but empty is a mistake, not a way to the next source. */
static void
test_empty_options(void **state)
{
	static const char *const names[] = { "--repo", "--workflow", "--ref",
	    "--inputs", "--timeout", "--retry-interval", "--api-url",
	    "--format", "--token-file", "--distinct-id" };
	char arg[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		snprintf(arg, sizeof arg, "%s=", names[i]);
		bad(LIST(arg), NULL, LIST(names[i]));
	}
	bad(LIST("-w", "", "-r", "x"), NULL, LIST("--workflow", "empty"));
}

static void
test_repo(void **state)
{
	static const struct {
		const char	*args[3], *env[4];
		const char	*owner, *repo, *host;
	} cases[] = {
		{ { "-R", "o/r" }, { NULL }, "o", "r", "api.github.com" },
		{ { "-R", "Octo-Org/octo_repo.js" }, { NULL }, "Octo-Org",
		    "octo_repo.js", "api.github.com" },
		{ { "-R", "o/.github" }, { NULL }, "o", ".github",
		    "api.github.com" },
		{ { "-R", "1/2" }, { NULL }, "1", "2", "api.github.com" },
		{ { "-R", "github.com/o/r" }, { NULL }, "o", "r",
		    "api.github.com" },
		/* As browsers and git show it. */
		{ { "-R", "https://github.com/o/r" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { "-R", "HTTPS://GitHub.com/o/r/" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { "-R", "https://github.com/o/r.git" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { "-R", "http://www.github.com/o/r.js.git" }, { NULL }, "o",
		    "r.js", "api.github.com" },
		{ { "-R", "https://ghe.example:8443/o/r" }, { NULL }, "o",
		    "r", "ghe.example" },
		{ { "-R", "o/r.git" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { "-R", "octo.ghe.com/o/r.git" }, { NULL }, "o", "r",
		    "api.octo.ghe.com" },
		{ { "-R", "git@github.com:o/r.git" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { "-R", "git@ghe.example:/o/r" }, { NULL }, "o", "r",
		    "ghe.example" },
		{ { "-R", "ssh://git@github.com/o/r.git" }, { NULL }, "o",
		    "r", "api.github.com" },
		{ { "-R", "ssh://git@ghe.example:2222/o/r.git" }, { NULL },
		    "o", "r", "ghe.example" },
		{ { "-R", "ssh://ssh.github.com:443/o/r" }, { NULL }, "o",
		    "r", "api.github.com" },
		{ { "-R", "ssh://git@github.com:o/r" }, { NULL }, "o", "r",
		    "api.github.com" },
		{ { NULL }, { "INPUT_REPO=o/r.git" }, "o", "r",
		    "api.github.com" },
		{ { NULL }, { "INPUT_OWNER=o", "INPUT_REPO=r.git" }, "o", "r",
		    "api.github.com" },
		{ { NULL }, { "INPUT_REPO=o/r" }, "o", "r",
		    "api.github.com" },
		{ { NULL }, { "INPUT_OWNER=o", "INPUT_REPO=o/r" }, "o", "r",
		    "api.github.com" },
		{ { NULL }, { "INPUT_OWNER=O", "INPUT_REPO=o/r" }, "o", "r",
		    "api.github.com" },
		{ { NULL }, { "INPUT_OWNER=o", "INPUT_REPO=r" }, "o", "r",
		    "api.github.com" },
		{ { "-R", "o/r" }, { "INPUT_OWNER=x", "INPUT_REPO=y" }, "o",
		    "r", "api.github.com" },
		/* What is not used is not checked. */
		{ { "-R", "o/r" }, { "INPUT_OWNER=x", "INPUT_REPO=y/z" }, "o",
		    "r", "api.github.com" },
		{ { NULL }, { "INPUT_REPO=o/r", "GITHUB_REPOSITORY=bad" },
		    "o", "r", "api.github.com" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(cases[i].args, cases[i].env);
		same(config.owner, cases[i].owner);
		same(config.repo, cases[i].repo);
		same(config.api.host, cases[i].host);
	}
}

static void
test_bad_repo(void **state)
{
	static const char *const values[] = { "o", "/", "o/", "/r", "//",
	    "o//r", "o/r/", "/o/r", "h/o/", "h//r", "a/b/c/d",
	    "https://github.com/o", "https://github.com/o/r/tree/main",
	    "https://o/r", "https://", "https:/h/o/r", "https://u@h/o/r",
	    "git@github.com", "git@github.com:o", "git@:o/r", "git@h:o/r/x",
	    "ssh://git@h:22", "ssh://o/r", "git://github.com/o/r",
	    "file:///o/r", "o/.git", "o/..git", "github.com:o/r", "o/r?x", "o/r#x",
	    "o r/x", "o/r x", "o/r\n", "o/..", "../r", "o/.", "./r",
	    "o/r%2f", "o/\xc3\xa9", "-R/o/r", "h/o/r\r\nX: y", "u@h/o/r",
	    "h:0/o/r", "h:65536/o/r", "h:x/o/r", "h:/o/r", ".ghe.com/o/r",
	    " /o/r", "h\\x/o/r", "[::1/o/r", "[x]/o/r" };
	static const char *const environment[] = { "o", "o/", "/r", "h/o/r",
	    "o/r/", "o/..", "o /r", "https://github.com/o/r" };
	char name[101 + 3], variable[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(values); i++)
		bad(LIST("--repo", values[i]), NULL, LIST("--repo",
		    strchr(values[i], '@') == NULL || strstr(values[i],
		    "git@") != NULL ? values[i] : "***@h"));
	for (i = 0; i < COUNT(environment); i++) {
		snprintf(variable, sizeof variable, "GITHUB_REPOSITORY=%s",
		    environment[i]);
		bad(NULL, LIST(variable), LIST("GITHUB_REPOSITORY",
		    environment[i]));
		if (strchr(environment[i], '/') == NULL)
			continue;
		snprintf(variable, sizeof variable, "INPUT_REPO=%s",
		    environment[i]);
		bad(NULL, LIST(variable), LIST("INPUT_REPO",
		    environment[i]));
	}
	bad(NULL, LIST("INPUT_OWNER=a", "INPUT_REPO=b/r"),
	    LIST("INPUT_OWNER", "INPUT_REPO", "\"a\"", "\"b\""));
	bad(NULL, LIST("INPUT_OWNER=a/b", "INPUT_REPO=r"),
	    LIST("INPUT_OWNER"));
	bad(NULL, LIST("INPUT_OWNER=..", "INPUT_REPO=r"),
	    LIST("INPUT_OWNER"));
	bad(NULL, LIST("INPUT_OWNER=a", "INPUT_REPO=r?"),
	    LIST("INPUT_REPO"));
	/* A hundred characters are a name, one more are not. */
	memset(name, 'a', sizeof name);
	name[0] = 'o';
	name[1] = '/';
	name[102] = '\0';
	GOOD_ARGS("--repo", name);
	name[102] = 'a';
	name[103] = '\0';
	bad(LIST("--repo", name), NULL, LIST("--repo"));
}

static void
test_api_url(void **state)
{
	static const struct {
		const char	*args[5], *env[3];
		const char	*url;
	} cases[] = {
		{ { NULL }, { "GITHUB_API_URL=https://api.github.com" },
		    "https://api.github.com" },
		{ { NULL }, { "GITHUB_API_URL=https://ghe.example.com/api/"
		    "v3" }, "https://ghe.example.com/api/v3" },
		{ { NULL }, { "GITHUB_API_URL=https://ghe.example.com/api/"
		    "v3/" }, "https://ghe.example.com/api/v3" },
		{ { NULL }, { "GITHUB_API_URL=https://ghe.example.com:8443/"
		    "a/b//" }, "https://ghe.example.com:8443/a/b" },
		{ { "--api-url", "HTTPS://API.GitHub.COM" }, { NULL },
		    "https://api.github.com" },
		{ { "--api-url", "https://api.octo.ghe.com" }, { NULL },
		    "https://api.octo.ghe.com" },
		{ { "--api-url", "https://ghe.com" }, { NULL },
		    "https://ghe.com" },
		{ { "--api-url", "https://notgithub.com" }, { NULL },
		    "https://notgithub.com" },
		{ { "--api-url", "https://x:443" }, { NULL }, "https://x" },
		{ { "--api-url", "https://[2001:db8::1]:8443/p" }, { NULL },
		    "https://[2001:db8::1]:8443/p" },
		/* From the host of --repo. */
		{ { "-R", "github.com/o/r" }, { NULL },
		    "https://api.github.com" },
		{ { "-R", "GitHub.com/o/r" }, { NULL },
		    "https://api.github.com" },
		{ { "-R", "octo.ghe.com/o/r" }, { NULL },
		    "https://api.octo.ghe.com" },
		{ { "-R", "Octo.GHE.com/o/r" }, { NULL },
		    "https://api.octo.ghe.com" },
		{ { "-R", "notghe.com/o/r" }, { NULL },
		    "https://notghe.com/api/v3" },
		{ { "-R", "ghe.com/o/r" }, { NULL },
		    "https://ghe.com/api/v3" },
		{ { "-R", "ghe.example.com/o/r" }, { NULL },
		    "https://ghe.example.com/api/v3" },
		{ { "-R", "ghe.example.com:8443/o/r" }, { NULL },
		    "https://ghe.example.com:8443/api/v3" },
		{ { "-R", "[::1]:8443/o/r" }, { NULL },
		    "https://[::1]:8443/api/v3" },
		{ { "-R", "192.0.2.7/o/r" }, { NULL },
		    "https://192.0.2.7/api/v3" },
		/* The option, then the host, then the variable. */
		{ { "-R", "github.com/o/r" },
		    { "GITHUB_API_URL=https://ghe.example.com/api/v3" },
		    "https://api.github.com" },
		{ { "-R", "o/r" },
		    { "GITHUB_API_URL=https://ghe.example.com/api/v3" },
		    "https://ghe.example.com/api/v3" },
		{ { "-R", "x.example/o/r", "--api-url", "https://y.example" },
		    { "GITHUB_API_URL=https://z.example" },
		    "https://y.example" },
		/* Plain http to this machine alone. */
		{ { "--api-url", "http://localhost:8080" }, { NULL },
		    "http://localhost:8080" },
		{ { "--api-url", "http://LOCALHOST" }, { NULL },
		    "http://localhost" },
		{ { "--api-url", "http://127.0.0.1:8080/api/v3/" }, { NULL },
		    "http://127.0.0.1:8080/api/v3" },
		{ { "--api-url", "http://127.255.0.9" }, { NULL },
		    "http://127.255.0.9" },
		{ { "--api-url", "http://[::1]:8080" }, { NULL },
		    "http://[::1]:8080" },
	};
	struct buf url;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(cases[i].args, cases[i].env);
		buf_init(&url, BUF_TEXT_MAX);
		url_add_origin(&url, &config.api);
		buf_adds(&url, config.api.path);
		check(strcmp(buf_str(&url), cases[i].url) == 0, "%s: %s",
		    cases[i].url, buf_str(&url));
		buf_free(&url);
	}
}

static void
test_bad_api_url(void **state)
{
	static const char *const urls[] = { "api.github.com", "https://",
	    "https:///x", "https://x/?q", "https://x?q=1", "https://x/#f",
	    "https://x#f", "ftp://x", "https://x:0", "https://x:65536",
	    "https://x:", "https://x:y", "https://a b", "https://x/a b",
	    "https://x/\r\nX: y", "https://\xc3\xa9.example", "https://x\\y",
	    "https://[::1", "//x", "/x", "http:/x", "https:x",
	    /* Would show the token to the network. */
	    "http://api.github.com", "http://10.0.0.1", "http://127.0.0.1.x",
	    "http://127.evil.example", "http://localhost.evil.example",
	    "http://[::2]", "http://128.0.0.1", "http://ghe.example.com:80" };
	char variable[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(urls); i++) {
		bad(LIST("--api-url", urls[i]), NULL, LIST("--api-url"));
		snprintf(variable, sizeof variable, "GITHUB_API_URL=%s",
		    urls[i]);
		bad(NULL, LIST(variable), LIST("GITHUB_API_URL"));
	}
	bad(LIST("--api-url", "http://api.github.com"), NULL,
	    LIST("loopback"));
	/* Hosts that serve pages: which one serves the API. */
	bad(LIST("--api-url", "https://github.com"), NULL,
	    LIST("--api-url", "at https://api.github.com"));
	bad(LIST("--api-url", "HTTPS://GitHub.com:443/api/v3"), NULL,
	    LIST("at https://api.github.com"));
	bad(NULL, LIST("GITHUB_API_URL=http://github.com/"),
	    LIST("GITHUB_API_URL", "at https://api.github.com"));
	bad(NULL, LIST("GITHUB_API_URL=https://octo.ghe.com"),
	    LIST("GITHUB_API_URL", "at https://api.octo.ghe.com"));
	/* What may be a password is not shown. */
	bad(LIST("--api-url", "https://user:hunter2@x/"), NULL,
	    LIST("--api-url", "user information"));
	assert_false(says("hunter2"));
	bad(LIST("--api-url", "http://user:hunter2@127.0.0.1/"), NULL,
	    LIST("--api-url"));
	assert_false(says("hunter2"));
	bad(LIST("-R", "user:hunter2@x/o/r"), NULL, LIST("--repo",
	    "\"***@x"));
	assert_false(says("hunter2"));
	bad(LIST("-R", "https://me:hunter2@github.com/o/r.git"), NULL,
	    LIST("--repo", "***@github.com"));
	assert_false(says("hunter2"));
	/* Of an env file that no shell has read. */
	bad(LIST("--api-url", "\"https://ghe.example/api/v3\""), NULL,
	    LIST("--api-url", "quotation marks"));
	bad(NULL, LIST("GH_HOST='ghe.example'"), LIST("GH_HOST",
	    "'ghe.example'", "quotation marks"));
}

static void
test_texts(void **state)
{
	static const char *const texts[] = { "a\nb", "a\tb", "\x01", "\x7f",
	    "\xff", "\xc3", "\xed\xa0\x80" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		bad(LIST("--workflow", texts[i]), NULL, LIST("--workflow"));
		bad(LIST("--ref", texts[i]), NULL, LIST("--ref"));
	}
	bad(NULL, LIST("INPUT_REF=a\x1b[31mb"), LIST("INPUT_REF"));
	bad(NULL, LIST("INPUT_WORKFLOW=a\nb"), LIST("INPUT_WORKFLOW"));
	GOOD_ARGS("--ref", "feature/caf\xc3\xa9 \xf0\x9f\x9a\x80", "-w",
	    "b\xc3\xa4r.yml");
	assert_string_equal(config.ref, "feature/caf\xc3\xa9 "
	    "\xf0\x9f\x9a\x80");
}

static void
test_token(void **state)
{
	static const struct {
		const char	*env[4], *token;
	} cases[] = {
		{ { NULL }, TOKEN },
		{ { "GH_TOKEN=from-gh" }, "from-gh" },
		{ { "INPUT_TOKEN=from-input", "GH_TOKEN=from-gh" },
		    "from-input" },
		{ { "INPUT_TOKEN=", "GH_TOKEN=from-gh" }, "from-gh" },
		{ { "INPUT_TOKEN=  from-input\r\n" }, "from-input" },
		{ { "INPUT_TOKEN=ghs_4711_eyJh.eyJp-_.c2ln" },
		    "ghs_4711_eyJh.eyJp-_.c2ln" },
		{ { "INPUT_TOKEN=x" }, "x" },
		{ { "INPUT_TOKEN=!~+/=" }, "!~+/=" },
	};
	char *name;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(NULL, cases[i].env);
		same(config.token, cases[i].token);
		/* It is never to be shown. */
		assert_int_equal(secret_in(cases[i].token),
		    strlen(cases[i].token) >= 4);
	}
	/* Four thousand characters are a token too. */
	name = malloc(5000);
	memset(name, 'x', 5000);
	memcpy(name, "INPUT_TOKEN=", 12);
	name[4999] = '\0';
	GOOD_ENV(name);
	assert_int_equal(strlen(config.token), 4987);
	free(name);
}

/* Those that gh has for other servers come first there, and only there. */
static void
test_enterprise_token(void **state)
{
	static const struct {
		const char	*env[6], *token;
	} cases[] = {
		{ { "GH_ENTERPRISE_TOKEN=ghe-token" }, TOKEN },
		{ { "GH_ENTERPRISE_TOKEN=ghe-token", "GH_HOST=octo.ghe.com" },
		    TOKEN },
		{ { "GH_ENTERPRISE_TOKEN=ghe-token", "GH_HOST=ghe.example" },
		    "ghe-token" },
		{ { "GITHUB_ENTERPRISE_TOKEN=other-token",
		    "GH_HOST=ghe.example" }, "other-token" },
		{ { "GITHUB_ENTERPRISE_TOKEN=other-token",
		    "GH_ENTERPRISE_TOKEN=ghe-token", "GH_TOKEN=gh-token",
		    "GH_HOST=ghe.example" }, "ghe-token" },
		{ { "GH_ENTERPRISE_TOKEN=ghe-token",
		    "GITHUB_API_URL=https://ghe.example/api/v3" },
		    "ghe-token" },
		{ { "GH_ENTERPRISE_TOKEN= ", "GH_HOST=ghe.example" },
		    TOKEN },
		{ { "GH_HOST=ghe.example" }, TOKEN },
		/* The input is meant for us alone. */
		{ { "INPUT_TOKEN=from-input", "GH_ENTERPRISE_TOKEN=ghe-token",
		    "GH_HOST=ghe.example" }, "from-input" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(NULL, cases[i].env);
		same(config.token, cases[i].token);
	}
	/* One that is not sent is not shown, either. */
	bad(LIST("--repo", "ghe-token"), LIST("GH_ENTERPRISE_TOKEN=ghe-token"),
	    LIST("--repo", "***"));
	bad(NULL, LIST("GH_ENTERPRISE_TOKEN=hunter2 x", "GH_HOST=ghe.example"),
	    LIST("GH_ENTERPRISE_TOKEN"));
	assert_false(says("hunter2"));
	bad(NULL, LIST("GITHUB_TOKEN=", "GH_HOST=ghe.example"),
	    LIST("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"));
	bad(NULL, LIST("GITHUB_TOKEN="), LIST("GITHUB_TOKEN"));
	assert_false(says("ENTERPRISE"));
}

/* A pipe that nobody writes to, or whose writer never ends. */
static void
test_pipes(void **state)
{
	char path[128], arg[160];
	int fd, i;

	(void)state;
	assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
	snprintf(path, sizeof path, "%s", path_of("pipe"));
	snprintf(arg, sizeof arg, "@%s", path);
	for (i = 0; i < 2; i++) {
		/* Its other end is ours, and stays open. */
		fd = open(path, O_RDWR | O_CLOEXEC);
		assert_int_equal(write(fd, i == 0 ? "" : "{", i), i);
		bad(LIST("--timeout", "50ms", "--token-file", path), NULL,
		    LIST("--token-file", path, "in time", "Nothing was"));
		bad(LIST("--timeout", "50ms", "--inputs", arg), NULL,
		    LIST("--inputs", path, "in time"));
		bad(LIST("await", "7", "--wait-timeout", "50ms",
		    "--token-file", path), NULL, LIST("in time"));
		close(fd);
	}
	bad(LIST("--timeout", "50ms", "--token-file", path), NULL,
	    LIST("in time"));
	/* What is in it, and its end. */
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(write(fd, "file-token\n", 11), 11);
	dup2(fd, STDIN_FILENO);
	close(fd);
	bad(LIST("--timeout", "50ms", "--token-file", "-"), NULL,
	    LIST("standard input", "in time"));
	unlink(path);
}

static void
test_bad_token(void **state)
{
	static const char *const tokens[] = { "hunter2 hunter2",
	    "hunter2\nX-Evil: 1", "hunter2\r\nhunter2", "hunter2\tx",
	    "hunter2\x01x", "hunter2\x7fx", "hunter2\xc3\xa9",
	    "\xef\xbb\xbfhunter2", "hunter2\xff", "\"hunter2\"",
	    "'hunter2'" };
	char variable[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(tokens); i++) {
		snprintf(variable, sizeof variable, "INPUT_TOKEN=%s",
		    tokens[i]);
		bad(NULL, LIST(variable), LIST("INPUT_TOKEN"));
		assert_false(says("hunter2"));
		put_file("token", tokens[i], strlen(tokens[i]));
		bad(LIST("--token-file", path_of("token")), NULL,
		    LIST("--token-file"));
		assert_false(says("hunter2"));
	}
	bad(NULL, LIST("GH_TOKEN=hunter2 x"), LIST("GH_TOKEN"));
	bad(NULL, LIST("GITHUB_TOKEN=hunter2 x"), LIST("GITHUB_TOKEN"));
	/* One that is not used is not looked at. */
	GOOD_ENV("GH_TOKEN=" TOKEN, "GITHUB_TOKEN=hunter2 x");
}

static void
test_token_file(void **state)
{
	static const struct {
		const char	*data;
		size_t		 len;
		const char	*token;		/* NULL: refused */
	} cases[] = {
		{ LIT("file-token"), "file-token" },
		{ LIT("file-token\n"), "file-token" },
		{ LIT("\n\t file-token \r\n\n"), "file-token" },
		{ LIT(""), NULL }, { LIT("\n"), NULL }, { LIT("  "), NULL },
		{ LIT("a\nb"), NULL }, { LIT("a b"), NULL },
		{ LIT("file\0token"), NULL }, { LIT("token\0"), NULL },
		{ LIT("\0"), NULL },
	};
	char large[70000];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		put_file("token", cases[i].data, cases[i].len);
		if (cases[i].token == NULL) {
			bad(LIST("--token-file", path_of("token")),
			    LIST("INPUT_TOKEN=tttt"), LIST("--token-file"));
			continue;
		}
		good(LIST("--token-file", path_of("token")),
		    LIST("INPUT_TOKEN=input-token"));
		same(config.token, cases[i].token);
		assert_true(secret_in(cases[i].token));
	}
	put_stdin("stdin-token\n");
	GOOD_ARGS("--token-file", "-");
	same(config.token, "stdin-token");
	put_stdin("");
	bad(LIST("--token-file=-"), NULL, LIST("--token-file"));

	bad(LIST("--token-file", path_of("none")), NULL,
	    LIST("--token-file", "none", "No such file"));
	bad(LIST("--token-file", folder), NULL, LIST("--token-file", folder));
	memset(large, 'x', sizeof large);
	put_file("large", large, sizeof large);
	bad(LIST("--token-file", path_of("large")), NULL,
	    LIST("--token-file"));
}

/* A dry run does without; it says so. */
static void
test_dry_run(void **state)
{
	(void)state;
	good(LIST("--dry-run"), LIST("GITHUB_TOKEN="));
	assert_true(config.dry_run);
	assert_null(config.token);
	GOOD_ARGS("--dry-run");
	assert_string_equal(config.token, TOKEN);
	bad(LIST("--dry-run"), LIST("GITHUB_TOKEN=", "INPUT_REF="),
	    LIST("--ref"));
	assert_false(says("--token-file"));
	log_open(LOG_LEVEL_INFO, false);
	capture_log();
	good(LIST("--dry-run"), LIST("GITHUB_TOKEN="));
	assert_non_null(strstr(log_text(), "token"));
}

static void
test_durations(void **state)
{
	static const struct {
		const char	*text;
		int64_t		 ms;	/* -1: refused */
	} cases[] = {
		{ "90", 90000 }, { "90s", 90000 }, { "5m", 300000 },
		{ "1h", 3600000 }, { "1500ms", 1500 }, { "1ms", 1 },
		{ "007", 7000 },
		{ "5x", -1 }, { "-1", -1 }, { "+1", -1 }, { "1.5", -1 },
		{ "1e3", -1 }, { "1h30m", -1 }, { "5M", -1 }, { "5S", -1 },
		{ "s", -1 }, { "ms", -1 }, { "1 s", -1 }, { "0x10", -1 },
		{ "9223372036854775807", -1 },
		{ "99999999999999999999999", -1 }, { "1d", -1 },
	};
	char variable[96];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(variable, sizeof variable,
		    "INPUT_WORKFLOW_TIMEOUT_SECONDS=%s", cases[i].text);
		if (cases[i].ms == -1) {
			bad(LIST("--timeout", cases[i].text), NULL,
			    LIST("--timeout", cases[i].text, "90s"));
			bad(LIST("--retry-interval", cases[i].text), NULL,
			    LIST("--retry-interval", cases[i].text));
			bad(NULL, LIST(variable),
			    LIST("INPUT_WORKFLOW_TIMEOUT_SECONDS",
			    cases[i].text));
			continue;
		}
		GOOD_ARGS("--timeout", cases[i].text, "--retry-interval",
		    cases[i].text);
		assert_true(config.timeout_ms == cases[i].ms);
		assert_true(config.step_ms == cases[i].ms);
		GOOD_ENV(variable);
		assert_true(config.timeout_ms == cases[i].ms);
	}
	/* Nothing can be found in no time; a step may be nothing. */
	bad(LIST("--timeout", "0"), NULL, LIST("--timeout", "0"));
	bad(LIST("--timeout", "0ms"), NULL, LIST("--timeout"));
	bad(LIST("--timeout=0h"), NULL, LIST("--timeout"));
	bad(NULL, LIST("INPUT_WORKFLOW_TIMEOUT_SECONDS=0"),
	    LIST("INPUT_WORKFLOW_TIMEOUT_SECONDS"));
	GOOD_ARGS("--retry-interval", "0");
	assert_int_equal(config.step_ms, 0);
	bad(NULL, LIST("INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=x"),
	    LIST("INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS"));
}

static void
test_format(void **state)
{
	static const char *const bad_names[] = { "TEXT", "Json", "yaml",
	    "text ", "i", "ids" };
	size_t i;

	(void)state;
	GOOD_ARGS("--format", "text");
	assert_int_equal(config.results.format, RESULT_TEXT);
	GOOD_ARGS("--format=json");
	assert_int_equal(config.results.format, RESULT_JSON);
	GOOD_ARGS("--format", "id");
	assert_int_equal(config.results.format, RESULT_ID);
	GOOD_ARGS("--format", "url");
	assert_int_equal(config.results.format, RESULT_URL);
	for (i = 0; i < COUNT(bad_names); i++)
		bad(LIST("--format", bad_names[i]), NULL,
		    LIST("--format", bad_names[i], "json"));
}

/* The inputs' JSON from option, file, standard input and variable. */
static void
test_inputs(void **state)
{
	char arg[160];

	(void)state;
	put_file("inputs.json", LIT("{\"where\":\"file\"}\n"));
	snprintf(arg, sizeof arg, "@%s", path_of("inputs.json"));
	GOOD_ARGS("--inputs", arg);
	assert_string_equal(inputs_find(&config.inputs, "where")->text,
	    "file");
	put_stdin("{\"where\":\"stdin\"}");
	GOOD_ARGS("--inputs", "-");
	assert_string_equal(inputs_find(&config.inputs, "where")->text,
	    "stdin");
	GOOD_ARGS("--inputs", "{\"where\":\"option\"}");
	assert_string_equal(inputs_find(&config.inputs, "where")->text,
	    "option");
	/* --field wins, at the same place. */
	good(LIST("-f", "b=2", "--inputs", "{\"a\":1,\"b\":1}", "-f", "c=3",
	    "--field=a=9"), LIST("INPUT_WORKFLOW_INPUTS={\"z\":0}"));
	assert_int_equal(config.inputs.count, 3);
	assert_string_equal(config.inputs.list[0].name, "a");
	assert_string_equal(config.inputs.list[0].json, "\"a\":\"9\"");
	assert_string_equal(config.inputs.list[1].json, "\"b\":\"2\"");
	assert_string_equal(config.inputs.list[2].name, "c");
	/* Beside a variable, too. */
	good(LIST("-f", "a=9"), LIST("INPUT_WORKFLOW_INPUTS={\"a\":1}"));
	assert_string_equal(config.inputs.list[0].json, "\"a\":\"9\"");
}

/* A field is what is written; that a file is not read is said if one is there. */
static void
test_field_files(void **state)
{
	char arg[160];
	const char *text;

	(void)state;
	put_file("inputs.json", LIT("{}"));
	snprintf(arg, sizeof arg, "key=@%s", path_of("inputs.json"));
	log_open(LOG_LEVEL_WARNING, false);
	capture_log();
	GOOD_ARGS("-f", arg);
	text = log_text();
	assert_string_equal(config.inputs.list[0].text, arg + 4);
	assert_non_null(strstr(text, "--field key"));
	assert_non_null(strstr(text, "no file is read"));
	assert_null(strstr(text, folder));
	capture_log();
	GOOD_ARGS("-f", "to=@octocat", "-f", "a=@", "-f", "b=x@y");
	assert_string_equal(config.inputs.list[0].text, "@octocat");
	assert_string_equal(log_text(), "");
}

static void
test_bad_inputs(void **state)
{
	char arg[160];
	char *large;

	(void)state;
	bad(LIST("--inputs", "{\"a\": 1,\n  }"), NULL, LIST("--inputs",
	    "line 2", "column 3", "expected"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS={\"a\"}"),
	    LIST("INPUT_WORKFLOW_INPUTS", "line 1"));
	bad(LIST("--inputs", "[]"), NULL, LIST("--inputs", "object"));
	bad(LIST("--inputs", "{\"a\":{}}"), NULL, LIST("--inputs", "\"a\""));
	bad(LIST("--inputs", "{\"a\":null}"), NULL, LIST("\"a\"", "null"));
	bad(LIST("--inputs", "{\"a\":1,\"a\":2}"), NULL,
	    LIST("\"a\"", "twice"));
	bad(LIST("-f", "a"), NULL, LIST("--field"));
	/* Likely causes, named. */
	bad(LIST("--inputs", "inputs.json"), NULL, LIST("--inputs",
	    "--inputs @FILE"));
	bad(LIST("--inputs", "path/of/inputs"), NULL, LIST("@FILE"));
	bad(LIST("--inputs", "{a.b}"), NULL, LIST("not JSON"));
	assert_false(says("@FILE"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS=inputs.json"), LIST("not JSON"));
	assert_false(says("@FILE"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS={\"a\":\"b\nc\"}"),
	    LIST("INPUT_WORKFLOW_INPUTS", "\\n", "toJSON"));
	bad(LIST("--inputs", "{\"a\":\"b\r\nc\"}"), NULL,
	    LIST("--inputs", "toJSON"));
	bad(LIST("--inputs", "{\"a\":\n}"), NULL, LIST("not JSON"));
	assert_false(says("toJSON"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS=null"),
	    LIST("INPUT_WORKFLOW_INPUTS", "found null",
	    "toJSON(github.event.inputs)"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS={\"a\":null}"),
	    LIST("\"a\"", "null", "toJSON(NAME || '')"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS=[]"), LIST("an array"));
	assert_false(says("toJSON"));
	/* The variable is JSON and nothing else. */
	put_file("inputs.json", LIT("{}"));
	put_stdin("{}");
	snprintf(arg, sizeof arg, "INPUT_WORKFLOW_INPUTS=@%s",
	    path_of("inputs.json"));
	bad(NULL, LIST(arg), LIST("INPUT_WORKFLOW_INPUTS", "not JSON"));
	bad(NULL, LIST("INPUT_WORKFLOW_INPUTS=-"),
	    LIST("INPUT_WORKFLOW_INPUTS", "not JSON"));
	/* Files: which one, and why. */
	put_file("inputs.json", LIT("{"));
	bad(LIST("--inputs", arg + strlen("INPUT_WORKFLOW_INPUTS=")), NULL,
	    LIST("--inputs", "inputs.json", "line 1"));
	snprintf(arg, sizeof arg, "@%s", path_of("none"));
	bad(LIST("--inputs", arg), NULL, LIST("--inputs", "none",
	    "No such file"));
	bad(LIST("--inputs", "@"), NULL, LIST("--inputs"));
	snprintf(arg, sizeof arg, "@%s", folder);
	bad(LIST("--inputs", arg), NULL, LIST("--inputs"));
	put_stdin("");
	bad(LIST("--inputs=-"), NULL, LIST("--inputs", "not JSON"));
	put_stdin("{}");
	bad(LIST("--inputs", "-", "--token-file", "-"), NULL,
	    LIST("standard input"));
	/* Larger than anything GitHub takes. */
	large = malloc((1 << 20) + 64);
	memset(large, ' ', (1 << 20) + 64);
	memcpy(large, "{}", 2);
	put_file("large", large, (1 << 20) + 64);
	snprintf(arg, sizeof arg, "@%s", path_of("large"));
	bad(LIST("--inputs", arg), NULL, LIST("--inputs", "larger"));
	put_file("large", large, 1 << 20);
	GOOD_ARGS("--inputs", arg);
	free(large);
}

/* Messages about inputs name them, and do not show what they hold. */
static void
test_inputs_stay_secret(void **state)
{
	static const char *const inputs[] = {
		"{\"password\":\"hunter2\",\"a\":}",
		"{\"password\":\"hunter2\",\"password\":\"hunter2\"}",
		"{\"password\":[\"hunter2\"]}",
		"{\"password\":\"hunter2\"",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(inputs); i++) {
		bad(LIST("--inputs", inputs[i]), NULL, LIST("--inputs"));
		check(!says("hunter2"), "%s", fault.text);
	}
	bad(LIST("-f", "password=hunter2", "-f", "password=hunter3"), NULL,
	    LIST("password"));
	assert_false(says("hunter"));
	bad(LIST("-f", "hunter2"), NULL, LIST("--field"));
	assert_false(says("hunter"));
}

/* --distinct-id, INPUT_DISTINCT_ID and the input of that name. */
static void
test_distinct_id(void **state)
{
	static const struct {
		const char	*args[5], *env[3];
		const char	*id;
		bool		 random;
	} cases[] = {
		{ { "--distinct-id" }, { NULL }, NULL, true },
		{ { "--distinct-id=abc" }, { NULL }, "abc", false },
		{ { "--distinct-id=a b=c \xc3\xa9" }, { NULL },
		    "a b=c \xc3\xa9", false },
		{ { NULL }, { "INPUT_DISTINCT_ID=abc" }, "abc", false },
		{ { "--distinct-id=opt" }, { "INPUT_DISTINCT_ID=var" }, "opt",
		    false },
		{ { "--distinct-id" }, { "INPUT_DISTINCT_ID=var" }, NULL,
		    true },
		/* Among the inputs. */
		{ { "-f", "distinct_id=abc" }, { NULL }, "abc", false },
		{ { "--inputs", "{\"distinct_id\":\"abc\"}" }, { NULL },
		    "abc", false },
		{ { "--inputs", "{\"distinct_id\":\"\\u0061bc\"}" }, { NULL },
		    "abc", false },
		{ { "--inputs", "{\"distinct_id\":12}" }, { NULL }, "12",
		    false },
		{ { NULL }, { "INPUT_WORKFLOW_INPUTS={\"distinct_id\":"
		    "\"abc\"}" }, "abc", false },
		{ { "--distinct-id", "-f", "distinct_id=abc" }, { NULL },
		    "abc", false },
		{ { "--distinct-id=abc", "-f", "distinct_id=abc" }, { NULL },
		    "abc", false },
		/* Empty there: the default that workflows give it. */
		{ { "--inputs", "{\"distinct_id\":\"\"}" }, { NULL }, NULL,
		    false },
		{ { "--distinct-id", "--inputs", "{\"distinct_id\":\"\"}" },
		    { NULL }, NULL, true },
		{ { "--distinct-id=abc", "--inputs",
		    "{\"distinct_id\":\"\"}" }, { NULL }, "abc", false },
		{ { "--distinct-id=abc", "-f", "distinct_id=" }, { NULL },
		    "abc", false },
		/* JSON gives way. */
		{ { "--distinct-id=abc", "--inputs",
		    "{\"distinct_id\":\"xyz\"}" }, { NULL }, "abc", false },
		{ { "--inputs", "{\"distinct_id\":\"xyz\"}" },
		    { "INPUT_DISTINCT_ID=abc" }, "abc", false },
		/* Only that very name. */
		{ { "-f", "Distinct_id=abc" }, { NULL }, NULL, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(cases[i].args, cases[i].env);
		check(cases[i].random == config.random_id, "case %zu", i);
		check(cases[i].id == NULL ? config.distinct_id == NULL :
		    config.distinct_id != NULL &&
		    strcmp(config.distinct_id, cases[i].id) == 0, "case %zu",
		    i);
	}
}

static void
test_bad_distinct_id(void **state)
{
	(void)state;
	bad(LIST("--distinct-id="), NULL, LIST("--distinct-id", "empty"));
	bad(LIST("--distinct-id=  "), NULL, LIST("--distinct-id"));
	bad(LIST("--distinct-id=a\nb"), NULL, LIST("--distinct-id"));
	bad(LIST("--distinct-id=\xff"), NULL, LIST("--distinct-id"));
	bad(NULL, LIST("INPUT_DISTINCT_ID=a\tb"), LIST("INPUT_DISTINCT_ID"));
	bad(LIST("--inputs", "{\"distinct_id\":\"a\\nb\"}"), NULL,
	    LIST("distinct_id"));
	bad(LIST("-f", "distinct_id=  "), NULL, LIST("distinct_id"));
	/* Two that contradict each other, both said on purpose. */
	bad(LIST("--distinct-id=a", "-f", "distinct_id=b"), NULL,
	    LIST("--distinct-id", "--field"));
	bad(LIST("-f", "distinct_id=b"), LIST("INPUT_DISTINCT_ID=a"),
	    LIST("INPUT_DISTINCT_ID", "--field"));
}

/* Where certificates and results are. */
static void
test_paths(void **state)
{
	(void)state;
	good(LIST("--cacert", "ca.pem"), LIST("SSL_CERT_FILE=/f",
	    "SSL_CERT_DIR=/a:/b", "NODE_EXTRA_CA_CERTS=/n",
	    "GITHUB_OUTPUT=/o", "GITHUB_STEP_SUMMARY=/s"));
	assert_string_equal(config.trust.cacert, "ca.pem");
	assert_string_equal(config.trust.cert_file, "/f");
	assert_string_equal(config.trust.cert_dir, "/a:/b");
	assert_string_equal(config.trust.extra, "/n");
	assert_string_equal(config.results.output_path, "/o");
	assert_string_equal(config.results.summary_path, "/s");
	GOOD_ENV("SSL_CERT_FILE=", "SSL_CERT_DIR=", "NODE_EXTRA_CA_CERTS=",
	    "GITHUB_OUTPUT=", "GITHUB_STEP_SUMMARY=");
	assert_null(config.trust.cert_file);
	assert_null(config.trust.cert_dir);
	assert_null(config.trust.extra);
	assert_null(config.results.output_path);
	assert_null(config.results.summary_path);
}

/* A token that other values repeat is not shown with them. */
static void
test_token_in_messages(void **state)
{
	(void)state;
	bad(LIST("--timeout", "x" TOKEN), NULL, LIST("--timeout", "***"));
	bad(LIST("--format", TOKEN), NULL, LIST("--format", "***"));
	bad(LIST("--repo", TOKEN), NULL, LIST("--repo", "***"));
	bad(LIST("--api-url", "ftp://" TOKEN), NULL, LIST("--api-url"));
}

/* The log's level and form, from options and environment alone. */
static void
test_log(void **state)
{
	static const struct {
		const char	*arg, *env[3];
		bool		 warns, informs, debugs, commands;
	} cases[] = {
		{ NULL, { NULL }, true, true, false, false },
		{ "-v", { NULL }, true, true, true, false },
		{ "-q", { NULL }, false, false, false, false },
		{ NULL, { "RUNNER_DEBUG=1" }, true, true, true, false },
		{ NULL, { "RUNNER_DEBUG=0" }, true, true, false, false },
		{ NULL, { "RUNNER_DEBUG=" }, true, true, false, false },
		{ NULL, { "RUNNER_DEBUG=true" }, true, true, false, false },
		{ "-q", { "RUNNER_DEBUG=1" }, false, false, false, false },
		{ NULL, { "GITHUB_ACTIONS=true" }, true, true, false, true },
		{ NULL, { "GITHUB_ACTIONS=false" }, true, true, false,
		    false },
		{ NULL, { "GITHUB_ACTIONS=" }, true, true, false, false },
		{ "-v", { "GITHUB_ACTIONS=true" }, true, true, true, true },
	};
	struct options o;
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		memset(&o, 0, sizeof o);
		if (cases[i].arg != NULL)
			o.given[cases[i].arg[1] == 'q' ? OPTION_QUIET :
			    OPTION_VERBOSE] = true;
		row_env = cases[i].env;
		no_base = true;
		config_open_log(&o, lookup);
		capture_log();
		log_error("one");
		log_warning("two");
		log_info("three");
		log_debug("four");
		text = log_text();
		check(strstr(text, "one") != NULL, "case %zu: %s", i, text);
		check((strstr(text, "two") != NULL) == cases[i].warns,
		    "case %zu: %s", i, text);
		check((strstr(text, "three") != NULL) == cases[i].informs,
		    "case %zu: %s", i, text);
		check((strstr(text, "four") != NULL) == cases[i].debugs,
		    "case %zu: %s", i, text);
		check((strstr(text, "::error::one") != NULL) ==
		    cases[i].commands, "case %zu: %s", i, text);
	}
}

/* Without a wait, what belongs to one is refused as an option and ignored as
 * a variable, whatever it says: the same job may set it for another step. */
static void
test_no_wait(void **state)
{
	static const char *const given[][2] = {
		{ "--wait-timeout", "5" }, { "--poll-interval", "5" },
		{ "--job", "x" }, { "--cancel-after", "5" },
		{ "--force-cancel-after", "5" }, { "--rerun-grace", "5" },
		{ "--cancel-on-interrupt", NULL }, { "--log-failed", NULL },
		{ "--log-lines", "5" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(given); i++) {
		bad(LIST(given[i][0], given[i][1]), NULL,
		    LIST(given[i][0], "--wait"));
		bad(LIST(given[i][0], given[i][1]), LIST("INPUT_WAIT=false"),
		    LIST(given[i][0], "--wait"));
	}
	GOOD_ENV("INPUT_RUN_TIMEOUT_SECONDS=x", "INPUT_POLL_INTERVAL_MS=x",
	    "INPUT_JOBS=x", "INPUT_CANCEL_TIMEOUT_SECONDS=x",
	    "INPUT_CANCEL_ON_INTERRUPT=x", "INPUT_RUN_ID=x");
	assert_false(config.wait);
	assert_false(config.await);
	assert_int_equal(config.run_count, 0);
	assert_int_equal(config.job_count, 0);
}

static void
test_booleans(void **state)
{
	static const struct {
		const char	*value;
		int		 is;	/* -1: refused */
	} cases[] = {
		{ "true", 1 }, { "True", 1 }, { "TRUE", 1 }, { " true\n", 1 },
		{ "false", 0 }, { "False", 0 }, { "FALSE", 0 }, { "", 0 },
		{ "  ", 0 }, { "1", -1 }, { "0", -1 }, { "yes", -1 },
		{ "no", -1 }, { "tRUE", -1 }, { "truee", -1 }, { "tru", -1 },
		{ "on", -1 }, { "true false", -1 },
	};
	char wait[64], cancel[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(wait, sizeof wait, "INPUT_WAIT=%s", cases[i].value);
		snprintf(cancel, sizeof cancel, "INPUT_CANCEL_ON_INTERRUPT=%s",
		    cases[i].value);
		if (cases[i].is == -1) {
			bad(NULL, LIST(wait), LIST("INPUT_WAIT",
			    cases[i].value, "true or false"));
			bad(LIST("--wait"), LIST(cancel),
			    LIST("INPUT_CANCEL_ON_INTERRUPT"));
			/* The option counts, and the other is not read. */
			good(LIST("--wait"), LIST(wait));
			continue;
		}
		GOOD_ENV(wait);
		check(config.wait == (cases[i].is == 1), "%s", wait);
		good(LIST("--wait"), LIST(wait, cancel));
		assert_true(config.wait);
		check(config.waiting.cancel_on_interrupt ==
		    (cases[i].is == 1), "%s", cancel);
		good(LIST("await", "7", "--cancel-on-interrupt"),
		    LIST(cancel));
		assert_true(config.waiting.cancel_on_interrupt);
	}
}

static void
test_wait_defaults(void **state)
{
	const struct wait_order *w = &config.waiting;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		good(i == 0 ? LIST("--wait") : LIST("await", "7"), NULL);
		assert_int_equal(config.wait, i == 0);
		assert_int_equal(config.await, i == 1);
		assert_true(w->timeout_ms == 300000);
		assert_true(w->interval_ms == 5000);
		assert_true(w->interval_grows);
		assert_true(w->cancel_after_ms == WAIT_NEVER);
		assert_true(w->force_cancel_after_ms == WAIT_NEVER);
		assert_true(w->rerun_grace_ms == 0);
		assert_int_equal(w->job_count, 0);
		assert_int_equal(w->log_lines, 0);
		assert_false(w->cancel_on_interrupt);
		/* Live on a terminal only. */
		assert_true(w->live || !w->colour);
	}
	assert_int_equal(config.run_count, 1);
	assert_true(config.runs[0].id == 7);
	assert_string_equal(config.runs[0].owner, "octo-org");
	assert_string_equal(config.runs[0].repo, "octo-repo");
	assert_null(config.workflow);
	assert_null(config.ref);
}

/* Durations: bare numbers are in seconds, but in one variable. */
static void
test_wait_durations(void **state)
{
	static const struct {
		const char	*option, *variable;
		bool		 milliseconds;	/* in the variable */
		bool		 zero_ok;
		size_t		 offset;
	} rows[] = {
		{ "--wait-timeout", "INPUT_RUN_TIMEOUT_SECONDS", false, true,
		    offsetof(struct wait_order, timeout_ms) },
		{ "--poll-interval", "INPUT_POLL_INTERVAL_MS", true, false,
		    offsetof(struct wait_order, interval_ms) },
		{ "--cancel-after", "INPUT_CANCEL_TIMEOUT_SECONDS", false,
		    false, offsetof(struct wait_order, cancel_after_ms) },
		{ "--rerun-grace", NULL, false, true,
		    offsetof(struct wait_order, rerun_grace_ms) },
	};
	static const char *const refused[] = { "x", "5x", "-1", "1.5", "1e3",
	    "1h30m", "5M", "+5", "99999999999999999999", "9223372036854775807h",
	    "0x10", "1 m" };
	char joined[128];
	int64_t ms;
	size_t i, k;

#define VALUE	(memcpy(&ms, (const char *)&config.waiting + \
		    rows[i].offset, sizeof ms), ms)

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		GOOD_ARGS("--wait", rows[i].option, "90");
		check(VALUE == 90000, "%s", rows[i].option);
		GOOD_ARGS("await", "7", rows[i].option, "1500ms");
		check(VALUE == 1500, "%s", rows[i].option);
		GOOD_ARGS("--wait", rows[i].option, "2m");
		check(VALUE == 120000, "%s", rows[i].option);
		for (k = 0; k < COUNT(refused); k++) {
			bad(LIST("--wait", rows[i].option, refused[k]), NULL,
			    LIST(rows[i].option, refused[k], "90s"));
			snprintf(joined, sizeof joined, "%s=%s",
			    rows[i].variable, refused[k]);
			if (rows[i].variable != NULL)
				bad(LIST("--wait"), LIST(joined),
				    LIST(rows[i].variable, refused[k], "90s"));
		}
		bad(LIST("--wait", rows[i].option, ""), NULL,
		    LIST(rows[i].option, "empty"));
		if (rows[i].zero_ok)
			GOOD_ARGS("--wait", rows[i].option, "0");
		else
			bad(LIST("--wait", rows[i].option, "0"), NULL,
			    LIST(rows[i].option, "zero"));
		if (rows[i].variable == NULL)
			continue;
		snprintf(joined, sizeof joined, "%s= 42 ", rows[i].variable);
		good(LIST("--wait"), LIST(joined));
		check(VALUE == (rows[i].milliseconds ? 42 : 42000), "%s",
		    joined);
		/* The option wins. */
		good(LIST("--wait", rows[i].option, "7"), LIST(joined));
		check(VALUE == 7000, "%s", joined);
		snprintf(joined, sizeof joined, "%s=3s", rows[i].variable);
		good(LIST("await", "7"), LIST(joined));
		check(VALUE == 3000, "%s", joined);
	}
#undef VALUE
}

/* 0 is no limit; an interval that was set does not grow. */
static void
test_wait_limits(void **state)
{
	(void)state;
	GOOD_ARGS("--wait", "--wait-timeout", "0");
	assert_true(config.waiting.timeout_ms == WAIT_NEVER);
	good(LIST("await", "7"), LIST("INPUT_RUN_TIMEOUT_SECONDS=0"));
	assert_true(config.waiting.timeout_ms == WAIT_NEVER);
	GOOD_ARGS("--wait", "--poll-interval", "5");
	assert_false(config.waiting.interval_grows);
	good(LIST("--wait"), LIST("INPUT_POLL_INTERVAL_MS=5000"));
	assert_false(config.waiting.interval_grows);
	good(LIST("--wait"), LIST("INPUT_POLL_INTERVAL_MS="));
	assert_true(config.waiting.interval_grows);
	/* White space counts as nothing. */
	good(LIST("--wait"), LIST("INPUT_POLL_INTERVAL_MS= "));
	assert_true(config.waiting.interval_grows);
	assert_true(config.waiting.interval_ms == 5000);
}

/* A cancel that would never come is refused. */
static void
test_cancelling(void **state)
{
	const struct wait_order *w = &config.waiting;

	(void)state;
	GOOD_ARGS("--wait", "--cancel-after", "299");
	assert_true(w->cancel_after_ms == 299000);
	bad(LIST("--wait", "--cancel-after", "300"), NULL,
	    LIST("--cancel-after", "\"300\"", "--wait-timeout", "less"));
	bad(LIST("--wait", "--cancel-after", "5m"), NULL, LIST("\"5m\""));
	bad(LIST("--wait"), LIST("INPUT_CANCEL_TIMEOUT_SECONDS=60",
	    "INPUT_RUN_TIMEOUT_SECONDS=60"),
	    LIST("INPUT_CANCEL_TIMEOUT_SECONDS", "INPUT_RUN_TIMEOUT_SECONDS"));
	good(LIST("--wait"), LIST("INPUT_CANCEL_TIMEOUT_SECONDS=59",
	    "INPUT_RUN_TIMEOUT_SECONDS=60"));
	GOOD_ARGS("await", "7", "--wait-timeout", "0", "--cancel-after", "5h");
	assert_true(w->cancel_after_ms == 5 * 3600000);
	/* Not "at once", nor "never": await-remote-run refuses it, too. */
	bad(LIST("await", "7", "--cancel-after", "0"), NULL,
	    LIST("--cancel-after", "\"0\"", "more than zero"));
	bad(LIST("await", "7", "--wait-timeout", "0"),
	    LIST("INPUT_CANCEL_TIMEOUT_SECONDS=0"),
	    LIST("INPUT_CANCEL_TIMEOUT_SECONDS", "more than zero"));
	bad(LIST("--wait", "--force-cancel-after", "5"), NULL,
	    LIST("--force-cancel-after", "--cancel-after"));
	GOOD_ARGS("--wait", "--cancel-after", "10", "--force-cancel-after",
	    "60");
	assert_true(w->force_cancel_after_ms == 60000);
	good(LIST("--wait", "--force-cancel-after", "0"),
	    LIST("INPUT_CANCEL_TIMEOUT_SECONDS=5"));
	assert_true(w->force_cancel_after_ms == 0);
}

static void
expect_jobs(const char *const *names)
{
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		assert_in_range(i, 0, config.job_count - 1);
		assert_string_equal(config.jobs[i], names[i]);
	}
	assert_int_equal(config.job_count, i);
	assert_int_equal(config.waiting.job_count, i);
	assert_true(config.waiting.jobs == (const char **)config.jobs);
}

static void
test_jobs(void **state)
{
	(void)state;
	GOOD_ARGS("--wait", "--job", "build", "--job", " caller / inner ");
	expect_jobs(LIST("build", " caller / inner "));
	good(LIST("--wait"), LIST("INPUT_JOBS=build\n  test (1, 2)  \r\n\n \t"
	    "\r\nlint, and more\n"));
	expect_jobs(LIST("build", "test (1, 2)", "lint, and more"));
	good(LIST("await", "7", "--job", "x"), LIST("INPUT_JOBS=build"));
	expect_jobs(LIST("x"));
	good(LIST("--wait"), LIST("INPUT_JOBS=\n \n"));
	expect_jobs(LIST(NULL));
	bad(LIST("--wait", "--job", ""), NULL, LIST("--job", "empty"));
}

static void
test_log_lines(void **state)
{
	static const char *const refused[] = { "0", "10001", "-1", "x", "5s",
	    "1.0", "99999999999999999999", "" };
	size_t i;

	(void)state;
	GOOD_ARGS("--wait", "--log-failed");
	assert_int_equal(config.waiting.log_lines, 100);
	GOOD_ARGS("await", "7", "--log-failed", "--log-lines", "1");
	assert_int_equal(config.waiting.log_lines, 1);
	GOOD_ARGS("await", "7", "--log-lines=10000", "--log-failed");
	assert_int_equal(config.waiting.log_lines, 10000);
	for (i = 0; i < COUNT(refused); i++)
		bad(LIST("--wait", "--log-failed", "--log-lines", refused[i]),
		    NULL, LIST("--log-lines", refused[i]));
}

/* An ID, or a URL in any of the forms that a browser shows. */
static void
test_runs(void **state)
{
	static const struct {
		const char	*text;
		uint64_t	 id;
		const char	*repo;		/* OWNER/REPO */
		const char	*host, *path;	/* of the API */
	} cases[] = {
		{ "1", 1, "octo-org/octo-repo", "api.github.com", "" },
		{ "9223372036854775807", INT64_MAX, "octo-org/octo-repo",
		    "api.github.com", "" },
		{ "https://github.com/o/r/actions/runs/17654321098",
		    UINT64_C(17654321098), "o/r", "api.github.com", "" },
		{ "https://github.com/o/r/actions/runs/5/attempts/2", 5,
		    "o/r", "api.github.com", "" },
		{ "https://github.com/o/r/actions/runs/5/job/77?pr=3#step:4:1",
		    5, "o/r", "api.github.com", "" },
		{ "https://github.com/o/r/actions/runs/5/", 5, "o/r",
		    "api.github.com", "" },
		{ "https://github.com/o/r/actions/runs/5?check_suite_focus="
		    "true", 5, "o/r", "api.github.com", "" },
		{ "https://GitHub.com/o.x/r-_/actions/runs/5", 5, "o.x/r-_",
		    "api.github.com", "" },
		{ "http://github.com./o/r/actions/runs/5", 5, "o/r",
		    "api.github.com", "" },
	};
	char name[160];
	size_t i;
	int way;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		for (way = 0; way < 2; way++) {
			snprintf(name, sizeof name, "INPUT_RUN_ID= %s ",
			    cases[i].text);
			if (way == 0)
				GOOD_ARGS("await", cases[i].text);
			else
				good(LIST("await"), LIST(name));
			assert_true(config.await);
			assert_int_equal(config.run_count, 1);
			check(config.runs[0].id == cases[i].id, "%s",
			    cases[i].text);
			snprintf(name, sizeof name, "%s/%s",
			    config.runs[0].owner, config.runs[0].repo);
			assert_string_equal(name, cases[i].repo);
			assert_string_equal(config.api.host, cases[i].host);
			assert_string_equal(config.api.path, cases[i].path);
			assert_non_null(config.owner);
			assert_non_null(config.repo);
		}
	/* An argument wins. */
	good(LIST("await", "7"), LIST("INPUT_RUN_ID=8"));
	assert_int_equal(config.run_count, 1);
	assert_true(config.runs[0].id == 7);
	good(LIST("await", "7"), LIST("INPUT_RUN_ID=x"));
}

static void
test_bad_runs(void **state)
{
	static const char *const cases[] = { "0", "-1", "+1", "1x", "x", "",
	    "1 2", "0x10", "9223372036854775808", "18446744073709551617",
	    "https://github.com/o/r", "https://github.com/o/r/actions/runs/",
	    "https://github.com/o/r/actions/runs/x",
	    "https://github.com/o/r/actions/runs/0",
	    "https://github.com/o/r/actions/runs/5x",
	    "https://github.com/o/r/actions/runs/-5",
	    "https://github.com/o/r/actions/runs/9223372036854775808",
	    "https://github.com/o/actions/runs/5",
	    "https://github.com/o/r/x/actions/runs/5",
	    "https://github.com//r/actions/runs/5",
	    "https://github.com/o/../actions/runs/5",
	    "https://github.com/o/r%20/actions/runs/5",
	    "https:///o/r/actions/runs/5", "//github.com/o/r/actions/runs/5",
	    "github.com/o/r/actions/runs/5", "ftp://h/o/r/actions/runs/5",
	    "o/r/actions/runs/5", "o/r#5", "/actions/runs/5",
	    "https://github.com/o/r/actions/workflows/5",
	    "https://u:p@github.com/o/r/actions/runs/5",
	    "https://github.com/o/r/pull/5" };
	char name[160];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		bad(LIST("await", "--", cases[i]), NULL, LIST("await"));
		bad(LIST("await", "7", "--", cases[i]), NULL, LIST("await"));
		if (*cases[i] == '\0')
			continue;
		snprintf(name, sizeof name, "INPUT_RUN_ID=%s", cases[i]);
		bad(LIST("await"), LIST(name), LIST("INPUT_RUN_ID"));
	}
	assert_false(says("u:p"));
	bad(LIST("await"), NULL, LIST("INPUT_RUN_ID"));
	bad(LIST("await"), LIST("INPUT_RUN_ID="), LIST("INPUT_RUN_ID"));
	/* A password in a URL is not shown. */
	bad(LIST("await", "https://u:hunter2@h/o/r/actions/runs/5"), NULL,
	    LIST("await"));
	assert_false(says("hunter2"));
}

/* Several runs: each with its repository, all on one server. */
static void
test_several_runs(void **state)
{
	(void)state;
	GOOD_ARGS("await", "5", "https://github.com/a/b/actions/runs/6",
	    "https://github.com/c/d/actions/runs/7");
	assert_int_equal(config.run_count, 3);
	assert_string_equal(config.runs[0].owner, "octo-org");
	assert_string_equal(config.runs[1].owner, "a");
	assert_string_equal(config.runs[1].repo, "b");
	assert_string_equal(config.runs[2].owner, "c");
	assert_true(config.runs[2].id == 7);
	bad(LIST("await", "https://github.com/a/b/actions/runs/6",
	    "https://ghe.example/a/b/actions/runs/6"), NULL,
	    LIST("github.com", "ghe.example", "server"));
	GOOD_ARGS("await", "https://github.com/a/b/actions/runs/6",
	    "https://GITHUB.com/a/b/actions/runs/7");
	/* The repository of bare IDs, and only of those. */
	GOOD_ARGS("await", "-R", "x/y", "5",
	    "https://github.com/a/b/actions/runs/6");
	assert_string_equal(config.runs[0].owner, "x");
	assert_string_equal(config.runs[1].owner, "a");
	bad(LIST("await", "-R", "ghe.example/x/y",
	    "https://github.com/a/b/actions/runs/6"), NULL,
	    LIST("--repo", "server"));
	GOOD_ARGS("await", "-R", "ghe.example/x/y", "5");
	assert_string_equal(config.api.host, "ghe.example");
	/* Another repository of the environment is no matter. */
	no_base = true;
	good(LIST("await", "https://github.com/a/b/actions/runs/6"),
	    LIST("GITHUB_TOKEN=" TOKEN));
	assert_string_equal(config.owner, "a");
	bad(LIST("await", "6"), LIST("GITHUB_TOKEN=" TOKEN),
	    LIST("repository"));
	bad(LIST("await"), NULL, LIST("token", "run", "repository"));
	no_base = false;
	/* The server's URL, however it is known. */
	good(LIST("await", "6"),
	    LIST("GITHUB_API_URL=https://ghe.example/api/v3"));
	assert_string_equal(config.api.host, "ghe.example");
}

#define RUN	"/a/b/actions/runs/6"

/* A run's URL names a run on the server that is configured, whatever that is;
 * the API stays where it is. */
static void
test_run_urls(void **state)
{
	static const struct {
		const char	*args[5], *env[4];
		const char	*url, *host, *path;
	} cases[] = {
		{ { NULL }, { NULL }, "https://github.com" RUN,
		    "api.github.com", "" },
		{ { "--api-url", "https://api.github.com" },
		    { "GITHUB_API_URL=https://ghe.example/api/v3" },
		    "https://github.com" RUN, "api.github.com", "" },
		{ { "--api-url", "https://ghe.example/api/v3" }, { NULL },
		    "https://ghe.example" RUN, "ghe.example", "/api/v3" },
		{ { "--api-url", "https://api.octo.ghe.com" }, { NULL },
		    "https://octo.ghe.com" RUN, "api.octo.ghe.com", "" },
		{ { "--api-url", "http://127.0.0.1:8080/api/v3" }, { NULL },
		    "http://127.0.0.1:8080" RUN, "127.0.0.1", "/api/v3" },
		{ { "-R", "ghe.example/x/y" },
		    { "GITHUB_API_URL=https://api.github.com",
		    "GITHUB_SERVER_URL=https://github.com" },
		    "https://ghe.example" RUN, "ghe.example", "/api/v3" },
		{ { "-R", "ghe.example:8443/x/y" }, { NULL },
		    "https://ghe.example:8443" RUN, "ghe.example",
		    "/api/v3" },
		/* A gateway before the API: both of its names count. */
		{ { "-R", "github.com/x/y", "--api-url",
		    "https://gw.example/gh" }, { NULL },
		    "https://github.com" RUN, "gw.example", "/gh" },
		{ { "-R", "github.com/x/y", "--api-url",
		    "https://gw.example/gh" }, { NULL },
		    "https://gw.example/gh" RUN, "gw.example", "/gh" },
		{ { NULL }, { "GITHUB_API_URL=https://gw.example/gh",
		    "GITHUB_SERVER_URL=https://ghe.example" },
		    "https://ghe.example" RUN, "gw.example", "/gh" },
		{ { NULL }, { "GITHUB_API_URL=https://ghe.example/api/v3" },
		    "https://ghe.example" RUN, "ghe.example", "/api/v3" },
		{ { NULL }, { "GITHUB_SERVER_URL=https://ghe.example" },
		    "https://ghe.example" RUN, "ghe.example", "/api/v3" },
		{ { NULL }, { "GITHUB_SERVER_URL=https://ghe.example",
		    "GH_HOST=octo.ghe.com" }, "https://ghe.example" RUN,
		    "ghe.example", "/api/v3" },
		{ { NULL }, { "GH_HOST=octo.ghe.com" },
		    "https://octo.ghe.com" RUN, "api.octo.ghe.com", "" },
		{ { NULL }, { "GH_HOST=Ghe.Example:8443" },
		    "https://ghe.example:8443" RUN, "ghe.example",
		    "/api/v3" },
	};
	char variable[128];
	const char *env[6];
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(variable, sizeof variable, "INPUT_RUN_ID=%s",
		    cases[i].url);
		for (n = 0; n < 4 && cases[i].env[n] != NULL; n++)
			env[n] = cases[i].env[n];
		env[n++] = variable;
		env[n] = NULL;
		good(LIST("await", cases[i].args[0] != NULL ?
		    cases[i].args[0] : "-q", cases[i].args[1],
		    cases[i].args[2], cases[i].args[3]), env);
		assert_string_equal(config.runs[0].owner, "a");
		assert_string_equal(config.api.host, cases[i].host);
		assert_string_equal(config.api.path, cases[i].path);
	}
}

/* On any other it is refused, with both names, and where ours is from. */
static void
test_foreign_run_urls(void **state)
{
	static const struct {
		const char	*args[5], *env[3];
		const char	*url, *named[4];
	} cases[] = {
		{ { NULL }, { NULL }, "https://evil.example" RUN,
		    { "evil.example", "github.com", "default",
		    "--repo evil.example/a/b" } },
		{ { NULL }, { NULL }, "https://api.github.com" RUN,
		    { "api.github.com", "is github.com" } },
		{ { NULL }, { NULL }, "https://github.com.evil.example" RUN,
		    { "github.com.evil.example" } },
		{ { NULL }, { NULL }, "https://github.com:8443" RUN,
		    { "github.com:8443" } },
		{ { NULL }, { NULL }, "https://evil.example/github.com" RUN,
		    { "evil.example" } },
		{ { NULL }, { NULL }, "http://127.0.0.1:1" RUN,
		    { "127.0.0.1:1" } },
		{ { NULL }, { NULL }, "https://octo.ghe.com" RUN,
		    { "octo.ghe.com" } },
		{ { NULL }, { "GITHUB_API_URL=https://ghe.example/api/v3" },
		    "https://github.com" RUN, { "use --repo github.com/a/b",
		    "is ghe.example", "GITHUB_API_URL" } },
		{ { NULL }, { "GITHUB_SERVER_URL=https://ghe.example" },
		    "https://github.com" RUN, { "GITHUB_SERVER_URL" } },
		{ { NULL }, { "GH_HOST=ghe.example" },
		    "https://ghe2.example" RUN, { "GH_HOST" } },
		{ { "-R", "ghe.example/x/y" },
		    { "GITHUB_API_URL=https://api.github.com" },
		    "https://github.com" RUN, { "--repo", "ghe.example" } },
		/* A general variable does not vouch for another API's pages. */
		{ { "--api-url", "https://ghe.example/api/v3" },
		    { "GITHUB_SERVER_URL=https://github.com" },
		    "https://github.com" RUN, { "--api-url" } },
	};
	char variable[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(variable, sizeof variable, "INPUT_RUN_ID=%s",
		    cases[i].url);
		bad(LIST("await", cases[i].url, cases[i].args[0],
		    cases[i].args[1]), cases[i].env, LIST("await:",
		    "Nothing was sent", cases[i].named[0], cases[i].named[1],
		    cases[i].named[2], cases[i].named[3]));
		bad(LIST("await", cases[i].args[0] != NULL ?
		    cases[i].args[0] : "-q", cases[i].args[1]),
		    LIST(variable, cases[i].env[0]), LIST("INPUT_RUN_ID:",
		    cases[i].named[0]));
		/* One among others, too. */
		bad(LIST("await", "7", cases[i].url, cases[i].args[0],
		    cases[i].args[1]), cases[i].env, LIST(cases[i].named[0]));
	}
}

/* What names the server if nothing comes before it. */
static void
test_host_variables(void **state)
{
	static const char *const hosts[] = { "https://ghe.example", "a/b", "/",
	    "ghe.example/", "x y", "u@ghe.example", "ghe.example:0", "-x",
	    "[::1" };
	static const char *const servers[] = { "ghe.example", "ftp://x",
	    "http://ghe.example", "https://x?q", "https://" };
	char variable[64];
	size_t i;

	(void)state;
	GOOD_ENV("GH_HOST=ghe.example");
	assert_string_equal(config.api.host, "ghe.example");
	assert_string_equal(config.api.path, "/api/v3");
	assert_string_equal(config.server.host, "ghe.example");
	GOOD_ENV("GH_HOST= github.com\n");
	assert_string_equal(config.api.host, "api.github.com");
	GOOD_ENV("GH_HOST=");
	assert_string_equal(config.api.host, "api.github.com");
	GOOD_ENV("GITHUB_SERVER_URL=https://octo.ghe.com/");
	assert_string_equal(config.api.host, "api.octo.ghe.com");
	GOOD_ENV("GITHUB_SERVER_URL=http://localhost:3000");
	assert_string_equal(config.api.host, "localhost");
	assert_false(config.api.tls);
	GOOD_ENV("GITHUB_API_URL=https://gw.example/x",
	    "GITHUB_SERVER_URL=https://ghe.example");
	assert_string_equal(config.server.host, "ghe.example");
	assert_string_equal(config.api.host, "gw.example");
	for (i = 0; i < COUNT(hosts); i++) {
		snprintf(variable, sizeof variable, "GH_HOST=%s", hosts[i]);
		bad(NULL, LIST(variable), LIST("GH_HOST"));
		/* One that is not used is not looked at. */
		good(LIST("-R", "github.com/o/r"), LIST(variable));
		GOOD_ENV(variable, "GITHUB_API_URL=https://api.github.com");
	}
	for (i = 0; i < COUNT(servers); i++) {
		snprintf(variable, sizeof variable, "GITHUB_SERVER_URL=%s",
		    servers[i]);
		bad(NULL, LIST(variable), LIST("GITHUB_SERVER_URL"));
		good(LIST("-R", "github.com/o/r"), LIST(variable));
	}
	/* That GH_HOST is not followed does not go unseen. */
	log_open(LOG_LEVEL_WARNING, false);
	capture_log();
	GOOD_ENV("GH_HOST=ghe.example",
	    "GITHUB_API_URL=https://api.github.com");
	assert_string_equal(config.api.host, "api.github.com");
	assert_non_null(strstr(log_text(), "GH_HOST (ghe.example)"));
	capture_log();
	GOOD_ENV("GH_HOST=ghe.example",
	    "GITHUB_API_URL=https://ghe.example/api/v3");
	good(LIST("-R", "github.com/o/r"), LIST("GH_HOST=ghe.example"));
	assert_string_equal(log_text(), "");
}

/* What a dispatch needs is not asked of await, nor read. */
static void
test_await_ignores(void **state)
{
	(void)state;
	good(LIST("await", "7"), LIST("INPUT_WORKFLOW_INPUTS=x",
	    "INPUT_WORKFLOW_TIMEOUT_SECONDS=x", "INPUT_DISTINCT_ID=\n",
	    "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS=x", "INPUT_WAIT=x",
	    "INPUT_REF=\1x", "INPUT_WORKFLOW=\1x"));
	assert_false(config.wait);
	/* await-remote-run v3, as its action.yml names its inputs. */
	no_base = true;
	good(LIST("await"), LIST("INPUT_TOKEN=" TOKEN, "INPUT_REPO=repo",
	    "INPUT_OWNER=org", "INPUT_RUN_ID=17", "INPUT_JOBS=a\nb",
	    "INPUT_RUN_TIMEOUT_SECONDS=600", "INPUT_POLL_INTERVAL_MS=2000",
	    "INPUT_CANCEL_TIMEOUT_SECONDS="));
	assert_true(config.runs[0].id == 17);
	assert_string_equal(config.runs[0].owner, "org");
	assert_string_equal(config.runs[0].repo, "repo");
	assert_int_equal(config.job_count, 2);
	assert_true(config.waiting.timeout_ms == 600000);
	assert_true(config.waiting.interval_ms == 2000);
	assert_true(config.waiting.cancel_after_ms == WAIT_NEVER);
}

/* What no server can match is told once, and the rest counts. */
static void
test_no_proxy_misfits(void **state)
{
	const char *text;

	(void)state;
	log_open(LOG_LEVEL_WARNING, false);
	capture_log();
	GOOD_ENV("https_proxy=p:1", "no_proxy=a.example,b;c,d;e");
	text = log_text();
	assert_non_null(strstr(text, "no_proxy: \"b;c\""));
	assert_null(strstr(text, "d;e"));
	capture_log();
	GOOD_ENV("https_proxy=p:1", "NO_PROXY=a.example,*.b,10.0.0.0/8");
	/* Without a proxy, and beside the option, the list is not used. */
	GOOD_ENV("no_proxy=b;c");
	good(LIST("--proxy", "p:1"), LIST("no_proxy=b;c"));
	good(LIST("--no-proxy"), LIST("https_proxy=p:1", "no_proxy=b;c"));
	assert_string_equal(log_text(), "");
	bad(NULL, LIST("HTTPS_PROXY=\"http://p:1\""), LIST("HTTPS_PROXY",
	    "quotation marks"));
}

/* Which proxy there is, and for whom not. */
static void
test_proxy(void **state)
{
	static const struct {
		const char	*args[4], *env[7];
		const char	*name, *from, *except;
	} cases[] = {
		{ { NULL }, { NULL }, NULL, NULL, NULL },
		{ { NULL }, { "https_proxy=a:1" }, "a:1", "https_proxy",
		    NULL },
		{ { NULL }, { "HTTPS_PROXY=a:1" }, "a:1", "HTTPS_PROXY",
		    NULL },
		{ { NULL }, { "all_proxy=a:1" }, "a:1", "all_proxy", NULL },
		{ { NULL }, { "ALL_PROXY=a:1" }, "a:1", "ALL_PROXY", NULL },
		{ { NULL }, { "http_proxy=a:1", "HTTP_PROXY=a:1" }, NULL,
		    NULL, NULL },
		{ { NULL }, { "ALL_PROXY=d", "all_proxy=c", "HTTPS_PROXY=b",
		    "https_proxy=a" }, "a", "https_proxy", NULL },
		{ { NULL }, { "ALL_PROXY=d", "all_proxy=c", "HTTPS_PROXY=b" },
		    "b", "HTTPS_PROXY", NULL },
		{ { NULL }, { "ALL_PROXY=d", "all_proxy=c" }, "c",
		    "all_proxy", NULL },
		/* Empty is unset, and white space is nothing. */
		{ { NULL }, { "https_proxy=", "HTTPS_PROXY= \t", "all_proxy=",
		    "ALL_PROXY=d" }, "d", "ALL_PROXY", NULL },
		{ { NULL }, { "https_proxy=", "HTTPS_PROXY=" }, NULL, NULL,
		    NULL },
		{ { NULL }, { "https_proxy= a:1\n" }, "a:1", "https_proxy",
		    NULL },
		{ { NULL }, { "https_proxy=http://u:pass@a:1" }, "a:1",
		    "https_proxy", NULL },
		/* no_proxy */
		{ { NULL }, { "https_proxy=a", "no_proxy=b", "NO_PROXY=c" },
		    "a", "https_proxy", "b" },
		{ { NULL }, { "https_proxy=a", "no_proxy=", "NO_PROXY=c" },
		    "a", "https_proxy", "c" },
		{ { NULL }, { "https_proxy=a", "no_proxy= " }, "a",
		    "https_proxy", NULL },
		{ { NULL }, { "no_proxy=b" }, NULL, NULL, NULL },
		/* plain http */
		{ { "--api-url", "http://localhost:1" }, { "https_proxy=a",
		    "HTTPS_PROXY=a", "all_proxy=a", "ALL_PROXY=a",
		    "HTTP_PROXY=a" }, NULL, NULL, NULL },
		{ { "--api-url", "http://localhost:1" }, {
		    "http_proxy=[::1]:2", "no_proxy=b" }, "[::1]:2",
		    "http_proxy", "b" },
		/* options */
		{ { "--proxy", "b:2" }, { "https_proxy=a", "no_proxy=*" },
		    "b:2", "--proxy", NULL },
		{ { "--proxy", "b:2" }, { "https_proxy=socks5://a" }, "b:2",
		    "--proxy", NULL },
		{ { "--no-proxy" }, { "https_proxy=a" }, NULL, NULL, NULL },
		{ { "--no-proxy" }, { "https_proxy=socks5://a:x" }, NULL,
		    NULL, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		good(cases[i].args, cases[i].env);
		check(proxy_is_set(&config.proxy) == (cases[i].name != NULL),
		    "%zu", i);
		same(config.proxy.name, cases[i].name);
		same(config.proxy.from, cases[i].from);
		same(config.proxy.except, cases[i].except);
	}
	GOOD_ENV("https_proxy=a", "NO_PROXY=b");
	same(config.proxy.except_from, "NO_PROXY");
}

static void
test_bad_proxy(void **state)
{
	static const char *const variables[] = { "https_proxy", "HTTPS_PROXY",
	    "all_proxy", "ALL_PROXY" };
	static const char *const values[] = { "socks5://me:hunter2@a",
	    "socks4a://a", "a:0", "http://me:hunter2%@a", "http://a/path" };
	char text[100];
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(variables); i++)
		for (k = 0; k < COUNT(values); k++) {
			snprintf(text, sizeof text, "%s=%s", variables[i],
			    values[k]);
			bad(NULL, LIST(text), LIST(variables[i]));
			assert_false(says("hunter2"));
		}
	for (k = 0; k < COUNT(values); k++) {
		bad(LIST("--proxy", values[k]), NULL, LIST("--proxy: "));
		assert_false(says("hunter2"));
	}
	bad(LIST("--proxy", ""), LIST("https_proxy=a"), LIST("--proxy",
	    "empty"));
	bad(LIST("--proxy="), NULL, LIST("--proxy", "empty"));
	/* What is not looked at cannot be wrong. */
	GOOD_ENV("https_proxy=a", "HTTPS_PROXY=socks5://b",
	    "all_proxy=socks5://b", "http_proxy=socks5://b");
}

/* Whoever is between us and a plain http server sees the token. */
static void
test_proxy_of_plain_http(void **state)
{
	static const char *const near[] = { "http_proxy=localhost:3128",
	    "http_proxy=127.8.9.1", "http_proxy=https://[::1]:3128" };
	static const char *const far[] = { "http_proxy=proxy:3128",
	    "http_proxy=https://proxy", "http_proxy=128.0.0.1",
	    "http_proxy=127.proxy.example", "http_proxy=me:hunter2@[::2]" };
	static const char *const args[] = { "--api-url", "http://127.0.0.1:1",
	    NULL };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(near); i++)
		good(args, LIST(near[i]));
	for (i = 0; i < COUNT(far); i++) {
		bad(args, LIST(far[i]), LIST("http_proxy: ", "http://",
		    "token", "no_proxy", "127.0.0.1"));
		assert_false(says("hunter2"));
		good(args, LIST(far[i], "no_proxy=a,127.0.0.0/8"));
		good(LIST("--api-url", "http://127.0.0.1:1", "--no-proxy"),
		    LIST(far[i]));
		bad(LIST("--api-url", "http://127.0.0.1:1", "--proxy",
		    far[i] + strlen("http_proxy=")), LIST("no_proxy=*"),
		    LIST("--proxy: ", "http://", "token"));
		assert_false(says("hunter2") || says("no_proxy"));
	}
}

static void
test_wipe(void **state)
{
	struct config c;

	(void)state;
	memset(&c, 0, sizeof c);
	config_wipe(&c);
	config_wipe(&c);
	assert_null(c.token);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults),
		TEST(test_precedence),
		TEST(test_first_generation),
		TEST(test_second_generation),
		TEST(test_trimming),
		TEST(test_missing),
		TEST(test_empty_options),
		TEST(test_repo),
		TEST(test_bad_repo),
		TEST(test_api_url),
		TEST(test_bad_api_url),
		TEST(test_texts),
		TEST(test_token),
		TEST(test_enterprise_token),
		TEST(test_pipes),
		TEST(test_bad_token),
		TEST(test_token_file),
		TEST(test_dry_run),
		TEST(test_durations),
		TEST(test_format),
		TEST(test_inputs),
		TEST(test_field_files),
		TEST(test_bad_inputs),
		TEST(test_inputs_stay_secret),
		TEST(test_distinct_id),
		TEST(test_bad_distinct_id),
		TEST(test_paths),
		TEST(test_token_in_messages),
		TEST(test_log),
		TEST(test_no_wait),
		TEST(test_booleans),
		TEST(test_wait_defaults),
		TEST(test_wait_durations),
		TEST(test_wait_limits),
		TEST(test_cancelling),
		TEST(test_jobs),
		TEST(test_log_lines),
		TEST(test_runs),
		TEST(test_bad_runs),
		TEST(test_several_runs),
		TEST(test_run_urls),
		TEST(test_foreign_run_urls),
		TEST(test_host_variables),
		TEST(test_await_ignores),
		TEST(test_proxy),
		TEST(test_no_proxy_misfits),
		TEST(test_bad_proxy),
		TEST(test_proxy_of_plain_http),
		TEST(test_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
