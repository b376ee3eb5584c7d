# SPDX-License-Identifier: ISC
"""What comes out: standard output, $GITHUB_OUTPUT, the summary, and what happens when a result
can't be written."""

import json
import os
import pathlib
import re

from ghsim import step_named
from harness import each, native_only, scenario, smoke


def reply_with(hub, **changes):
    """Changes the fields of the dispatch's reply; None takes one out."""
    def change(request, answer):
        body = json.loads(answer.body)
        body.update(changes)
        answer.body = json.dumps({k: v for k, v in body.items() if v is not None}).encode()
    hub.fault("POST", "/dispatches$", hook=change)


@smoke
def the_fast_path_costs_one_request(t):
    """And one before it, on servers that are not GitHub's own."""
    hub = t.github()
    t.dispatch()
    t.found(hub.dispatched[0])
    t.requests_were(t.POST)
    t.expect(len(hub.preparations) == 1, "more than one request to prepare")
    t.dispatched(1)


@smoke
def each_format_prints_its_own(t):
    hub = t.github()
    for style in ("text", "id", "url"):
        t.dispatch("--format", style)
        t.exits(0)
        run = hub.dispatched[-1]
        t.stdout_is({"text": f"run_id={run.id}\nrun_url={run.html_url}\n", "id": f"{run.id}\n",
                     "url": f"{run.html_url}\n"}[style])
    t.dispatched(3)


@scenario
def json_is_one_object_on_one_line(t):
    hub = t.github()
    t.dispatch("--format", "json")
    t.exits(0)
    run = hub.dispatched[0]
    t.expect(t.json() == {
        "run_id": run.id, "run_url": run.html_url, "repository": "octo-org/octo-repo",
        "workflow": "build.yml", "ref": "main", "distinct_id": None,
        "identified_by": "response"}, f"the object is {t.json()}")
    t.dispatched(1)


@scenario
def json_has_the_distinct_id_and_how_it_was_found(t):
    hub = t.github("ghes-3.20", jobs=step_named("{distinct_id}"))
    t.dispatch("--format", "json", "--distinct-id=only \"mine\" 🚀")
    t.exits(0)
    found = t.json()
    t.expect(found["run_id"] == hub.dispatched[0].id, "another run")
    t.expect(found["distinct_id"] == 'only "mine" 🚀', "another distinct ID")
    t.expect(found["identified_by"] == "step-name", "found otherwise")
    t.dispatched(1)


@smoke
def outputs_are_appended_in_the_heredoc_form(t):
    hub = t.github()
    t.dispatch(env={"GITHUB_OUTPUT": t.file("output", "earlier=kept\n")})
    run = hub.dispatched[0]
    t.found(run)
    t.expect(t.outputs() == {"earlier": "kept", "run_id": str(run.id), "run_url": run.html_url},
             f"the outputs are {t.outputs()}")
    delimiters = re.findall(r"<<(.*)", t.read("output").decode())
    t.dispatch(env={"GITHUB_OUTPUT": t.path("output")})
    t.exits(0)
    t.expect(t.outputs()["run_id"] == str(hub.dispatched[1].id), "the second result is missing")
    delimiters += re.findall(r"<<(.*)", t.read("output").decode())[len(delimiters):]
    t.expect(len(delimiters) == 6 and all(len(one) >= 16 for one in delimiters),
             f"the delimiters are {delimiters}")
    t.expect(len(set(delimiters)) == 6, "delimiters can be guessed")
    t.dispatched(2)


@scenario
def an_output_file_that_ends_within_a_line_is_completed(t):
    """Though nothing can be opened any more when that matters."""
    hub = t.github()
    t.dispatch(env={"GITHUB_OUTPUT": t.file("output", "earlier=kept")})
    run = hub.dispatched[0]
    t.found(run)
    t.expect(t.outputs() == {"earlier": "kept", "run_id": str(run.id), "run_url": run.html_url},
             f"the outputs are {t.outputs()}")
    t.dispatched(1)


@scenario
def the_exit_status_is_always_an_output(t):
    """A later step can't see it otherwise."""
    t.github(life="completed/failure")
    env = {"GITHUB_OUTPUT": t.path("output")}
    for changes, arguments, code, names in (
            ({}, (), 0, {"run_id", "run_url"}),
            ({}, ("--wait", "--wait-timeout", t.seconds(60)), 1,
             {"run_id", "run_url", "run_conclusion", "run_attempt"}),
            ({}, ("--timeout", "5x"), 2, set()),
            ({}, ("--no-such-option",), 2, set()),
            ({"cacert": "/no/such/file"}, (), 2, set()),
            ({"ref": "no-such-branch"}, (), 3, set())):
        pathlib.Path(env["GITHUB_OUTPUT"]).unlink(missing_ok=True)
        t.dispatch(*arguments, env=env, base=t.base(**changes))
        t.exits(code)
        t.expect(set(t.outputs()) == names, f"outputs are {t.outputs()}")
    t.dispatched(2)


