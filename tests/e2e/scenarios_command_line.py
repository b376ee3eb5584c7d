# SPDX-License-Identifier: ISC
"""What the user says: options, environment, files. Nothing wrong ever reaches the server."""

import os
import re
import uuid

from ghsim import Input, step_named
from harness import scenario, smoke


@smoke
def help_and_version_need_nothing(t):
    t.run("--help", token=False)
    t.exits(0)
    t.stdout_matches(r".*--workflow.*--timeout.*")
    t.run("-h", token=False)
    t.exits(0)
    for words in (("await", "--help"), ("--help", "await"), ("-h", "await")):
        t.run(*words, token=False)
        t.exits(0)
        t.stdout_matches(r"Usage: return-dispatch await .*--job.*Examples.* await .*")
        t.expect(b"--workflow" not in t.result.stdout, "that is the help of a dispatch")
    t.run("--version", token=False)
    t.exits(0)
    t.stdout_matches(r"return-dispatch \S+.*\n")
    t.run("-V", token=False)
    t.exits(0)
    t.dispatched(0)


@scenario
def the_manual_has_every_option_and_every_variable_of_the_help(t):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../man/return-dispatch.1")
    with open(path, encoding="utf-8") as file:
        manual = file.read()
    for words in (("--help",), ("await", "--help")):
        t.run(*words, token=False)
        t.exits(0)
        text = t.result.stdout.decode()
        options = set(re.findall(r"--([a-z-]+)", text))
        variables = set(re.findall(r"\$(\w+)", text))
        t.expect(len(options) > 15 and len(variables) > 3, "the help is short")
        for option in options:
            t.expect(re.search(rf"Fl Fl {option}\b", manual), f"--{option} is not in the manual")
        for variable in variables:
            t.expect(re.search(rf"^\.It Ev .*\b{variable}\b", manual, re.M),
                     f"{variable} is not in the manual")
    t.dispatched(0)


@scenario
def all_missing_values_are_named_at_once(t):
    t.run(token=False)
    t.refused("workflow", "ref", "repo", "token")
    t.dispatched(0)


@scenario
def missing_values_leave_out_what_is_there(t):
    t.github()
    t.dispatch(base=t.base(ref=None))
    t.refused("--ref")
    t.says_not("--workflow")
    t.no_requests()
    t.dispatched(0)


@scenario
def bad_durations_are_refused_before_anything_is_sent(t):
    t.github()
    for value in ("5x", "-1", "1.5", "1e3", "1h30m", "5M", "", " 5", "5 s", "0x10", "s", "+5",
                  "99999999999999999999", "99999999999999999h", "0", "0s", "0ms"):
        t.dispatch("--timeout", value)
        t.refused("--timeout")
        if value.strip():
            t.says(value)
    for value in ("5x", "1.5", "1h30m"):
        t.dispatch("--retry-interval", value, base=t.base(retry_interval=None))
        t.refused("--retry-interval", value)
    t.no_requests()
    t.dispatched(0)


@scenario
def bad_durations_in_the_environment_name_the_variable(t):
    t.github()
    for name in ("INPUT_WORKFLOW_TIMEOUT_SECONDS", "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS"):
        t.dispatch(base=t.base(retry_interval=None), env={name: "ten"})
        t.refused(name, "ten")
    t.no_requests()
    t.dispatched(0)


@scenario
def good_durations_are_accepted(t):
    t.github()
    for value in ("90", "90s", "5m", "1h", "1500ms"):
        t.dispatch("--timeout", value, "--dry-run")
        t.exits(0)
    t.no_requests()
    t.dispatched(0)


@scenario
def wrong_options_are_refused(t):
    t.github()
    for words in (("--frobnicate",), ("--timeout",), ("-f",), ("stray",), ("--format", "xml"),
                  ("--token", "x"), ("-Z",)):
        t.dispatch(*words)
        t.refused()
    t.dispatch("-w", "other.yml")
    t.refused("workflow")
    t.dispatch("-r", "other")
    t.refused("ref")
    t.dispatch("-q", "-v")
    t.refused()
    t.no_requests()
    t.dispatched(0)


