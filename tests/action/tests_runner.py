# SPDX-License-Identifier: ISC
"""The emulated runner itself: what it is too kind to would be found by users only."""

import expressions
import harness
import plain_yaml
import runner
from case import expect, job_of, once

CONTEXTS = {
    "github": {"ref": "refs/heads/main", "run_id": "42", "event": {"numbers": [1, 2]}},
    "steps": {"a": {"outputs": {"id": "17"}}}, "env": {"EMPTY": ""}, "job": {"status": "success"},
}


def refuses(kind, function, *arguments):
    try:
        value = function(*arguments)
    except kind:
        return
    raise AssertionError(f"{arguments} came to {value!r}")


@once
def expressions_come_to_what_they_do_there(t):
    for text, wanted in (
            ("${{ steps.a.outputs.id }}", "17"), ("<${{steps.b.outputs.id}}>", "<>"),
            ("${{ GITHUB.Run_ID == 42 }}", True), ("${{ 'it''s' }}", "it's"),
            ("${{ env.EMPTY || 'x' }}-${{ env.EMPTY && 'x' }}", "x-"),
            ("${{ github.event.numbers[1] }}", 2), ("${{ !steps.b && 'A' == 'a' }}", True),
            ("${{ format('{0}{{}}{1}', 1, null) }}", "1{}"),
            ("${{ contains(github.ref, 'HEADS') }}", True), ("${{ '' == 0 }}", True),
            ("${{ toJSON(steps.a) }}", '{\n  "outputs": {\n    "id": "17"\n  }\n}')):
        found = expressions.fill(text, CONTEXTS)
        expect(found == wanted, f"{text} came to {found!r}, not {wanted!r}")
    for text in ("${{ secrets.TOKEN }}", "${{ nothing() }}", "${{ 'a }}", "${{ a b }}", "${{ (1 }}"):
        refuses(expressions.Bad, expressions.fill, text, CONTEXTS)
    for text, wanted in ((None, True), ("failure()", False), ("always() && steps.a", True),
                         ("${{ steps.b.outputs.id }}", False)):
        expect(expressions.condition(text, CONTEXTS) == wanted, f"if: {text}")
    failed = {**CONTEXTS, "job": {"status": "failure"}}
    expect(not expressions.condition("steps.a", failed), "success() is not asked for by itself")


@once
def outputs_are_read_as_they_are_there(t):
    read = harness.parse_file_command
    for data, wanted in ((b"a=b=c<<d\n\nx<<E\n1\n\n2\r\nE\n", {"a": "b=c<<d", "x": "1\n\n2\r"}),
                         (b"x<<E=F\n\nE=F", {"x": ""}), (b"a=1\na=2\n", {"a": "2"})):
        expect(read(data) == wanted, f"{data} came to {read(data)}")
    for data in (b"nothing\n", b"x<<E\n1\n E\n"):
        refuses(harness.Failed, read, data)


def commanded(t, text):
    """What a step that prints this came to."""
    t.again()
    script = "".join(f"          {line}\n" for line in text.split("\n"))
    return t.run(job_of(f"      - run: |\n          cat <<'END'\n{script}          END\n"))[0]


@once
def commands_are_found_where_they_are_found_there(t):
    step = commanded(t, "::error file=x,line=1::50%25 a%0Ab\n  ::notice::c\nx ::warning::d\n"
                        "x ##[warning]e\n::unknown::f\n::add-mask::hidden\nhidden\n::debug::g")
    expect(step.annotations == [("error", "50% a\nb"), ("notice", "c"), ("warning", "e")],
           f"{step.annotations}")
    expect(step.log[-1] == "***" and "x ::warning::d" in step.log, f"{step.log}")
    expect("::unknown::f" in step.log and not any("g" == line for line in step.log), f"{step.log}")
    for text in ("::set-output name=run_id::1", "x##[set-env name=A]b", "::stop-commands::x"):
        refuses(runner.Broken, commanded, t, text)


@once
def paths_are_translated_as_they_are_there(t):
    box = runner.Container("/", [], [("/w/_temp/_github_home", "/github/home"), ("/w", "/__w")])
    for text, wanted in (("/w", "/__w"), ("/w/a", "/__w/a"), ("/wa", "/wa"), ("x/w/a", "x/w/a"),
                         ("/w/_temp/_github_home/x", "/github/home/x"), ("", "")):
        expect(box.translate(text) == wanted, f"{text} became {box.translate(text)}")


@once
def a_script_with_an_expression_is_filled_in_before_a_shell_sees_it(t):
    """Which is why inputs belong in env."""
    step = t.run(job_of("      - run: echo ${{ github.ref }}; exit 7\n"))[0]
    expect(step.log == ["refs/heads/main"] and step.code == 7, f"{step.log}, exit {step.code}")


@once
def what_is_not_read_is_refused(t):
    for text in ("a: b: c", "a: &x 1", "a: [1, 2", "a:\n\tb: 1", "a: 1\na: 2", "- 1\nb: 2",
                 "a: *x", "--- 1", 'a: "b'):
        refuses(plain_yaml.Bad, plain_yaml.load, text)
