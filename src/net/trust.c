#include "compat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/trust.h"

#define PIPE_MS		10000	/* for a pipe's writer */
#define FILE_MAX	((size_t)16 << 20)	/* bundles are under 1 MiB */

struct entry {
	size_t	 at, len;		/* DER in the arena */
	size_t	 subject_at, subject_len;
};

struct trust {
	struct buf	 der;		/* all certificates, one after another */
	struct entry	*entries;
	size_t		 count;
	size_t		 found;		/* whole ones, known or new */
	size_t		 skipped;
	struct buf	 origin;
};

/* The usual places, the most common first. */
static const char *system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",	/* Debian, Alpine, Arch */
	"/etc/pki/tls/certs/ca-bundle.crt",	/* Fedora, RHEL */
	"/etc/ssl/ca-bundle.pem",		/* openSUSE */
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/cert.pem",			/* Alpine, the BSDs */
	"/etc/ssl/certs/ca-bundle.crt",		/* NixOS */
	"/usr/local/share/certs/ca-root-nss.crt",
};

/* A cursor over DER (X.690, 8.1): only what finding a subject takes. */
struct der {
	const unsigned char	*p, *end;
};

/* Takes one element; its tag, and the cursor over its contents. */
static bool
der_take(struct der *d, unsigned int *tag, struct der *contents)
{
	const unsigned char *p = d->p;
	size_t len, n;

	if (d->end - p < 2)
		return false;
	*tag = *p++;
	len = *p++;
	if (len >= 0x80) {
		n = len & 0x7f;
		if (n == 0 || n > 4 || (size_t)(d->end - p) < n)
			return false;
		for (len = 0; n > 0; n--)
			len = len << 8 | *p++;
	}
	if (len > (size_t)(d->end - p))
		return false;
	contents->p = p;
	contents->end = p + len;
	d->p = contents->end;
	return true;
}

#define DER_SEQUENCE	0x30
#define DER_INTEGER	0x02
#define DER_VERSION	0xa0	/* [0], RFC 5280, 4.1 */

/*
 * Certificate ::= { TBSCertificate { [version], serial, algorithm, issuer,
 * validity, subject, key, ... }, algorithm, signature }; the subject with its
 * own tag and length.
 */
static bool
find_subject(const unsigned char *data, size_t len, struct entry *e)
{
	static const unsigned int tags[] = { DER_INTEGER, DER_SEQUENCE,
	    DER_SEQUENCE, DER_SEQUENCE, DER_SEQUENCE, DER_SEQUENCE };
	struct der file = { data, data + len }, cert, tbs, part, rest;
	const unsigned char *start;
	unsigned int tag;
	size_t i;

	if (!der_take(&file, &tag, &cert) || tag != DER_SEQUENCE ||
	    file.p != file.end ||
	    !der_take(&cert, &tag, &tbs) || tag != DER_SEQUENCE)
		return false;
	rest = tbs;
	if (der_take(&rest, &tag, &part) && tag == DER_VERSION)
		tbs = rest;
	for (i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		start = tbs.p;
		if (!der_take(&tbs, &tag, &part) || tag != tags[i])
			return false;
		if (i == 4) {
			e->subject_at = (size_t)(start - data);
			e->subject_len = (size_t)(tbs.p - start);
		}
	}
	return true;
}

static bool
is_known(const struct trust *t, const struct entry *e)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->entries[i].len == e->len &&
		    memcmp(t->der.data + t->entries[i].at,
		    t->der.data + e->at, e->len) == 0)
			return true;
	return false;
}

