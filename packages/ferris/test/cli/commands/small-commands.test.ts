/** The command line itself, and the commands that look at an index: help, usage errors, config, completion, get, status, ls, rm, inspect. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeProgram } from "../../../src/cli/program.ts";
import { ferris, succeeds, temporaryFolder, useTinyModel } from "../support/ferris-here.ts";

useTinyModel();

const commands = makeProgram().commands.map((command) => command.name());

describe("help", () => {
  test("fits a screen of 24 lines and names every command", async () => {
    const { code, stdout } = await ferris(["--help"]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    for (const name of commands) expect(stdout).toMatch(new RegExp(`^ {2}(?:(?:More:| {5}) .*)?\\b${name}\\b`, "m"));
  });

  test.each(commands)("%s has its own, with examples and the global options", async (name) => {
    const { code, stdout } = await ferris([name, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: ferris /);
    expect(stdout).toMatch(/Examples:\n {2}\S/);
    expect(stdout).toContain("--db <dir>");
    expect(stdout).toContain("--json");
  });

  test("help COMMAND is COMMAND --help", async () => {
    const [asked, flagged] = [await ferris(["help", "search"]), await ferris(["search", "--help"])];
    expect(asked).toEqual({ code: 0, stdout: flagged.stdout, stderr: "" });
    expect((await ferris(["help"])).stdout).toBe((await ferris(["--help"])).stdout);
  });

  test("the version is the package's", async () => {
    expect((await ferris(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("a wrong command line ends with 2 and a suggestion", () => {
  test.each([
    [[], "Usage: ferris COMMAND"],
    [["serch", "x"], "(Did you mean search?)"],
    [["help", "serch"], "unknown command 'serch'\n(Did you mean search?)"],
    [["help", "--json", "nosuch"], "unknown command 'nosuch'"],
    [["nosuch", "--help"], "unknown command 'nosuch'"],
    [["search", "x", "--jsn"], "(Did you mean --json?)"],
    [["index"], "missing required argument 'path'"],
    [["search", "keys", "-rollback"], "put -- before the question: ferris search -- … -rollback"],
    [["search", "keys", "-draft"], "put -- before the question: ferris search -- … -draft"],
    [["search", "keys", "-draft", "--json"], "put -- before the question: ferris search -- … -draft"],
    [["status", "extra"], "too many arguments"],
    [["get", "#abc"], 'invalid reference "#abc"'],
    [["completion", "tcsh"], "it must be bash, zsh or fish"],
    [["eval"], "give either a file of questions, --beir DIR or --suite FILE"],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await ferris(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe("");
  });
});

describe("config", () => {
  test("says of every value where it came from, and shows no key", async () => {
    const folder = temporaryFolder("config");
    writeFileSync(join(folder, "ferris.json"), '{"exclude": ["drafts/**"]}');
    const environment = { FERRIS_DEVICE: "cpu", FERRIS_LLM_API_KEY: "secret-key-123" };
    const { code, stdout } = await ferris(["config", "--json", "--db", "there"], { cwd: folder, environment });
    expect(code).toBe(0);
    expect(stdout).not.toContain("secret-key-123");
    const { settings, files } = JSON.parse(stdout) as { settings: Record<string, unknown>; files: string[] };
    expect(files).toEqual([join(folder, "ferris.json")]);
    expect(settings).toMatchObject({
      db: { value: "there", origin: { kind: "flag", where: "--db" } },
      device: { value: "cpu", origin: { kind: "environment", where: "FERRIS_DEVICE" } },
      exclude: { value: ["drafts/**"], origin: { kind: "folder file", where: join(folder, "ferris.json") } },
      limit: { value: 10, origin: { kind: "default", where: null } },
      llmApiKey: { value: "(set)" },
    });
    const text = (await ferris(["config"], { cwd: folder, environment })).stdout;
    expect(text).toMatch(/^exclude +\["drafts\/\*\*"\] +folder file: /m);
    expect(text).not.toContain("secret-key-123");
  });
});

describe("completion", () => {
  test("bash completes commands, options and their values", async () => {
    const { stdout } = await ferris(["completion", "bash"]);
    const complete = (...words: string[]): string[] =>
      execFileSync(
        "bash",
        [
          "-c",
          `${stdout}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _ferris; printf '%s\\n' "\${COMPREPLY[@]}"`,
          "bash",
          ...words,
        ],
        {
          encoding: "utf8",
        },
      )
        .trim()
        .split("\n");
    expect(complete("ferris", "se")).toEqual(["search", "serve"]);
    expect(complete("ferris", "search", "--mo")).toEqual(["--mode", "--model"]);
    expect(complete("ferris", "search", "--device", "")).toEqual(["auto", "gpu", "cpu"]);
    expect(complete("ferris", "status", "--d")).toEqual(["--db"]);
  });

  test.each(["zsh", "fish"])("%s gets every command", async (shell) => {
    const { code, stdout } = await ferris(["completion", shell]);
    expect(code).toBe(0);
    for (const name of commands) expect(stdout).toContain(name);
  });
});

describe("over an index", () => {
  const folder = temporaryFolder("small");
  const docs = join(folder, "docs");
  const run = (...args: string[]) => ferris([...args], { cwd: folder });

  beforeAll(async () => {
    mkdirSync(join(docs, "old"), { recursive: true });
    const lines = Array.from({ length: 30 }, (_, i) => `Line ${i + 1} of the list is about topic ${i + 1}.`);
    writeFileSync(join(docs, "list.txt"), lines.join("\n"));
    writeFileSync(join(docs, "old", "note.md"), "# Note\n\nAn old note.\n");
    await succeeds(["index", "docs", "--device", "cpu"], { cwd: folder });
  });

  test("status says what it holds", async () => {
    const { code, stdout } = await run("status");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Model +bert, 64 dimensions/m);
    expect(stdout).toMatch(/^Documents +2 \(1 markdown, 1 text\)/m);
    expect(stdout).toMatch(/^Folders +\S+docs$/m);
    expect(JSON.parse((await run("status", "--json")).stdout)).toMatchObject({
      documents: 2,
      types: { markdown: 1, text: 1 },
    });
  });

  test("ls lists and filters", async () => {
    expect((await run("ls")).stdout).toBe(`${join("docs", "list.txt")}\n${join("docs", "old", "note.md")}\n`);
    expect((await run("ls", join("docs", "old"))).stdout).toBe(`${join("docs", "old", "note.md")}\n`);
    expect((await run("ls", "--type", "text")).stdout).toBe(`${join("docs", "list.txt")}\n`);
    expect((await run("ls", "--since", "2999-01-01")).code).toBe(1);
  });

  test("get reads a chunk, and on from any line, with true numbers", async () => {
    const { stdout } = await run("search", "--mode", "text", "list", "--json", "-k", "1");
    const { chunkId } = (JSON.parse(stdout) as { results: { chunkId: number }[] }).results[0]!;
    expect((await run("get", `#${chunkId}:29:5`)).stdout).toBe(
      "29  Line 29 of the list is about topic 29.\n30  Line 30 of the list is about topic 30.\n",
    );
    const own = await run("get", String(chunkId), "--json");
    const { lines } = JSON.parse(own.stdout) as { lines: { number: number; text: string }[] };
    for (const { number, text } of lines) expect(text).toBe(`Line ${number} of the list is about topic ${number}.`);
    expect((await run("get", `#${chunkId}:99`)).code).toBe(1);
    expect((await run("get", "#999999")).code).toBe(1);
  });

  test("search --context shows the passage with its lines, and --format what programs want", async () => {
    const query = ["search", "--mode", "text", "note", "-k", "1"];
    expect((await run(...query, "-C", "0")).stdout).toContain("1: # Note\n");
    expect((await run(...query, "--explain")).stdout).toMatch(/words \(BM25\): rank 1/);
    expect((await run(...query, "--format", "files")).stdout).toBe(`${join("docs", "old", "note.md")}\n`);
    expect((await run(...query, "--format", "md")).stdout).toContain("> An old note.");
    const csv = (await run(...query, "--format", "csv")).stdout.split("\r\n");
    expect(csv[0]).toBe("rank,path,start_line,end_line,page,headings,score,cosine,bm25,text");
    expect(csv[1]).toMatch(/^1,.*note\.md,1,3,,Note,/);
    expect((await run(...query, "--format", "xml")).code).toBe(2);
    expect((await run(...query, "--min-score", "0.5")).stderr).toContain("which text mode does not have");
    expect((await run("search", "--device", "cpu", "note", "--min-score", "0.99")).code).toBe(1);
  });

  test("inspect shows every chunk with its tokens, at most as many as asked", async () => {
    const { code, stdout } = await run(
      "inspect",
      join("docs", "list.txt"),
      "--device",
      "cpu",
      "--max-tokens",
      "40",
      "--json",
    );
    expect(code).toBe(0);
    const chunks = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { tokens: number; startLine: number; text: string });
    expect(chunks.length).toBeGreaterThan(5);
    for (const { tokens } of chunks) expect(tokens).toBeLessThanOrEqual(40);
    const { stdout: text } = await run("inspect", join("docs", "old", "note.md"), "--device", "cpu");
    expect(text).toMatch(/note\.md: markdown, “Note”, 1 chunk of at most 128 tokens/);
    expect((await run("inspect", "nowhere.md", "--device", "cpu")).code).toBe(3);
  });

  test("inspect says of a file that cannot be parsed what `index` says of it", async () => {
    const place = temporaryFolder("inspect");
    writeFileSync(join(place, "torn.docx"), "PK\u0003\u0004 and no more");
    const { code, stderr } = await ferris(["inspect", "torn.docx", "--device", "cpu"], { cwd: place });
    expect({ code, stderr }).toEqual({
      code: 9,
      stderr: "ferris: torn.docx: not an archive, or its end is missing\n",
    });
  });

  test("compact gives space back and loses nothing", async () => {
    const place = temporaryFolder("compact");
    mkdirSync(join(place, "docs"));
    for (let i = 0; i < 40; i++)
      writeFileSync(join(place, "docs", `${i}.txt`), `Text ${i} about subject ${i}. `.repeat(40));
    await succeeds(["index", "docs", "--device", "cpu"], { cwd: place });
    await succeeds(["rm", ...Array.from({ length: 39 }, (_, i) => join("docs", `${i}.txt`))], { cwd: place });
    const { code, stdout } = await ferris(["compact", "--json"], { cwd: place });
    expect(code).toBe(0);
    const { before, after } = JSON.parse(stdout) as { before: number; after: number };
    expect(after).toBeLessThan(before / 1.2);
    expect((await ferris(["search", "--mode", "text", "subject 39", "--format", "files"], { cwd: place })).stdout).toBe(
      `${join("docs", "39.txt")}\n`,
    );
    expect((await ferris(["compact"], { cwd: temporaryFolder("none") })).code).toBe(4);
  });

  test("rm forgets documents and leaves files", async () => {
    expect(await run("rm", join("docs", "old"))).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("1 document removed"),
    });
    expect((await run("ls")).stdout).toBe(`${join("docs", "list.txt")}\n`);
    expect((await run("rm", join("docs", "old"))).code).toBe(1);
  });
});
