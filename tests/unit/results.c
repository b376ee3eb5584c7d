/* SPDX-License-Identifier: ISC */
#include "results.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

char folder[64];
struct found_run run;
struct watched watched;
static int saved_stdout, saved_stderr;

const char *
path_of(const char *name)
{
	static char paths[4][PATH_SIZE];
	static size_t n;

	n = (n + 1) % COUNT(paths);
	snprintf(paths[n], sizeof paths[n], "%s/%s", folder, name);
	return paths[n];
}

const char *
keep(char path[PATH_SIZE], const char *name)
{
	snprintf(path, PATH_SIZE, "%s/%s", folder, name);
	return path;
}

const char *
contents(const char *name)
{
	static char texts[4][8192];
	static size_t k;
	int fd = open(path_of(name), O_RDONLY);
	ssize_t n;

	k = (k + 1) % COUNT(texts);
	check(fd != -1, "%s is missing", name);
	n = read(fd, texts[k], sizeof texts[k] - 1);
	assert_true(n >= 0);
	texts[k][n] = '\0';
	close(fd);
	return texts[k];
}

void
put_file(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

bool
exists(const char *name)
{
	return access(path_of(name), F_OK) == 0;
}

void
redirect(int fd, const char *path)
{
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(to > 2, "%s", path);
	assert_int_equal(dup2(to, fd), fd);
	close(to);
}

void
restore(void)
{
	dup2(saved_stdout, STDOUT_FILENO);
	dup2(saved_stderr, STDERR_FILENO);
}

void
forget(void)
{
	watched_wipe(&watched);
	memset(&watched, 0, sizeof watched);
}

void
see(const char *status, const char *conclusion, uint64_t attempt)
{
	struct run *state = &watched.state.run;

	forget();
	watched.seen = true;
	state->status = xstrdup(status);
	state->conclusion = xstrdup(conclusion);
	state->attempt = attempt;
}

void
add_job(const char *name, const char *status, const char *conclusion,
    const char *url)
{
	struct job_list *list;
	struct job *job;

	if (watched.jobs.count == 0) {
		watched.jobs.pages = xcalloc(1, sizeof *watched.jobs.pages);
		watched.jobs.count = 1;
	}
	list = &watched.jobs.pages[0].list;
	list->jobs = xreallocarray(
	    list->jobs, list->count + 1, sizeof *list->jobs);
	job = &list->jobs[list->count++];
	memset(job, 0, sizeof *job);
	job->name = xstrdup(name);
	job->status = xstrdup(status);
	job->conclusion = xstrdup(conclusion);
	job->html_url = xstrdup(url);
}

void
results_set_up(void)
{
	snprintf(folder, sizeof folder, "%s/return-dispatch.XXXXXX",
	    access("/tmp", W_OK) == 0 ? "/tmp" : ".");
	assert_non_null(mkdtemp(folder));
	saved_stdout = dup(STDOUT_FILENO);
	saved_stderr = dup(STDERR_FILENO);
	log_open(LOG_LEVEL_INFO, false);
	signal(SIGPIPE, SIG_IGN);
	run = (struct found_run){
		.id = UINT64_C(17654321098),
		.url = (char *)URL,
		.by = FOUND_BY_RESPONSE,
		.repository = "octo-org/octo-repo",
		.workflow = "deploy.yml",
		.ref = "main",
	};
}

int
results_tear_down(void)
{
	static const char *const files[] = { "stdout", "log", "output",
		"summary", "moved", "fifo" };
	size_t i;

	restore();
	close(saved_stdout);
	close(saved_stderr);
	forget();
	for (i = 0; i < COUNT(files); i++)
		unlink(path_of(files[i]));
	return rmdir(folder);
}
