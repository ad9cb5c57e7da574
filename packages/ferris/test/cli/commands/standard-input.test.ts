/** `ferris index -`: what another program prints, as a document that stays. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ferris, temporaryFolder } from "../support/ferris-here.ts";

const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const settings = ["--model", model, "--device", "cpu"];
const place = temporaryFolder("standard-input");
const kept = join(".ferris", "input.d");

const index = (args: readonly string[], input: string | Uint8Array, environment = {}) =>
  ferris(["index", ...args, ...settings], { cwd: place, input, environment });
const found = async (query: string) =>
  (await ferris(["search", query, "--mode", "text", "--format", "files"], { cwd: place })).stdout;

test("is read by the extension of its name, found, replaced, and kept beside the index", async () => {
  writeFileSync(join(place, "note.md"), "# Note\n\nAbout pumps.\n");
  const first = await index([".", "-", "--as", "manuals/keys.md"], "# Keys\n\n## Rotating\n\nEvery month.\n");
  expect(first.code).toBe(0);
  expect(first.stdout).toContain("2 documents indexed");
  const { stdout } = await ferris(["search", "rotating", "--mode", "text", "--json"], { cwd: place });
  expect((JSON.parse(stdout) as { results: unknown[] }).results).toMatchObject([
    {
      path: join(place, kept, "manuals", "keys.md"),
      type: "markdown",
      headingPath: ["Keys", "Rotating"],
      startLine: 1,
    },
  ]);
  expect(readFileSync(join(place, kept, "manuals", "keys.md"), "utf8")).toMatch(/^# Keys/);

  // A run over the folder leaves it alone; the same name replaces it; the same text costs nothing.
  expect((await index(["."], "")).stdout).toContain("0 removed");
  expect(await found("rotating")).toBe(`${join(kept, "manuals", "keys.md")}\n`);
  await index(["-", "--as", "manuals/keys.md"], "# Keys\n\nRevoke them.\n");
  expect(await found("rotating")).toBe("");
  expect(await found("revoke")).toBe(`${join(kept, "manuals", "keys.md")}\n`);
  expect((await index(["-", "--as", "manuals/keys.md"], "# Keys\n\nRevoke them.\n")).stdout).toContain("0 embedded");
  // By the name that it was given, and then for good.
  expect((await ferris(["ls", "manuals/keys.md"], { cwd: place })).stdout).toBe(
    `${join(kept, "manuals", "keys.md")}\n`,
  );
  expect((await ferris(["rm", "manuals/keys.md"], { cwd: place })).code).toBe(0);
  expect(await found("revoke")).toBe("");
  expect(existsSync(join(place, kept, "manuals", "keys.md"))).toBe(false);
  expect((await index(["."], "")).stdout).toContain("0 documents indexed");
  expect((await ferris(["rm", "note.md"], { cwd: place })).code).toBe(0);
  expect(existsSync(join(place, "note.md"))).toBe(true);
  expect(readFileSync(join(place, ".ferris", ".gitignore"), "utf8")).toBe("*\n");
});

test("bytes of any format", async () => {
  const pdf = readFileSync(new URL("../../fixtures/stock.pdf", import.meta.url));
  expect((await index(["-", "--as", "stock.pdf"], pdf)).code).toBe(0);
  expect(await found("Miller")).toBe(`${join(kept, "stock.pdf")}\n`);
});

test.each([
  [["-"], "text", 2, "- is standard input: say what to call it"],
  [[".", "--as", "a.md"], "text", 2, "--as is for standard input"],
  [["-", "--as", "../a.md"], "text", 2, "it must be a name"],
  [["-", "--as", "/etc/a.md"], "text", 2, "it must be a name"],
  [["-", "--as", "a//b.md"], "text", 2, "it must be a name"],
  [["-", "--as", "a.md"], "", 3, "nothing on standard input"],
  [["-", "--as", "a.md"], "x".repeat(101), 3, "above 100 bytes"],
  [["-", "--as", "a.md"], Buffer.from([0x4b, 0xff, 0xff]), 9, "not UTF-8"],
])("%j: %#", async (args, input, code, message) => {
  const result = await index(args, input, { FERRIS_MAX_FILE_BYTES: "100" });
  expect(result.stderr).toContain(message);
  expect(result.code).toBe(code);
  expect(existsSync(join(place, "a.md"))).toBe(false);
});
