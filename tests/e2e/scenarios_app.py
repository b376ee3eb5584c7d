# SPDX-License-Identifier: ISC
"""A GitHub App in the place of a token: what it signs, creates, renews and revokes."""

from harness import each, scenario

TOKENS = r"POST .*/app/installations/\d+/access_tokens"
INSTALLED = r"GET .*/repos/[^/]+/[^/]+/installation"
REVOKE = r"DELETE .*/installation/token"


@scenario
def an_app_dispatches_and_its_token_is_revoked(t):
    hub = t.github("ghes-3.21", run_name="Build [{distinct_id}]")
    app = t.app()
    t.dispatch(*t.as_app(app), "-v", token=False)
    t.found(hub.dispatched[0])
    t.requests_were(INSTALLED, TOKENS, t.POST, REVOKE)
    t.expect(app.bodies == [{"repositories": ["octo-repo"], "permissions": {"actions": "write"}}],
             f"asked for {app.bodies}")
    t.expect(app.all_revoked(hub), "a token outlived the program")
    t.dispatched(1)