@scenario
def a_token_on_the_command_line_is_refused_and_not_repeated(t):
    t.github()
    for words in (("--token", "hunter2"), ("--token=hunter2",)):
        t.dispatch(*words)
        t.refused("--token-file", "GH_TOKEN", "revoke")
        t.says_not("hunter2")
    t.no_requests()
    t.dispatched(0)


@scenario
def a_misspelt_option_is_named_with_the_right_one(t):
    t.github()
    for word, meant in (("--wrokflow=x", "--workflow"), ("--field-file", None), ("-F", "--field"),
                        ("--json", "--format"), ("--tiemout", "--timeout")):
        t.dispatch(word)
        t.refused(word.partition("=")[0])
        if meant:
            t.says(f"did you mean {meant}?")
        else:
            t.says_not("did you mean")
    t.no_requests()
    t.dispatched(0)


@scenario
def fields_need_a_key_and_a_value(t):
    t.github()
    for field in ("novalue", "=value", ""):
        t.dispatch("-f", field)
        t.refused()
    t.no_requests()
    t.dispatched(0)


@scenario
def broken_json_is_refused_with_its_place(t):
    t.github()
    for text in ("{", "[]", '"x"', "7", '{"a":1,}', '{"a":01}', "{'a':1}", '{"a":tru}', "{} {}",
                 '{"a":"x\ny"}', '{"a":NaN}', '{"a" "b"}', '{"a":1 "b":2}', '{"a"}', '{"a":}',
                 "{,}", '{"a":"\\x41"}', '{"a":"\\ud83d"}', '{"a":1.}', '{"a":.5}', '{"a":+1}',
                 '{"a":1e}', "\ufeff{}x", '{"a":"\t"}'):
        t.dispatch("--inputs", text)
        t.refused("inputs")
    t.dispatch("--inputs", '{\n  "a": 1,\n  b: 2\n}')
    t.refused("inputs", "line 3", "column 3")
    t.no_requests()
    t.dispatched(0)


@scenario
def json_that_is_not_utf8_is_refused(t):
    t.github()
    for number, data in enumerate((b'{"a":"\xff"}', b'{"a":"\xc0\x80"}', b'{"a":"\xed\xa0\x80"}',
                                   b'{"a":"\xf4\x90\x80\x80"}', b'{"a":"\xe2\x82"}', b'{"a":1}\0')):
        t.dispatch("--inputs", "@" + t.file(f"bad-{number}", data))
        t.refused("bad-" + str(number))
    t.no_requests()
    t.dispatched(0)


@scenario
def values_that_inputs_cannot_have_name_their_key(t):
    t.github()
    for value in ('{"x":1}', "[1]", "null", "[]", "{}"):
        t.dispatch("--inputs", '{"good":"1","culprit":%s}' % value)
        t.refused("culprit")
    t.no_requests()
    t.dispatched(0)


@scenario
def duplicate_keys_are_refused_however_they_are_written(t):
    t.github()
    t.dispatch("--inputs", '{"same":"1","other":"2","same":"3"}')
    t.refused("same")
    t.dispatch("--inputs", '{"same":"1","\\u0073ame":"3"}')
    t.refused("same")
    t.no_requests()
    t.dispatched(0)


@scenario
def numbers_keep_their_digits(t):
    hub = t.github()
    t.dispatch("--inputs", '{"a":1e400,"b":0.10,"c":12345678901234567890,"d":-0,"e":1E+2,'
                           '"f":true,"g":false}')
    t.found(hub.dispatched[0])
    body = hub.requests[0].body.decode()
    for key, digits in (("a", "1e400"), ("b", "0.10"), ("c", "12345678901234567890"), ("d", "-0"),
                        ("e", "1E+2"), ("f", "true"), ("g", "false")):
        t.expect(re.search(rf'"{key}"\s*:\s*{re.escape(digits)}\s*[,}}]', body),
                 f"{key} is not {digits} in {body}")
    t.dispatched(1)


