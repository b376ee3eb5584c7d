/* SPDX-License-Identifier: ISC */
/*
 * Loading trusted certificates from files and directories.  Three small ones
 * made for this: "Unit one" is its own issuer, "Unit two" has another issuer
 * than subject, "three" is of X.509 version 1; base64 ends them with one, no
 * and two "=".
 */
#include "unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "net/trust.h"

#define ONE_BASE64                                                           \
	"MIIBaTCCARCgAwIBAgIBATAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhVbml0IG9u\n" \
	"ZTAgFw0yNjExMjIxNjQxMTlaGA8yMTI2MTAyOTE2NDExOVowEzERMA8GA1UEAwwI\n" \
	"VW5pdCBvbmUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASbRwzK88Zhn666a4Ro\n" \
	"/4K6br8l0cNZfWws9ViOAN5qr+T1lxGFtLGfgrU6/PGe4LM5XcmzVb6xjagup242\n" \
	"ybvno1MwUTAdBgNVHQ4EFgQUdD8gI6uHaQ7XuGqktCgVOILfAN8wHwYDVR0jBBgw\n" \
	"FoAUdD8gI6uHaQ7XuGqktCgVOILfAN8wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjO\n" \
	"PQQDAgNHADBEAiBF0AnR4UYnMQV1HdI1NOz8JMFntv7Px1YdkS6LBQ+XLgIgVnH3\n" \
	"NV4HrKIOj+Hqx5g0/EWCgQzGstJ0cws5cKc6NX8=\n"
#define TWO_BASE64                                                           \
	"MIIBajCCARCgAwIBAgIBAjAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhVbml0IG9u\n" \
	"ZTAgFw0yNjExMjIxNjQwNThaGA8yMTI2MTAyOTE2NDA1OFowEzERMA8GA1UEAwwI\n" \
	"VW5pdCB0d28wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASjDsehWDnBalb0skzo\n" \
	"HTVMYHEy/cpA7/f4FKu5l7chiHgcudr/2QV6O5i5/3c+wJq52zpGmvK2R7yA+Oxm\n" \
	"BYNzo1MwUTAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBTRyx1wSDV6+ExPsbc2\n" \
	"AOWV6a2xkzAfBgNVHSMEGDAWgBR0PyAjq4dpDte4aqS0KBU4gt8A3zAKBggqhkjO\n" \
	"PQQDAgNIADBFAiAFl2+ci/8AAo2VR9+asRWB+nnQwxA8CIs5dp3pTjQ2aAIhAMae\n" \
	"bbKipU/ivJBrvgnGXTRC9RF+CeUi4s2IuyTQT57W\n"
#define THREE_BASE64                                                         \
	"MIIBJjCBzgIBAzAKBggqhkjOPQQDAjAfMQ0wCwYDVQQKDARVbml0MQ4wDAYDVQQD\n" \
	"DAV0aHJlZTAgFw0yNjExMjIxNjQwNTlaGA8yMTI2MTAyOTE2NDA1OVowHzENMAsG\n" \
	"A1UECgwEVW5pdDEOMAwGA1UEAwwFdGhyZWUwWTATBgcqhkjOPQIBBggqhkjOPQMB\n" \
	"BwNCAAR9n/iHDHH1FXE/DgOLDQfEeljNQz7WRIUw2crPFLLa+EJ6G7p2BY3hyLwk\n" \
	"O9V9psJUR/6EAclA0SjIiVs4aRsjMAoGCCqGSM49BAMCA0cAMEQCIA83SypqAlUo\n" \
	"Ktbk/A2H+nk7s56L9LBGLu++RCF0kFLLAiBqLRiG2apSxiqhNTYynPQZahk9N/66\n" \
	"rrkaGieVziRCRg==\n"

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END   "-----END CERTIFICATE-----\n"
#define ONE   BEGIN ONE_BASE64 END
#define TWO   BEGIN TWO_BASE64 END
#define THREE BEGIN THREE_BASE64 END

static const struct known {
	size_t len;
	uint32_t hash; /* FNV-1a */
	const char *subject;
	size_t subject_len;
} known[] = {
	{ 365, 0xc8e1b123,
	    LIT("\x30\x13\x31\x11\x30\x0f\x06\x03\x55\x04\x03"
		"\x0c\x08Unit one") },
	{ 366, 0xdadf841b,
	    LIT("\x30\x13\x31\x11\x30\x0f\x06\x03\x55\x04\x03"
		"\x0c\x08Unit two") },
	{ 298, 0xb80e2fca,
	    LIT("\x30\x1f\x31\x0d\x30\x0b\x06\x03\x55\x04\x0a"
		"\x0c\x04Unit\x31\x0e\x30\x0c\x06\x03\x55\x04\x03\x0c\x05three") },
};

enum { HAS_ONE = 1, HAS_TWO = 2, HAS_THREE = 4 };

