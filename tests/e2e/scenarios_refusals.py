# SPDX-License-Identifier: ISC
"""GitHub says no: nothing was started, and the message says what to do about it."""

import objects
import texts
from ghsim import Input, step_named
from harness import each, scenario, smoke


@scenario
def a_wrong_token_is_refused(t):
    t.github()
    t.secrets.append("ghp_someone_elses_token")
    t.dispatch(token=False, env={"GITHUB_TOKEN": "ghp_someone_elses_token"})
    t.refused("401", "Bad credentials", "token", code=3)
    t.requests_were(*[t.POST] * 4)      # one just made may be that bad for some seconds
    t.dispatched(0)


@scenario
def missing_permissions_are_named(t):
    for row, words in ((texts.INTEGRATION, ("by integration", "actions", "write")),
                       (texts.PERSONAL_TOKEN, ("personal access token", "actions", "write")),
                       (texts.ADMIN_RIGHTS, ("Must have admin rights",))):
        t.hub = hub = t.github()
        hub.refuse_with(row)
        t.dispatch()
        t.refused("403", *words, code=3)
        # That of an App that was just made may lack them for some seconds.
        t.requests_were(*[t.POST] * (4 if row is texts.INTEGRATION else 1))
    t.dispatched(0)


@scenario
def single_sign_on_shows_where_to_authorize(t):
    t.github().refuse_with(texts.SSO)
    t.dispatch()
    t.refused("403", "SAML", texts.SSO_URL, code=3)
    t.dispatched(0)


@scenario
def an_ip_allow_list_is_quoted_verbatim(t):
    t.github().refuse_with(texts.IP_LIST)
    t.dispatch()
    t.refused("403", "IP allow list", code=3)
    t.dispatched(0)


@smoke
def something_not_found_lists_the_likely_causes(t):
    t.github()
    t.dispatch(base=t.base(workflow="nowhere.yml"))
    t.refused("404", "Not Found", "nowhere.yml", "default branch", "token", code=3)
    t.dispatch(base=t.base(repo="octo-org/elsewhere"))
    t.refused("404", "octo-org/elsewhere", code=3)
    t.dispatched(0)


@scenario
def the_request_id_is_in_the_message(t):
    t.github(state="disabled_manually")
    t.dispatch()
    t.refused("0682:0EDB:113D9B:209D41:00000002", code=3)
    t.dispatched(0)


@scenario
def each_422_is_quoted_in_githubs_words(t):
    for fields, arguments, words in (
            ({"refs": ("trunk",)}, (), ("No ref found for: main",)),
            ({"trigger": False}, (), ("does not have 'workflow_dispatch' trigger", "main")),
            ({"state": "disabled_manually"}, (), ("on a disabled workflow", "enable")),
            ({"broken": texts.YAML_INVALID}, (), ("failed to parse workflow", "Line: 65")),
            ({"broken": texts.TOO_MANY_INPUTS}, (), ("up to 25 `inputs`",)),
            ({"inputs": {}}, ("-f", "foo=1", "-f", "bar=2"),
             ('Unexpected inputs provided: ["foo", "bar"]',)),
            ({"inputs": {"must": Input(required=True)}}, (),
             ("Required input 'must' not provided",)),
            ({"inputs": {"where": Input(options=("test", "prod"))}}, ("-f", "where=here"),
             ("Provided value 'here' for input 'where'",)),
            ({}, ("-f", "big=" + "x" * 65536), ("inputs are too large.",))):
        t.hub = t.github(**fields)
        t.dispatch(*arguments)
        t.refused("422", *words, code=3)
        t.requests_were(t.POST)
    t.dispatched(0)


@scenario
def errors_beside_the_message_are_shown_too(t):
    hub = t.github()
    hub.refuse_with((422, {}, {"message": "Validation Failed", "errors": [
        "first reason", {"resource": "Dispatch", "code": "custom", "field": "ref",
                         "message": "second reason"}]}))
    t.dispatch()
    t.refused("Validation Failed", "first reason", "second reason", code=3)
    t.dispatched(0)


@scenario
def a_refusal_without_json_is_described_by_its_status(t):
    hub = t.github()
    hub.fault("POST", "/dispatches$", act=False, status=403, headers={
        "Content-Type": "text/html"}, body="<html><body>Blocked by policy</body></html>")
    t.dispatch()
    t.refused("403", code=3)
    t.dispatched(0)


API_FORMS = ("https://HOST/api/v3", "https://api.github.com", "https://api.NAME.ghe.com")
PAGE = {"headers": {"Content-Type": "text/html"}, "body": "<html><body>Log in</body></html>"}


@scenario
def a_page_in_place_of_the_api_is_no_dispatch(t):
    hub = t.github(jobs=step_named("{distinct_id}"))
    hub.fault("POST", "/dispatches$", act=False, status=200, **PAGE)
    t.dispatch("--timeout", t.seconds(20))
    t.exits(4)
    t.stdout_is("")
    t.says("answered 200 OK with text/html instead of JSON", *API_FORMS, "unknown")
    t.says_not("was accepted", "not identified")
    t.dispatched(0)


