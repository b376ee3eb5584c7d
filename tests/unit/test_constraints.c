/* SPDX-License-Identifier: ISC */
/*
 * Name constraints, and the extensions they are found in.
 */
#include "unit.h"

#include "net/constraints.h"

#define AT_MOST 2048

/* DER under construction. */
struct made {
	unsigned char data[AT_MOST];
	size_t len;
};

static struct der
as_der(const struct made *m)
{
	return (struct der){ m->data, m->data + m->len };
}

static void
put(struct made *m, unsigned int tag, const void *data, size_t len)
{
	assert_true(m->len + len + 4 <= AT_MOST);
	m->data[m->len++] = (unsigned char)tag;
	if (len >= 0x80) {
		m->data[m->len++] = 0x82;
		m->data[m->len++] = (unsigned char)(len >> 8);
	}
	m->data[m->len++] = (unsigned char)len;
	if (len > 0)
		memcpy(m->data + m->len, data, len);
	m->len += len;
}

/* Puts what was made into an element of its own. */
static struct made
in(unsigned int tag, struct made inner)
{
	struct made m = { .len = 0 };

	put(&m, tag, inner.data, inner.len);
	return m;
}

static struct made
join(struct made a, struct made b)
{
	assert_true(a.len + b.len <= AT_MOST);
	memcpy(a.data + a.len, b.data, b.len);
	a.len += b.len;
	return a;
}

static struct made
element(unsigned int tag, const void *data, size_t len)
{
	struct made m = { .len = 0 };

	put(&m, tag, data, len);
	return m;
}

static const struct made nothing;

#define CN    LIT("\x55\x04\x03")
#define O     LIT("\x55\x04\x0a")
#define EMAIL LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01")

/* An RDN of one attribute. */
static struct made
rdn(const char *type, size_t type_len, unsigned int tag, const char *text)
{
	return in(0x31,
	    in(0x30,
		join(element(0x06, type, type_len),
		    element(tag, text, strlen(text)))));
}

static struct made
subtree(struct made base)
{
	return in(0x30, base);
}

static struct made
constraints(struct made permitted, struct made excluded)
{
	return in(0x30,
	    join(permitted.len > 0 ? in(0xa0, permitted) : nothing,
		excluded.len > 0 ? in(0xa1, excluded) : nothing));
}

static struct made
dns(const char *name)
{
	return element(NAME_DNS, name, strlen(name));
}

static enum constraint
judge(struct made c, struct made name)
{
	struct der whole = as_der(&c), rest = as_der(&name);
	struct general_name n;

	assert_true(constraints_are_sound(&whole));
	assert_true(der_take(&rest, &n.tag, &n.value));
	return constraints_judge(&whole, &n);
}

static const struct {
	const char *base, *name;
	bool inside;
} dns_rows[] = {
	{ "corp.test", "corp.test", true },
	{ "corp.test", "a.corp.test", true },
	{ "corp.test", "b.a.CORP.test", true },
	{ "CORP.test", "a.corp.test", true },
	{ "corp.test", "xcorp.test", false },
	{ "corp.test", "orp.test", false },
	{ "corp.test", "test", false },
	{ "corp.test", "corp.test.evil", false },
	{ "corp.test", "*.corp.test", true },
	{ "a.corp.test", "*.corp.test", false },
	{ ".corp.test", "a.corp.test", true },
	{ ".corp.test", "corp.test", false },
	{ ".corp.test", ".corp.test", true },
	{ ".corp.test", "xcorp.test", false },
	{ "", "anything.test", true },
	{ "", "", true },
	{ "corp.test", "", false },
};

static void
test_dns(void **state)
{
	struct made base, name;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(dns_rows); i++) {
		base = subtree(dns(dns_rows[i].base));
		name = dns(dns_rows[i].name);
		check(judge(constraints(base, nothing), name) ==
			(dns_rows[i].inside ? CONSTRAINT_KEPT
					    : CONSTRAINT_BROKEN),
		    "permitted %s, %s", dns_rows[i].base, dns_rows[i].name);
		check(judge(constraints(nothing, base), name) ==
			(dns_rows[i].inside ? CONSTRAINT_BROKEN
					    : CONSTRAINT_KEPT),
		    "excluded %s, %s", dns_rows[i].base, dns_rows[i].name);
	}
	/* A base that would never match. */
	base = subtree(dns("corp.test."));
	name = dns("a.corp.test");
	assert_int_equal(
	    judge(constraints(base, nothing), name), CONSTRAINT_UNKNOWN);
	assert_int_equal(
	    judge(constraints(nothing, base), name), CONSTRAINT_UNKNOWN);
}

