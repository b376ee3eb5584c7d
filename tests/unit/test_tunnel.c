/* SPDX-License-Identifier: ISC */
/*
 * Asking a proxy for a tunnel, over a conn that plays a script.
 */
#include "unit.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/secret.h"
#include "http/response.h"
#include "http/tunnel.h"

#define WHO         "proxy proxy.example:3128"
#define ESTABLISHED "HTTP/1.1 200 Connection established\r\n\r\n"

/* What comes after the script. */
enum ending { ENDS, RESETS, STALLS, INTERRUPTED };

static struct {
	struct conn conn; /* first */
	const char *script;
	size_t len, at, piece;
	enum ending ending;
	bool for_ever;       /* the script begins anew */
	bool late;           /* something more has arrived */
	bool deaf;           /* takes no bytes */
	int64_t deadline_ms; /* of the latest read */
	size_t read_count;
	struct buf written;
} fake;

static char who[] = WHO;
static struct proxy proxy;
static struct url server;
static struct fault fault;

static enum status
end(struct fault *f)
{
	switch (fake.ending) {
	case RESETS:
		return fault_set(f, STATUS_CLOSED, WHO ": reset");
	case STALLS:
		return fault_set(f, STATUS_TIMEOUT, WHO ": no answer in time");
	case INTERRUPTED:
		return fault_set(f, STATUS_INTERRUPTED, "interrupted");
	case ENDS:
		break;
	}
	return STATUS_OK;
}

static enum status
fake_read(struct conn *c, char *data, size_t size, size_t *got, bool *clean,
    int64_t deadline_ms, struct fault *f)
{
	size_t n = fake.len - fake.at;

	(void)c;
	fake.deadline_ms = deadline_ms;
	fake.read_count++;
	*clean = true;
	if (n == 0 && fake.for_ever) {
		fake.at = 0;
		n = fake.len;
	}
	n = n < fake.piece ? n : fake.piece;
	*got = n < size ? n : size;
	if (n == 0)
		return end(f);
	memcpy(data, fake.script + fake.at, *got);
	fake.at += *got;
	return STATUS_OK;
}

static enum status
fake_write(struct conn *c, const char *data, size_t len, int64_t deadline_ms,
    struct fault *f)
{
	(void)c;
	fake.deadline_ms = deadline_ms;
	if (fake.deaf)
		return end(f);
	buf_add(&fake.written, data, len);
	return STATUS_OK;
}

static void
fake_close(struct conn *c)
{
	(void)c;
	fail_msg("the conn was closed");
}

static uint64_t
fake_sent(const struct conn *c)
{
	(void)c;
	return fake.written.len;
}

static bool
fake_quiet(struct conn *c)
{
	(void)c;
	return fake.at == fake.len && !fake.late;
}

static const struct conn_ops ops = { fake_read, fake_write, fake_close,
	fake_sent, fake_quiet, NULL };

static void
begin(const char *script, size_t len, size_t piece, enum ending ending)
{
	buf_free(&fake.written);
	memset(&fake, 0, sizeof fake);
	memset(&fault, 0, sizeof fault);
	fake.conn.ops = &ops;
	fake.conn.who = who;
	fake.script = script;
	fake.len = len;
	fake.piece = piece;
	fake.ending = ending;
	buf_init(&fake.written, BUF_TEXT_MAX);
}

static enum status
open_tunnel(void)
{
	return tunnel_open(&fake.conn, &proxy, &server,
	    clock_after(&clock_system, 20000), &fault);
}

static enum status
answered(const char *script, size_t piece, enum ending ending)
{
	begin(script, strlen(script), piece, ending);
	return open_tunnel();
}

static void
use(const char *proxy_url, const char *server_url)
{
	proxy_wipe(&proxy);
	url_wipe(&server);
	secret_forget();
	assert_int_equal(
	    proxy_parse(&proxy, "https_proxy", proxy_url, &fault), STATUS_OK);
	assert_null(url_parse_base(&server, server_url));
}

static int
set_up(void **state)
{
	(void)state;
	use("proxy.example:3128", "https://api.example.com");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	proxy_wipe(&proxy);
	url_wipe(&server);
	buf_free(&fake.written);
	secret_forget();
	return 0;
}

