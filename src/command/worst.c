/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "base/log.h"
#include "command/worst.h"

/* What must be looked into before anything is repeated comes first, then what
 * is certain, then what may turn out well. */
static const enum status order[] = { STATUS_INTERRUPTED, STATUS_TERMINATED,
	STATUS_OUTPUT, STATUS_UNKNOWN, STATUS_UNIDENTIFIED, STATUS_FAILED,
	STATUS_USAGE, STATUS_UNAUTHORIZED, STATUS_FORBIDDEN, STATUS_REFUSED,
	STATUS_NOT_FOUND, STATUS_LIMITED, STATUS_WAIT_TIMEOUT };

/* NULL if all are OK. */
static const struct fault *
find_worst(const struct fault *const *faults, size_t count)
{
	size_t rank, i;

	for (rank = 0; rank < sizeof order / sizeof order[0]; rank++)
		for (i = 0; i < count; i++)
			if (faults[i]->status == order[rank])
				return faults[i];
	for (i = 0; i < count; i++)
		if (faults[i]->status != STATUS_OK)
			return faults[i];
	return NULL;
}

enum status
worst_sum_up(const struct fault *const *faults, size_t count, struct fault *f)
{
	const struct fault *worst = find_worst(faults, count);
	size_t i;

	/* The others' stories; the worst one's is main's to tell. */
	for (i = 0; i < count; i++)
		if (faults[i]->status != STATUS_OK && faults[i] != worst)
			log_error("%s", faults[i]->text);
	if (worst == NULL)
		return STATUS_OK;
	*f = *worst;
	return f->status;
}
