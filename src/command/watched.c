#include "compat.h"

#include "command/watched.h"

const struct job *
watched_job(const struct watched *a, size_t n)
{
	return job_pages_nth(&a->jobs, n);
}

const struct job *
watched_job_of_all(const struct watched *a, size_t n)
{
	return a->all_jobs_attempt == a->state.run.attempt ?
	    job_pages_nth(&a->all_jobs, n) : NULL;
}

enum status
watched_read_jobs(struct watched *a, int64_t deadline_ms, struct fault *f)
{
	return job_pages_read(&a->jobs, a->gh, a->id, GITHUB_LATEST_ATTEMPT,
	    deadline_ms, f);
}

enum status
watched_read_all_jobs(struct watched *a, int64_t deadline_ms,
    struct fault *f)
{
	enum status status = job_pages_read(&a->all_jobs, a->gh, a->id,
	    GITHUB_ALL_ATTEMPTS, deadline_ms, f);

	if (status == STATUS_OK)
		a->all_jobs_attempt = a->state.run.attempt;
	return status;
}

const char *
watched_state(const struct watched *a)
{
	return *a->state.run.status != '\0' ? a->state.run.status :
	    "without a status";
}

const char *
watched_conclusion(const struct watched *a)
{
	return a->seen ? a->state.run.conclusion : "";
}

uint64_t
watched_attempt(const struct watched *a)
{
	return a->seen ? a->state.run.attempt : 0;
}

void
watched_add_whereabouts(const struct watched *a, struct fault *f)
{
	if (a->seen)
		fault_add(f, " The run was %s when last seen, and is no "
		    "longer being watched.", watched_state(a));
	else
		fault_add(f, " The run was not seen: whether it is running is "
		    "not known.");
	watched_add_command(a, "To resume the wait", f);
}

void
watched_add_command(const struct watched *a, const char *purpose,
    struct fault *f)
{
	struct buf url;

	buf_init(&url, BUF_TEXT_MAX);
	if (a->seen)
		buf_adds(&url, a->state.run.html_url);
	else
		github_add_run_url(a->gh, &url, a->id);
	fault_add(f, " %s: return-dispatch await %s", purpose, buf_str(&url));
	buf_free(&url);
}

void
watched_wipe(struct watched *a)
{
	run_state_wipe(&a->state);
	job_pages_wipe(&a->jobs);
	job_pages_wipe(&a->all_jobs);
}