static char dir[256];

/* A path in the test's own folder; a few are valid at a time. */
static const char *
path_of(const char *name)
{
	static char paths[64][512];
	static size_t next;
	char *path = paths[next++ % COUNT(paths)];

	snprintf(path, sizeof paths[0], "%s/%s", dir, name);
	return path;
}

static const char *
write_file_n(const char *name, const char *text, size_t len)
{
	const char *path = path_of(name);
	FILE *f = fopen(path, "w");

	check(f != NULL && fwrite(text, 1, len, f) == len && fclose(f) == 0,
	    "cannot write %s", path);
	return path;
}

static const char *
write_file(const char *name, const char *text)
{
	return write_file_n(name, text, strlen(text));
}

static const char *
make_dir(const char *name)
{
	const char *path = path_of(name);

	check(mkdir(path, 0700) == 0, "cannot make %s", path);
	return path;
}

static int
set_up(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(dir, sizeof dir, "%s/trust.XXXXXX",
	    tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
	log_open(LOG_LEVEL_ERROR, false);
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int
tear_down(void **state)
{
	(void)state;
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static uint32_t
hash(const unsigned char *p, size_t len)
{
	uint32_t h = 2166136261u;

	for (; len > 0; p++, len--)
		h = (h ^ *p) * 16777619u;
	return h;
}

/* Which of the known certificates there are; anything else fails. */
static unsigned int
contents(const struct trust *t)
{
	const unsigned char *der;
	struct der subject, wanted;
	size_t i, k, len;
	unsigned int has = 0;
	struct fault f;
	struct buf b;

	for (i = 0; i < trust_count(t); i++) {
		buf_init(&b, BUF_TEXT_MAX);
		check(trust_read(t, i, &b, &f) == STATUS_OK, "%s", f.text);
		der = (const unsigned char *)b.data;
		len = b.len;
		for (k = 0; k < COUNT(known); k++)
			if (known[k].len == len &&
			    known[k].hash == hash(der, len))
				break;
		check(k < COUNT(known), "certificate %zu of %zu bytes", i, len);
		assert_true(der_find_subject(der, len, &subject));
		assert_int_equal(subject.end - subject.p, known[k].subject_len);
		assert_memory_equal(
		    subject.p, known[k].subject, known[k].subject_len);
		/* It lies inside its certificate. */
		assert_true(subject.p >= der && subject.end <= der + len);
		wanted.p = (const unsigned char *)known[k].subject;
		wanted.end = wanted.p + known[k].subject_len;
		assert_int_equal(trust_find(t, 0, &wanted), i);
		assert_int_equal(trust_find(t, i, &wanted), i);
		assert_int_equal(trust_find(t, i + 1, &wanted), trust_count(t));
		assert_int_equal(has & 1u << k, 0);
		has |= 1u << k;
		buf_free(&b);
	}
	return has;
}

static void
expect_good(const struct trust_sources *s, unsigned int has, size_t skipped,
    const char *what)
{
	struct trust *t = NULL;
	struct fault f;
	enum status status;

	memset(&f, 0, sizeof f);
	status = trust_load(&t, s, &f);
	check(status == STATUS_OK, "%s: %s", what, f.text);
	check(contents(t) == has, "%s: has %u", what, contents(t));
	check(trust_skipped(t) == skipped, "%s: %zu skipped", what,
	    trust_skipped(t));
	assert_true(strlen(trust_origin(t)) > 0);
	trust_free(t);
}

/* Refused, with these two texts in the message. */
/* The extra file is left out, whatever is wrong with it. */
static void
expect_left_out(
    const struct trust_sources *s, unsigned int has, const char *what)
{
	struct trust *t = NULL;
	struct fault f;

	memset(&f, 0, sizeof f);
	check(trust_load(&t, s, &f) == STATUS_OK, "%s: %s", what, f.text);
	check(contents(t) == has, "%s: has %u", what, contents(t));
	check(strstr(trust_left_out(t), "NODE_EXTRA_CA_CERTS") != NULL &&
		strstr(trust_left_out(t), what) != NULL,
	    "%s, not %s", trust_left_out(t), what);
	trust_free(t);
}

static void
expect_refused(const struct trust_sources *s, const char *who, const char *what)
{
	struct trust *t = NULL;
	struct fault f;

	memset(&f, 0, sizeof f);
	check(trust_load(&t, s, &f) == STATUS_USAGE, "%s: %s", who, what);
	assert_null(t);
	assert_int_equal(f.status, STATUS_USAGE);
	assert_true(f.lasting);
	check(strstr(f.text, who) != NULL && strstr(f.text, what) != NULL, "%s",
	    f.text);
}

static void
test_contents(void **state)
{
	static const struct {
		const char *name;
		const char *text;
		size_t len;
		unsigned int has;
		size_t skipped;
	} cases[] = {
		{ "one", LIT(ONE), HAS_ONE, 0 },
		{ "two", LIT(TWO), HAS_TWO, 0 },
		{ "three", LIT(THREE), HAS_THREE, 0 },
		{ "bundle", LIT(ONE TWO THREE), 7, 0 },
		{ "text between",
		    LIT("# Unit one\n" ONE "\n\nUnit two\n====\n" TWO
			"--\n" THREE "-----\n"),
		    7, 0 },
		{ "no final newline",
		    LIT(BEGIN ONE_BASE64 "-----END CERTIFICATE-----"), HAS_ONE,
		    0 },
		{ "byte order mark", LIT("\xef\xbb\xbf" ONE), HAS_ONE, 0 },
		{ "NULs around", LIT("\0\0" ONE "\0" TWO "\0"),
		    HAS_ONE | HAS_TWO, 0 },
		{ "space in lines", LIT(BEGIN " \t" ONE_BASE64 " \n\n\t\n" END),
		    HAS_ONE, 0 },
		{ "space behind the marks",
		    LIT("-----BEGIN CERTIFICATE----- "
			" \n" ONE_BASE64 "-----END CERTIFICATE-----\t\n"),
		    HAS_ONE, 0 },
		{ "a dash more", LIT("-" ONE), HAS_ONE, 0 },
		{ "dashes in front", LIT("---- --\n-" TWO), HAS_TWO, 0 },
		{ "dashes in a row", LIT("-----------" ONE), HAS_ONE, 0 },

		/* the same ones again */
		{ "twice", LIT(ONE ONE), HAS_ONE, 0 },
		{ "twice among others", LIT(ONE TWO ONE THREE TWO ONE), 7, 0 },

		/* broken ones among good ones */
		{ "no END at the end", LIT(ONE BEGIN TWO_BASE64), HAS_ONE, 1 },
		{ "no END, nothing", LIT(ONE BEGIN), HAS_ONE, 1 },
		{ "no END before another", LIT(BEGIN ONE_BASE64 TWO), HAS_TWO,
		    1 },
		{ "no END twice", LIT(BEGIN BEGIN ONE_BASE64 TWO), HAS_TWO, 2 },
		{ "cut in the middle of END",
		    LIT(ONE BEGIN TWO_BASE64 "-----END CERTIFI"), HAS_ONE, 1 },
		{ "END without BEGIN", LIT(TWO_BASE64 END ONE END), HAS_ONE,
		    0 },
		{ "empty block", LIT(ONE BEGIN END TWO), HAS_ONE | HAS_TWO, 1 },
		{ "blank block", LIT(ONE BEGIN "\n \r\n" END TWO),
		    HAS_ONE | HAS_TWO, 1 },
		{ "text in a block", LIT(BEGIN "no base64!\n" END ONE), HAS_ONE,
		    1 },
		{ "dashes in a block", LIT(BEGIN "--" ONE_BASE64 END TWO),
		    HAS_TWO, 1 },
		{ "a dash before END", LIT(BEGIN ONE_BASE64 "-" END TWO),
		    HAS_TWO, 1 },
		{ "padding, then more",
		    LIT(BEGIN "QUFB====" ONE_BASE64 END TWO), HAS_TWO, 1 },
		{ "padding only", LIT(BEGIN "====\n" END ONE), HAS_ONE, 1 },
		{ "padding in the middle",
		    LIT(BEGIN "MIIB==" ONE_BASE64 END TWO), HAS_TWO, 1 },
		{ "a character too many", LIT(BEGIN ONE_BASE64 "A" END TWO),
		    HAS_TWO, 1 },
		{ "padding missing", LIT(BEGIN "MIIBaA=\n" END TWO), HAS_TWO,
		    1 },
		{ "too much padding", LIT(BEGIN TWO_BASE64 "====" END ONE),
		    HAS_ONE, 1 },
		{ "NUL in a block", LIT(BEGIN "\0" ONE_BASE64 END TWO), HAS_TWO,
		    1 },
		{ "header in a block",
		    LIT(BEGIN "Proc-Type: 4,ENCRYPTED\n\n" ONE_BASE64 END TWO),
		    HAS_TWO, 1 },
		{ "URL alphabet", LIT(BEGIN "MIIB-_==\n" END TWO), HAS_TWO, 1 },
		{ "not DER", LIT(BEGIN "AAAAAAAA\n" END TWO), HAS_TWO, 1 },
		{ "some DER", LIT(BEGIN "MAMCAQE=\n" END TWO), HAS_TWO, 1 },
		{ "two in a block", LIT(BEGIN TWO_BASE64 TWO_BASE64 END ONE),
		    HAS_ONE, 1 },
		{ "first lines only",
		    LIT(BEGIN "MIIBajCCARCgAwIBAgIBAjAKBggq"
			      "hkjOPQQDAjATMREwDwYDVQQDDAhVbml0IG9u\n" END TWO),
		    HAS_TWO, 1 },

		/* other kinds of blocks */
		{ "trusted",
		    LIT("-----BEGIN TRUSTED CERTIFICATE-----\n" ONE_BASE64
			"-----END TRUSTED CERTIFICATE-----\n" TWO),
		    HAS_TWO, 0 },
		{ "key",
		    LIT("-----BEGIN PRIVATE KEY-----\nAAAA\n"
			"-----END PRIVATE KEY-----\n" TWO),
		    HAS_TWO, 0 },
		{ "request",
		    LIT("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"
			"-----END CERTIFICATE REQUEST-----\n" TWO),
		    HAS_TWO, 0 },
		{ "fewer dashes",
		    LIT("----BEGIN CERTIFICATE----\n" ONE_BASE64
			"----END CERTIFICATE----\n" TWO),
		    HAS_TWO, 0 },
		{ "lower case",
		    LIT("-----begin certificate-----\n" ONE_BASE64
			"-----end certificate-----\n" TWO),
		    HAS_TWO, 0 },
	};
	struct trust_sources s = { .cacert_from = "--cacert" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		s.cacert = write_file_n("ca.pem", cases[i].text, cases[i].len);
		expect_good(&s, cases[i].has, cases[i].skipped, cases[i].name);
	}
}

/* CRLF, CR and no line breaks at all. */
static void
test_line_ends(void **state)
{
	static const char *const ends[] = { "\r\n", "\r", "", "\n\n", " \n" };
	struct trust_sources s = { .cacert_from = "--cacert" };
	struct buf text;
	const char *p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ends); i++) {
		buf_init(&text, BUF_TEXT_MAX);
		for (p = ONE TWO THREE; *p != '\0'; p++) {
			if (*p == '\n')
				buf_adds(&text, ends[i]);
			else
				buf_addc(&text, *p);
		}
		s.cacert = write_file_n("ca.pem", text.data, text.len);
		expect_good(&s, 7, 0, ends[i]);
		buf_free(&text);
	}
}

static void
add_base64(struct buf *out, const char *data, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned int bits;
	size_t i, k, n;

	for (i = 0; i < len; i += 3) {
		n = len - i < 3 ? len - i : 3;
		for (bits = 0, k = 0; k < 3; k++)
			bits = bits << 8 |
			    (k < n ? (unsigned char)data[i + k] : 0u);
		for (k = 0; k < 4; k++)
			buf_addc(out,
			    k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=');
	}
}

/* The least that has a subject: no more than its shape is looked at. */
#define LEAST "\x02\x01\x01\x30\0\x30\0\x30\0\x30\0\x30\0"

static void
test_shapes(void **state)
{
	static const struct {
		const char *der;
		size_t len;
		bool good;
	} cases[] = {
		{ LIT("\x30\x0f\x30\x0d" LEAST), true },
		{ LIT("\x30\x81\x0f\x30\x0d" LEAST), true },
		{ LIT("\x30\x84\0\0\0\x0f\x30\x0d" LEAST), true },
		{ LIT("\x30\x11\x30\x0f" LEAST "\xa3\0"), true },
		{ LIT("\x30\x11\x30\x0d" LEAST "\x30\0"), true },
		{ LIT("\x30\x14\x30\x12\xa0\x03\x02\x01\x02" LEAST), true },
		/* lengths */
		{ LIT("\x30"), false },
		{ LIT("\x30\0"), false },
		{ LIT("\x30\x81"), false },
		{ LIT("\x30\x82\0"), false },
		{ LIT("\x30\x02\x30\0"), false },
		{ LIT("\x30\x02\x30\x01"), false },
		{ LIT("\x30\x80\x30\x0d" LEAST), false },
		{ LIT("\x30\x80\x30\x0d" LEAST "\0\0"), false },
		{ LIT("\x30\x85\0\0\0\0\x0f\x30\x0d" LEAST), false },
		{ LIT("\x30\xff\x30\x0d" LEAST), false },
		{ LIT("\x30\x84\xff\xff\xff\xff\x30\x0d" LEAST), false },
		{ LIT("\x30\x0e\x30\x0d" LEAST), false },
		{ LIT("\x30\x10\x30\x0d" LEAST), false },
		{ LIT("\x30\x0f\x30\x0d" LEAST "\0"), false },
		{ LIT("\x30\x0f\x30\x0e" LEAST), false },
		{ LIT("\x30\x0f\x30\x0c" LEAST), false },
		{ LIT("\x30\x0f\x30\x7f" LEAST), false },
		{ LIT("\x30\x0f\x30\x0d\x02\x01\x01\x30\0\x30\0\x30\0\x30"
		      "\0\x30\x01"),
		    false },
		{ LIT("\x30\x0f\x30\x0d\x02\x0c\x01\x30\0\x30\0\x30\0\x30"
		      "\0\x30\0"),
		    false },
		{ LIT("\x30\x14\x30\x12\xa0\x7f\x02\x01\x02" LEAST), false },
		/* parts */
		{ LIT("\x31\x0f\x30\x0d" LEAST), false },
		{ LIT("\x30\x0f\x31\x0d" LEAST), false },
		{ LIT("\x30\x0d\x30\x0b\x02\x01\x01\x30\0\x30\0\x30\0\x30"
		      "\0"),
		    false },
		{ LIT("\x30\x0f\x30\x0d\x03\x01\x01\x30\0\x30\0\x30\0\x30"
		      "\0\x30\0"),
		    false },
		{ LIT("\x30\x0f\x30\x0d\x02\x01\x01\x31\0\x30\0\x30\0\x30"
		      "\0\x30\0"),
		    false },
		{ LIT("\x30\x0f\x30\x0d\x02\x01\x01\x30\0\x30\0\x30\0\x31"
		      "\0\x30\0"),
		    false },
		{ LIT("\x30\x0f\x30\x0d\x02\x01\x01\x30\0\x30\0\x30\0\x30"
		      "\0\x31\0"),
		    false },
		{ LIT("\x30\x13\x30\x11\xa0\0\xa0\0" LEAST), false },
		{ LIT("\x30\x11\x30\x0f\xa1\0" LEAST), false },
	};
	struct trust_sources s = { .cacert_from = "--cacert" };
	struct trust *t;
	struct fault f;
	struct buf text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_init(&text, BUF_TEXT_MAX);
		buf_adds(&text, ONE BEGIN);
		add_base64(&text, cases[i].der, cases[i].len);
		buf_adds(&text, END);
		s.cacert = write_file("ca.pem", buf_str(&text));
		buf_free(&text);
		check(trust_load(&t, &s, &f) == STATUS_OK, "%s", f.text);
		check(trust_count(t) == 1u + cases[i].good &&
			trust_skipped(t) == !cases[i].good,
		    "case %zu", i);
		trust_free(t);
	}
}

/* Every prefix of a bundle has the certificates that are whole in it. */
static void
test_prefixes(void **state)
{
	static const char text[] = ONE TWO;
	struct trust_sources s = { .cert_file = NULL };
	size_t n, one, two;

	(void)state;
	one = sizeof ONE - 2;
	two = sizeof ONE + sizeof TWO - 3;
	for (n = 0; n < sizeof text;
	     n += n < 40 || n > two - 40 || (n > one - 40 && n < one + 40)
		 ? 1
		 : 13) {
		s.cert_file = write_file_n("ca.pem", text, n);
		if (n < one)
			expect_refused(&s, "SSL_CERT_FILE", "ca.pem");
		else
			expect_good(&s, n < two ? HAS_ONE : HAS_ONE | HAS_TWO,
			    n >= one + sizeof BEGIN - 1 && n < two, "prefix");
	}
}

/* Any character of a certificate changed: whatever it is, no harm is done. */
static void
test_mutations(void **state)
{
	static const char characters[] = "A/g+=!";
	char text[] = ONE THREE;
	struct trust_sources s = { .cacert_from = "--cacert" };
	struct trust *t;
	struct fault f;
	size_t i, k;
	char c;

	(void)state;
	for (i = 0; i < sizeof ONE; i++) {
		c = text[i];
		/* The head of the DER decides; the rest is mostly opaque. */
		k = i < 200 ? 0 : i % (sizeof characters - 1);
		for (; k < sizeof characters - 1; k += i < 200 ? 1 : 9) {
			text[i] = characters[k];
			s.cacert = write_file("ca.pem", text);
			check(trust_load(&t, &s, &f) == STATUS_OK,
			    "character %zu = %c: %s", i, text[i], f.text);
			check(trust_count(t) <= 2, "%zu", i);
			trust_free(t);
		}
		text[i] = c;
	}
}

static void
test_refused_files(void **state)
{
	static const struct {
		const char *text, *what;
	} cases[] = {
		{ "", "no certificate" },
		{ "\n", "no certificate" },
		{ "no PEM at all\n", "no certificate" },
		{ BEGIN, "all are broken" },
		{ BEGIN END, "all are broken" },
		{ BEGIN "AAAA\n" END, "all are broken" },
		{ "-----BEGIN TRUSTED CERTIFICATE-----\n" ONE_BASE64
		  "-----END TRUSTED CERTIFICATE-----\n",
		    "no certificate" },
		{ "-----BEGIN PRIVATE KEY-----\n" ONE_BASE64
		  "-----END PRIVATE KEY-----\n",
		    "no certificate" },
		{ ONE_BASE64, "no certificate" },
	};
	static const char *const names[] = { "--cacert", "SSL_CERT_FILE",
		"NODE_EXTRA_CA_CERTS" };
	const char *good = write_file("good.pem", ONE), *bad;
	struct trust_sources s;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(cases) + 3; i++)
		for (k = 0; k < COUNT(names); k++) {
			if (i < COUNT(cases))
				bad = write_file("bad.pem", cases[i].text);
			else if (i == COUNT(cases))
				bad = path_of("missing.pem");
			else if (i == COUNT(cases) + 1)
				bad = path_of("bad.pem/x");
			else
				bad = dir;
			memset(&s, 0, sizeof s);
			s.cacert_from = "--cacert";
			s.cacert = k == 0 ? bad : k == 1 ? NULL : good;
			s.cert_file = k == 1 ? bad : NULL;
			s.extra = k == 2 ? bad : NULL;
			if (k == 2) {
				expect_left_out(&s, HAS_ONE, bad);
				expect_left_out(&s, HAS_ONE,
				    i < COUNT(cases) ? cases[i].what
						     : "cannot read");
				continue;
			}
			expect_refused(&s, names[k], bad);
			expect_refused(&s, names[k],
			    i < COUNT(cases) ? cases[i].what : "cannot read");
		}
}

