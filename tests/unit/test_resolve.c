/* SPDX-License-Identifier: ISC */
/*
 * Names to addresses, with a getaddrinfo of this file's own that answers, or
 * does not, by a table, on a clock that stands still: this file also stands in
 * for base/clock_system.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/resolve.h"

static int64_t now_ms = 5000000;

static int64_t
read_clock(void *ctx)
{
	(void)ctx;
	return now_ms;
}

static void
pass(void *ctx, int64_t instant_ms)
{
	(void)ctx;
	now_ms = instant_ms;
}

const struct clock clock_system = { read_clock, pass, NULL };

enum when {
	AT_ONCE,
	AFTER_V4,   /* when the resolver knows of IPv4 */
	LET_GO,     /* not until let_go */
	SECOND_TIME /* the first time: EAI_SYSTEM */
};

/* What is said to each family about one form of a name. */
struct answer {
	enum when when;
	int error; /* EAI_*, or 0 */
	const char *addresses[20];
};

struct zone {
	const char *name; /* as it is asked for */
	struct answer v6, v4;
};

#define NO_ONE                       \
	{                            \
		AT_ONCE, EAI_NONAME, \
		{                    \
			NULL         \
		}                    \
	}
#define TROUBLE                     \
	{                           \
		AT_ONCE, EAI_AGAIN, \
		{                   \
			NULL        \
		}                   \
	}
#define SILENCE                    \
	{                          \
		LET_GO, EAI_AGAIN, \
		{                  \
			NULL       \
		}                  \
	}
#define V6_ONE                        \
	{                             \
		AT_ONCE, 0,           \
		{                     \
			"2001:db8::1" \
		}                     \
	}
#define V4_ONE                      \
	{                           \
		AT_ONCE, 0,         \
		{                   \
			"192.0.2.1" \
		}                   \
	}

