/** `ferris embed` as a process: PyTorch's numbers on both devices, formats, order, and what is said of bad input. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eachDevice } from "@ferris/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { ferris, keepModels, temporaryFolder } from "../support/ferris-here.ts";
import { startFerris } from "../support/ferris-process.ts";
import { goldenEmbeddings, goldenTexts, largestDifference } from "../support/goldens.ts";

const golden = goldenEmbeddings("all-MiniLM-L6-v2-q8");
const recordsOf = (ids: readonly number[]): string =>
  ids.map((id) => JSON.stringify({ id, text: goldenTexts[id] })).join("\n");
const allIds = [...goldenTexts.keys()];
const goldenRecords = recordsOf(allIds);

const alone = { FERRIS_SOCKET: "off" };
beforeAll(keepModels);

interface Line {
  id?: string | number;
  embedding: number[];
  tokens: number;
  truncated: boolean;
}
const parsed = (output: string): Line[] =>
  output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

eachDevice("the golden texts", (device) => {
  test("are PyTorch's vectors, in input order, as JSON lines", async () => {
    // A software adapter takes a while over each long text, and the engine's own tests have them all: here the longest, and short ones.
    const longest = allIds.reduce((a, b) => (goldenTexts[b]!.length > goldenTexts[a]!.length ? b : a));
    const ids = device === "cpu" ? allIds : allIds.filter((id) => id === longest || goldenTexts[id]!.length < 100);
    const { code, stdout, stderr } = await ferris(["embed", "--jsonl", "--device", device], {
      input: recordsOf(ids),
      environment: alone,
    });
    expect(code, stderr).toBe(0);
    const lines = parsed(stdout);
    expect(lines.map(({ id }) => id)).toEqual(ids);
    for (const { id, embedding } of lines) {
      const index = id as number;
      expect(largestDifference(embedding, golden[index]!), JSON.stringify(goldenTexts[index])).toBeLessThan(1e-5);
    }
    expect(lines.filter(({ truncated }) => truncated).length).toBeGreaterThan(0);
    for (const { tokens, truncated } of lines) if (truncated) expect(tokens).toBe(256);
    expect(stderr).toMatch(/of \d+ texts were longer than the model's 256-token limit and were truncated/);
  });
});

test("a NumPy file has the same vectors", async () => {
  const folder = temporaryFolder("embed");
  const path = join(folder, "vectors.npy");
  const { code, stdout, stderr } = await ferris(
    ["embed", "--jsonl", "--device", "cpu", "--format", "npy", "--output", path],
    { input: goldenRecords },
  );
  expect(code, stderr).toBe(0);
  expect(stdout).toBe("");
  const file = readFileSync(path);
  expect(file.toString("latin1", 10, 128)).toContain("'shape': (40, 384)");
  const values = new Float32Array(Uint8Array.from(file.subarray(128)).buffer);
  const expected = Float32Array.from(golden.flatMap((row) => [...row]));
  expect(largestDifference(values, expected)).toBeLessThan(1e-5);
  expect(readdirSync(folder)).toEqual(["vectors.npy"]);
});

describe("plain lines", () => {
  test("an empty line is an empty text, CRLF is one line break, the last line needs none", async () => {
    const { code, stdout } = await ferris(["embed", "--device", "cpu"], {
      input: "\r\nThe quick brown fox jumps over the lazy dog.\n\na",
    });
    expect(code).toBe(0);
    const lines = parsed(stdout);
    const expected = ["", "The quick brown fox jumps over the lazy dog.", "", "a"];
    expect(lines.length).toBe(4);
    lines.forEach((line, i) => {
      expect(line.id).toBeUndefined();
      expect(largestDifference(line.embedding, golden[goldenTexts.indexOf(expected[i]!)]!)).toBeLessThan(1e-5);
    });
    expect(lines[0]!.tokens).toBe(2);
  });

  test("no input is no output", async () => {
    expect(await ferris(["embed", "--device", "cpu", "-q"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("no input is a NumPy file without rows", async () => {
    const path = join(temporaryFolder("embed"), "none.npy");
    expect((await ferris(["embed", "--device", "cpu", "-f", "npy", "-o", path])).code).toBe(0);
    expect(readFileSync(path).length).toBe(128);
    expect(readFileSync(path, "latin1")).toContain("(0, 384)");
  });

  test("a prompt stands before each text", async () => {
    const { stdout } = await ferris(["embed", "--device", "cpu", "--prompt", "The quick brown "], {
      input: "fox jumps over the lazy dog.",
    });
    const index = goldenTexts.indexOf("The quick brown fox jumps over the lazy dog.");
    expect(largestDifference(parsed(stdout)[0]!.embedding, golden[index]!)).toBeLessThan(1e-5);
  });
});

describe("errors", () => {
  test.each([
    [["--format", "csv"], 2, '--format is "csv": it must be jsonl or npy'],
    [["--format", "npy"], 2, "--format npy needs --output FILE"],
    [["--prompt", "a", "--prompt-name", "query"], 2, "--prompt and --prompt-name exclude each other"],
    [["--prompt-name", "poem"], 2, 'has no prompt named "poem"'],
    [["--dtype", "f16"], 2, 'dtype is "f16"'],
    [["--model", "nobody/nothing"], 10, '"nobody/nothing" is not on this machine'],
    [["--output", "/no/such/folder/file"], 19, "/no/such/folder/file cannot be written"],
  ])("%j ends with %i", async (args, exitCode, message) => {
    const { code, stdout, stderr } = await ferris(["embed", "--device", "cpu", ...args], { input: "a" });
    expect(stderr).toContain(message);
    expect(code).toBe(exitCode);
    expect(stdout).toBe("");
    expect(stderr).not.toContain("    at ");
  });

  test("a bad line of JSON is named by its number, and nothing is left of the output", async () => {
    const folder = temporaryFolder("embed");
    const { code, stderr } = await ferris(["embed", "--device", "cpu", "--jsonl", "-o", join(folder, "out.jsonl")], {
      input: '{"text":"a"}\n{"txt":"b"}\n',
    });
    expect(stderr).toContain('standard input, line 2: no "text"');
    expect(code).toBe(3);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("with --json the error is JSON too", async () => {
    const { code, stderr } = await ferris(["embed", "--json", "--model", "nobody/nothing", "--device", "cpu"]);
    expect(code).toBe(10);
    const { error } = JSON.parse(stderr) as { error: { code: string; exitCode: number; message: string } };
    expect(error).toMatchObject({ code: "MODEL_NOT_FOUND", exitCode: 10 });
  });
});

test("a reader that leaves ends the command quietly", async () => {
  const child = startFerris(["embed", "--device", "cpu"], { environment: alone });
  let stderr = "";
  child.stderr!.on("data", (data: Buffer) => (stderr += data.toString()));
  child.stdin!.on("error", () => {});
  // Two blocks: the reader has gone when the second is written.
  child.stdin!.write("word\n".repeat(1024));
  child.stdout!.once("data", () => {
    child.stdout!.destroy();
    child.stdin!.end("word\n".repeat(5000));
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("Ctrl-C leaves no half-written file", async () => {
  const folder = temporaryFolder("embed");
  const path = join(folder, "out.jsonl");
  writeFileSync(path, "old\n");
  const child = startFerris(["embed", "--device", "cpu", "-o", path], { environment: alone });
  child.stdin!.on("error", () => {});
  child.stdin!.write("word\n".repeat(3000));
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (!readdirSync(folder).some((name) => name.endsWith(".part"))) return;
      clearInterval(look);
      resolve();
    }, 20);
  });
  child.kill("SIGINT");
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(130);
  expect(readFileSync(path, "utf8")).toBe("old\n");
  expect(readdirSync(folder)).toEqual(["out.jsonl"]);
  expect(existsSync(path)).toBe(true);
});
