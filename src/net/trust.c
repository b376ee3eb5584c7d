/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/pem.h"
#include "net/roots.h"
#include "net/trust.h"

#define PIPES_MS    10000              /* for the writers of all pipes */
#define FILE_MAX    ((size_t)16 << 20) /* bundles are under 1 MiB */
#define CHUNK       8192
#define ENTRIES_MIN 64
#define ENTRIES_MAX 8192 /* each is compared with all before it */
#define FILES_MAX   2    /* a bundle, and an extra one */
#define FDS_FEW     32   /* if no more are allowed, no file stays open */

struct entry {
	uint64_t hash;      /* of the DER */
	uint64_t subject;   /* hash of the subject */
	size_t len;         /* of the DER */
	unsigned char *der; /* NULL: to be read from its file */
	unsigned int file;  /* whose text has it there: */
	uint64_t at, text_len;
};

/* One that stays open, to be read again. */
struct file {
	int fd;
	char *path;
};

struct trust {
	size_t roots; /* compiled in and in use; they come first */
	struct entry *entries;
	size_t count, size;
	struct file files[FILES_MAX];
	unsigned int file_count;
	bool keeps_files; /* descriptors are not scarce */
	int64_t pipes_until_ms;
	size_t found; /* certificates that are not broken, known or new */
	size_t skipped;
	struct buf origin;
	struct buf left_out;
};

/* The usual places, the most common first. */
static const char *system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt", /* Debian, Alpine, Arch */
	"/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, RHEL */
	"/etc/ssl/ca-bundle.pem",             /* openSUSE */
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/cert.pem",            /* Alpine, the BSDs */
	"/etc/ssl/certs/ca-bundle.crt", /* NixOS */
	"/usr/local/share/certs/ca-root-nss.crt",
};

/* FNV-1a.  It is for telling certificates apart and finding them; it protects
 * nothing. */
static uint64_t
hash(const unsigned char *p, const unsigned char *end)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; p < end; p++)
		h = (h ^ *p) * 0x100000001b3;
	return h;
}

/* The file that is being read. */
struct reading {
	struct trust *trust;
	bool keeps; /* entries keep their DER */
};

static bool
is_known(const struct trust *t, const struct entry *e)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->entries[i].hash == e->hash &&
		    t->entries[i].len == e->len)
			return true;
	return false;
}

static void
add_certificate(void *ctx, const struct pem_block *block)
{
	struct reading *r = ctx;
	struct trust *t = r->trust;
	struct entry e = {
		.len = block->len,
		.at = block->at,
		.text_len = block->text_len,
		.file = t->file_count,
	};
	struct der subject;

	if (block->len == 0 ||
	    !der_find_subject(block->der, block->len, &subject)) {
		t->skipped++;
		return;
	}
	t->found++;
	e.hash = hash(block->der, block->der + block->len);
	e.subject = hash(subject.p, subject.end);
	/* A directory has most of them two or three times. */
	if (is_known(t, &e))
		return;
	if (r->keeps) {
		e.der = xmalloc(e.len);
		memcpy(e.der, block->der, e.len);
	}
	if (t->count == t->size) {
		t->size = t->size > 0 ? 2 * t->size : ENTRIES_MIN;
		t->entries = xreallocarray(
		    t->entries, t->size, sizeof *t->entries);
	}
	t->entries[t->count++] = e;
}

/* Takes back the entries after the first `count`. */
static void
forget(struct trust *t, size_t count)
{
	while (t->count > count)
		free(t->entries[--t->count].der);
}

/* A pipe's writer may be slow; a pipe without one is empty. */
static ssize_t
read_some(int fd, char *data, size_t size, int64_t until_ms)
{
	ssize_t n;

	do
		n = read(fd, data, size);
	while (n == -1 && (errno == EINTR || errno == EAGAIN) &&
	    (errno = io_wait_readable(
		 fd, clock_left(&clock_system, until_ms))) == 0);
	return n;
}

/* 0, or errno. */
static int
scan(struct reading *r, int fd)
{
	char chunk[CHUNK];
	size_t total = 0;
	struct pem pem;
	ssize_t n;

	pem_init(&pem, "CERTIFICATE", add_certificate, r);
	while ((n = read_some(
		    fd, chunk, sizeof chunk, r->trust->pipes_until_ms)) > 0 &&
	    (total += (size_t)n) <= FILE_MAX && r->trust->count <= ENTRIES_MAX)
		pem_feed(&pem, chunk, (size_t)n);
	pem_finish(&pem);
	return n > 0 ? EFBIG : n == -1 ? errno : 0;
}

/* Adds a file's certificates, and with `keeps_open` keeps it open if it can be
 * read twice.  Returns false and errno if it cannot be read. */