@scenario
def escapes_and_emoji_keep_their_meaning(t):
    hub = t.github()
    t.dispatch("--inputs", r'{"quote":"say \"hi\" \\ \/","lines":"a\nb\r\n\tc\b\f",'
                           r'"emoji":"\ud83d\ude80 🚀 \u2603","k\u00e9y":"v","low":"\u0001\u001f",'
                           r'"empty":"","spaces":"  x  ","separators":"\u2028\u2029"}')
    t.found(hub.dispatched[0])
    t.expect(hub.requests[0].json()["inputs"] == {
        "quote": 'say "hi" \\ /', "lines": "a\nb\r\n\tc\b\f", "emoji": "🚀 🚀 ☃", "kéy": "v",
        "low": "\x01\x1f", "empty": "", "spaces": "  x  ", "separators": "\u2028\u2029"},
        "the inputs arrived changed")
    t.dispatched(1)


@scenario
def an_escaped_nul_arrives_unchanged(t):
    hub = t.github()
    t.dispatch("--inputs", r'{"a":"before\u0000after","b":"2"}')
    t.exits(0)
    t.expect(hub.requests[0].json()["inputs"] == {"a": "before\0after", "b": "2"},
             "the inputs arrived changed")
    t.dispatched(1)


@scenario
def fields_are_strings_and_win_over_inputs(t):
    hub = t.github()
    t.dispatch("--inputs", '{"env":"test","kept":true}', "-f", "env=prod", "-f", "a=b=c",
               "--field", "empty=", "-f", 'odd="quo\\ted"\n🚀', "-f", "number=007")
    t.found(hub.dispatched[0])
    t.expect(hub.requests[0].json() == {"ref": "main", "inputs": {
        "env": "prod", "kept": True, "a": "b=c", "empty": "", "odd": '"quo\\ted"\n🚀',
        "number": "007"}}, "the body is " + hub.requests[0].body.decode())
    t.dispatched(1)


@scenario
def inputs_come_from_a_file(t):
    hub = t.github()
    t.dispatch("--inputs", "@" + t.file("inputs.json", ' {"where": "file"}\r\n'))
    t.found(hub.dispatched[0])
    t.expect(hub.requests[0].json()["inputs"] == {"where": "file"}, "other inputs arrived")
    t.dispatched(1)


@scenario
def inputs_come_from_standard_input(t):
    hub = t.github()
    t.dispatch("--inputs", "-", stdin='{"where":"stdin"}')
    t.found(hub.dispatched[0])
    t.expect(hub.requests[0].json()["inputs"] == {"where": "stdin"}, "other inputs arrived")
    t.dispatched(1)


@scenario
def likely_mistakes_in_inputs_are_named(t):
    t.github()
    t.dispatch("--inputs", "inputs.json")
    t.refused("--inputs", "@FILE")
    t.dispatch("--inputs", '{"text":"one\ntwo"}')
    t.refused("--inputs", "line 1", "\\n", "toJSON")
    for text, words in (('{"text":"one\ntwo"}', ("\\n", "toJSON")),
                        ("null", ("toJSON", "found null")),
                        ('{"a":null}', ("toJSON", '"a"'))):
        t.dispatch(env={"INPUT_WORKFLOW_INPUTS": text})
        t.refused("INPUT_WORKFLOW_INPUTS", *words)
    t.no_requests()
    t.dispatched(0)


@scenario
def a_field_is_sent_as_it_is_written(t):
    hub = t.github()
    given = "@" + t.file("value", "from the file")
    t.dispatch("-f", f"env={given}")
    t.found(hub.dispatched[0])
    t.expect(hub.requests[0].json()["inputs"] == {"env": given}, "another value was sent")
    t.says("--field env", "no file is read")
    t.dispatched(1)


@scenario
def a_workflow_ref_is_a_file_of_its_own_repository(t):
    hub = t.github()
    t.dispatch(base=t.base(workflow="octo-org/octo-repo/.github/workflows/build.yml@refs/heads/x"))
    t.found(hub.dispatched[0])
    other = "octo-org/other/.github/workflows/build.yml@refs/heads/main"
    t.dispatch(base=t.base(workflow=other))
    t.refused("--workflow", other, "octo-org/octo-repo")
    t.dispatched(1)


