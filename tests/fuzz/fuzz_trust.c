/* SPDX-License-Identifier: ISC */
/*
 * Certificates: any file gives a fault, or certificates whose subjects lie
 * inside them and that are read again as they were.  The file is one in memory.
 */
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/trust.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct trust_sources s = { .cacert_from = "--cacert" };
	struct trust *t = NULL;
	struct der subject;
	struct buf der;
	size_t i;
	struct fault f;
	char path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	must(fd != -1 && write(fd, data, len) == (ssize_t)len);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	s.cacert = path;
	if (trust_load(&t, &s, &f) == STATUS_OK) {
		must(trust_count(t) > 0);
		for (i = 0; i < trust_count(t); i++) {
			buf_init(&der, BUF_TEXT_MAX);
			must(trust_read(t, i, &der, &f) == STATUS_OK);
			must(der_find_subject(
			    (unsigned char *)der.data, der.len, &subject));
			must(subject.p[0] == 0x30);
			must(subject.p > (unsigned char *)der.data);
			must(subject.end < (unsigned char *)der.data + der.len);
			must(trust_find(t, i, &subject) == i);
			must(trust_find(t, 0, &subject) <= i);
			buf_free(&der);
		}
	} else {
		must(t == NULL && f.status == STATUS_USAGE);
	}
	trust_free(t);
	close(fd);
	return 0;
}