static bool
add_file(struct trust *t, const char *path, bool keeps_open)
{
	struct reading r = { .trust = t };
	size_t before = t->count;
	struct stat st;
	int fd, error;

	/* It must not block: a pipe may have no writer. */
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return false;
	error = fstat(fd, &st) == -1 ? errno : S_ISDIR(st.st_mode) ? EISDIR : 0;
	r.keeps = !keeps_open || !t->keeps_files || !S_ISREG(st.st_mode) ||
	    t->file_count == FILES_MAX;
	if (error == 0 && (error = scan(&r, fd)) != 0)
		forget(t, before);
	if (!r.keeps && t->count > before) {
		t->files[t->file_count].fd = fd;
		t->files[t->file_count++].path = xstrdup(path);
	} else {
		close(fd);
	}
	errno = error;
	return error == 0;
}

static void
add_origin(struct trust *t, const char *path)
{
	if (t->origin.len > 0)
		buf_adds(&t->origin, ", ");
	buf_adds(&t->origin, path);
}

/* A file that the user names must exist and contain certificates. */
static enum status
add_named_file(
    struct trust *t, const char *what, const char *path, struct fault *f)
{
	size_t skipped = t->skipped, found = t->found;
	bool read = add_file(t, path, true);

	if (!read && errno == EINTR && interrupt_pending())
		return interrupt_fault(f);
	if (!read && errno == EFBIG)
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: %s is too large (%zu MiB and %d certificates at most)",
		    what, path, FILE_MAX >> 20, ENTRIES_MAX);
	if (!read)
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: cannot read %s: %s", what, path, strerror(errno));
	if (t->found == found)
		return fault_set_lasting(f, STATUS_USAGE,
		    "%s: no certificate in %s (it must contain PEM blocks "
		    "\"-----BEGIN CERTIFICATE-----\"%s)",
		    what, path,
		    t->skipped > skipped ? "; it has some, but all are broken"
					 : "");
	add_origin(t, path);
	return STATUS_OK;
}

/* Returns 0, or the first errno from the directory or a file in it. */
static int
add_directory(struct trust *t, const char *path)
{
	struct dirent *d;
	struct buf name;
	int error = 0;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return errno;
	buf_init(&name, BUF_TEXT_MAX);
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		buf_clear(&name);
		buf_addf(&name, "%s/%s", path, d->d_name);
		if (add_file(t, buf_str(&name), false) || errno == EISDIR)
			continue;
		if (error == 0)
			error = errno;
		log_debug("%s: %s", buf_str(&name), strerror(errno));
	}
	buf_free(&name);
	closedir(dir);
	return error;
}

/* OpenSSL's variable lists one or more directories. */
static enum status
add_named_directories(struct trust *t, const char *list, struct fault *f)
{
	int error, first = 0;
	const char *p;
	size_t len;
	char *path;

	for (p = list; *p != '\0'; p += len + (p[len] == ':')) {
		len = strcspn(p, ":");
		path = xstrndup(p, len);
		if (len > 0 && (error = add_directory(t, path)) != 0) {
			log_debug(
			    "SSL_CERT_DIR: %s: %s", path, strerror(error));
			if (first == 0)
				first = error;
		}
		free(path);
	}
	/* Beside SSL_CERT_FILE it may be empty, as with OpenSSL. */
	if (t->count == 0)
		return fault_set_lasting(f, STATUS_USAGE,
		    "SSL_CERT_DIR: no certificate in %s%s%s%s", list,
		    first != 0 ? ": " : "", first != 0 ? strerror(first) : "",
		    t->skipped > 0 ? " (it has some, but all are broken)" : "");
	add_origin(t, list);
	return STATUS_OK;
}

static void
add_system(struct trust *t)
{
	size_t i;

	for (i = 0; i < sizeof system_bundles / sizeof system_bundles[0]; i++)
		if (add_file(t, system_bundles[i], true) && t->count > 0) {
			add_origin(t, system_bundles[i]);
			return;
		}
	/* Some files are both in a bundle's place and in this directory. */
	t->skipped = 0;
	add_directory(t, "/etc/ssl/certs");
	if (t->count > 0) {
		add_origin(t, "/etc/ssl/certs");
		return;
	}
	t->roots = roots_count;
	if (t->roots > 0)
		add_origin(t, roots_origin);
}

/* Node's variable is often set for other programs and a whole machine, so a bad
 * value is no reason to stop, as with Node. */