static void
test_large_files(void **state)
{
	const size_t max = (size_t)16 << 20;
	struct trust_sources s;

	(void)state;
	memset(&s, 0, sizeof s);
	s.cacert_from = "--cacert";
	s.cacert = write_file("large.pem", ONE);
	assert_int_equal(truncate(s.cacert, (off_t)max), 0);
	expect_good(&s, HAS_ONE, 0, "16 MiB");
	assert_int_equal(truncate(s.cacert, (off_t)max + 1), 0);
	expect_refused(&s, "--cacert", "large.pem");
	/* Of one that cannot be read to its end nothing counts. */
	memset(&s, 0, sizeof s);
	s.cert_dir = make_dir("large.d");
	write_file("large.d/other.pem", TWO);
	assert_int_equal(
	    truncate(write_file("large.d/large.pem", ONE), (off_t)max + 1), 0);
	expect_good(&s, HAS_TWO, 0, "a directory with a large file");
	memset(&s, 0, sizeof s);
	/* One without an end must not hang. */
	s.cacert_from = "--cacert";
	s.cacert = "/dev/zero";
	expect_refused(&s, "--cacert", "/dev/zero");
	s.cacert = "/dev/null";
	expect_refused(&s, "--cacert", "no certificate in /dev/null");
}

/* The message tells broken ones from none, in the file it is about. */
static void
test_all_broken(void **state)
{
	struct trust_sources s;
	struct trust *t = NULL;
	struct fault f;

	(void)state;
	memset(&s, 0, sizeof s);
	s.cacert = write_file("some.pem", ONE BEGIN END);
	s.extra = write_file("none.pem", "nothing\n");
	assert_int_equal(trust_load(&t, &s, &f), STATUS_OK);
	assert_null(strstr(trust_left_out(t), "broken"));
	trust_free(t);
	s.extra = write_file("none.pem", BEGIN "!" END);
	expect_left_out(&s, HAS_ONE, "all are broken");
}

