/* SPDX-License-Identifier: ISC */
#include "compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/plan.h"
#include "cli/plan_targets.h"

enum status
plan_targets(struct plan_targets *p, const struct config *c,
    bool (*draw)(char[RANDOM_UUID_SIZE]), struct fault *f)
{
	size_t i, count = c->repo_count > 0 ? c->repo_count : 1;
	enum status status = STATUS_OK;
	struct target *t;

	p->list = xcalloc(count, sizeof *p->list);
	p->ids = xcalloc(count, sizeof *p->ids);
	for (i = 0; i < count && status == STATUS_OK; i++) {
		if (!draw(p->ids[i]))
			return fault_set_lasting(f, STATUS_CONNECT,
			    "the kernel gives no random numbers. Nothing was "
			    "dispatched");
		t = &p->list[p->count++];
		t->owner = c->repo_count > 0 ? c->repos[i].owner : c->owner;
		t->repo = c->repo_count > 0 ? c->repos[i].name : c->repo;
		status = plan_dispatch(&t->order, c, p->ids[i], f);
	}
	return status;
}

enum status
plan_targets_journal(struct plan_targets *p, const struct config *c,
    struct journal **journal, struct fault *f)
{
	const struct dispatch_order *order;
	struct journal_order what;
	enum status status;
	struct buf server;
	size_t i;

	*journal = NULL;
	if (c->journal == NULL || c->command == COMMAND_CHECK)
		return STATUS_OK;
	order = &p->list->order;
	what = (struct journal_order){
		.workflow = order->workflow != NULL ? order->workflow : "any",
		.ref = order->ref != NULL ? order->ref : "default branch",
		.body = order->body_with_id,
		.unique = order->is_unique ? order->distinct_id : NULL,
	};
	buf_init(&server, BUF_TEXT_MAX);
	url_add_origin(&server, &c->api);
	buf_adds(&server, c->api.path);
	what.server = buf_str(&server);
	status = journal_open(journal, c->journal, &what, f);
	for (i = 0; i < p->count; i++)
		p->list[i].order.journal = *journal;
	buf_free(&server);
	return status;
}

void
plan_targets_wipe(struct plan_targets *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		plan_wipe(&p->list[i].order);
	free(p->list);
	free(p->ids);
	memset(p, 0, sizeof *p);
}
