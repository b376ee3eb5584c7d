# SPDX-License-Identifier: ISC
"""Texts that want to be more than text, servers that echo secrets, and signals."""

import json
import signal
import unicodedata

import texts
from ghsim import Job, Lag, step_named
from harness import scenario, smoke

STEP = step_named("{distinct_id}")
EVIL = ("evil \x1b[31mred\x1b]0;title\x07 \x08\x7f\x9b1m\r\n::error title=pwned::gotcha\n"
        "::set-env name=PATH::/evil\n  ::stop-commands::x\r::add-path::/evil\n"
        "##[error]gotcha x##[set-env name=A;]b %0A::debug::c \u2028::group::d \x00 \u0085::e::f")
# The harness looks at every log for control characters and commands; here only the occasions.


def not_taken_for_a_command(t):
    for line in t.result.log.splitlines():
        for start in ("::error title=pwned", "::set-env", "::stop-commands", "::add-path"):
            t.expect(not line.strip().startswith(start), f"the line {line!r}")


@scenario
def a_hostile_error_message_is_only_text(t):
    for actions in ("true", "false"):
        hub = t.hub = t.github()
        hub.refuse_with(texts.refusal(422, EVIL))
        t.dispatch("-v", env={"GITHUB_ACTIONS": actions})
        t.exits(3)
        t.says("gotcha")
        not_taken_for_a_command(t)
    t.dispatched(0)


@scenario
def hostile_names_are_only_text(t):
    for actions in ("true", "false"):
        hub = t.hub = t.github("ghes-3.20", jobs=step_named(EVIL + "{distinct_id}" + EVIL),
                               lag=Lag(listed=1, setup=1))
        hub.after_dispatch = lambda hub, run: hub.neighbours(
            2, title=EVIL, name=EVIL, jobs=step_named(EVIL))
        t.dispatch("-v", env={"GITHUB_ACTIONS": actions, "RUNNER_DEBUG": "1"})
        t.found(hub.dispatched[0])
        not_taken_for_a_command(t)
    t.dispatched(2)


@scenario
def hostile_values_of_the_user_are_only_text(t):
    t.github()
    text = EVIL.replace("\0", "")
    for arguments in (("--timeout", text), ("--format", text), (text,), ("--" + text,),
                      ("-f", text.replace("=", "")), ("--inputs", text), ("--inputs", "@" + text),
                      ("--token-file", text)):
        for actions in ("true", "false"):
            t.dispatch(*arguments, env={"GITHUB_ACTIONS": actions})
            t.exits(2)
            not_taken_for_a_command(t)
    t.no_requests()
    t.dispatched(0)


@scenario
def hostile_results_are_only_text(t):
    """What a server says of a run, on its way to standard output and the runner's files."""
    t.hub = hub = t.github()
    evil = EVIL + "www.evil.example `code` | a@evil.example " + t.token
    run = hub.add_run(life="completed/failure", branch=evil, jobs=(Job(evil),))

    def change(request, answer):
        answer.body = json.dumps({**json.loads(answer.body), "conclusion": evil}).encode()
    hub.fault("GET", r"/actions/runs/\d+(\?|$)", hook=change)
    for form in ("text", "json", "id", "url"):
        t.awaits(run, "--format", form, env={
            "GITHUB_OUTPUT": t.file("output"), "GITHUB_STEP_SUMMARY": t.file("summary")})
        t.exits(1)
        for text in (t.result.stdout.decode(), t.read("output").decode(),
                     t.read("summary").decode()):
            t.expect(not any(unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp")
                             for one in text.replace("\n", "")), f"raw characters in {text!r}")
            t.expect("##[" not in text and t.token not in text and "\n::" not in text,
                     f"a command or the token in {text!r}")
        t.expect(t.outputs() == {"run_id": str(run.id), "run_url": run.html_url,
                                 "run_conclusion": "unknown", "run_attempt": "1"},
                 f"the outputs are {t.outputs()}")
        if form == "json":
            told = json.loads(t.result.stdout)
            want = evil.replace(t.token, "***").replace("\0", "?")
            t.expect(told["conclusion"] == told["ref"] == want, f"the text is another: {told}")
        if form == "text":
            t.expect("run_conclusion=unknown\n" in t.result.stdout.decode(),
                     f"standard output is {t.result.stdout!r}")
    t.dispatched(0)


@scenario
def a_hostile_request_id_is_only_text(t):
    hub = t.github()
    hub.fault("POST", "/dispatches$", act=False, status=422, body={"message": "no"}, headers={
        "X-GitHub-Request-Id": "1 ##[error]x ::error::y \u009b1m",
        "X-GitHub-SSO": "required; url=::error::z"})
    t.dispatch("-v", env={"GITHUB_ACTIONS": "true"})
    t.exits(3)
    not_taken_for_a_command(t)
    t.dispatched(0)


@scenario
def an_echoed_token_is_not_printed(t):
    for message in ("Bad credentials: {}", "Authorization: Bearer {}", "{}{}"):
        hub = t.hub = t.github()
        hub.refuse_with(texts.refusal(401, message.format(t.token, t.token)))
        t.dispatch("-v", env={"RUNNER_DEBUG": "1", "GITHUB_ACTIONS": "true"})
        t.exits(3)
    t.dispatched(0)


@scenario
def a_token_echoed_in_names_and_links_is_not_logged(t):
    hub = t.github("ghes-3.20", jobs=step_named("{distinct_id} " + t.token))
    hub.after_dispatch = lambda hub, run: hub.neighbours(2, title=t.token, name=t.token)
    hub.fault("GET", "/jobs", 1, act=False, status=302, body={},
              headers={"Location": "https://evil.example/?token=" + t.token})
    t.dispatch("-v", "--timeout", t.seconds(3))
    t.exits(0, 5)
    t.dispatched(1)