/* A certificate that lies across the border of any two reads. */
static void
test_borders(void **state)
{
	struct trust_sources s = { .cacert_from = "--cacert" };
	struct buf text;
	size_t n;

	(void)state;
	for (n = 8192 - sizeof ONE; n <= 8192; n += n % 3 + 1) {
		buf_init(&text, BUF_TEXT_MAX);
		while (text.len < n)
			buf_addc(&text, text.len % 64 == 63 ? '\n' : '-');
		buf_adds(&text, "\n" ONE TWO);
		s.cacert = write_file("ca.pem", buf_str(&text));
		buf_free(&text);
		expect_good(&s, HAS_ONE | HAS_TWO, 0, "border");
	}
}

/* What becomes of the first certificate once its file reads like this. */
static enum status
read_changed(const char *text, struct fault *f)
{
	struct trust_sources s = { .cacert_from = "--cacert" };
	enum status status;
	struct trust *t;
	struct buf der;

	s.cacert = write_file("changed.pem", ONE TWO);
	assert_int_equal(trust_load(&t, &s, f), STATUS_OK);
	/* In place: the file that is open. */
	write_file("changed.pem", text);
	buf_init(&der, BUF_TEXT_MAX);
	status = trust_read(t, 0, &der, f);
	assert_int_equal(der.len > 0, status == STATUS_OK);
	buf_free(&der);
	trust_free(t);
	return status;
}