@scenario
def the_output_file_is_created_when_missing(t):
    hub = t.github()
    t.dispatch("--format", "id", env={"GITHUB_OUTPUT": t.path("output")})
    t.exits(0)
    t.expect(t.outputs()["run_url"] == hub.dispatched[0].html_url, "the URL is missing")
    t.dispatched(1)


@scenario
def an_output_file_that_cannot_be_opened_stops_everything(t):
    t.github()
    for path in (t.path("no/such/folder/output"), t.folder):
        t.dispatch(env={"GITHUB_OUTPUT": path})
        t.refused("GITHUB_OUTPUT")
    t.no_requests()
    t.dispatched(0)


@scenario
def the_summary_links_the_run(t):
    hub = t.github()
    t.dispatch(env={"GITHUB_STEP_SUMMARY": t.file("summary", "before\n")})
    t.found(hub.dispatched[0])
    text = t.read("summary").decode()
    t.expect(text.startswith("before\n") and hub.dispatched[0].html_url in text,
             f"the summary is {text!r}")
    t.dispatched(1)


@scenario
def a_summary_that_cannot_be_written_is_only_a_warning(t):
    hub = t.github()
    os.mkfifo(t.path("fifo"))
    for path in ("/dev/full", t.path("no/such/folder/summary"), t.folder, t.path("fifo")):
        t.dispatch(env={"GITHUB_STEP_SUMMARY": path})
        t.found(hub.dispatched[-1])
        t.says("summary")
    t.dispatched(4)


@scenario
def a_full_disk_behind_stdout_does_not_lose_the_run(t):
    hub = t.github()
    with open("/dev/full", "wb") as full:
        t.dispatch(stdout=full, env={"GITHUB_OUTPUT": t.file("output")})
    t.exits(8)
    t.says(hub.dispatched[0].id)
    t.expect(t.outputs()["run_id"] == str(hub.dispatched[0].id), "the output file lost it too")
    t.dispatched(1)


@native_only
@scenario
def a_closed_stdout_does_not_lose_the_run(t):
    hub = t.github()
    t.dispatch(close_stdout=True, env={"GITHUB_OUTPUT": t.file("output")})
    t.exits(8)
    t.says(hub.dispatched[0].id)
    t.expect(t.outputs() == {"run_id": str(hub.dispatched[0].id),
                             "run_url": hub.dispatched[0].html_url}, "the output file is spoilt")
    t.dispatched(1)


@scenario
def a_broken_pipe_does_not_lose_the_run(t):
    hub = t.github()
    reader, writer = os.pipe()
    os.close(reader)
    t.dispatch(stdout=writer)
    os.close(writer)
    t.exits(8)
    t.says(hub.dispatched[0].id)
    t.dispatched(1)


@scenario
def a_reader_that_does_not_read_is_given_up(t):
    """The output file is a full pipe, and so is the summary: one patience for both."""
    hub = t.github(life="completed/success")
    os.mkfifo(t.path("fifo"))
    reader = os.open(t.path("fifo"), os.O_RDWR | os.O_NONBLOCK)
    t.cleanup.callback(os.close, reader)
    try:
        while True:
            os.write(reader, b"x" * 4096)
    except BlockingIOError:
        pass
    t.wait("--timeout", t.seconds(5), env={"GITHUB_OUTPUT": t.path("fifo"),
                                           "GITHUB_STEP_SUMMARY": t.path("fifo")})
    t.exits(8)
    t.says(f"run_id={hub.dispatched[0].id}", t.path("fifo"))
    t.expect(f"run_id={hub.dispatched[0].id}\n" in t.result.stdout.decode(), "stdout has lost it")
    t.took_at_most(12)
    t.dispatched(1)


@scenario
def a_full_disk_behind_the_output_file_does_not_lose_the_run(t):
    hub = t.github()
    t.dispatch(env={"GITHUB_OUTPUT": "/dev/full"})
    t.exits(8)
    t.says(hub.dispatched[0].id)
    t.dispatched(1)