static const struct {
	const char *base;
	size_t base_len;
	const char *name;
	size_t name_len;
	enum constraint permitted, excluded;
} ip_rows[] = {
	{ LIT("\x0a\0\0\0\xff\0\0\0"), LIT("\x0a\x01\x02\x03"), CONSTRAINT_KEPT,
	    CONSTRAINT_BROKEN },
	{ LIT("\x0a\0\0\0\xff\0\0\0"), LIT("\x0b\x01\x02\x03"),
	    CONSTRAINT_BROKEN, CONSTRAINT_KEPT },
	{ LIT("\0\0\0\0\0\0\0\0"), LIT("\x0b\x01\x02\x03"), CONSTRAINT_KEPT,
	    CONSTRAINT_BROKEN },
	{ LIT("\0\0\0\0\0\0\0\0"), LIT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"),
	    CONSTRAINT_BROKEN, CONSTRAINT_KEPT },
	{ LIT("\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	      "\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	    LIT("\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), CONSTRAINT_KEPT,
	    CONSTRAINT_BROKEN },
	{ LIT("\x0a\0\0\0\xff\0\0"), LIT("\x0a\x01\x02\x03"),
	    CONSTRAINT_UNKNOWN, CONSTRAINT_UNKNOWN },
	{ LIT("\x0a\0\0\0"), LIT("\x0a\0\0\0"), CONSTRAINT_UNKNOWN,
	    CONSTRAINT_UNKNOWN },
};

static void
test_ip(void **state)
{
	struct made base, name;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ip_rows); i++) {
		base = subtree(
		    element(NAME_IP, ip_rows[i].base, ip_rows[i].base_len));
		name = element(NAME_IP, ip_rows[i].name, ip_rows[i].name_len);
		check(judge(constraints(base, nothing), name) ==
			ip_rows[i].permitted,
		    "row %zu", i);
		check(judge(constraints(nothing, base), name) ==
			ip_rows[i].excluded,
		    "row %zu, excluded", i);
	}
}

#define UTF8      0x0c
#define PRINTABLE 0x13
#define T61       0x14
#define BMP       0x1e

static const struct {
	unsigned int base_tag;
	const char *base;
	unsigned int tag;
	const char *text;
	enum constraint permitted, excluded;
} directory_rows[] = {
	{ UTF8, "Corp", UTF8, "Corp", CONSTRAINT_KEPT, CONSTRAINT_BROKEN },
	{ UTF8, "Corp", PRINTABLE, "  cORP ", CONSTRAINT_KEPT,
	    CONSTRAINT_BROKEN },
	{ UTF8, "My  Corp", UTF8, "my corp", CONSTRAINT_KEPT,
	    CONSTRAINT_BROKEN },
	{ UTF8, "My Corp", UTF8, "mycorp", CONSTRAINT_BROKEN, CONSTRAINT_KEPT },
	{ UTF8, "Corp", UTF8, "Corporation", CONSTRAINT_BROKEN,
	    CONSTRAINT_KEPT },
	{ UTF8, "Corp", T61, "Corp", CONSTRAINT_UNKNOWN, CONSTRAINT_UNKNOWN },
	{ UTF8, "Corp", BMP, "C", CONSTRAINT_UNKNOWN, CONSTRAINT_UNKNOWN },
	{ T61, "Corp", T61, "Corp", CONSTRAINT_KEPT, CONSTRAINT_BROKEN },
};

static struct made
directory(struct made rdns)
{
	return in(NAME_DIRECTORY, in(0x30, rdns));
}

static void
test_directory(void **state)
{
	struct made base, bare, name, c;
	struct general_name n;
	struct der whole, rest;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(directory_rows); i++) {
		base = subtree(directory(rdn(
		    O, directory_rows[i].base_tag, directory_rows[i].base)));
		/* A name's value is its RDNs. */
		name = in(NAME_DIRECTORY,
		    join(rdn(O, directory_rows[i].tag, directory_rows[i].text),
			rdn(CN, UTF8, "below")));
		check(judge(constraints(base, nothing), name) ==
			directory_rows[i].permitted,
		    "row %zu", i);
		check(judge(constraints(nothing, base), name) ==
			directory_rows[i].excluded,
		    "row %zu, excluded", i);
	}
	/* Another attribute, fewer RDNs, none at all. */
	base = subtree(
	    directory(join(rdn(O, UTF8, "Corp"), rdn(CN, UTF8, "x"))));
	bare = in(NAME_DIRECTORY, rdn(O, UTF8, "Corp"));
	assert_int_equal(
	    judge(constraints(base, nothing), bare), CONSTRAINT_BROKEN);
	base = subtree(directory(rdn(CN, UTF8, "Corp")));
	assert_int_equal(
	    judge(constraints(nothing, base), bare), CONSTRAINT_KEPT);
	base = subtree(directory(nothing));
	assert_int_equal(
	    judge(constraints(nothing, base), bare), CONSTRAINT_BROKEN);
	/* An RDN of two attributes can only be compared byte by byte. */
	name = rdn(O, UTF8, "Corp");
	whole = as_der(&name);
	assert_true(der_take(&whole, &n.tag, &rest));
	name = in(0x31,
	    join(element(0x30, rest.p + 2, (size_t)(rest.end - rest.p) - 2),
		element(0x30, rest.p + 2, (size_t)(rest.end - rest.p) - 2)));
	c = constraints(nothing, subtree(directory(rdn(O, UTF8, "Corp"))));
	assert_int_equal(
	    judge(c, in(NAME_DIRECTORY, name)), CONSTRAINT_UNKNOWN);
	c = constraints(nothing, subtree(directory(name)));
	assert_int_equal(judge(c, in(NAME_DIRECTORY, name)), CONSTRAINT_BROKEN);
}