/* Nothing counts but what was there when the file was read. */
static void
test_changed_file(void **state)
{
	static const char *const changed[] = {
		"",
		"\n" ONE TWO,
		TWO ONE,
		BEGIN,
		BEGIN THREE_BASE64 END,
		BEGIN "A" ONE_BASE64 END,
	};
	struct fault f;
	size_t i;

	(void)state;
	assert_int_equal(read_changed(ONE TWO, &f), STATUS_OK);
	assert_int_equal(read_changed(ONE, &f), STATUS_OK);
	for (i = 0; i < COUNT(changed); i++) {
		check(read_changed(changed[i], &f) == STATUS_TRUST, "case %zu",
		    i);
		assert_true(f.lasting);
		check(strstr(f.text, "changed.pem was changed") != NULL, "%s",
		    f.text);
	}
}

/* One that is replaced by another file, as packages do, goes on as it was;
 * so does one that is read only once. */
static void
test_replaced_file(void **state)
{
	struct trust_sources s = { .cacert_from = "--cacert" };
	struct rlimit usual, few;
	struct trust *t;
	struct fault f;
	int round;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &usual);
	for (round = 0; round < 2; round++) {
		s.cacert = write_file("replaced.pem", ONE TWO);
		few = usual;
		few.rlim_cur = round == 0 ? usual.rlim_cur : 16;
		setrlimit(RLIMIT_NOFILE, &few);
		assert_int_equal(trust_load(&t, &s, &f), STATUS_OK);
		setrlimit(RLIMIT_NOFILE, &usual);
		if (round == 0)
			assert_int_equal(
			    rename(write_file("new.pem", THREE), s.cacert), 0);
		else
			write_file("replaced.pem", "");
		assert_int_equal(contents(t), HAS_ONE | HAS_TWO);
		trust_free(t);
	}
}

