/*
 * Certificates: any file gives a fault, or certificates whose subjects lie
 * inside them.  The file is one in memory.
 */
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/trust.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct trust_sources s = { .cacert = NULL };
	const unsigned char *der, *subject;
	size_t i, n, subject_len;
	struct trust *t = NULL;
	struct fault f;
	char path[64];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	must(fd != -1 && write(fd, data, len) == (ssize_t)len);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	s.cacert = path;
	if (trust_load(&t, &s, &f) == STATUS_OK) {
		must(trust_count(t) > 0);
		for (i = 0; i < trust_count(t); i++) {
			der = trust_der(t, i, &n);
			subject = trust_subject(t, i, &subject_len);
			must(n > 0 && subject_len >= 2 && subject > der);
			must(subject + subject_len < der + n);
			must(subject[0] == 0x30);
		}
	} else {
		must(t == NULL && f.status == STATUS_USAGE);
	}
	trust_free(t);
	close(fd);
	return 0;
}
