/* SPDX-License-Identifier: ISC */
#include "writing.h"

#include <stdio.h>
#include <unistd.h>

struct result_order order;
struct result result;
struct fault fault;
char output_path[PATH_SIZE], summary_path[PATH_SIZE];

void
open_result(void)
{
	/* The one before may have been left open. */
	free(result.known);
	check(result_open(&result, &order, &fault) == STATUS_OK, "%s",
	    fault.text);
}

/* Writes the result with stdout at that place. */
enum status
write_to(const char *place)
{
	enum status status;

	memset(&fault, 0, sizeof fault);
	redirect(STDOUT_FILENO, place);
	redirect(STDERR_FILENO, path_of("log"));
	status = result_found(&result, &run, &fault);
	summary_write(&result.summary, &run, NULL);
	if (status == STATUS_OK)
		status = result_close(&result, STATUS_OK, &fault);
	restore();
	return status;
}

enum status
write_result(void)
{
	return write_to(path_of("stdout"));
}

int
writing_set_up(void **state)
{
	(void)state;
	results_set_up();
	memset(&order, 0, sizeof order);
	memset(&result, 0, sizeof result);
	result.fd = result.summary.fd = -1;
	return 0;
}

int
writing_tear_down(void **state)
{
	(void)state;
	result_close(&result, STATUS_OK, &fault);
	return results_tear_down();
}

/* As a wait goes: the run first, its end later. */
enum status
write_twice(bool several)
{
	enum status status;

	memset(&fault, 0, sizeof fault);
	open_result();
	result.order.first_id = several ? run.id : 0;
	redirect(STDOUT_FILENO, path_of("stdout"));
	redirect(STDERR_FILENO, path_of("log"));
	status = result_found(&result, &run, &fault);
	if (status == STATUS_OK)
		status = result_ended(&result, &run, &watched, &fault);
	if (status == STATUS_OK)
		status = result_close(&result, STATUS_OK, &fault);
	restore();
	return status;
}

void
expect_lost(const char *place)
{
	check(fault.status == STATUS_OUTPUT && fault.lasting, "%s", fault.text);
	assert_int_equal(status_exit_code(fault.status), 8);
	check(strstr(fault.text, "17654321098") != NULL, "%s", fault.text);
	check(strstr(fault.text, URL) != NULL, "%s", fault.text);
	check(strstr(fault.text, place) != NULL, "%s", fault.text);
}

/* One of $GITHUB_OUTPUT's values, as a runner reads them; *delimiter gets
 * what it is enclosed by.  Returns what follows. */
const char *
take_value(
    const char *p, const char *name, const char *value, char delimiter[128])
{
	size_t len = strlen(name), n;
	char end[160];

	check(strncmp(p, name, len) == 0 && strncmp(p + len, "<<", 2) == 0,
	    "%s", p);
	p += len + 2;
	n = strcspn(p, "\n");
	assert_in_range(n, 16, 100);
	memcpy(delimiter, p, n);
	delimiter[n] = '\0';
	p += n + 1;
	snprintf(end, sizeof end, "\n%s\n", delimiter);
	n = strlen(value);
	check(strncmp(p, value, n) == 0, "%s", p);
	p += n;
	check(strncmp(p, end, strlen(end)) == 0, "%s", p);
	return p + strlen(end);
}