/* The lowest number that is free: no descriptor stays open. */
static int
next_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

static void
test_descriptors(void **state)
{
	const char *folder = make_dir("fds.d");
	struct trust_sources s;
	int before = next_descriptor();

	(void)state;
	memset(&s, 0, sizeof s);
	write_file("fds.d/one", ONE);
	write_file("fds.d/broken", BEGIN);
	make_dir("fds.d/folder");
	s.cert_dir = folder;
	s.extra = write_file("fds.pem", TWO);
	expect_good(&s, HAS_ONE | HAS_TWO, 1, "all kinds");
	assert_int_equal(next_descriptor(), before);
	s.extra = dir;
	expect_left_out(&s, HAS_ONE, dir);
	s.extra = write_file("fds.pem", "");
	expect_left_out(&s, HAS_ONE, "no certificate");
	assert_int_equal(next_descriptor(), before);
}

static void
test_many(void **state)
{
	struct trust_sources s;
	struct buf text;
	size_t i;

	(void)state;
	memset(&s, 0, sizeof s);
	buf_init(&text, BUF_TEXT_MAX);
	for (i = 0; i < 500; i++)
		buf_adds(&text, i % 2 ? ONE : i % 3 ? TWO : THREE);
	s.cacert = write_file_n("many.pem", text.data, text.len);
	buf_free(&text);
	expect_good(&s, 7, 0, "many");
}