/* The arena's tail from `at` on is a certificate, or is cut off again. */
static void
add_certificate(struct trust *t, size_t at)
{
	const unsigned char *data = (const unsigned char *)t->der.data + at;
	struct entry e = { .at = at, .len = t->der.len - at };

	if (e.len == 0 || !find_subject(data, e.len, &e)) {
		t->skipped++;
		t->der.len = at;
		return;
	}
	e.subject_at += at;
	t->found++;
	/* A directory holds most of them two or three times. */
	if (is_known(t, &e)) {
		t->der.len = at;
		return;
	}
	t->entries = xreallocarray(t->entries, t->count + 1,
	    sizeof *t->entries);
	t->entries[t->count++] = e;
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Decodes PEM's base64 (RFC 7468), white space skipped; false if it is not. */
static bool
add_base64(struct buf *out, const char *s, const char *end)
{
	static const unsigned int shifts[] = { 0, 0, 4, 2 };
	unsigned int bits = 0, n = 0, pad = 0;
	int v;

	for (; s < end; s++) {
		if (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n')
			continue;
		if (*s == '=') {
			pad++;
			continue;
		}
		if ((v = base64_value(*s)) == -1 || pad > 0)
			return false;
		bits = (bits << 6 | (unsigned int)v) & 0xffffff;
		if (++n % 4 != 1)
			buf_addc(out, (char)(bits >> shifts[n % 4]));
	}
	return n > 0 && (n + pad) % 4 == 0 && pad <= 2;
}

/* Public certificates only: a constant-time decoder would cost fifty times
 * as much and protect nothing. */
static void
add_pem(struct trust *t, const char *text, size_t len)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	static const char stop[] = "-----END CERTIFICATE-----";
	const char *p = text, *end = text + len, *body, *tail, *next;
	size_t at;

	while ((p = memmem(p, (size_t)(end - p), begin, sizeof begin - 1)) !=
	    NULL) {
		body = p + sizeof begin - 1;
		/* One that lost its end must not take the next one along. */
		next = memmem(body, (size_t)(end - body), begin,
		    sizeof begin - 1);
		if (next == NULL)
			next = end;
		tail = memmem(body, (size_t)(next - body), stop,
		    sizeof stop - 1);
		at = t->der.len;
		if (tail != NULL && add_base64(&t->der, body, tail)) {
			add_certificate(t, at);
		} else {
			t->skipped++;
			t->der.len = at;
		}
		p = next;
	}
}

/* A pipe's writer may be slow; a pipe without one is empty. */
static ssize_t
read_some(int fd, char *data, size_t size)
{
	ssize_t n;

	do
		n = read(fd, data, size);
	while (n == -1 && (errno == EINTR || errno == EAGAIN) &&
	    (errno = io_wait_readable(fd, PIPE_MS)) == 0);
	return n;
}

/* Whole file; NULL and errno if it cannot be read. */
static bool
read_file(const char *path, struct buf *out)
{
	char chunk[16384];
	struct stat st;
	ssize_t n;
	int fd, saved;

	/* Not blocking: a pipe must not be able to hang us. */
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return false;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		errno = EISDIR;
		return false;
	}
	while ((n = read_some(fd, chunk, sizeof chunk)) > 0) {
		buf_add(out, chunk, (size_t)n);
		if (out->overflowed)
			break;
	}
	saved = out->overflowed ? EFBIG : errno;
	close(fd);
	errno = saved;
	return n == 0;
}

static bool
add_file(struct trust *t, const char *path)
{
	struct buf text;
	bool ok;

	buf_init(&text, FILE_MAX);
	if ((ok = read_file(path, &text)))
		add_pem(t, buf_str(&text), text.len);
	buf_free(&text);
	return ok;
}

static void
add_origin(struct trust *t, const char *path)
{
	if (t->origin.len > 0)
		buf_adds(&t->origin, ", ");
	buf_adds(&t->origin, path);
}

/* A file that somebody named has to be there and have certificates. */
static enum status
add_named_file(struct trust *t, const char *what, const char *path,
    struct fault *f)
{
	size_t skipped = t->skipped, found = t->found;

	if (!add_file(t, path))
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: cannot read %s: %s", what, path, strerror(errno));
	if (t->found == found)
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: no certificate in %s (it must hold PEM blocks "
		    "\"-----BEGIN CERTIFICATE-----\"%s)", what, path,
		    t->skipped > skipped ? "; there are some, all broken" : "");
	add_origin(t, path);
	return STATUS_OK;
}