@scenario
def a_display_name_is_told_from_a_file(t):
    t.github()
    t.dispatch(base=t.base(workflow="Build and test"))
    t.refused("Build and test", "not the name of a workflow file", code=3)
    t.dispatch(base=t.base(workflow="other.yml"))
    t.refused(code=3)
    t.says_not("workflow file: give")
    t.dispatched(0)


@scenario
def an_inputs_file_that_is_missing_is_refused(t):
    t.github()
    t.dispatch("--inputs", "@" + t.path("nowhere.json"))
    t.refused("nowhere.json")
    t.no_requests()
    t.dispatched(0)


@scenario
def without_inputs_none_are_sent(t):
    hub = t.github(inputs={})
    t.dispatch()
    t.found(hub.dispatched[0])
    t.expect(not hub.requests[0].json().get("inputs"), "inputs were made up")
    t.dispatched(1)


@scenario
def a_dry_run_shows_the_request_and_sends_nothing(t):
    hub = t.github()
    t.dispatch("--dry-run", "-f", "env=visible value")
    t.exits(0)
    t.stdout_matches(r".*POST .*/repos/octo-org/octo-repo/actions/workflows/build\.yml/dispatches"
                     r".*2026-03-10.*visible value.*")
    t.expect(hub.connections == 0, "a dry run connected")
    t.dispatched(0)


@scenario
def a_dry_run_shows_the_servers_that_hosts_imply(t):
    for repo, expected in (("octo-org/octo-repo", r"api\.github\.com"),
                           ("github.com/octo-org/octo-repo", r"api\.github\.com"),
                           ("ghes.example.com/octo-org/octo-repo", r"ghes\.example\.com.*/api/v3/"),
                           ("ghes.example.com:8443/octo-org/octo-repo",
                            r"ghes\.example\.com:8443.*"),
                           ("acme.ghe.com/octo-org/octo-repo", r"api\.acme\.ghe\.com"),
                           ("https://github.com/octo-org/octo-repo", r"api\.github\.com"),
                           ("octo-org/octo-repo.git", r"api\.github\.com"),
                           ("git@github.com:octo-org/octo-repo.git", r"api\.github\.com"),
                           ("ssh://git@ghes.example.com:2222/octo-org/octo-repo.git",
                            r"ghes\.example\.com/api/v3")):
        t.dispatch("--dry-run", base=t.base(api_url=None, cacert=None, repo=repo))
        t.exits(0)
        t.stdout_matches(rf".*{expected}.*")
        t.stdout_matches(r"POST .*/repos/octo-org/octo-repo/actions/.*")
    t.dispatched(0)


@scenario
def the_newer_actions_inputs_work_unchanged(t):
    hub = t.github()
    t.run(token=False, env={
        "GITHUB_API_URL": hub.url(), "NODE_EXTRA_CA_CERTS": t.setup.pki.ca,
        "GITHUB_REPOSITORY": "someone/else", "INPUT_TOKEN": t.token, "INPUT_REF": "main",
        "INPUT_REPO": "octo-repo", "INPUT_OWNER": "octo-org", "INPUT_WORKFLOW": "build.yml",
        "INPUT_WORKFLOW_INPUTS": '{"env":"prod"}', "GITHUB_OUTPUT": t.file("output"),
        "GITHUB_ACTIONS": "true"})
    t.found(hub.dispatched[0])
    t.expect(t.outputs() == {"run_id": str(hub.dispatched[0].id),
                             "run_url": hub.dispatched[0].html_url}, "the outputs are wrong")
    t.expect(hub.requests[0].json() == {"ref": "main", "inputs": {"env": "prod"}},
             "another body was sent")
    t.requests_were(t.POST)
    t.dispatched(1)