@scenario
def after_a_page_in_place_of_a_response_the_run_is_searched_for(t):
    hub = t.github(jobs=step_named("{distinct_id}"))
    hub.fault("POST", "/dispatches$", act=True, status=200, **PAGE)
    t.dispatch("--distinct-id", "--timeout", t.seconds(20))
    t.found(hub.dispatched[0])
    t.expect(len(t.posts()) == 1, "it was dispatched again")
    t.dispatched(1)


@scenario
def an_html_404_is_not_a_missing_repository(t):
    hub = t.github()
    hub.fault("POST", "/dispatches$", act=False, status=404, **PAGE)
    t.dispatch()
    t.refused("answered 404 Not Found with text/html instead of JSON", *API_FORMS, code=3)
    t.says_not("no such repository")
    t.requests_were(t.POST)
    t.dispatched(0)


@each((200, 404))
def pages_during_a_search_are_reported_and_ridden_out(t, status):
    hub = t.github("ghes-3.20", jobs=step_named("{distinct_id}"))
    hub.fault("GET", "/workflows/.*/runs", 2, act=False, status=status, **PAGE)
    hub.fault("GET", "/jobs", 1, act=False, status=status, **PAGE)
    t.dispatch("--timeout", t.seconds(20))
    t.found(hub.dispatched[0])
    t.says("with text/html instead of JSON", *API_FORMS)
    t.dispatched(1)


@each((200, 404))
def pages_during_a_wait_are_reported_and_ridden_out(t, status):
    hub = t.github(life="in_progress:3 completed/success")
    hub.fault("GET", r"/runs/\d+($|\?)", 2, act=False, status=status, **PAGE)
    t.wait()
    t.concluded(hub.dispatched[0])
    t.says("with text/html instead of JSON", *API_FORMS)
    t.says_not("gone")
    t.dispatched(1)


@scenario
def the_address_of_web_pages_is_refused_before_anything_is_sent(t):
    t.github()
    for url, right in (("https://github.com", "https://api.github.com"),
                       ("https://octo.ghe.com/", "https://api.octo.ghe.com")):
        t.dispatch(base=t.base(api_url=url))
        t.exits(2)
        t.says("--api-url", right)
    t.requests_were()
    t.dispatched(0)


@scenario
def a_required_distinct_id_is_made_up_and_sent_again(t):
    hub = t.github(inputs={"distinct_id": Input(required=True), "env": Input()})
    t.dispatch("-f", "env=prod")
    t.found(hub.dispatched[0])
    t.requests_were(t.POST, t.POST)
    first, second = (request.json()["inputs"] for request in hub.requests)
    t.expect(first == {"env": "prod"}, "the first dispatch had other inputs")
    t.expect(second["env"] == "prod" and len(second["distinct_id"]) == 36,
             "the second dispatch had other inputs")
    t.dispatched(1)


@scenario
def a_required_distinct_id_is_made_up_only_once(t):
    hub = t.github()
    hub.refuse_with(texts.required_input("distinct_id"))
    t.dispatch()
    t.refused("distinct_id", code=3)
    t.expect(len(hub.requests) <= 2, "the dispatch was sent over and over")
    t.dispatched(0)


@scenario
def another_required_input_is_the_users_mistake(t):
    t.github(inputs={"my_distinct_id": Input(required=True)})
    t.dispatch()
    t.refused("my_distinct_id", code=3)
    t.requests_were(t.POST)
    t.dispatched(0)


@scenario
def an_unexpected_distinct_id_on_a_new_server_is_refused(t):
    t.github(inputs={})
    t.dispatch("--distinct-id=my-id")
    t.refused("422", "distinct_id", code=3)
    t.dispatched(0)


@scenario
def a_short_rate_limit_is_waited_for(t):
    for row in (texts.secondary_limit(retry_after=1), texts.secondary_limit(1, status=429),
                texts.abuse_limit(1)):
        t.hub = hub = t.github()
        hub.refuse_with(row, nth=1)
        t.dispatch("--timeout", t.seconds(60))
        t.found(hub.dispatched[0])
        t.took_at_least(1)
        t.requests_were(t.POST, t.POST)
    t.dispatched(3)


@scenario
def a_rate_limits_reset_counts_on_the_servers_clock(t):
    for offset in (600, -600):
        t.hub = hub = t.github(clock_offset=offset)
        hub.refuse_with(texts.primary_limit(int(hub.now()) + 2), nth=1)
        t.dispatch("--timeout", t.seconds(60))
        t.found(hub.dispatched[0])
        t.took_at_most(20)
        t.requests_were(t.POST, t.POST)
    t.dispatched(2)


@scenario
def a_retry_after_may_be_a_date_on_the_servers_clock(t):
    hub = t.github(clock_offset=600)
    hub.refuse_with(texts.secondary_limit(objects.http_date(hub.now() + 2)), nth=1)
    t.dispatch("--timeout", t.seconds(60))
    t.found(hub.dispatched[0])
    t.took_at_most(20)
    t.dispatched(1)


