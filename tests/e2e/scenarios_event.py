# SPDX-License-Identifier: ISC
"""repository_dispatch: an event that starts every workflow that listens for it, and whose answer
names no run."""

import json

import texts
from ghsim import DISPATCH, EVENT, KINDS, Lag, step_named
from harness import each, scenario, smoke

DISPATCHES = "/dispatches$"
NAMED = {"run_name": "Deploy {distinct_id}", "listens": ("deploy",)}
DECOY = {"run_name": "Lint {distinct_id}", "listens": ("lint",)}


def events(t):
    return t.requests(t.EVENT)


@smoke
def an_event_is_found_by_the_run_name(t):
    hub = t.github(**NAMED)
    hub.workflow("lint.yml", 159039, **DECOY)
    hub.neighbours(2, event=EVENT, age=600, done=True)
    hub.neighbours(2, age=300, done=True)
    hub.after_dispatch = lambda hub, run: hub.neighbours(3, event=EVENT)
    t.send_event("--format", "json")
    t.exits(0)
    t.requests_began(t.EVENT, t.LIST)
    t.expect(len(hub.preparations) == 1 and "/actions/runs?" in hub.preparations[0].target,
             "the newest run of the repository was not asked for")
    sent = events(t)[0].json()
    t.expect(sorted(sent) == ["client_payload", "event_type"] and sent["event_type"] == "deploy"
             and len(sent["client_payload"]["distinct_id"]) == 36, f"sent {sent}")
    told = t.json()
    t.expect(told["run_id"] == hub.dispatched[0].id and told["identified_by"] == "run-name"
             and told["distinct_id"] == sent["client_payload"]["distinct_id"]
             and (told["workflow"], told["ref"]) == ("build.yml", "main"), f"told {told}")
    t.no_filters()
    t.dispatched(1)


@each(KINDS)
def an_event_on_any_server(t, kind):
    hub = t.github(kind, jobs=step_named("{distinct_id}"), listens=(),
                   lag=Lag(listed=2, jobs=1, queued=1, setup=1))
    hub.neighbours(1, event=EVENT, age=60)
    t.send_event()
    t.found(hub.dispatched[0])
    t.expect(len(events(t)) == 1, "sent again")
    t.says_not("older server")
    t.no_filters()
    t.dispatched(1)


@scenario
def a_nested_payload_arrives_as_it_was_meant(t):
    hub = t.github(**NAMED)
    payload = ('{ "text": "tab\\tquote\\" \\u00fc \\ud83d\\ude80 / \\/ ##[error]",\n'
               '  "big": 12345678901234567890123456789, "small": 1.50e-7, "list": [1, [], {}, null],'
               '\n  "object": {"a": {"b": [true, false, {"c": "::error::x"}]}, "": 0},'
               '\t"nothing": null, "yes": true, "replaced": {"x": 1} }')
    t.send_event("--inputs", payload, "--field", "replaced=a string", "--field", "added=1")
    t.found(hub.dispatched[0])
    body = events(t)[0].body.decode()
    plain = json.loads(body, parse_int=str, parse_float=str)["client_payload"]
    wanted = json.loads(payload, parse_int=str, parse_float=str)
    wanted.update(replaced="a string", added="1", distinct_id=plain["distinct_id"])
    t.expect(plain == wanted, f"sent {plain}, expected {wanted}")
    t.dispatched(1)


@scenario
def the_distinct_id_of_the_payload_is_the_given_one(t):
    for arguments in (("--inputs", '{"distinct_id": "from-the-payload-1"}'),
                      ("--field", "distinct_id=from-the-payload-1"),
                      ("--distinct-id=from-the-payload-1", "--inputs", '{"a": [1]}')):
        t.hub = hub = t.github(**NAMED)
        t.send_event(*arguments)
        t.found(hub.dispatched[0])
        t.expect(events(t)[0].json()["client_payload"]["distinct_id"] == "from-the-payload-1",
                 "another ID was sent")
    t.dispatched(3)


# ---- several workflows

@scenario
def several_listeners_are_listed(t):
    hub = t.github(**NAMED)
    hub.workflow("audit.yml", 159039, run_name="Audit {distinct_id}", listens=(),
                 lag=Lag(listed=1))
    t.send_event()
    t.refused("--workflow", *(run.html_url for run in hub.dispatched), code=5)
    t.expect(len(hub.dispatched) == 2 and len(events(t)) == 1, "the scenario is broken")
    t.dispatched(1)


@scenario
def a_workflow_narrows_it_down(t):
    for workflow in ("audit.yml", 159039):
        t.hub = hub = t.github(**NAMED)
        hub.workflow("audit.yml", 159039, run_name="Audit {distinct_id}", listens=())
        t.send_event("--format", "json", workflow=workflow)
        t.exits(0)
        t.expect(t.json()["run_id"] == hub.dispatched[1].id
                 and t.json()["workflow"] == str(workflow), f"told {t.json()}")
    t.dispatched(2)