@scenario
def the_older_actions_inputs_work_unchanged(t):
    hub = t.github("ghes-3.20", jobs=step_named("{distinct_id}"))
    t.run(token=False, env={
        "GITHUB_API_URL": hub.url(), "SSL_CERT_FILE": t.setup.pki.ca, "INPUT_TOKEN": t.token,
        "INPUT_REF": "refs/heads/main", "INPUT_REPO": "octo-repo", "INPUT_OWNER": "octo-org",
        "INPUT_WORKFLOW": "159038", "INPUT_WORKFLOW_INPUTS": '{"env":"prod"}',
        "INPUT_WORKFLOW_TIMEOUT_SECONDS": "120", "INPUT_WORKFLOW_JOB_STEPS_RETRY_SECONDS": "1",
        "INPUT_DISTINCT_ID": "my-very-own-distinct-id", "GITHUB_OUTPUT": t.path("output"),
        "GITHUB_ACTIONS": "true"})
    t.found(hub.dispatched[0])
    t.expect(t.outputs()["run_id"] == str(hub.dispatched[0].id), "the outputs are wrong")
    t.expect(t.posts()[-1].json()["inputs"] == {
        "env": "prod", "distinct_id": "my-very-own-distinct-id"}, "other inputs were sent")
    t.dispatched(1)


@scenario
def options_win_over_inputs_and_those_over_general_variables(t):
    hub = t.github(workflow=False)
    hub.workflow("option.yml", 1, refs=("option",))
    hub.workflow("input.yml", 2, refs=("input",))
    env = {"INPUT_WORKFLOW": "input.yml", "INPUT_REF": "input", "INPUT_OWNER": "octo-org",
           "INPUT_REPO": "octo-repo", "GITHUB_REPOSITORY": "wrong/wrong", "INPUT_TOKEN": t.token,
           "GH_TOKEN": "wrong", "GITHUB_TOKEN": "wrong", "GITHUB_API_URL": "https://wrong.invalid",
           "INPUT_WORKFLOW_TIMEOUT_SECONDS": "100",
           "INPUT_WORKFLOW_INPUTS": '{"from":"environment"}'}
    t.dispatch(base=t.base(repo=None, workflow=None, ref=None), env=env)
    t.found(hub.dispatched[0])
    t.expect("input.yml" in hub.requests[0].target, "INPUT_WORKFLOW was not taken")
    t.dispatch("--inputs", '{"from":"option"}', base=t.base(workflow="option.yml", ref="option"),
               env={**env, "INPUT_OWNER": "wrong", "INPUT_REPO": "wrong"})
    t.found(hub.dispatched[1])
    t.expect("option.yml" in hub.requests[1].target, "--workflow was not taken")
    t.expect(hub.requests[1].json()["inputs"] == {"from": "option"}, "--inputs was not taken")
    t.dispatched(2)


@scenario
def the_general_variables_come_last_but_count(t):
    hub = t.github()
    t.dispatch(base=t.base(repo=None, api_url=None), token=False,
               env={"GITHUB_REPOSITORY": "octo-org/octo-repo", "GITHUB_API_URL": hub.url(),
                    "GH_TOKEN": t.token, "GITHUB_TOKEN": "wrong"})
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def action_inputs_are_trimmed_and_empty_ones_are_unset(t):
    hub = t.github()
    t.dispatch(base=t.base(repo=None, workflow=None, ref=None), env={
        "INPUT_WORKFLOW": "  build.yml\n", "INPUT_REF": "\tmain ", "INPUT_OWNER": "",
        "INPUT_REPO": " octo-org/octo-repo ", "INPUT_TOKEN": "  ", "INPUT_WORKFLOW_INPUTS": " \n",
        "INPUT_DISTINCT_ID": " ", "INPUT_WORKFLOW_TIMEOUT_SECONDS": " 60 ", "INPUT_WAIT": ""})
    t.found(hub.dispatched[0])
    t.expect(not hub.requests[0].json().get("inputs"), "inputs were made up")
    t.dispatched(1)


@scenario
def malformed_repositories_are_refused(t):
    t.github()
    for repo in ("octo", "octo-org/", "/octo-repo", "a/b/c/d", "octo org/repo", "", "a//b", "../..",
                 "octo-org/octo-repo?x", "octo-org/re\npo"):
        t.dispatch(base=t.base(repo=repo))
        t.refused()
    t.no_requests()
    t.dispatched(0)