static const struct zone zones[] = {
	{ "both", { AFTER_V4, 0, { "2001:db8::1", "2001:db8::2" } },
	    { AT_ONCE, 0, { "192.0.2.1", "192.0.2.2", "192.0.2.3" } } },
	{ "v4-only", NO_ONE, V4_ONE },
	{ "v6-only", V6_ONE, NO_ONE },
	{ "v6-trouble", TROUBLE, V4_ONE },
	{ "v4-trouble", V6_ONE, TROUBLE },
	{ "v6-silent", SILENCE, V4_ONE },
	{ "v4-silent", V6_ONE, SILENCE },
	{ "v6-late", { LET_GO, 0, { "2001:db8::1" } }, V4_ONE },
	{ "v6-soon", { AFTER_V4, 0, { "2001:db8::1" } }, V4_ONE },
	{ "v4-late", V6_ONE, { LET_GO, 0, { "192.0.2.1" } } },
	{ "no-one", NO_ONE, NO_ONE },
	{ "no-one.", NO_ONE, NO_ONE },
	{ "trouble", TROUBLE, TROUBLE },
	{ "trouble.", TROUBLE, TROUBLE },
	{ "half-trouble", NO_ONE, TROUBLE },
	{ "half-trouble.", NO_ONE, NO_ONE },
	{ "dotted", TROUBLE, TROUBLE },
	{ "dotted.", V6_ONE, V4_ONE },
	{ "dotted-v4", NO_ONE, NO_ONE },
	{ "dotted-v4.", SILENCE, V4_ONE },
	{ "ends-in-dot.", NO_ONE, NO_ONE },
	{ "silent", SILENCE, SILENCE },
	{ "half-silent", SILENCE, NO_ONE },
	{ "out-of-memory", { AT_ONCE, EAI_MEMORY, { NULL } },
	    { AT_ONCE, EAI_MEMORY, { NULL } } },
	{ "out-of-memory.", NO_ONE, NO_ONE },
	{ "out-of-files", { AT_ONCE, EAI_SYSTEM, { NULL } }, NO_ONE },
	{ "out-of-files.", NO_ONE, NO_ONE },
	{ "v4-short", NO_ONE, { SECOND_TIME, 0, { "192.0.2.1" } } },
	{ "v6-short", { SECOND_TIME, 0, { "2001:db8::1" } }, NO_ONE },
	{ "both-short", { SECOND_TIME, 0, { "2001:db8::1" } },
	    { SECOND_TIME, 0, { "192.0.2.1" } } },
	{ "many", NO_ONE,
	    { AT_ONCE, 0,
		{ "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4",
		    "192.0.2.5", "192.0.2.6", "192.0.2.7", "192.0.2.8",
		    "192.0.2.9", "192.0.2.10", "192.0.2.11", "192.0.2.12",
		    "192.0.2.13", "192.0.2.14", "192.0.2.15" } } },
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool over; /* nobody waits any more */
static bool v4_known;
static bool patient = true;                    /* time stands still */
static unsigned int expected, entered, inside; /* getaddrinfo */
static char asked[8192]; /* "name/6 name/4 " in any order */

static struct addrinfo *
make_result(const struct answer *a, const char *port)
{
	struct addrinfo *list = NULL, **end = &list, *ai;
	struct sockaddr_in6 *v6;
	struct sockaddr_in *v4;
	size_t i;

	for (i = 0; a->addresses[i] != NULL; i++) {
		ai = calloc(1, sizeof *ai + sizeof *v6);
		ai->ai_addr = (struct sockaddr *)(ai + 1);
		v6 = (struct sockaddr_in6 *)(ai + 1);
		v4 = (struct sockaddr_in *)(ai + 1);
		if (strchr(a->addresses[i], ':') != NULL) {
			ai->ai_family = v6->sin6_family = AF_INET6;
			ai->ai_addrlen = sizeof *v6;
			v6->sin6_port = htons((uint16_t)atoi(port));
			inet_pton(AF_INET6, a->addresses[i], &v6->sin6_addr);
		} else {
			ai->ai_family = v4->sin_family = AF_INET;
			ai->ai_addrlen = sizeof *v4;
			v4->sin_port = htons((uint16_t)atoi(port));
			inet_pton(AF_INET, a->addresses[i], &v4->sin_addr);
		}
		*end = ai;
		end = &ai->ai_next;
	}
	return list;
}

int
getaddrinfo(const char *name, const char *port, const struct addrinfo *hints,
    struct addrinfo **result)
{
	const struct answer *a = NULL;
	char question[300];
	bool first;
	size_t i;
	int error;

	for (i = 0; i < COUNT(zones); i++)
		if (strcmp(zones[i].name, name) == 0)
			a = hints->ai_family == AF_INET6 ? &zones[i].v6
							 : &zones[i].v4;
	pthread_mutex_lock(&lock);
	entered++;
	inside++;
	pthread_cond_broadcast(&changed);
	snprintf(question, sizeof question, "%s/%s ", name,
	    hints->ai_family == AF_INET6 ? "6" : "4");
	first = strstr(asked, question) == NULL;
	strcat(asked, question);
	while (a != NULL && !over &&
	    (a->when == LET_GO || (a->when == AFTER_V4 && !v4_known)))
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	error = a == NULL                     ? EAI_FAIL
	    : a->when == SECOND_TIME && first ? EAI_SYSTEM
					      : a->error;
	if (error == 0)
		*result = make_result(a, port);
	pthread_mutex_lock(&lock);
	inside--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	errno = error == EAI_SYSTEM ? EMFILE : 0;
	return error;
}

void
freeaddrinfo(struct addrinfo *list)
{
	struct addrinfo *next;

	for (; list != NULL; list = next) {
		next = list->ai_next;
		free(list);
	}
}

/* Lets go of the threads that were left behind. */
static int
let_go(void **state)
{
	(void)state;
	pthread_mutex_lock(&lock);
	over = true;
	pthread_cond_broadcast(&changed);
	while (entered < expected || inside > 0)
		pthread_cond_wait(&changed, &lock);
	over = false;
	pthread_mutex_unlock(&lock);
	return 0;
}

static bool
was_asked(const char *what)
{
	bool found;

	pthread_mutex_lock(&lock);
	found = strstr(asked, what) != NULL;
	pthread_mutex_unlock(&lock);
	return found;
}

static struct resolver *
open_name(const char *name)
{
	struct resolver *r;
	struct fault f;

	pthread_mutex_lock(&lock);
	*asked = '\0';
	v4_known = false;
	pthread_mutex_unlock(&lock);
	assert_int_equal(resolve_open(&r, name, 443, &f), STATUS_OK);
	if (resolve_fd(r) != -1)
		expected += 2;
	return r;
}

/*
 * The text of the next address, or how it ended.  "pending": none has come in
 * real time.  The resolver's patience with IPv6 ends at once, unless IPv6 is
 * what waits for it.
 */
static const char *
next_of(struct resolver *r, int patience_ms)
{
	static char text[RESOLVE_TEXT_MAX];
	struct resolve_address a;
	struct pollfd pfd = { .events = POLLIN };
	int64_t due_ms;

	for (;;) {
		switch (resolve_next(r, &a, &due_ms)) {
		case RESOLVE_ADDRESS:
			resolve_text(&a, text);
			return text;
		case RESOLVE_OVER:
			assert_int_equal(resolve_fd(r), -1);
			return "over";
		case RESOLVE_PENDING:
			break;
		}
		if (due_ms < CLOCK_NEVER) {
			assert_int_equal(due_ms, now_ms + 50);
			pthread_mutex_lock(&lock);
			v4_known = true;
			pthread_cond_broadcast(&changed);
			pthread_mutex_unlock(&lock);
			if (!patient)
				now_ms = due_ms;
		}
		pfd.fd = resolve_fd(r);
		assert_true(pfd.fd != -1);
		if (now_ms < due_ms && poll(&pfd, 1, patience_ms) == 0)
			return "pending";
	}
}

static void
expect_list(const char *name, const char *const *want)
{
	struct resolver *r = open_name(name);
	const char *got;

	for (; *want != NULL; want++) {
		got = next_of(r, strcmp(*want, "pending") == 0 ? 10 : 20000);
		check(strcmp(got, *want) == 0, "%s: %s, not %s", name, got,
		    *want);
	}
	resolve_close(r);
}

#define EXPECT(name, ...) \
	expect_list(name, (const char *const[]){ __VA_ARGS__, NULL })

static void
test_literals(void **state)
{
	(void)state;
	EXPECT("127.0.0.1", "127.0.0.1:443", "over");
	EXPECT("192.0.2.77", "192.0.2.77:443", "over");
	EXPECT("::1", "[::1]:443", "over");
	EXPECT("2001:db8::7", "[2001:db8::7]:443", "over");
	EXPECT("::ffff:192.0.2.1", "[::ffff:192.0.2.1]:443", "over");
	EXPECT("localhost", "[::1]:443", "127.0.0.1:443", "over");
	assert_false(was_asked("/"));
}

static void
test_families_take_turns(void **state)
{
	(void)state;
	EXPECT("both", "[2001:db8::1]:443", "192.0.2.1:443",
	    "[2001:db8::2]:443", "192.0.2.2:443", "192.0.2.3:443", "over");
	EXPECT("v4-only", "192.0.2.1:443", "over");
	EXPECT("v6-only", "[2001:db8::1]:443", "over");
	/* One that answers is enough: no other form of the name. */
	assert_false(was_asked("v6-only./"));
}

/* One family's trouble is not the other's. */
static void
test_trouble_of_a_family(void **state)
{
	(void)state;
	EXPECT("v6-trouble", "192.0.2.1:443", "over");
	EXPECT("v4-trouble", "[2001:db8::1]:443", "over");
	assert_false(was_asked("v4-trouble./"));
	patient = false;
	EXPECT("v6-silent", "192.0.2.1:443", "pending");
	patient = true;
	EXPECT("v4-silent", "[2001:db8::1]:443", "pending");
}

/* RFC 8305, 3: IPv6 that comes soon goes first, later it may follow. */
static void
test_late_answers(void **state)
{
	struct resolver *r;

	EXPECT("v6-soon", "[2001:db8::1]:443", "192.0.2.1:443", "over");
	patient = false;
	r = open_name("v6-late");
	assert_string_equal(next_of(r, 20000), "192.0.2.1:443");
	assert_string_equal(next_of(r, 10), "pending");
	let_go(state);
	assert_string_equal(next_of(r, 20000), "[2001:db8::1]:443");
	assert_string_equal(next_of(r, 20000), "over");
	resolve_close(r);

	r = open_name("v4-late");
	assert_string_equal(next_of(r, 20000), "[2001:db8::1]:443");
	assert_string_equal(next_of(r, 10), "pending");
	let_go(state);
	assert_string_equal(next_of(r, 20000), "192.0.2.1:443");
	assert_string_equal(next_of(r, 20000), "over");
	resolve_close(r);
	patient = true;
}

static void
test_as_many_as_make_sense(void **state)
{
	struct resolver *r = open_name("many");
	size_t n = 0;

	(void)state;
	while (strcmp(next_of(r, 20000), "over") != 0)
		n++;
	assert_int_equal(n, RESOLVE_FAMILY_MAX);
	resolve_close(r);
}

/* What a family lacked, the other one may have had. */
static void
test_shortage(void **state)
{
	(void)state;
	EXPECT("v4-short", "192.0.2.1:443", "over");
	EXPECT("v6-short", "[2001:db8::1]:443", "over");
	EXPECT("both-short", "[2001:db8::1]:443", "192.0.2.1:443", "over");
	assert_false(was_asked("both-short./"));
}

static void
test_final_dot(void **state)
{
	(void)state;
	EXPECT("dotted", "[2001:db8::1]:443", "192.0.2.1:443", "over");
	assert_true(was_asked("dotted/6"));
	assert_true(was_asked("dotted/4"));
	/* What worked goes first from then on, for this name alone. */
	EXPECT("dotted", "[2001:db8::1]:443", "192.0.2.1:443", "over");
	assert_true(was_asked("dotted./6"));
	assert_false(was_asked("dotted/"));
	EXPECT("both", "[2001:db8::1]:443");
	assert_false(was_asked("both./"));
	EXPECT("dotted", "[2001:db8::1]:443", "192.0.2.1:443", "over");
	assert_false(was_asked("dotted/"));
	patient = false;
	EXPECT("dotted-v4", "192.0.2.1:443", "pending");
	patient = true;
	EXPECT("ends-in-dot.", "over");
	assert_false(was_asked(".."));
}

/* Why there was none. */
static const struct {
	const char *name;
	bool answered;
	enum status status;
	const char *text;
} faults[] = {
	{ "no-one", true, STATUS_NO_HOST, "no-one: no such host" },
	{ "ends-in-dot.", true, STATUS_NO_HOST, "ends-in-dot.: no such host" },
	{ "trouble", true, STATUS_RESOLVE, "trouble: no nameserver answered" },
	/* Only half of it is known. */
	{ "half-trouble", true, STATUS_RESOLVE, "no nameserver answered" },
	{ "half-silent", false, STATUS_RESOLVE, "in time" },
	{ "silent", false, STATUS_RESOLVE, "in time" },
	{ "out-of-memory", true, STATUS_RESOLVE, "lookup failed: " },
	{ "out-of-files", true, STATUS_RESOLVE, "Too many open files" },
	{ "nobody-knows-why", true, STATUS_RESOLVE, "lookup failed: " },
	{ "", true, STATUS_NO_HOST, "no such host" },
};

static void
test_faults(void **state)
{
	struct resolver *r;
	const char *got;
	struct fault f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(faults); i++) {
		r = open_name(faults[i].name);
		got = next_of(r, faults[i].answered ? 20000 : 10);
		check(strcmp(got, faults[i].answered ? "over" : "pending") == 0,
		    "%s: %s", faults[i].name, got);
		check(resolve_fault(r, &f) == faults[i].status, "%s: %s",
		    faults[i].name, f.text);
		check(f.status == faults[i].status && !f.lasting, "%s",
		    faults[i].name);
		check(strstr(f.text, faults[i].text) != NULL, "%s: %s",
		    faults[i].name, f.text);
		resolve_close(r);
	}
}

