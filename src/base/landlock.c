/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/landlock.h"
#include "base/mem.h"

struct landlock_ruleset
landlock_ruleset_of(int abi)
{
	struct landlock_ruleset r = { .files = LANDLOCK_FILES_1 };

	if (abi >= 2)
		r.files |= LANDLOCK_REFER;
	if (abi >= 3)
		r.files |= LANDLOCK_TRUNCATE;
	if (abi >= 4)
		r.network = LANDLOCK_BIND_TCP;
	if (abi >= 5)
		r.files |= LANDLOCK_IOCTL_DEV;
	if (abi >= 6)
		r.scopes = LANDLOCK_ABSTRACT_UNIX | LANDLOCK_SIGNALS;
	return r;
}

/* The directory is one whose files must not all be opened up. */
static bool
is_too_wide(const char *directory)
{
	return *directory == '\0' ||
	    (geteuid() == 0 && strcmp(directory, "/etc") == 0);
}

/* Cuts the last part off; a path directly below the root becomes "". */
static void
to_directory(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash != NULL)
		*slash = '\0';
}

static bool
is_mounted_by_itself(const char *path, const char *directory)
{
	struct stat file, above;

	return stat(path, &file) == 0 && stat(directory, &above) == 0 &&
	    file.st_dev != above.st_dev;
}

/*
 * The directory that a file and those that come after it are in, by its real
 * name; NULL if the file alone must do.  A name may be a link that leads
 * further down, and is turned to another place there when the file changes
 * (as Kubernetes does); then it is the link's directory.
 */
static char *
directory_of(const char *path, const char *real)
{
	char *directory = xstrdup(real), *above, *link;
	size_t len;

	to_directory(directory);
	above = xstrdup(strchr(path, '/') != NULL ? path : "./");
	to_directory(above);
	link = realpath(*above != '\0' ? above : "/", NULL);
	free(above);
	len = link != NULL ? strlen(link) : 0;
	if (len > 1 && strncmp(directory, link, len) == 0 &&
	    directory[len] == '/')
		directory[len] = '\0';
	free(link);
	if (!is_too_wide(directory) && !is_mounted_by_itself(real, directory))
		return directory;
	free(directory);
	return NULL;
}

/* A file that is not there cannot be allowed, and is no fault. */
static void
allow_reading(int ruleset, const char *path)
{
	struct landlock_beneath rule = { .allowed = LANDLOCK_READ_FILE };

	if ((rule.fd = open(path, O_PATH | O_CLOEXEC)) == -1)
		return;
	syscall(
	    LANDLOCK_ADD_RULE, (long)ruleset, LANDLOCK_PATH_BENEATH, &rule, 0L);
	close(rule.fd);
}

static void
allow_file(int ruleset, const struct landlock_file *file)
{
	char *real, *directory = NULL;

	if (file->path == NULL || (real = realpath(file->path, NULL)) == NULL)
		return;
	if (file->is_replaced)
		directory = directory_of(file->path, real);
	allow_reading(ruleset, directory != NULL ? directory : real);
	free(directory);
	free(real);
}

enum status
landlock_restrict(
    const struct landlock_file *files, size_t count, int *abi, struct fault *f)
{
	struct landlock_ruleset wanted;
	long ruleset;
	size_t i;
	int error;

	*abi = (int)syscall(
	    LANDLOCK_CREATE_RULESET, NULL, (size_t)0, LANDLOCK_ASK_VERSION);
	if (*abi < 1)
		return fault_set(
		    f, STATUS_FAILED, "no Landlock: %s", strerror(errno));
	wanted = landlock_ruleset_of(*abi);
	ruleset = syscall(LANDLOCK_CREATE_RULESET, &wanted, sizeof wanted, 0L);
	if (ruleset == -1)
		return fault_set(
		    f, STATUS_FAILED, "Landlock: %s", strerror(errno));
	for (i = 0; i < count; i++)
		allow_file((int)ruleset, &files[i]);
	error = syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0L) == -1 ? errno : 0;
	close((int)ruleset);
	if (error != 0)
		return fault_set(
		    f, STATUS_FAILED, "Landlock: %s", strerror(error));
	return STATUS_OK;
}
