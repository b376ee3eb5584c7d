/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include "github/event.h"

const char *
event_name(enum event event)
{
	return event == EVENT_REPOSITORY_DISPATCH ? "repository_dispatch"
						  : "workflow_dispatch";
}