/* Closing at once leaves the threads behind; they clean up after themselves,
 * which sanitizers see. */
static void
test_abandoned(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		resolve_close(open_name("both"));
		resolve_close(open_name("dotted"));
	}
	resolve_close(open_name("silent"));
	resolve_close(NULL);
}

/* However many connections are made while one family stays silent. */
static void
test_threads_left_behind(void **state)
{
	unsigned int i, spared = 0;
	struct resolver *r;

	(void)state;
	patient = false;
	for (i = 0; i < 40; i++) {
		r = open_name("v6-silent");
		assert_string_equal(next_of(r, 20000), "192.0.2.1:443");
		if (strcmp(next_of(r, 10), "over") == 0)
			spared++;
		resolve_close(r);
	}
	patient = true;
	expected -= spared;
	assert_true(spared >= 24 && spared < 40);
}

static void
test_names_too_long(void **state)
{
	char name[300];
	struct resolver *r;
	struct fault f;

	(void)state;
	memset(name, 'x', sizeof name);
	name[255] = '\0';
	r = open_name(name);
	assert_string_equal(next_of(r, 100), "over");
	assert_int_equal(resolve_fault(r, &f), STATUS_NO_HOST);
	resolve_close(r);
	assert_false(was_asked("xx"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literals),
		cmocka_unit_test(test_families_take_turns),
		cmocka_unit_test_teardown(test_trouble_of_a_family, let_go),
		cmocka_unit_test(test_late_answers),
		cmocka_unit_test(test_as_many_as_make_sense),
		cmocka_unit_test(test_shortage),
		cmocka_unit_test_teardown(test_final_dot, let_go),
		cmocka_unit_test_teardown(test_faults, let_go),
		cmocka_unit_test_teardown(test_abandoned, let_go),
		cmocka_unit_test_teardown(test_threads_left_behind, let_go),
		cmocka_unit_test(test_names_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