@smoke
def the_token_stays_out_of_the_most_talkative_log(t):
    hub = t.github("ghes-3.20", jobs=STEP, lag=Lag(listed=2, setup=2))
    t.dispatch("-v", env={"RUNNER_DEBUG": "1", "GITHUB_ACTIONS": "true",
                          "GITHUB_OUTPUT": t.file("output"),
                          "GITHUB_STEP_SUMMARY": t.file("summary")})
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_token_that_was_mistyped_as_an_option_value_stays_out_too(t):
    t.github()
    t.dispatch("--token=" + t.token)
    t.exits(2)
    t.dispatch("--format", t.token)
    t.exits(2)
    t.dispatched(0)


@scenario
def huge_and_deep_answers_do_no_harm(t):
    hub = t.github()
    for body in ("[" * 200000, '{"a":' * 100000, '"' + "x" * 1000000, "7" * 1000000,
                 '{"message":"' + "\\u0000" * 100000 + '"}', '{"message":{"deep":[1]}}'):
        hub.faults.clear()
        hub.fault("POST", "/dispatches$", act=False, status=422, body=body)
        t.dispatch()
        t.exits(3)
        t.expect(len(t.result.stderr) < 20000, "the whole answer was logged")
    t.dispatched(0)


@scenario
def a_run_id_with_leading_zeros_or_exponents_is_not_accepted(t):
    for number in ("017654320137", "1.7654320137e10", "-0", "17654320137.0", "0x41C478C89",
                   "176543201370000000000000000000"):
        t.hub = hub = t.github()
        hub.fault("POST", "/dispatches$", body='{"workflow_run_id":%s,"html_url":'
                  '"https://github.com/octo-org/octo-repo/actions/runs/1"}' % number)
        t.dispatch("--timeout", t.seconds(20))
        t.exits(5)
        t.stdout_is("")
    t.dispatched(6)


# ---- signals

def interrupted(t, number, code):
    t.signal(number)
    t.finish()
    t.exits(code)
    t.stdout_is("")
    t.took_at_most(20)


@smoke
def a_signal_during_the_search_says_that_the_run_was_started(t):
    for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
        t.hub = hub = t.github("ghes-3.20")
        t.start(*t.base(), env={"GITHUB_OUTPUT": t.path("output")})
        hub.wait_for("GET", r"/runs(\?|$)", 3, t.scaled(30))
        interrupted(t, number, code)
        t.says(("dispatched", "started", "was sent"))
    t.dispatched(2)


@scenario
def a_signal_while_a_search_request_hangs(t):
    hub = t.github("ghes-3.20", jobs=STEP)
    hub.fault("GET", "/jobs", stall="reply")
    t.start(*t.base())
    hub.wait_for("GET", "/jobs", 1, t.scaled(30))
    interrupted(t, signal.SIGTERM, 143)
    t.says(("dispatched", "started", "was sent"))
    t.dispatched(1)


@scenario
def a_signal_while_the_dispatch_hangs_says_that_it_is_unknown(t):
    hub = t.github()
    hub.fault("POST", "/dispatches$", stall="reply")
    t.start(*t.base())
    hub.wait_for("POST", "/dispatches$", 1, t.scaled(30))
    interrupted(t, signal.SIGINT, 130)
    t.says(("may have", "perhaps", "unknown", "might"))
    t.dispatched(1)


@scenario
def a_signal_before_anything_was_sent_says_so(t):
    hub = t.github()
    hub.connection_faults["all"] = "stall"
    t.start(*t.base())
    hub.wait_for_connection(1, t.scaled(30))
    interrupted(t, signal.SIGTERM, 143)
    t.says(("nothing", "not sent", "no run", "not dispatched"))
    t.dispatched(0)


@scenario
def a_signal_during_the_pause_of_a_rate_limit(t):
    hub = t.github()
    hub.refuse_with(texts.secondary_limit(60))
    t.start(*t.base())
    hub.wait_for("POST", "/dispatches$", 1, t.scaled(30))
    interrupted(t, signal.SIGTERM, 143)
    t.dispatched(0)


@scenario
def the_summary_cannot_be_broken_by_names(t):
    hub = t.github("ghes-3.20", run_name="[x](javascript:alert(1)) <img src=x> | {distinct_id}")
    t.dispatch(env={"GITHUB_STEP_SUMMARY": t.file("summary")})
    t.found(hub.dispatched[0])
    text = t.read("summary").decode()
    t.expect("<img" not in text and "](javascript:" not in text, f"the summary is {text!r}")
    t.dispatched(1)


@scenario
def a_distinct_id_of_any_letters_is_only_text(t):
    t.github("ghes-3.20", jobs=STEP)
    value = EVIL.replace("\0", "")
    t.dispatch("-v", "--format", "json", "--distinct-id=" + value, "--timeout", t.seconds(10))
    t.exits(0, 2)
    if t.result.code == 0:
        t.expect(json.loads(t.result.stdout)["distinct_id"] == value, "another ID in the result")
        t.dispatched(1)
    else:
        t.dispatched(0)


@scenario
def an_answer_of_millions_of_values_takes_bounded_memory(t):
    hub = t.github("ghes-3.20", jobs=STEP)
    zeros = '{"total_count":1,"workflow_runs":[' + "0," * (14 << 20) + "0]}"
    hub.fault("GET", r"/runs\?", 2, body=zeros)
    t.start(*t.base(), "--timeout", t.seconds(60), watch_memory=True)
    t.finish()
    t.found(hub.dispatched[0])
    t.says("1,048,576")
    if not t.setup.instrumented:
        t.expect(0 < t.result.peak < 120 << 10, f"{t.result.peak} KiB of memory")
    t.dispatched(1)
