# SPDX-License-Identifier: ISC
"""The action files beside the program."""

import re

import plain_yaml
from case import MANIFESTS, ROOT, expect, once


# ---- the files themselves

@once
def every_variable_is_an_input_and_every_input_a_variable(t):
    rows = (ROOT / "src/cli/options.def").read_text()
    rows = rows[rows.index("*/", rows.index("A row is for awk")):]
    known = set(re.findall(r'"(INPUT_\w+)"', rows))
    expect(len(known) > 10, f"the table has {known}")
    for path in MANIFESTS:
        name, manifest = path.relative_to(ROOT), plain_yaml.load(path.read_text())
        declared = {"INPUT_" + key.upper() for key in manifest["inputs"]}
        if path.parent.name == "await":
            expect(declared < known, f"{name}: {declared - known} are not known")
        else:
            expect(declared == known, f"{name}: {declared ^ known}")
        for step in manifest["runs"].get("steps", ()):
            mapped = {f"INPUT_{key.upper()}": f"${{{{ inputs.{key} }}}}"
                      for key in manifest["inputs"]}
            # The default is no token that somebody gave beside an App.
            mapped["INPUT_TOKEN"] = (
                "${{ (inputs.app_id == '' || inputs.token != github.token) && inputs.token "
                "|| '' }}")
            expect(step["env"] == mapped, f"{name}: {step['env']}")


@once
def nothing_that_somebody_else_writes_is_in_a_script(t):
    for path in MANIFESTS:
        runs = plain_yaml.load(path.read_text())["runs"]
        expect("args" not in runs and len(runs.get("steps", [0])) == 1, f"{path}: {runs}")
        for step in runs.get("steps", ()):
            expect(step["shell"] == "sh" and "${{" not in step["run"], f"{path}: {step['run']}")


@once
def every_output_of_the_program_is_one_of_the_action(t):
    names = {"run_id", "run_url", "run_conclusion", "run_attempt", "exit_status"}
    for path in MANIFESTS:
        name, manifest = path.relative_to(ROOT), plain_yaml.load(path.read_text())
        wanted = names if name.parts[0] == "await" else names | {"runs"}
        expect(set(manifest["outputs"]) == wanted, f"{name}: {set(manifest['outputs'])}")
        composite = manifest["runs"]["using"] == "composite"
        for key, output in manifest["outputs"].items():
            wanted = f"${{{{ steps.run.outputs.{key} }}}}" if composite else None
            expect(output.get("value") == wanted, f"{name}: {key} is {output.get('value')}")