static void
says(const char *part)
{
	check(strstr(fault.text, part) != NULL, "\"%s\" is not in \"%s\"", part,
	    fault.text);
}

static void
says_not(const char *part)
{
	check(strstr(fault.text, part) == NULL, "\"%s\" is in \"%s\"", part,
	    fault.text);
}

/* A failure is the proxy's, and says what was asked of it. */
static void
names_both(void)
{
	check(strncmp(fault.text, WHO ": ", sizeof WHO + 1) == 0, "%s",
	    fault.text);
	says("api.example.com:443");
}

static void
test_request(void **state)
{
	static const struct {
		const char *proxy, *server, *target, *credentials;
	} cases[] = {
		{ "p", "https://api.example.com", "api.example.com:443", "" },
		{ "p", "https://api.example.com:8443/api/v3",
		    "api.example.com:8443", "" },
		{ "p", "http://localhost", "localhost:80", "" },
		{ "p", "http://[::1]:8080", "[::1]:8080", "" },
		{ "p", "https://[2001:db8::1]", "[2001:db8::1]:443", "" },
		{ "u:pass@p", "https://h", "h:443",
		    "Proxy-Authorization: Basic dTpwYXNz\r\n" },
	};
	char expected[500];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		use(cases[i].proxy, cases[i].server);
		assert_int_equal(
		    answered(ESTABLISHED, 4096, STALLS), STATUS_OK);
		snprintf(expected, sizeof expected,
		    "CONNECT %s HTTP/1.1\r\n"
		    "Host: %s\r\nUser-Agent: return-dispatch/%s\r\n%s\r\n",
		    cases[i].target, cases[i].target, PACKAGE_VERSION,
		    cases[i].credentials);
		assert_string_equal(buf_str(&fake.written), expected);
	}
}

/* All of these open the tunnel, in one piece and byte by byte. */
static const char *const good[] = { ESTABLISHED, "HTTP/1.1 200\r\n\r\n",
	"HTTP/1.1 200 \r\n\r\n", "HTTP/1.0 200 Connection established\r\n\r\n",
	"HTTP/1.0 200 OK\r\nProxy-agent: tinyproxy/1.11.1\r\n\r\n",
	"HTTP/1.1 200 OK\nVia: x\n\n",
	/* RFC 9110, 9.3.6: these two are to be ignored */
	"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 4711\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: -x\r\nContent-Length: 7\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
	"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
	"HTTP/1.1 200 OK\r\nProxy-Authenticate: Basic\r\n\r\n",
	"HTTP/1.1 201 Created\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
	"HTTP/1.1 299 Whatever\r\n\r\n",
	"HTTP/1.1 100 Continue\r\n\r\n" ESTABLISHED,
	("HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\n"
	 "HTTP/1.1 102 Processing\r\n\r\n"
	 "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" ESTABLISHED) };

static void
test_good(void **state)
{
	size_t i, piece;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		for (piece = 1; piece < 4096; piece *= 3)
			check(answered(good[i], piece, STALLS) == STATUS_OK,
			    "%zu, %zu: %s", i, piece, fault.text);
}

/* What ends too early has opened nothing, and may go well another time. */
static void
test_cut(void **state)
{
	static const struct {
		enum ending ending;
		enum status status;
	} ends[] = {
		{ ENDS, STATUS_CLOSED },
		{ RESETS, STATUS_CLOSED },
		{ STALLS, STATUS_TIMEOUT },
	};
	size_t i, k, cut;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		for (cut = 0; cut < strlen(good[i]); cut++)
			for (k = 0; k < COUNT(ends); k++) {
				begin(good[i], cut, k == 0 ? 1 : 4096,
				    ends[k].ending);
				check(open_tunnel() == ends[k].status,
				    "%zu, %zu: %s", i, cut, fault.text);
				assert_false(fault.lasting);
				names_both();
			}
}

/* A server never speaks first. */
static void
test_more_than_asked_for(void **state)
{
	static const char *const more[] = {
		ESTABLISHED "x",
		ESTABLISHED "\r\n",
		ESTABLISHED ESTABLISHED,
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n0\r\n\r\n",
	};
	size_t i, piece;

	(void)state;
	for (i = 0; i < COUNT(more); i++)
		for (piece = 1; piece < 4096; piece *= 3) {
			check(
			    answered(more[i], piece, STALLS) == STATUS_PROTOCOL,
			    "%zu, %zu", i, piece);
			says("more than its answer");
			names_both();
		}
	begin(ESTABLISHED, strlen(ESTABLISHED), 4096, STALLS);
	fake.late = true;
	assert_int_equal(open_tunnel(), STATUS_PROTOCOL);
	says("more than its answer");
}

