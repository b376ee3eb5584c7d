/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lines.h"

#define LINE_SIZE 2048

static FILE *
open_regular(const char *path)
{
	FILE *file = NULL;
	struct stat st;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		file = fdopen(fd, "r");
	if (file == NULL)
		close(fd);
	return file;
}

void
lines_read(const char *path, lines_line take, void *ctx)
{
	bool begins = true, ends;
	char line[LINE_SIZE];
	FILE *file;

	if ((file = open_regular(path)) == NULL)
		return;
	while (fgets(line, sizeof line, file) != NULL) {
		ends = strchr(line, '\n') != NULL;
		line[strcspn(line, "\r\n")] = '\0';
		if (begins)
			take(ctx, line);
		begins = ends;
	}
	(void)fclose(file);
}