@scenario
def a_workflow_that_does_not_exist_is_noticed_before(t):
    t.github(**NAMED)
    t.send_event(workflow="nothing.yml")
    t.exits(3)
    t.says("404", "Nothing was dispatched")
    t.expect(not events(t), "the event was sent")
    t.dispatched(0)


@scenario
def listeners_that_do_not_show_the_id_do_not_count(t):
    hub = t.github(**NAMED)
    hub.workflow("audit.yml", 159039, listens=())
    hub.after_dispatch = lambda hub, run: hub.add_run(
        title="Push " + run.inputs["distinct_id"], event="push") and hub.add_run(
        title="Other " + run.inputs["distinct_id"], event=DISPATCH)
    t.send_event()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def an_event_that_nobody_listens_for(t):
    hub = t.github(**DECOY)
    t.send_event("--timeout", t.seconds(2))
    t.exits(5)
    t.says("the event was dispatched", "listen for this event type",
           "run-name: ${{ github.event.client_payload.distinct_id }}")
    t.expect(not hub.dispatched, "the scenario is broken")
    t.dispatched(1)


# ---- lost replies

@each(("reply", "status", "head", 1, 12, 40))
def a_lost_reply_to_an_event_is_settled_by_search(t, where):
    for how in ("fin", "reset"):
        t.hub = hub = t.github(**NAMED)
        hub.fault("POST", DISPATCHES, cut=where, how=how)
        t.send_event()
        t.found(hub.dispatched[0])
        t.expect(len(events(t)) == 1, "sent again")
    t.dispatched(2)


@scenario
def a_reply_to_an_event_that_never_comes(t):
    hub = t.github(**NAMED)
    hub.fault("POST", DISPATCHES, stall="reply")
    t.send_event("--timeout", t.seconds(8))
    t.found(hub.dispatched[0])
    t.expect(len(events(t)) == 1, "sent again")
    t.dispatched(1)


@scenario
def server_errors_that_acted_on_an_event(t):
    for status in (500, 502):
        t.hub = hub = t.github("ghes-3.20", **NAMED)
        hub.fault("POST", DISPATCHES, status=status, body={"message": "Server Error"})
        t.send_event()
        t.found(hub.dispatched[0])
        t.says("unknown whether the event was dispatched; looking")
        t.expect(len(events(t)) == 1, "sent again")
    t.dispatched(2)


@scenario
def an_event_that_was_lost_stays_unknown(t):
    hub = t.github(**NAMED)
    hub.neighbours(1, event=EVENT, age=30)
    hub.fault("POST", DISPATCHES, act=False, cut="reply")
    t.send_event("--timeout", t.seconds(2))
    t.refused("unknown whether the event was dispatched", "the repository's runs", code=4)
    t.expect(len(events(t)) == 1, "sent again")
    t.dispatched(0)


@scenario
def several_listeners_after_a_lost_reply(t):
    """The random ID that they show proves that the event was dispatched."""
    hub = t.github(**NAMED)
    hub.workflow("audit.yml", 159039, run_name="Audit {distinct_id}", listens=())
    hub.fault("POST", DISPATCHES, cut="reply")
    t.send_event()
    t.exits(5)
    t.says("--workflow", *(run.html_url for run in hub.dispatched))
    t.dispatched(1)


@scenario
def no_event_is_sent_while_the_newest_run_is_unknown(t):
    """Its run could not be told from others."""
    hub = t.github(**NAMED)
    hub.fault("GET", "/runs", preparing=True, status=403, body=texts.PERSONAL_TOKEN[2])
    t.send_event("--timeout", t.seconds(3))
    t.exits(3)
    t.says("Actions: read", "Nothing was dispatched")
    t.expect(not events(t), "the event was sent")
    t.dispatched(0)


# ---- refusals

@each([
    (texts.EVENT_FORBIDDEN, ("Contents: write", "contents=write")),
    (texts.not_found(texts.EVENT_DOC), ("Contents: write",)),
    (texts.SSO, ("single sign-on", texts.SSO_URL)),
])
def refusals_of_an_event(t, row):
    refusal, words = row
    hub = t.github(**NAMED)
    hub.refuse_with(refusal)
    t.send_event()
    t.exits(3)
    t.says("Nothing was dispatched", *words)
    t.dispatched(0)