/* Every status but 2xx is a refusal, whatever comes with it. */
static void
test_statuses(void **state)
{
	static const char *const tails[] = {
		"\r\nContent-Length: 0\r\n\r\n",
		"\r\n\r\n<html><title>No</title></html>",
		"\r\nContent-Length: 100\r\n\r\ncut",
		"\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
		"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfalse\r\n",
		"\r\nbroken header\r\n\r\n",
		"\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
		"\r\nX: 1",
		"\r\n",
	};
	static const enum ending endings[] = { ENDS, RESETS, STALLS };
	unsigned int status;
	char text[200];
	bool lasting;
	size_t i;

	(void)state;
	for (status = 300; status <= 999; status++) {
		i = status % COUNT(tails);
		snprintf(text, sizeof text, "HTTP/1.%u %u No way%s", status % 2,
		    status, tails[i]);
		check(answered(text, status % 7 + 1, endings[status % 3]) ==
			STATUS_CONNECT,
		    "%s: %s", text, fault.text);
		lasting = status >= 400 && status < 500 && status != 408 &&
		    status != 429;
		check(fault.lasting == lasting, "%u", status);
		check(strncmp(fault.text, WHO ": ", sizeof WHO + 1) == 0, "%s",
		    fault.text);
		snprintf(text, sizeof text, "%u No way", status);
		says(text);
		if (status == 407 || status == 401)
			says("requires a user name");
		else
			says("api.example.com:443");
		says_not("html");
	}
}

static void
test_never_an_answer(void **state)
{
	static const struct {
		const char *script;
		enum status status;
	} cases[] = {
		{ "SSH-2.0-OpenSSH_9.2p1\r\n", STATUS_PROTOCOL },
		{ "\x15\x03\x01\x00\x02\x02\x0a", STATUS_PROTOCOL },
		{ "<html>", STATUS_PROTOCOL },
		{ "HTTP/2 200\r\n\r\n", STATUS_PROTOCOL },
		{ "HTTP/1.1 20 OK\r\n\r\n", STATUS_PROTOCOL },
		{ "HTTP/1.1 000 OK\r\n\r\n", STATUS_PROTOCOL },
		{ "HTTP/1.1 101 Switching Protocols\r\n\r\n", STATUS_PROTOCOL },
		{ "HTTP/1.1 200 OK\r\n folded\r\n\r\n", STATUS_PROTOCOL },
		{ "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", STATUS_PROTOCOL },
		{ "\r\n" ESTABLISHED, STATUS_PROTOCOL },
	};
	size_t i, piece;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		for (piece = 1; piece < 4096; piece *= 5) {
			check(answered(cases[i].script, piece, ENDS) ==
				cases[i].status,
			    "%zu: %s", i, fault.text);
			assert_false(fault.lasting);
			says("bad answer");
			names_both();
		}
}

/* What never ends is ended. */
static void
test_floods(void **state)
{
	static const char *const floods[] = {
		"HTTP/1.1 100 Continue\r\n\r\n",
		"HTTP/1.1 102 Processing\r\nX: y\r\n\r\n",
	};
	static const char field[] = "X-Filler: 0123456789\r\n";
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(floods); i++) {
		begin(floods[i], strlen(floods[i]), 1000, STALLS);
		fake.for_ever = true;
		assert_int_equal(open_tunnel(), STATUS_PROTOCOL);
		says("64 KiB");
		names_both();
	}
	/* a head that is too large; one that just fits */
	for (i = 0; i < 2; i++) {
		buf_init(&b, BUF_TEXT_MAX);
		buf_adds(&b, "HTTP/1.1 200 OK\r\n");
		while (b.len + sizeof field + 2 < RESPONSE_HEAD_MAX + i * 100)
			buf_adds(&b, field);
		buf_adds(&b, "\r\n");
		begin(buf_str(&b), b.len, 4096, STALLS);
		assert_int_equal(
		    open_tunnel(), i == 0 ? STATUS_OK : STATUS_PROTOCOL);
		buf_free(&b);
	}
	/* a page of explanations without end */
	begin("HTTP/1.1 403 Forbidden\r\n\r\n", 26, 4096, STALLS);
	assert_int_equal(open_tunnel(), STATUS_CONNECT);
	buf_init(&b, BUF_TEXT_MAX);
	buf_adds(&b, "HTTP/1.1 403 Forbidden\r\n\r\n");
	while (b.len < (size_t)1 << 20)
		buf_adds(&b, "no no no ");
	begin(buf_str(&b), b.len, 4096, STALLS);
	assert_int_equal(open_tunnel(), STATUS_CONNECT);
	assert_in_range(fake.at, 1, (size_t)128 << 10);
	buf_free(&b);
}

