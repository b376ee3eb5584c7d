/*
 * What will be asked, exactly: a config becomes a dispatch order.  Pure: the
 * random ID is an argument.
 */
#ifndef CLI_PLAN_H
#define CLI_PLAN_H

#include "cli/config.h"
#include "command/dispatch.h"

struct plan {
	struct dispatch_order	 order;		/* lends from below */
	char			*workflow;
	char			*workflow_path;
	char			*repository;
	char			*body;
	char			*body_with_id;
	char			*distinct_id;
};

/*
 * Fills the plan; `uuid` becomes the distinct ID if none was given.
 * STATUS_USAGE for a workflow that cannot be one.  The config is lent for the
 * life of the plan, which the caller wipes.
 */
enum status plan_make(struct plan *, const struct config *, const char *uuid,
	    struct fault *);
void	 plan_wipe(struct plan *);

#endif