/* A pipe that nobody writes to has no certificate, and takes no time. */
static void
test_pipe(void **state)
{
	const char *path = path_of("pipe");
	struct trust_sources s;

	(void)state;
	memset(&s, 0, sizeof s);
	assert_int_equal(mkfifo(path, 0600), 0);
	s.cacert_from = "--cacert";
	s.cacert = path;
	alarm(20);
	expect_refused(&s, "--cacert", "pipe");
	alarm(0);
}

static void
test_sources(void **state)
{
	const char *one = write_file("one.pem", ONE);
	const char *two = write_file("two.pem", TWO);
	const char *three = write_file("three.pem", THREE);
	const char *folder = make_dir("sources.d");
	const char *missing = path_of("missing");
	struct trust_sources s;

	(void)state;
	write_file("sources.d/any name", TWO);
	memset(&s, 0, sizeof s);
	s.cacert = one;
	expect_good(&s, HAS_ONE, 0, "cacert");
	/* Instead of the others, which are not even looked at. */
	s.cert_file = missing;
	s.cert_dir = missing;
	expect_good(&s, HAS_ONE, 0, "cacert alone");
	s.extra = three;
	expect_good(&s, HAS_ONE | HAS_THREE, 0, "cacert and extra");

	memset(&s, 0, sizeof s);
	s.cert_file = two;
	expect_good(&s, HAS_TWO, 0, "file");
	s.extra = three;
	expect_good(&s, HAS_TWO | HAS_THREE, 0, "file and extra");
	s.extra = two;
	expect_good(&s, HAS_TWO, 0, "file and the same as extra");
	s.extra = three;
	s.cert_dir = folder;
	s.cert_file = one;
	expect_good(&s, 7, 0, "file, directory and extra");

	memset(&s, 0, sizeof s);
	s.cert_dir = folder;
	expect_good(&s, HAS_TWO, 0, "directory");
	s.extra = one;
	expect_good(&s, HAS_TWO | HAS_ONE, 0, "directory and extra");
	s.extra = missing;
	expect_left_out(&s, HAS_TWO, "missing");
	/* The directory does not make up for a file that is named. */
	s.extra = NULL;
	s.cert_file = missing;
	expect_refused(&s, "SSL_CERT_FILE", "missing");
}