/* Only constraints of a name's own type count; several are alternatives; what
 * is excluded wins. */
static void
test_types(void **state)
{
	struct made c, ip = element(NAME_IP, "\x0a\0\0\0\xff\0\0\0", 8);
	struct made email = element(NAME_EMAIL, "a.test", 6);

	(void)state;
	c = constraints(join(subtree(dns("a.test")), subtree(dns("b.test"))),
	    subtree(dns("x.b.test")));
	assert_int_equal(judge(c, dns("a.test")), CONSTRAINT_KEPT);
	assert_int_equal(judge(c, dns("b.test")), CONSTRAINT_KEPT);
	assert_int_equal(judge(c, dns("x.b.test")), CONSTRAINT_BROKEN);
	assert_int_equal(judge(c, dns("c.test")), CONSTRAINT_BROKEN);
	assert_int_equal(
	    judge(c, element(NAME_IP, "\1\2\3\4", 4)), CONSTRAINT_KEPT);
	c = constraints(subtree(ip), nothing);
	assert_int_equal(judge(c, dns("c.test")), CONSTRAINT_KEPT);
	c = constraints(subtree(email), nothing);
	assert_int_equal(judge(c, dns("c.test")), CONSTRAINT_KEPT);
	assert_int_equal(
	    judge(c, element(NAME_EMAIL, "x@a.test", 8)), CONSTRAINT_UNKNOWN);
	c = constraints(nothing, subtree(element(0x86, "h", 1)));
	assert_int_equal(
	    judge(c, element(0x86, "https://x", 9)), CONSTRAINT_UNKNOWN);
}

static void
test_unsound(void **state)
{
	struct made good = subtree(dns("a.test")), rows[12], c;
	size_t count = 0, i;
	struct der d;

	(void)state;
	rows[count++] = nothing;
	rows[count++] = in(0x30, nothing);
	rows[count++] = in(0x31, in(0xa0, good));
	rows[count++] = in(0x30, good);
	rows[count++] = in(0x30, join(in(0xa1, good), in(0xa0, good)));
	rows[count++] = in(0x30, in(0xa2, good));
	rows[count++] = join(in(0x30, in(0xa0, good)), good);
	rows[count++] = constraints(
	    subtree(join(dns("a.test"), element(0x80, "\1", 1))), nothing);
	rows[count++] = constraints(
	    subtree(join(dns("a.test"), element(0x81, "\0", 1))), nothing);
	rows[count++] = constraints(nothing,
	    subtree(join(join(dns("a.test"), element(0x80, "\0", 1)),
		element(0x81, "\5", 1))));
	rows[count++] = constraints(
	    subtree(element(NAME_DIRECTORY, "x", 1)), nothing);
	rows[count++] = constraints(in(0x30, nothing), nothing);
	assert_int_equal(count, COUNT(rows));
	for (i = 0; i < count; i++) {
		d = as_der(&rows[i]);
		check(!constraints_are_sound(&d), "row %zu", i);
	}
	c = constraints(
	    subtree(join(dns("a.test"), element(0x80, "\0", 1))), good);
	d = as_der(&c);
	assert_true(constraints_are_sound(&d));
	/* Cut anywhere, on a copy that ends there. */
	for (i = 0; i < c.len; i++) {
		unsigned char *copy = malloc(i + (i == 0));

		assert_non_null(copy);
		memcpy(copy, c.data, i);
		d = (struct der){ copy, copy + i };
		check(!constraints_are_sound(&d), "%zu bytes", i);
		free(copy);
	}
}