@scenario
def an_unusable_url_is_replaced_by_one_made_here(t):
    for url in ("javascript:alert(1)", "https://x.example/a b", "https://x.example/\"q\"",
                "https://x.example/$(id)", "https://x.example/`id`", "https://x.example/;id",
                "https://x.example/'", "https://x.example/a\nrun_id=1", "https://x.example/\x1b[m",
                "ftp://x.example/", "", 17, None, ["https://x.example/"], "https://x.example/&id",
                "https://x.example/|id", "https://x.example/<b>", "//x.example/run", "https:",
                "https://x.example/\\n", "https://x.example/é\u202e"):
        hub = t.github()
        t.hub = hub
        reply_with(hub, html_url=url)
        t.dispatch()
        t.exits(0)
        run = hub.dispatched[0]
        t.stdout_matches(rf"run_id={run.id}\nrun_url=https?://[\w.:-]+/octo-org/octo-repo"
                         rf"/actions/runs/{run.id}\n")
    t.dispatched(len(t.servers))


@scenario
def an_invalid_run_id_is_not_printed(t):
    for number in (0, -17654320137, "17654320137", 2 ** 63, 2 ** 64 + 17654320137, 1.5, 1e3, True,
                   None, [17654320137], {"id": 17654320137}):
        hub = t.github()
        t.hub = hub
        reply_with(hub, workflow_run_id=number)
        t.dispatch("--timeout", t.seconds(20))
        t.exits(5)
        t.stdout_is("")
    t.dispatched(len(t.servers))


@scenario
def after_an_invalid_run_id_the_run_is_searched_for(t):
    hub = t.github(run_name="Build [{distinct_id}]")
    reply_with(hub, workflow_run_id="17654320137")
    t.dispatch("--distinct-id")
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def any_2xx_with_the_id_is_enough(t):
    for status in (200, 201, 202, 206, 299):
        hub = t.github()
        t.hub = hub
        hub.fault("POST", "/dispatches$", hook=lambda _, a, s=status: setattr(a, "status", s))
        t.dispatch()
        t.found(hub.dispatched[0])
        t.requests_were(t.POST)
    t.dispatched(5)


@scenario
def a_2xx_with_a_useless_body_means_dispatched(t):
    for body in ("", "<html>thanks</html>", "[]", '"ok"', "{}", '{"workflow_run_id":176543201',
                 '{"workflow_run_id":17654320137}}', "\0", '{"workflow_run_id":017654320137}'):
        hub = t.github(run_name="Build [{distinct_id}]")
        t.hub = hub
        hub.fault("POST", "/dispatches$", body=body)
        t.dispatch("--distinct-id")
        t.found(hub.dispatched[0])
    t.dispatched(len(t.servers))


@scenario
def extra_fields_and_odd_spacing_in_the_reply_do_not_matter(t):
    hub = t.github()

    def rewrite(request, answer):
        body = json.loads(answer.body)
        answer.body = json.dumps({
            "nested": {"workflow_run_id": 1, "html_url": "https://no.example/"},
            "html_url": body["html_url"], "list": [{"workflow_run_id": 2}], "run_url": None,
            "workflow_run_id": body["workflow_run_id"]}, indent=4).replace(
                "https://github", "https:\\/\\/github").replace("\n", "\r\n").encode()
    hub.fault("POST", "/dispatches$", hook=rewrite)
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@each(("workflow_run_id", "html_url"))
def a_key_that_occurs_twice_names_no_run(t, key):
    """Readers differ in which of the two they take; the search finds the right one."""
    hub = t.github(run_name="Build [{distinct_id}]")
    twin = {"workflow_run_id": b'{"workflow_run_id":666,',
            "html_url": b'{"html_url":"https://github.com/x/y/actions/runs/666",'}[key]
    hub.fault("POST", "/dispatches$", hook=lambda request, answer: setattr(
        answer, "body", twin + answer.body[1:]))
    t.dispatch()
    t.exits(5)
    t.stdout_is("")
    t.says(f'has "{key}" twice')
    t.dispatch("--distinct-id", "--timeout", t.seconds(20))
    t.found(hub.dispatched[1])
    t.dispatched(2)


@scenario
def on_a_runner_errors_are_workflow_commands(t):
    t.github(state="disabled_manually")
    t.dispatch(env={"GITHUB_ACTIONS": "true"})
    t.exits(3)
    errors = [line for line in t.result.log.splitlines() if line.startswith("::error")]
    t.expect(len(errors) == 1 and "disabled workflow" in errors[0],
             f"{len(errors)} error commands")
    t.dispatched(0)


@scenario
def elsewhere_log_lines_carry_the_programs_name(t):
    t.github(state="disabled_manually")
    t.dispatch()
    t.exits(3)
    for line in t.result.log.splitlines():
        t.expect(line.startswith(("return-dispatch: ", " ")), f"the line {line!r}")
    t.dispatched(0)
