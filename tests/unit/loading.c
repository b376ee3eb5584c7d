/* SPDX-License-Identifier: ISC */
#include "loading.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "captured.h"

#define ARGS_MAX 12

/* Enough to dispatch; a row's own environment comes before it. */
static const char *const base_env[] = { "GITHUB_REPOSITORY=octo-org/octo-repo",
	"INPUT_WORKFLOW=deploy.yml", "INPUT_REF=main", "GITHUB_TOKEN=" TOKEN,
	NULL };

const char *const *row_env;
bool no_base;
struct config config;
struct fault fault;
char folder[64];

static struct options options;
static char logged[8192];
static int saved_stdin;

static const char *
find(const char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; env != NULL && *env != NULL; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

const char *
lookup(const char *name)
{
	const char *value = find(row_env, name);

	return value != NULL || no_base ? value : find(base_env, name);
}

enum status
load(const char *const *args, const char *const *env)
{
	static char *argv[ARGS_MAX + 2];
	enum status status;
	int argc = 1;

	config_wipe(&config);
	options_wipe(&options);
	secret_forget();
	memset(&fault, 0, sizeof fault);
	argv[0] = (char *)(uintptr_t) "return-dispatch";
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

void
good(const char *const *args, const char *const *env)
{
	check(load(args, env) == STATUS_OK, "%s", fault.text);
}

bool
says(const char *part)
{
	return strstr(fault.text, part) != NULL;
}

void
bad(const char *const *args, const char *const *env, const char *const *parts)
{
	enum status status = load(args, env);

	check(status == STATUS_USAGE, "%s %s",
	    args != NULL && *args != NULL ? *args : "",
	    env != NULL && *env != NULL ? *env : "");
	check(fault.status == STATUS_USAGE && fault.lasting, "%s", fault.text);
	for (; *parts != NULL; parts++)
		check(says(*parts), "\"%s\" is not in \"%s\"", *parts,
		    fault.text);
	check(!says(TOKEN), "%s", fault.text);
}

void
same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		check(a == b, "%s, %s", a, b);
	else
		assert_string_equal(a, b);
}

const char *
path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

void
put_file(const char *name, const char *data, size_t len)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

void
put_stdin(const char *data)
{
	int fd;

	put_file("stdin", data, strlen(data));
	fd = open(path_of("stdin"), O_RDONLY);
	assert_true(fd > 2);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
}

const char *
log_text(void)
{
	assert_true(captured_end(logged, sizeof logged));
	return logged;
}

int
loading_set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "%s/return-dispatch.XXXXXX",
	    access("/tmp", W_OK) == 0 ? "/tmp" : ".");
	assert_non_null(mkdtemp(folder));
	saved_stdin = dup(STDIN_FILENO);
	log_open(LOG_LEVEL_ERROR, false);
	no_base = false;
	return 0;
}

int
loading_tear_down(void **state)
{
	static const char *const files[] = { "stdin", "inputs.json", "token",
		"large", "app.pem", "list" };
	size_t i;

	(void)state;
	config_wipe(&config);
	options_wipe(&options);
	secret_forget();
	dup2(saved_stdin, STDIN_FILENO);
	captured_end(logged, sizeof logged);
	close(saved_stdin);
	for (i = 0; i < COUNT(files); i++)
		unlink(path_of(files[i]));
	return rmdir(folder);
}
