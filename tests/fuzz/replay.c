/* SPDX-License-Identifier: ISC */
/*
 * Runs a fuzz target over its corpus without a fuzzer, each file twice, since
 * the first run must leave nothing behind that changes the second.  Arguments
 * are files or folders; without any, the target's folder beside this source.
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "base/buf.h"

static size_t files;

static bool
run_file(const char *path)
{
	FILE *f = fopen(path, "r");
	uint8_t *data = NULL, *resized;
	size_t len = 0, n;

	if (f == NULL)
		return false;
	do {
		if ((resized = realloc(data, len + 65536)) == NULL)
			abort();
		data = resized;
		n = fread(data + len, 1, 65536, f);
		len += n;
	} while (n > 0);
	fclose(f);
	/* As short as it is, so that reading beyond it is seen. */
	if ((resized = realloc(data, len > 0 ? len : 1)) == NULL)
		abort();
	data = resized;
	LLVMFuzzerTestOneInput(data, len);
	LLVMFuzzerTestOneInput(data, len);
	free(data);
	files++;
	return true;
}

static bool
run(const char *path)
{
	struct dirent *d;
	struct buf name;
	bool ok = true;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return run_file(path);
	while ((d = readdir(dir)) != NULL && ok) {
		if (d->d_name[0] == '.')
			continue;
		buf_init(&name, BUF_TEXT_MAX);
		buf_addf(&name, "%s/%s", path, d->d_name);
		ok = run_file(buf_str(&name));
		buf_free(&name);
	}
	closedir(dir);
	return ok;
}

int
main(int argc, char *argv[])
{
	const char *source = getenv("srcdir"), *name;
	char corpus[4096];
	int i;

	name = strstr(argv[0], "fuzz_");
	while (name != NULL && strstr(name + 1, "fuzz_") != NULL)
		name = strstr(name + 1, "fuzz_");
	snprintf(corpus, sizeof corpus, "%s/tests/fuzz/corpus/%s",
	    source != NULL ? source : ".", name != NULL ? name + 5 : "");
	for (i = 1; i < argc || i == 1; i++)
		if (!run(i < argc ? argv[i] : corpus)) {
			fprintf(stderr, "%s: %s\n", i < argc ? argv[i] : corpus,
			    strerror(errno));
			return 1;
		}
	printf("%zu files\n", files);
	return files > 0 ? 0 : 1;
}