@scenario
def a_rate_limit_beyond_the_deadline_ends_at_once(t):
    for row in (texts.secondary_limit(retry_after=3600), texts.abuse_limit(3600),
                texts.primary_limit(4102444800), texts.primary_limit(4102444800, status=429),
                texts.secondary_limit(99999999999999999999)):
        t.hub = hub = t.github()
        hub.refuse_with(row)
        t.dispatch("--timeout", t.seconds(120))
        t.refused(("rate limit", "abuse"), "until 2", "longer than the timeout", code=3)
        t.took_at_most(10)
        t.requests_were(t.POST)
    t.dispatched(0)


@each(("baseline", "list", "jobs"))
def a_rate_limit_beyond_the_deadline_ends_the_search_too(t, where):
    hub = t.github("ghes-3.20", jobs=step_named("{distinct_id}"))
    path, nth = {"baseline": ("/runs", 1), "list": ("/runs", 2), "jobs": ("/jobs", 1)}[where]
    hub.refuse_with(texts.primary_limit(4102444800), "GET", path, range(nth, 10 ** 6))
    t.dispatch("--timeout", t.seconds(120))
    t.exits(3 if where == "baseline" else 5)
    t.says("rate limit", "until 2", "longer than the timeout")
    t.says_not("Trying on", "best as run-name")
    t.took_at_most(10)
    t.dispatched(where != "baseline")


@scenario
def a_failing_server_that_asks_for_longer_than_the_deadline_is_quoted(t):
    hub = t.github("ghes-3.20", jobs=step_named("{distinct_id}"))
    hub.refuse_with(texts.refusal(503, "Down for maintenance", headers={"Retry-After": "3600"}),
                    "GET", "/runs", range(2, 10 ** 6))
    t.dispatch("--timeout", t.seconds(120))
    t.exits(5)
    t.says("503", "Down for maintenance", "says to wait 3600 s", "longer than the timeout")
    t.took_at_most(10)
    t.dispatched(1)


@scenario
def a_secondary_limit_without_a_time_waits_a_minute_or_gives_up(t):
    hub = t.github()
    hub.refuse_with(texts.secondary_limit())
    t.dispatch("--timeout", t.seconds(3))
    t.refused("rate limit", "does not say how long", "a minute", "longer than the timeout", code=3)
    t.took_at_most(10)
    t.dispatched(0)


@scenario
def a_missing_user_agent_answer_is_understood(t):
    """An HTTP/1.0 answer without a length, and HTML."""
    hub = t.github()
    hub.fault("POST", "/dispatches$", act=False, status=403, framing="http10",
              headers={"Content-Type": "text/html", "Date": None}, body=texts.NO_USER_AGENT)
    t.dispatch()
    t.refused("403", code=3)
    t.dispatched(0)


@scenario
def other_client_errors_are_refusals_too(t):
    for status, message in ((400, "Problems parsing JSON"), (451, "Repository unavailable"),
                            (405, "Method Not Allowed"), (413, "Payload Too Large")):
        t.hub = hub = t.github()
        hub.refuse_with((status, {}, {"message": message}))
        t.dispatch("--timeout", t.seconds(5))
        t.refused(status, message, code=3)
        t.requests_were(t.POST)
    t.dispatched(0)


@scenario
def a_version_refused_on_both_rungs_ends_the_ladder(t):
    for row in (texts.VERSION_GONE, texts.unsupported_version("2022-11-28")):
        t.hub = hub = t.github("ghes-3.20")
        hub.refuse_with(row)
        t.dispatch("--timeout", t.seconds(20))
        t.refused(row[0], code=3)
        t.expect(len(t.posts()) == 1, f"{len(t.posts())} dispatches were sent")
    t.dispatched(0)


@scenario
def quiet_does_not_hide_an_error(t):
    t.github(state="disabled_manually")
    t.dispatch("-q")
    t.refused("disabled workflow", code=3)
    t.dispatched(0)


@scenario
def values_of_inputs_that_a_refusal_quotes_are_not_shown(t):
    hub = t.github()
    hub.refuse_with(texts.refusal(422, "Provided value 'hunter2-secret' for input 'key' not in "
                                  "the list of allowed values"))
    for arguments in (("-f", "key=hunter2-secret"), ("--inputs", '{"key":"hunter2\\u002dsecret"}')):
        t.dispatch(*arguments, "-v")
        t.refused("422", "Provided value '***' for input 'key'", "Choose one", code=3)
        t.says_not("hunter2")
    # What messages name is no secret: it is on show anyway.
    hub.refuse_with(texts.refusal(422, "No ref found for: develop"))
    hub.faults.reverse()
    t.dispatch("-f", "key=develop", base=t.base(ref="develop"))
    t.refused("No ref found for: develop", code=3)
    t.dispatched(0)