static enum constraint
check_all(struct made c, struct made subject, struct made alt, bool is_server)
{
	struct certificate_names names = { as_der(&subject), as_der(&alt),
		is_server };
	struct der whole = as_der(&c);
	struct general_name culprit;

	return constraints_check(&whole, &names, &culprit);
}

/* All names of a certificate: subject, e-mail in it, alternatives, and CN. */
static void
test_certificates(void **state)
{
	struct made corp = constraints(subtree(dns("corp.test")), nothing);
	struct made mail = constraints(
	    subtree(element(NAME_EMAIL, "a", 1)), nothing);
	struct made org = constraints(
	    subtree(directory(rdn(O, UTF8, "Corp"))), nothing);
	struct made empty = in(0x30, nothing);
	struct made good = in(0x30, dns("a.corp.test"));
	struct made bad = in(0x30, join(dns("a.corp.test"), dns("evil.test")));
	struct made ip = in(0x30, element(NAME_IP, "\1\2\3\4", 4));
	struct made cn = in(0x30, rdn(CN, UTF8, "evil.test"));
	struct made wide = in(0x30, rdn(CN, BMP, "\0e"));

	(void)state;
	assert_int_equal(check_all(corp, empty, good, true), CONSTRAINT_KEPT);
	assert_int_equal(check_all(corp, empty, bad, true), CONSTRAINT_BROKEN);
	assert_int_equal(check_all(corp, cn, good, true), CONSTRAINT_KEPT);
	assert_int_equal(check_all(corp, cn, ip, true), CONSTRAINT_BROKEN);
	assert_int_equal(check_all(corp, cn, ip, false), CONSTRAINT_KEPT);
	assert_int_equal(check_all(corp, cn, nothing, false), CONSTRAINT_KEPT);
	assert_int_equal(check_all(corp, wide, ip, true), CONSTRAINT_BROKEN);
	assert_int_equal(
	    check_all(corp, in(0x30, rdn(CN, UTF8, "Our host")), ip, true),
	    CONSTRAINT_KEPT);
	assert_int_equal(
	    check_all(corp, in(0x30, rdn(CN, UTF8, "evil")), ip, true),
	    CONSTRAINT_KEPT);
	assert_int_equal(
	    check_all(mail, in(0x30, rdn(EMAIL, 0x16, "x@b")), good, false),
	    CONSTRAINT_UNKNOWN);
	assert_int_equal(check_all(mail, cn, good, true), CONSTRAINT_KEPT);
	assert_int_equal(check_all(org, empty, good, true), CONSTRAINT_KEPT);
	assert_int_equal(check_all(org, cn, good, true), CONSTRAINT_BROKEN);
	assert_int_equal(
	    check_all(org, in(0x30, rdn(O, UTF8, "Corp")), good, true),
	    CONSTRAINT_KEPT);
	assert_int_equal(check_all(org, empty,
			     in(0x30, directory(rdn(O, UTF8, "Other"))), true),
	    CONSTRAINT_BROKEN);
	assert_int_equal(check_all(org, empty,
			     in(0x30, directory(rdn(O, UTF8, "Corp"))), true),
	    CONSTRAINT_KEPT);
}

static struct made
extension(const char *id, size_t id_len, bool critical, const char *value)
{
	return in(0x30,
	    join(join(element(0x06, id, id_len),
		     critical ? element(0x01, "\xff", 1) : nothing),
		element(0x04, value, strlen(value))));
}

static void
test_extensions(void **state)
{
	struct made one = extension(LIT("\x55\x1d\x1e"), true, "one");
	struct made two = extension(LIT("\x55\x1d\x11"), false, "two");
	struct made list = in(0x30, join(one, two));
	struct der whole = as_der(&list), value;
	static const unsigned char ids[] = "\x55\x1d\x1e\x55\x1d\x11\x55\x1d";
	struct der first = { ids, ids + 3 }, second = { ids + 3, ids + 6 };
	struct der none = { ids + 6, ids + 8 };

	(void)state;
	assert_true(der_find_extension(&whole, &first, &value));
	assert_memory_equal(value.p, "one", 3);
	assert_true(der_find_extension(&whole, &second, &value));
	assert_memory_equal(value.p, "two", 3);
	value = first;
	assert_false(der_find_extension(&whole, &none, &value));
	assert_ptr_equal(value.p, first.p);
	assert_false(der_repeats_extension(&whole));
	list = in(0x30, join(join(one, two), one));
	whole = as_der(&list);
	assert_true(der_repeats_extension(&whole));
	whole.end = whole.p;
	assert_false(der_repeats_extension(&whole));
	assert_false(der_find_extension(&whole, &first, &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dns),
		cmocka_unit_test(test_ip),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_unsound),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_extensions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