/* A refusal is known with its status line; the rest is not waited for long. */
static void
test_deadlines(void **state)
{
	int64_t left_ms;

	(void)state;
	assert_int_equal(answered("", 1, STALLS), STATUS_TIMEOUT);
	left_ms = clock_left(&clock_system, fake.deadline_ms);
	assert_in_range(left_ms, 10000, 20000);
	assert_int_equal(
	    answered("HTTP/1.1 407 No\r\n", 4096, STALLS), STATUS_CONNECT);
	left_ms = clock_left(&clock_system, fake.deadline_ms);
	assert_in_range(left_ms, 0, 2000);
	/* 1xx is no refusal */
	assert_int_equal(answered("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "
				  "OK\r\n",
			     4096, STALLS),
	    STATUS_TIMEOUT);
	left_ms = clock_left(&clock_system, fake.deadline_ms);
	assert_in_range(left_ms, 10000, 20000);
}

static void
test_signals(void **state)
{
	(void)state;
	assert_int_equal(answered("", 1, INTERRUPTED), STATUS_INTERRUPTED);
	assert_string_equal(fault.text, "interrupted");
	assert_int_equal(answered("HTTP/1.1 403 Forbidden\r\n", 1, INTERRUPTED),
	    STATUS_INTERRUPTED);
	begin("", 0, 1, INTERRUPTED);
	fake.deaf = true;
	assert_int_equal(open_tunnel(), STATUS_INTERRUPTED);
	begin("", 0, 1, RESETS);
	fake.deaf = true;
	assert_int_equal(open_tunnel(), STATUS_CLOSED);
	names_both();
	assert_int_equal(fake.read_count, 0);
}

static void
test_credentials(void **state)
{
	static const char basic[] =
	    "HTTP/1.1 407 Proxy Authentication "
	    "Required\r\nProxy-Authenticate: NTLM\r\n"
	    "Proxy-Authenticate: basic realm=\"corp\"\r\n"
	    "Proxy-Authenticate: Negotiate\r\n"
	    "Content-Length: 0\r\n\r\n";
	static const char others[] =
	    "HTTP/1.1 407 No\r\nProxy-Authenticate: "
	    "Negotiate\r\nProxy-Authenticate: NTLM\r\n\r\n";

	(void)state;
	assert_int_equal(answered(basic, 4096, ENDS), STATUS_CONNECT);
	assert_true(fault.lasting);
	says("requires a user name and password");
	says("407 Proxy Authentication Required");
	says("https_proxy");
	says("http://USER:PASSWORD@proxy.example:3128");
	assert_int_equal(answered(others, 4096, ENDS), STATUS_CONNECT);
	says("Only Basic authentication is supported, but it offers Negotiate");
	proxy.from = "--proxy";
	assert_int_equal(answered(basic, 4096, ENDS), STATUS_CONNECT);
	says("in the variable https_proxy instead of --proxy as http://USER");

	use("https://me:hunter22@proxy.example:3128",
	    "https://api.example.com");
	assert_int_equal(answered(basic, 4096, ENDS), STATUS_CONNECT);
	assert_true(fault.lasting);
	says("rejected the user name and password");
	says("https_proxy");
	says_not("hunter22");
	says_not("USER:PASSWORD");
	says_not(proxy.authorization + 6);
	assert_int_equal(answered(others, 4096, ENDS), STATUS_CONNECT);
	says("it offers Negotiate");
	assert_int_equal(
	    answered("HTTP/1.0 401 Unauthorized\r\n\r\n", 4096, ENDS),
	    STATUS_CONNECT);
	says("rejected the user name and password");
	/* without a word about how */
	assert_int_equal(
	    answered("HTTP/1.1 407\r\n\r\n", 4096, ENDS), STATUS_CONNECT);
	says("(407)");
	says_not("it offers");

	use("https://me:hunter%2022@proxy.example:3128",
	    "https://api.example.com");
	assert_int_equal(answered("HTTP/1.1 407 No\r\nProxy-Authenticate: "
				  "hunter 22\r\n\r\n",
			     4096, ENDS),
	    STATUS_CONNECT);
	says("it offers");
	says_not("hunter");
}