@scenario
def a_repository_may_name_its_host_and_port(t):
    hub = t.github("ghes-3.20", jobs=step_named("{distinct_id}"))
    t.dispatch(base=t.base(api_url=None, repo=f"localhost:{hub.port}/octo-org/octo-repo"))
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def a_workflow_is_a_file_a_path_or_a_number(t):
    hub = t.github(workflow=False)
    for number, name in enumerate(("deploy.yml", "2fa.yml", "sub/dir.yml", "with space.yml")):
        hub.workflow(name, 4711 + number)
    for given, sent in ((".github/workflows/deploy.yml", "deploy.yml"),
                        ("deploy.yml", "deploy.yml"), ("4711", "4711"), ("2fa.yml", "2fa.yml"),
                        ("sub/dir.yml", "sub%2Fdir.yml"), ("with space.yml", "with%20space.yml")):
        t.dispatch(base=t.base(workflow=given))
        t.exits(0)
        t.expect(f"/actions/workflows/{sent}/dispatches" in hub.requests[-1].target,
                 f"{given} was sent as {hub.requests[-1].target}")
    t.dispatched(6)


@scenario
def unsafe_api_urls_are_refused(t):
    for url in ("http://api.example.com", "https://user:pw@localhost/", "https://localhost/?x=1",
                "https://localhost/#x", "ftp://localhost", "localhost", "https://", "",
                "https://localhost:0x50", "https://localhost:99999", "https://lo calhost",
                "https://localhost/\r\nX: y"):
        t.run(*t.base(api_url=url))
        t.refused()
        t.says_not("user:pw")
    t.dispatched(0)


@scenario
def plain_http_works_on_loopback(t):
    hub = t.github(tls=False)
    t.dispatch(base=t.base(api_url=hub.url("127.0.0.1"), cacert=None))
    t.found(hub.dispatched[0])
    t.requests_were(t.POST)
    t.dispatched(1)


@scenario
def refs_may_be_given_in_full(t):
    t.github(refs=("main", "v1.0", "feature/über-\"x\""))
    for ref in ("refs/heads/main", "refs/tags/v1.0", 'feature/über-"x"'):
        t.dispatch(base=t.base(ref=ref))
        t.exits(0)
    t.dispatched(3)


@scenario
def a_pull_request_ref_is_refused_with_the_reason(t):
    t.github()
    for ref in ("refs/pull/12/merge", "12/merge"):
        t.dispatch(base=t.base(ref=ref))
        t.exits(2, 3)
        t.says(ref, "pull request", "github.head_ref")
    t.dispatched(0)


@scenario
def the_token_may_come_from_a_file_with_white_space(t):
    hub = t.github()
    t.dispatch("--token-file", t.file("token", f"  {t.token}\r\n\n"), token=False,
               env={"GITHUB_TOKEN": "wrong", "INPUT_TOKEN": "wrong"})
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def the_token_may_come_from_standard_input(t):
    hub = t.github()
    t.dispatch("--token-file", "-", token=False, stdin=t.token + "\n")
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def an_enterprise_server_has_its_own_tokens(t):
    hub = t.github()
    for name in ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"):
        t.dispatch(token=False, env={name: t.token, "GH_TOKEN": "wrong", "GITHUB_TOKEN": "wrong"})
        t.found(hub.dispatched[-1])
    t.dispatch("--dry-run", base=t.base(api_url=None, cacert=None), token=False,
               env={"GH_ENTERPRISE_TOKEN": t.token})
    t.exits(0)
    t.says("no token was given")
    t.dispatched(2)


@scenario
def a_pipe_without_a_writer_is_not_waited_for_beyond_the_timeout(t):
    t.github()
    path = t.path("pipe")
    os.mkfifo(path)
    t.dispatch("--timeout", "1s", "--token-file", path, token=False)
    t.refused("--token-file", path, "in time")
    t.dispatch("--timeout", "1s", "--inputs", "@" + path)
    t.refused("--inputs", path, "in time")
    t.run("await", *t.base(workflow=None, ref=None, retry_interval=None), "7", "--wait-timeout",
          "1s", "--token-file", path, token=False)
    t.refused("--token-file", path, "in time")
    t.no_requests()
    t.dispatched(0)