static void
test_origin(void **state)
{
	const char *one = write_file("origin1.pem", ONE);
	const char *two = write_file("origin2.pem", TWO);
	struct trust_sources s;
	struct trust *t;
	struct fault f;
	char want[1100];

	(void)state;
	memset(&s, 0, sizeof s);
	s.cacert = one;
	s.extra = two;
	assert_int_equal(trust_load(&t, &s, &f), STATUS_OK);
	snprintf(want, sizeof want, "%s, %s", one, two);
	assert_string_equal(trust_origin(t), want);
	trust_free(t);
	trust_free(NULL);
}

static void
test_directory(void **state)
{
	const char *folder = make_dir("certs.d");
	struct trust_sources s;

	(void)state;
	memset(&s, 0, sizeof s);
	s.cert_dir = folder;
	expect_refused(&s, "SSL_CERT_DIR", folder);
	write_file("certs.d/README", "nothing here\n");
	write_file("certs.d/empty.pem", "");
	write_file("certs.d/.hidden.pem", THREE);
	make_dir("certs.d/subfolder");
	write_file("certs.d/subfolder/three.pem", THREE);
	expect_refused(&s, "SSL_CERT_DIR", folder);

	write_file("certs.d/a1b2c3d4.0", ONE);
	write_file("certs.d/Not hashed, no ending", TWO);
	write_file("certs.d/broken.pem", BEGIN "AAAA" END);
	/* As c_rehash leaves it: the same again under another name. */
	assert_int_equal(symlink("a1b2c3d4.0", path_of("certs.d/one.pem")), 0);
	assert_int_equal(symlink("nowhere", path_of("certs.d/dangling")), 0);
	assert_int_equal(mkfifo(path_of("certs.d/pipe"), 0600), 0);
	expect_good(&s, HAS_ONE | HAS_TWO, 1, "directory");
	write_file("certs.d/bundle.crt", THREE ONE);
	expect_good(&s, 7, 1, "directory with a bundle");
}

static void
test_directory_lists(void **state)
{
	const char *one = make_dir("list1.d"), *two = make_dir("list2.d");
	const char *none = make_dir("list0.d"), *missing = path_of("list.d");
	const char *file = write_file("list.pem", THREE);
	struct trust_sources s;
	char list[2048];

	(void)state;
	write_file("list1.d/x", ONE);
	write_file("list2.d/y", TWO);
	memset(&s, 0, sizeof s);
	s.cert_dir = list;
	snprintf(list, sizeof list, "%s:%s", one, two);
	expect_good(&s, HAS_ONE | HAS_TWO, 0, list);
	snprintf(list, sizeof list, "%s:%s:%s:%s", one, missing, none, two);
	expect_good(&s, HAS_ONE | HAS_TWO, 0, list);
	snprintf(list, sizeof list, ":%s::", two);
	expect_good(&s, HAS_TWO, 0, list);
	snprintf(list, sizeof list, "%s/:%s", one, one);
	expect_good(&s, HAS_ONE, 0, list);
	snprintf(list, sizeof list, "%s:%s", missing, none);
	expect_refused(&s, "SSL_CERT_DIR", list);
	snprintf(list, sizeof list, "%s", missing);
	expect_refused(&s, "SSL_CERT_DIR", list);
	snprintf(list, sizeof list, ":");
	expect_refused(&s, "SSL_CERT_DIR", ":");
	snprintf(list, sizeof list, "%s", file);
	expect_refused(&s, "SSL_CERT_DIR", file);
	/* Beside a file that has some it may be empty. */
	s.cert_file = file;
	snprintf(list, sizeof list, "%s", none);
	expect_good(&s, HAS_THREE, 0, list);
}

/* The machine's own certificates, if any, with one of ours on top. */
static void
test_system(void **state)
{
	struct trust_sources s;
	struct trust *t;
	struct fault f;
	size_t count;

	(void)state;
	memset(&s, 0, sizeof s);
	assert_int_equal(trust_load(&t, &s, &f), STATUS_OK);
	count = trust_count(t);
	assert_int_equal(count > 0, strlen(trust_origin(t)) > 0);
	trust_free(t);
	s.extra = write_file("extra.pem", ONE);
	assert_int_equal(trust_load(&t, &s, &f), STATUS_OK);
	assert_int_equal(trust_count(t), count + 1);
	trust_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_refused_files),
		cmocka_unit_test(test_large_files),
		cmocka_unit_test(test_all_broken),
		cmocka_unit_test(test_borders),
		cmocka_unit_test(test_changed_file),
		cmocka_unit_test(test_replaced_file),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_directory_lists),
		cmocka_unit_test(test_system),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