/* What the proxy says is shown if it is text; markup is not. */
static void
test_excerpts(void **state)
{
	static const struct {
		const char *type, *body, *shown;
	} cases[] = {
		{ "text/plain", "  Not\r\nfor\tyou. \n",
		    "It says: Not for you." },
		{ "text/plain; charset=utf-8", "caf\xc3\xa9", "caf\xc3\xa9" },
		{ "TEXT/PLAIN", "Not for you", "It says: Not for you" },
		{ "application/json", "{\"error\":\"no\"}", "{\"error\"" },
		{ NULL, "Not for you", "It says: Not for you" },
		{ "text/plain", "ask with hunter22!", "ask with ***!" },
		{ "text/plain", "\x1b[31mred", "It says: [31mred" },
		{ "text/html", "Not for you", NULL },
		{ "application/xhtml+xml", "Not for you", NULL },
		{ "text/plain", "<!DOCTYPE html><p>Not for you", NULL },
		{ NULL, " \r\n<p>Not for you", NULL },
		{ "application/octet-stream", "Not for you", NULL },
		{ "image/png", "Not for you", NULL },
		{ "x-text/plain", "Not for you", NULL },
		{ "text/plain", "Not for \xff you", NULL },
		{ "text/plain", " \r\n ", NULL },
		{ "text/plain", "", NULL },
	};
	char text[2000], long_text[1001];
	size_t i;

	(void)state;
	use("me:hunter22@proxy.example:3128", "https://api.example.com");
	for (i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof text,
		    "HTTP/1.1 403 No\r\n%s%s%sContent-Length: %zu\r\n\r\n%s",
		    cases[i].type != NULL ? "Content-Type: " : "",
		    cases[i].type != NULL ? cases[i].type : "",
		    cases[i].type != NULL ? "\r\n" : "", strlen(cases[i].body),
		    cases[i].body);
		assert_int_equal(answered(text, 7, STALLS), STATUS_CONNECT);
		if (cases[i].shown != NULL)
			says(cases[i].shown);
		else
			says_not("It says");
		says_not("hunter22");
	}
	/* A NUL in it, and more than anyone reads. */
	begin(LIT("HTTP/1.1 403 No\r\n\r\nNot\0for you"), 4096, ENDS);
	assert_int_equal(open_tunnel(), STATUS_CONNECT);
	says_not("It says");
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	snprintf(text, sizeof text, "HTTP/1.1 503 %s\r\n\r\n%s",
	    long_text + 500, long_text);
	assert_int_equal(answered(text, 4096, ENDS), STATUS_CONNECT);
	assert_in_range(strlen(fault.text), 300, 600);
	says("xxx...");
	/* Half a secret is none that would be recognised. */
	snprintf(text, sizeof text, "HTTP/1.1 503 %s hunter22\r\n\r\n",
	    long_text + sizeof long_text - 1 - 75);
	assert_int_equal(answered(text, 4096, ENDS), STATUS_CONNECT);
	says_not("hun");
	/* Nor is one whose spaces have been folded. */
	secret_add("two  spaces");
	assert_int_equal(
	    answered("HTTP/1.1 403 no two  spaces\r\n\r\n", 4096, ENDS),
	    STATUS_CONNECT);
	says_not("two");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_request),
		TEST(test_good),
		TEST(test_cut),
		TEST(test_more_than_asked_for),
		TEST(test_statuses),
		TEST(test_never_an_answer),
		TEST(test_floods),
		TEST(test_deadlines),
		TEST(test_signals),
		TEST(test_credentials),
		TEST(test_excerpts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
