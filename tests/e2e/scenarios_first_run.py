# SPDX-License-Identifier: ISC
"""The program without any argument: a person is taught, a script gets the error it always got."""

import os

from harness import each, scenario


def clone(t, url):
    """Makes the program's folder a clone of that."""
    os.mkdir(t.path(".git"))
    with open(t.path(".git/config"), "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {url}\n')


def first_run(t, *arguments, env=None, token=False):
    """What is on the screen after it."""
    term = t.terminal(50, 100)
    t.run(*arguments, terminal=term, token=token, env=env)
    t.refused("workflow")
    t.dispatched(0)
    return term.screen.text()


@scenario
def a_first_run_shows_examples_for_this_folder(t):
    clone(t, f"https://x-access-token:{t.token}@github.com/octo-org/octo-repo.git")
    text = first_run(t)
    t.expect(text.startswith("return-dispatch starts a GitHub Actions workflow"), text)
    for part in ("-R octo-org/octo-repo -w deploy.yml -r main", "await -R octo-org/octo-repo ",
                 "which this folder is a clone of", "$GH_TOKEN", "target_name=octo-org",
                 "no workflow is named, and nothing was sent"):
        t.expect(part in text, f"{part!r} is not in\n{text}")
    t.expect("missing:" not in text, text)


@each((
    ({"GITHUB_REPOSITORY": "octo-org/other"}, "git@github.com:octo-org/octo-repo.git",
     "-R octo-org/other "),
    ({}, "git@ghe.example.com:octo-org/octo-repo.git", "-R ghe.example.com/octo-org/octo-repo "),
    ({"GH_HOST": "ghe.example.com"}, "git@ghe.example.com:octo-org/octo-repo.git",
     "-R octo-org/octo-repo "),
    ({"GH_HOST": "ghe.example.com"}, "git@github.com:octo-org/octo-repo.git",
     "-R github.com/octo-org/octo-repo "),
    ({}, "/srv/git/octo-repo.git", "stands for your repository"),
))
def the_examples_name_the_repository_and_its_server(t, row):
    env, url, part = row
    clone(t, url)
    text = first_run(t, env=env)
    t.expect(part in text, f"{part!r} is not in\n{text}")


@each((
    ("title", "https://github.com/octo-org/\x1b]0;x\x07"),
    ("clear", "https://git\x1b[2Jhub.com/octo-org/octo-repo"),
    ("command", '"https://github.com/octo-org/octo-repo;id"'),
    ("substitution", "git@github.com:octo-org/$(id)"),
    ("bytes", "https://github.com/octo-org/\udcff"),
))
def a_hostile_remote_is_not_shown(t, row):
    """The harness looks at what the terminal got."""
    clone(t, row[1])
    text = first_run(t)
    t.expect("stands for your repository" in text, text)


@each(((("-q",), {}), (("--wait",), {}), (("-r", "main"), {}),
       ((), {"INPUT_REF": "main"}), ((), {"INPUT_WORKFLOW_INPUTS": "{}"})))
def whoever_gives_something_is_told_what_is_missing(t, row):
    arguments, env = row
    text = first_run(t, *arguments, env=env)
    t.expect("missing: " in text and "Three examples" not in text, text)


@scenario
def without_a_terminal_only_the_error_is_shown(t):
    clone(t, "git@github.com:octo-org/octo-repo.git")
    t.run(token=False)
    t.refused("missing: the repository", "the token", "the workflow", "the ref")
    t.expect(len(t.result.stderr.splitlines()) == 1, t.result.stderr)
    term = t.terminal(50, 100)
    t.run(token=False, terminal=term, env={"GITHUB_ACTIONS": "true"})
    t.refused("::error::missing: ")
    t.dispatched(0)
