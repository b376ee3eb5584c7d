// SPDX-License-Identifier: ISC
// Validates, from the top of the tree: action files and workflows by GitHub's language service,
// with the inputs that steps give our action held against its files; and the tests' reader of YAML
// against a whole one. The last line is the verdict.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { validate } from "@actions/languageservice";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";

const OURS = /^(OWNER|octo-org)$/;

function below(folder, wanted) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => wanted.test(name)).sort()
    .map((name) => `${folder}/${name}`);
}

const actions = ["action.yml", "await/action.yml", "docker/action.yml"];
const workflows = [
  ...below(".github/workflows", /\.ya?ml$/),
  ...below("examples", /\.yml$/).filter((name) => !/gitlab/.test(name)),
  ...below("tests/action/workflows", /\.yml$/),
];

const metadata = {
  // Of other actions nothing is known, so that anything goes.
  async fetchActionMetadata({ owner, name, path }) {
    if (!OURS.test(owner) || name !== "return-dispatch") return { name, description: "" };
    const file = path ? `${path}/action.yml` : "action.yml";
    if (!existsSync(file)) return undefined;
    const made = parse(readFileSync(file, "utf8"));
    if (file === "docker/action.yml") made.inputs.args = made.inputs.entrypoint = {};
    return made;
  },
};

let asked = 0;

async function problems(name, text) {
  // The service remembers what it was asked by this name before.
  const uri = `file:///${asked++}/${actions.includes(name) ? "action.yml" : ".github/workflows/a.yml"}`;
  const document = TextDocument.create(uri, "yaml", 1, text);
  const found = await validate(document, { actionsMetadataProvider: metadata });
  return found.map((one) => `line ${one.range.start.line + 1}: ${one.message}`);
}

let passed = 0, failed = 0;

function count(what, why) {
  if (why.length === 0) {
    passed++;
    console.log(`ok ${what}`);
  } else {
    failed++;
    console.log(`not ok ${what}`);
    for (const line of why) console.log(`  | ${line}`);
  }
}

// What is always found good proves nothing.
async function isRefused(name, what, from, to) {
  const text = readFileSync(name, "utf8").replace(from, to);
  const found = await problems(name, text);
  count(`${name} with ${what} is refused`, found.length ? [] : ["nothing was found"]);
}

function readByTheTests(name) {
  return JSON.parse(execFileSync("python3", ["-B", "-c", `
import json, sys
sys.path.insert(0, "tests/action")
import plain_yaml
print(json.dumps(plain_yaml.load(open(sys.argv[1]).read())))`, name], { encoding: "utf8" }));
}

for (const name of [...actions, ...workflows]) {
  const text = readFileSync(name, "utf8");
  count(name, await problems(name, text));
  const read = parse(text), ours = readByTheTests(name);
  count(`${name} as the tests read it`, isDeepStrictEqual(JSON.parse(JSON.stringify(read)), ours)
    ? [] : [JSON.stringify(read), JSON.stringify(ours)]);
}
await isRefused("action.yml", "a wrong word", "using: composite", "using: compost");
await isRefused("action.yml", "a secret", "steps.run.outputs.run_id", "secrets.run_id");
await isRefused("docker/action.yml", "a wrong key", "image:", "images:");
// A step of ours, up to its first input.
const given = /(uses: OWNER\/return-dispatch(?:.*\n)*? +with:\n(?: +#.*\n)* +)/;
for (const name of workflows) {
  if (given.test(readFileSync(name, "utf8")))
    await isRefused(name, "an input that is not ours", given, "$1no_such_input: 1\n          ");
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
