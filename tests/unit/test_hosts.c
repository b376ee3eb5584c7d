/* SPDX-License-Identifier: ISC */
/*
 * The two files of the system that say where names are: /etc/hosts, and what
 * must not stand in /etc/resolv.conf.
 */
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/hosts.h"
#include "net/resolv_conf.h"

static char path[] = "/tmp/test-hosts-XXXXXX";
static char found[256];

static void
write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
note(void *ctx, const char *address)
{
	assert_ptr_equal(ctx, found);
	assert_true(strlen(found) + strlen(address) + 2 < sizeof found);
	strcat(found, address);
	strcat(found, " ");
}

static const char *
find(const char *name)
{
	*found = '\0';
	hosts_find(path, name, note, found);
	return found;
}

#define X16   "xxxxxxxxxxxxxxxx"
#define X128  X16 X16 X16 X16 X16 X16 X16 X16
#define X512  X128 X128 X128 X128
#define X2048 X512 X512 X512 X512

static const struct {
	const char *text;
	const char *name;
	const char *found;
} hosts[] = {
	{ "", "a", "" },
	{ "192.0.2.1 a", "a", "192.0.2.1 " },
	{ "192.0.2.1 a\n", "a", "192.0.2.1 " },
	{ "192.0.2.1\ta\r\n192.0.2.2 a\r\n", "a", "192.0.2.1 192.0.2.2 " },
	{ "::1 a\n192.0.2.1 b a\n", "a", "::1 192.0.2.1 " },
	{ "  192.0.2.1 \v a \f b c  \n", "c", "192.0.2.1 " },
	{ "192.0.2.1 a a a\n", "a", "192.0.2.1 " },
	/* The case of letters, and a dot at the end. */
	{ "192.0.2.1 GHES.Corp.Example\n", "ghes.corp.example", "192.0.2.1 " },
	{ "192.0.2.1 ghes\n", "GHES", "192.0.2.1 " },
	{ "192.0.2.1 a.b\n", "a.b.", "192.0.2.1 " },
	{ "192.0.2.1 a\n", ".", "" },
	{ "192.0.2.1 a\n", "", "" },
	/* Others. */
	{ "192.0.2.1 ab a.b xa a-\n", "a", "" },
	{ "192.0.2.1 a\n", "ab", "" },
	{ "192.0.2.1 192.0.2.2\n", "192.0.2.1", "" },
	/* Comments. */
	{ "#192.0.2.1 a\n", "a", "" },
	{ "192.0.2.1 #a\n", "a", "" },
	{ "192.0.2.1 b# a\n", "a", "" },
	{ "192.0.2.1 a#b\n", "a", "192.0.2.1 " },
	/* Nonsense, and what is behind it. */
	{ "\n\n \n192.0.2.1\n192.0.2.2 a", "a", "192.0.2.2 " },
	{ "no-address a\n192.0.2.1 a\n", "a", "no-address 192.0.2.1 " },
	/* Of a line without measure its beginning counts. */
	{ "192.0.2.1 a " X2048 "\n192.0.2.2 a\n", "a", "192.0.2.1 192.0.2.2 " },
	{ "192.0.2.1 " X2048 X2048 " a\n192.0.2.2 a\n", "a", "192.0.2.2 " },
};

static void
test_hosts(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(hosts); i++) {
		write_file(hosts[i].text);
		check(strcmp(find(hosts[i].name), hosts[i].found) == 0,
		    "case %zu: %s", i, found);
	}
}

static const struct {
	const char *text;
	const char *bad;
} confs[] = {
	{ "", NULL },
	{ "nameserver 192.0.2.1\n", NULL },
	{ "options attempts:0\n", "attempts:0" },
	{ "options attempts:0", "attempts:0" },
	{ "options\tndots:2 timeout:3 attempts:00\n", "attempts:0" },
	{ "options attempts:1\noptions attempts:0\n", "attempts:0" },
	{ "options attempts:0\noptions attempts:1\n", NULL },
	{ "options attempts:0\noptions rotate\n", "attempts:0" },
	{ "options attempts:01\n", NULL },
	{ "options attempts:10\n", NULL },
	{ "options attempts:\n", NULL },
	{ "options attempts:x0\n", NULL },
	{ "options attempts:-0\n", NULL },
	{ "options timeout:0 attempts:2\n", "timeout:0" },
	{ "options timeout:0x\n", "timeout:0" },
	{ "options timeout:5\n", NULL },
	{ "#options attempts:0\n", NULL },
	{ " options attempts:0\n", NULL },
	{ "optionsattempts:0\n", NULL },
	{ "search options attempts:0\n", NULL },
	/* musl passes over lines as long. */
	{ "options attempts:0 " X512 "\n", NULL },
};

static void
test_resolv_conf(void **state)
{
	const char *bad;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(confs); i++) {
		write_file(confs[i].text);
		bad = resolv_conf_bad_option(path);
		check(bad == confs[i].bad ||
			(bad != NULL && confs[i].bad != NULL &&
			    strcmp(bad, confs[i].bad) == 0),
		    "case %zu: %s", i, bad == NULL ? "none" : bad);
	}
}

/* Nobody waits for a pipe's writer. */
static void
test_no_file(void **state)
{
	(void)state;
	hosts_find("/nowhere/hosts", "a", note, found);
	hosts_find("/tmp", "a", note, found);
	hosts_find("/dev/zero", "a", note, found);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_string_equal(find("a"), "");
	assert_null(resolv_conf_bad_option(path));
	assert_null(resolv_conf_bad_option("/nowhere/resolv.conf"));
	assert_int_equal(unlink(path), 0);
}

static int
make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd == -1 ? -1 : close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_resolv_conf),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, make_file, NULL);
}
