/** What people who know ripgrep expect of the command line: lines for editors, reading by path, globs, surroundings, home folders. */
import { homedir } from "node:os";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { resolveSettings } from "../../../src/cli/config/resolve.ts";
import { ferris, succeeds, temporaryFolder, useTinyModel } from "../support/ferris-here.ts";

useTinyModel();

const folder = temporaryFolder("daily");
const keys = join(folder, "docs", "keys.md");

const run = (...argv: string[]) => ferris(argv, { cwd: folder });
const search = (...argv: string[]) => run("search", "--mode", "text", ...argv);

beforeAll(async () => {
  mkdirSync(join(folder, "docs", "old"), { recursive: true });
  writeFileSync(keys, "# Keys\n\nHow to rotate\nthe signing key.\n");
  writeFileSync(join(folder, "docs", "old", "keys.md"), "# Old keys\n\nHow one used to rotate keys by hand.\n");
  await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder });
});

describe("search", () => {
  test("--format lines is path:line:text of a line with a matching word", async () => {
    const { stdout } = await search("signing", "--format", "lines");
    expect(stdout).toBe("docs/keys.md:4:the signing key.\n");
  });

  test("--exclude leaves documents out", async () => {
    const { stdout } = await search("rotate", "--exclude", "old/**", "--format", "files");
    expect(stdout).toBe("docs/keys.md\n");
  });

  test("-B and -A print lines before and after, each its own number of them", async () => {
    const { stdout } = await search("signing", "-B", "0", "-A", "3");
    expect(stdout).toMatch(/4: the signing key\./);
    expect((await search("signing", "-A", "x")).stderr).toContain('--after is "x": it must be a number from 0 to 1000');
  });

  test("options that have no say in a form are said", async () => {
    const { stdout, stderr } = await search("signing", "--json", "--context", "2", "--explain", "--format", "csv");
    expect(JSON.parse(stderr)).toEqual({ warning: "--json leaves no room for --context, --explain, --format" });
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, query: "signing" });
  });

  test("--rerank does not take the question for a model", async () => {
    const { stderr } = await ferris(["search", "--rerank", "signing key", "--mode", "text"], {
      cwd: folder,
      environment: { FERRIS_RERANKER: "nobody/nothing", HF_HUB_OFFLINE: "1" },
    });
    expect(stderr).toContain('"nobody/nothing"');
  });

  test("an option that is given twice says which value is used", async () => {
    const { stderr } = await search("signing", "-k", "7", "--limit", "2");
    expect(stderr).toMatch(/warning: --limit was given 2 times; the last value, "2", is used/);
  });
});

describe("get", () => {
  test("reads lines of a document by its path, and several at once", async () => {
    const { code, stdout } = await run("get", "docs/keys.md:3-4", "docs/old/keys.md");
    expect(code).toBe(0);
    expect(stdout).toBe(
      "3  How to rotate\n4  the signing key.\n\n1  # Old keys\n2  \n3  How one used to rotate keys by hand.\n",
    );
  });

  test("says what is not in the index, and gives the rest", async () => {
    const { code, stdout, stderr } = await run("get", "docs/none.md", "docs/keys.md:4");
    expect(code).toBe(1);
    expect(stderr).toContain(`${join(folder, "docs", "none.md")} is not in the index`);
    expect(stdout).toContain("4  the signing key.");
  });
});

test("times stand in JSON as milliseconds and in ISO 8601", async () => {
  const [line] = (await run("ls", "--json")).stdout.split("\n");
  const { modifiedTime, modifiedTimeIso } = JSON.parse(line!) as { modifiedTime: number; modifiedTimeIso: string };
  expect(Date.parse(modifiedTimeIso)).toBe(Math.floor(modifiedTime));
});

test.each(["db", "model", "reranker"] as const)(
  "~ in %s is the user's folder, where no shell has replaced it",
  (name) => {
    const { values } = resolveSettings({ flags: { [name]: "~/notes" }, environment: {}, folder });
    expect(values[name]).toBe(`${homedir()}/notes`);
  },
);
