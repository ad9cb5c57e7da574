/** Tables of cases: a file, and what stands in it. */
import { readFileSync } from "node:fs";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { outline } from "./outline.ts";

/** The outline of a file in `fixtures/`, a block a line. */
export async function outlineOfFixture(name: string): Promise<string[]> {
  return outline(
    await parseDocument(`/somewhere/${name}`, readFileSync(new URL(`../../fixtures/${name}`, import.meta.url))),
  );
}