static bool
add_directory(struct trust *t, const char *path)
{
	struct dirent *d;
	struct buf name;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return false;
	buf_init(&name, BUF_TEXT_MAX);
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		buf_clear(&name);
		buf_addf(&name, "%s/%s", path, d->d_name);
		if (!add_file(t, buf_str(&name)) && errno != EISDIR)
			log_debug("%s: %s", buf_str(&name), strerror(errno));
	}
	buf_free(&name);
	closedir(dir);
	return true;
}

/* OpenSSL's variable: one or more directories. */
static enum status
add_named_directories(struct trust *t, const char *list, struct fault *f)
{
	const char *p;
	size_t len;
	char *path;

	for (p = list; *p != '\0'; p += len + (p[len] == ':')) {
		len = strcspn(p, ":");
		path = xstrndup(p, len);
		if (len > 0 && !add_directory(t, path))
			log_debug("SSL_CERT_DIR: %s: %s", path,
			    strerror(errno));
		free(path);
	}
	/* Beside SSL_CERT_FILE it may well be empty, as OpenSSL has it. */
	if (t->count == 0)
		return fault_set_lasting(f, STATUS_USAGE,
		    "SSL_CERT_DIR: no certificate in %s", list);
	add_origin(t, list);
	return STATUS_OK;
}

static void
add_system(struct trust *t)
{
	size_t i;

	for (i = 0; i < sizeof system_bundles / sizeof system_bundles[0]; i++)
		if (add_file(t, system_bundles[i]) && t->count > 0) {
			add_origin(t, system_bundles[i]);
			return;
		}
	if (add_directory(t, "/etc/ssl/certs") && t->count > 0)
		add_origin(t, "/etc/ssl/certs");
}

enum status
trust_load(struct trust **out, const struct trust_sources *s, struct fault *f)
{
	enum status status = STATUS_OK;
	struct trust *t;

	t = xcalloc(1, sizeof *t);
	buf_init(&t->der, BUF_TEXT_MAX);
	buf_init(&t->origin, BUF_TEXT_MAX);
	if (s->cacert != NULL) {
		status = add_named_file(t, "--cacert", s->cacert, f);
	} else if (s->cert_file != NULL || s->cert_dir != NULL) {
		if (s->cert_file != NULL)
			status = add_named_file(t, "SSL_CERT_FILE",
			    s->cert_file, f);
		if (status == STATUS_OK && s->cert_dir != NULL)
			status = add_named_directories(t, s->cert_dir, f);
	} else {
		add_system(t);
	}
	if (status == STATUS_OK && s->extra != NULL)
		status = add_named_file(t, "NODE_EXTRA_CA_CERTS", s->extra, f);
	if (status != STATUS_OK) {
		trust_free(t);
		return status;
	}
	if (t->skipped > 0)
		log_debug("%s: %zu broken certificates skipped",
		    buf_str(&t->origin), t->skipped);
	*out = t;
	return STATUS_OK;
}

void
trust_free(struct trust *t)
{
	if (t == NULL)
		return;
	buf_free(&t->der);
	buf_free(&t->origin);
	free(t->entries);
	free(t);
}

size_t
trust_count(const struct trust *t)
{
	return t->count;
}

size_t
trust_skipped(const struct trust *t)
{
	return t->skipped;
}

const char *
trust_origin(const struct trust *t)
{
	return buf_str(&t->origin);
}

const unsigned char *
trust_der(const struct trust *t, size_t n, size_t *len)
{
	*len = t->entries[n].len;
	return (const unsigned char *)t->der.data + t->entries[n].at;
}

const unsigned char *
trust_subject(const struct trust *t, size_t n, size_t *len)
{
	*len = t->entries[n].subject_len;
	return (const unsigned char *)t->der.data + t->entries[n].subject_at;
}
