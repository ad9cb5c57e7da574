/** Two spellings of one path: composed and decomposed letters, and case where it does not count. */
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { resolveRoots } from "../src/documents/walk/walk.ts";
import { Ferris } from "../src/index.ts";
import { spelledAs } from "../src/files/paths.ts";
import { folderOf } from "./support/files.ts";

const model = fileURLToPath(new URL("../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const [composed, decomposed] = ["\u00dcberfahrt", "U\u0308berfahrt"];

async function indexed(files: Readonly<Record<string, string>>) {
  const base = folderOf(files);
  const ferris = await Ferris.open({ db: join(base, "index"), model, device: "cpu", onNotice: () => {} });
  onTestFinished(() => ferris.close());
  await ferris.index([join(base, "docs")]);
  return { base, ferris };
}

test.each([
  [decomposed, composed],
  [composed, decomposed],
])("what is stored as %j is found, filtered and removed as %j", async (stored, typed) => {
  const { base, ferris } = await indexed({
    [`docs/${stored}/${stored}.md`]: "# Fares\n\ntwelve\n",
    "docs/b.md": "# B\n\ntwelve\n",
  });
  const path = join(base, "docs", typed, `${typed}.md`);
  expect((await ferris.readDocument(path, { from: 1, count: 5 }))?.lines.length).toBe(3);
  expect(await ferris.documents({ under: [join(base, "docs", typed)] })).toHaveLength(1);
  const { results } = await ferris.search("twelve", { mode: "text", filter: { paths: [`${typed}/**`] } });
  expect(results.map(({ title }) => title)).toEqual(["Fares"]);
  expect(await ferris.remove([join(base, "docs", typed)])).toBe(1);
  expect(await ferris.documents()).toHaveLength(1);
});

test("where both are there they are two", async () => {
  const { base, ferris } = await indexed({ [`docs/${composed}.md`]: "# One\n", [`docs/${decomposed}.md`]: "# Two\n" });
  if (!existsSync(join(base, "docs", `${composed}.md`)) || (await ferris.documents()).length < 2) return;
  expect(await ferris.remove([join(base, "docs", `${composed}.md`)])).toBe(1);
  expect((await ferris.documents()).map(({ title }) => title)).toEqual(["Two"]);
});

test("a path is spelled as on the disk, as far as it is the same", () => {
  expect(spelledAs("/Users/me/notes/UBER", "/Users/me/Notes/Uber")).toBe("/Users/me/Notes/Uber");
  expect(spelledAs(`/a/${composed}`, `/a/${decomposed}`)).toBe(`/a/${decomposed}`);
  expect(spelledAs("/tmp/x/Docs", "/private/tmp/x/docs")).toBe("/tmp/x/docs");
  expect(spelledAs("/a/link", "/b/real")).toBe("/a/link");
});

test("a link named like its target in another case stays a separate root", async () => {
  const base = folderOf({ "Notes/a.md": "x" });
  if (existsSync(join(base, "notes"))) return;
  symlinkSync("Notes", join(base, "notes"));
  expect((await resolveRoots([join(base, "notes")])).map(({ path }) => path)).toEqual([join(base, "notes")]);
});
