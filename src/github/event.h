/* SPDX-License-Identifier: ISC */
/*
 * What a dispatch creates runs by: a workflow_dispatch, of one workflow, or a
 * repository_dispatch, of all workflows that listen for it.
 */
#ifndef GITHUB_EVENT_H
#define GITHUB_EVENT_H

enum event { EVENT_WORKFLOW_DISPATCH, EVENT_REPOSITORY_DISPATCH };

/* "workflow_dispatch", as runs tell it. */
const char *event_name(enum event);

#endif