@scenario
def payloads_and_types_that_github_refuses(t):
    t.github(**NAMED)
    keys = json.dumps({f"k{n}": n for n in range(10)})
    for arguments, kind, words in (
            (("--inputs", keys), "deploy", ("11 were supplied", "at most 10 keys")),
            ((), "x" * 101, ("101 were supplied", "100 characters in an event type")),
            (("--field", "big=" + "x" * 65536), "deploy", ("too large", "65,535 characters"))):
        t.send_event(*arguments, event_type=kind)
        t.exits(3)
        t.says("422", "Nothing was dispatched", *words)
    t.dispatched(0)


@scenario
def mistakes_of_the_caller(t):
    t.github(**NAMED)
    t.dispatch(base=t.base(workflow=None, event_type="deploy"))
    t.refused("--ref cannot be used with --event-type", "default branch")
    t.send_event(env={"INPUT_REF": "main"})
    t.refused("INPUT_REF cannot be used with --event-type")
    t.send_event(event_type="")
    t.refused("--event-type")
    t.send_event("--inputs", '{"distinct_id": ["x"]}')
    t.refused("distinct_id", "not a string or a number")
    t.send_event("--inputs", '{"a": {"b": 1}, "a": 2}')
    t.refused('"a" occurs twice')
    t.send_event("--inputs", '[1]')
    t.refused("expected a JSON object")
    t.dispatch("--inputs", '{"a": {"b": 1}}')
    t.refused("is an object")
    t.no_requests()
    t.dispatched(0)


# ---- the rest of the journey

@scenario
def an_event_is_awaited(t):
    t.github(life="queued:1 in_progress:1 completed/success", **NAMED)
    t.send_event("--wait", *t.waiting(), env={"GITHUB_STEP_SUMMARY": t.file("summary")})
    t.concluded(t.hub.dispatched[0])
    summary = t.read("summary").decode()
    t.expect(summary.startswith("Dispatched run"), f"the summary is {summary!r}")
    t.dispatched(1)


@scenario
def an_event_from_an_action_step(t):
    hub = t.github(**NAMED)
    t.run(env={"INPUT_EVENT_TYPE": "deploy", "INPUT_OWNER": "octo-org", "INPUT_REPO": "octo-repo",
               "INPUT_WORKFLOW_INPUTS": '{"to": {"zone": "eu"}}', "INPUT_REF": "",
               "INPUT_WORKFLOW": "", "INPUT_TOKEN": t.token, "GITHUB_API_URL": hub.url(),
               "SSL_CERT_FILE": t.setup.pki.ca, "GITHUB_OUTPUT": t.file("output"),
               "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS": "0"}, token=False)
    t.exits(0)
    t.expect(t.outputs()["run_id"] == str(hub.dispatched[0].id), "the output is wrong")
    t.expect(events(t)[0].json()["client_payload"]["to"] == {"zone": "eu"}, "the payload is wrong")
    t.dispatched(1)


@scenario
def the_dry_run_of_an_event(t):
    t.github(**NAMED)
    t.send_event("--dry-run", "--distinct-id=an-id", "--inputs", '{"a": {"b": [1, 2.50]}}')
    t.exits(0)
    t.stdout_matches(r"POST https://[^ ]*/repos/octo-org/octo-repo/dispatches HTTP/1\.1\n.*\n\n"
                     r'\{"event_type":"deploy","client_payload":'
                     r'\{"a":\{"b": \[1, 2\.50\]\},"distinct_id":"an-id"\}\}\n')
    t.no_requests()
    t.dispatched(0)


@scenario
def an_earlier_event_with_the_given_id_does_not_count(t):
    hub = t.github(**NAMED)
    earlier = hub.add_run(event=EVENT, inputs={"distinct_id": "nightly-event-id"}, age=120)
    t.send_event("--distinct-id=nightly-event-id")
    t.found(hub.dispatched[0])
    hub.fault("POST", DISPATCHES, act=False, cut="reply")
    t.send_event("--distinct-id=nightly-event-id", "--timeout", t.seconds(4))
    t.refused(code=4)
    t.says_not(earlier.html_url, hub.dispatched[0].html_url)
    t.expect(len(hub.dispatched) == 1 and len(events(t)) == 2, "sent again")
    t.dispatched(1)


@scenario
def a_lost_event_is_found_by_the_next_start_with_its_journal(t):
    hub = t.github(lag=Lag(listed=10 ** 6), **NAMED)
    hub.fault("POST", DISPATCHES, cut="reply")
    again = ("--journal", t.path("journal"), "--inputs", '{"a": {"b": [1]}}')
    t.send_event(*again, "--timeout", t.seconds(2))
    t.exits(4)
    hub.dispatched[0].lag = Lag()
    t.send_event(*again)
    t.found(hub.dispatched[0])
    t.send_event(*again, event_type="other")
    t.refused("journal")
    t.expect(len(events(t)) == 1, "sent again")
    t.dispatched(1)