static enum status
add_extra(struct trust *t, const char *path, struct fault *f)
{
	struct fault why;
	enum status status = add_named_file(
	    t, "NODE_EXTRA_CA_CERTS", path, &why);

	if (status == STATUS_USAGE) {
		buf_adds(&t->left_out, why.text);
		log_warning("%s. It is ignored.", why.text);
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		*f = why;
	return status;
}

enum status
trust_load(struct trust **out, const struct trust_sources *s, struct fault *f)
{
	enum status status = STATUS_OK;
	struct rlimit fds;
	struct trust *t;

	t = xcalloc(1, sizeof *t);
	t->keeps_files = getrlimit(RLIMIT_NOFILE, &fds) == 0 &&
	    fds.rlim_cur > FDS_FEW;
	t->pipes_until_ms = clock_after(&clock_system, PIPES_MS);
	buf_init(&t->origin, BUF_TEXT_MAX);
	buf_init(&t->left_out, BUF_TEXT_MAX);
	if (s->cacert != NULL) {
		status = add_named_file(t, s->cacert_from, s->cacert, f);
	} else if (s->cert_file != NULL || s->cert_dir != NULL) {
		if (s->cert_file != NULL)
			status = add_named_file(
			    t, "SSL_CERT_FILE", s->cert_file, f);
		if (status == STATUS_OK && s->cert_dir != NULL)
			status = add_named_directories(t, s->cert_dir, f);
	} else {
		add_system(t);
	}
	if (status == STATUS_OK && s->extra != NULL)
		status = add_extra(t, s->extra, f);
	if (status != STATUS_OK) {
		trust_free(t);
		return status;
	}
	log_debug("trusting %zu certificate%s%s%s; %zu broken ones skipped",
	    trust_count(t), trust_count(t) == 1 ? "" : "s",
	    t->origin.len > 0 ? " from " : "", buf_str(&t->origin), t->skipped);
	*out = t;
	return STATUS_OK;
}

void
trust_free(struct trust *t)
{
	unsigned int i;

	if (t == NULL)
		return;
	forget(t, 0);
	free(t->entries);
	for (i = 0; i < t->file_count; i++) {
		close(t->files[i].fd);
		free(t->files[i].path);
	}
	buf_free(&t->origin);
	buf_free(&t->left_out);
	free(t);
}

size_t
trust_count(const struct trust *t)
{
	return t->roots + t->count;
}

size_t
trust_skipped(const struct trust *t)
{
	return t->skipped;
}

const char *
trust_left_out(const struct trust *t)
{
	return buf_str(&t->left_out);
}

const char *
trust_origin(const struct trust *t)
{
	return buf_str(&t->origin);
}

size_t
trust_find(const struct trust *t, size_t n, const struct der *subject)
{
	uint64_t wanted;

	if (n < t->roots && (n = roots_find(n, subject)) < t->roots)
		return n;
	wanted = hash(subject->p, subject->end);
	for (; n < trust_count(t); n++)
		if (t->entries[n - t->roots].subject == wanted)
			break;
	return n;
}

/* A certificate that is read again from the place where it was found. */
struct wanted {
	const struct entry *entry;
	struct buf *out;
	bool found;
};

static void
take_certificate(void *ctx, const struct pem_block *block)
{
	struct wanted *w = ctx;

	if (block->len != w->entry->len ||
	    hash(block->der, block->der + block->len) != w->entry->hash)
		return;
	buf_add(w->out, block->der, block->len);
	w->found = true;
}

static enum status
read_again(const struct entry *e, const struct file *file, struct buf *out,
    struct fault *f)
{
	struct wanted w = { e, out, false };
	char chunk[CHUNK];
	uint64_t left, at;
	struct pem pem;
	ssize_t n = 1;

	pem_init(&pem, "CERTIFICATE", take_certificate, &w);
	for (left = e->text_len, at = e->at; left > 0; left -= (uint64_t)n) {
		n = pread(file->fd, chunk,
		    left < sizeof chunk ? (size_t)left : sizeof chunk,
		    (off_t)at);
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			break;
		pem_feed(&pem, chunk, (size_t)n);
		at += (uint64_t)n;
	}
	pem_finish(&pem);
	if (n == -1)
		return fault_set_lasting(f, STATUS_TRUST, "cannot read %s: %s",
		    file->path, strerror(errno));
	if (!w.found)
		return fault_set_lasting(f, STATUS_TRUST,
		    "%s was changed while it was in use; replace such a file "
		    "with another instead of overwriting it",
		    file->path);
	return STATUS_OK;
}

enum status
trust_read(const struct trust *t, size_t n, struct buf *out, struct fault *f)
{
	const struct entry *e;

	if (n < t->roots) {
		roots_add_certificate(n, out);
		return STATUS_OK;
	}
	e = &t->entries[n - t->roots];
	if (e->der == NULL)
		return read_again(e, &t->files[e->file], out, f);
	buf_add(out, e->der, e->len);
	return STATUS_OK;
}