@scenario
def tokens_with_control_characters_are_refused(t):
    t.github()
    for text in (t.token[:9] + "\r\nX-Evil: 1", t.token[:9] + "\0" + t.token[9:],
                 t.token[:9] + "\x7f", t.token[:9] + "\t" + t.token[9:]):
        t.dispatch("--token-file", t.file("token", text), token=False)
        t.refused("token")
    t.dispatch(env={"GITHUB_TOKEN": t.token[:9] + "\nX-Evil: 1"})
    t.refused("token")
    t.no_requests()
    t.dispatched(0)


@scenario
def empty_and_missing_token_files_are_refused(t):
    t.github()
    t.dispatch("--token-file", t.file("token", " \n"))
    t.refused("token")
    t.dispatch("--token-file", t.path("nowhere"))
    t.refused("nowhere")
    t.no_requests()
    t.dispatched(0)


@scenario
def standard_input_can_be_read_only_once(t):
    t.github()
    t.dispatch("--token-file", "-", "--inputs", "-", token=False, stdin=t.token)
    t.refused()
    t.no_requests()
    t.dispatched(0)


@scenario
def tokens_of_any_length_work(t):
    t.token = "ghs_1234567_" + "eyJhbGciOi-_." * 60 + "x"
    t.secrets.append(t.token)
    hub = t.github()
    t.dispatch()
    t.found(hub.dispatched[0])
    t.dispatched(1)


@scenario
def the_request_has_the_headers_github_wants(t):
    hub = t.github()
    t.dispatch("-f", "a=b")
    t.found(hub.dispatched[0])
    post = hub.requests[0]
    for name, pattern in (("User-Agent", r"return-dispatch/.+"),
                          ("Accept", r"application/vnd\.github\+json"),
                          ("Authorization", rf"Bearer {t.token}"),
                          ("X-GitHub-Api-Version", r"2026-03-10"),
                          ("Content-Type", r"application/json.*"),
                          ("Content-Length", str(len(post.body))),
                          ("Host", rf"localhost:{hub.port}")):
        t.expect(re.fullmatch(pattern, post.header(name, "")),
                 f"{name} is {post.header(name)!r}")
    for name in ("Accept-Encoding", "Transfer-Encoding", "Expect"):
        t.expect(post.header(name) is None, f"{name} was sent")
    t.dispatched(1)


@scenario
def a_distinct_id_is_sent_as_given_or_made_up(t):
    hub = t.github(inputs={"distinct_id": Input()})
    t.dispatch("--distinct-id=my id/ü")
    t.found(hub.dispatched[0])
    t.expect(hub.requests[0].json()["inputs"] == {"distinct_id": "my id/ü"}, "another was sent")
    sent = set()
    for _ in range(2):
        t.dispatch("--distinct-id")
        t.exits(0)
        sent.add(hub.requests[-1].json()["inputs"]["distinct_id"])
    t.expect(len(sent) == 2, "the same UUID twice")
    for text in sent:
        t.expect(str(uuid.UUID(text)) == text and uuid.UUID(text).version == 4,
                 f"{text} is not a random UUID")
    t.dispatched(3)


@scenario
def input_values_are_not_logged(t):
    hub = t.github("ghes-3.20", jobs=step_named("{distinct_id}"))
    t.dispatch("-v", "-f", "password=hunter2-field", "--inputs", '{"key":"hunter2-json"}',
               env={"RUNNER_DEBUG": "1"})
    t.found(hub.dispatched[0])
    t.says_not("hunter2")
    t.dispatched(1)


@scenario
def quiet_says_nothing_when_all_is_well(t):
    hub = t.github()
    t.dispatch("-q")
    t.found(hub.dispatched[0])
    t.expect(t.result.stderr == b"", "something was logged")
    t.dispatched(1)
