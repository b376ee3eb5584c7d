// SPDX-License-Identifier: ISC
// GitHub's parsers import JSON files without the attribute that Node wants.
import { register } from "node:module";

register("data:text/javascript," + encodeURIComponent(`
import { readFile } from "node:fs/promises";
export async function load(url, context, next) {
  if (!url.endsWith(".json")) return next(url, context);
  const source = "export default " + await readFile(new URL(url), "utf8");
  return { format: "module", source, shortCircuit: true };
}`));
