/**
 * No query ends in an exception where people and assistants meet it: a warm MCP server and the command as processes, over documents of every
 * format, with every mode, filter and option; and every number in an answer is inside its document.
 *
 * FERRIS_TEST_QUERIES=5000 asks so many of the server, and a fiftieth of them of the command; FERRIS_TEST_SEED makes them others.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { beforeAll, expect, test } from "vitest";
import { isThorough } from "@ferris/testing";
import { openIndex } from "../../../src/store/index.ts";
import { randomFrom } from "../../documents/support/random-documents.ts";
import { hostile, randomQuery, writeAnyDocuments } from "../../search/support/any-query.ts";
import { ferris, ferrisCommand, temporaryFolder } from "../support/ferris-process.ts";

const queries = Number(process.env.FERRIS_TEST_QUERIES ?? (isThorough ? 200 : 50));
const seed = Number(process.env.FERRIS_TEST_SEED ?? 1);
const milliseconds = 60_000 + queries * 1_000;

const folder = temporaryFolder("any-query");
const db = join(folder, "index");
const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const lastLines = new Map<string, number>();
const paths: string[] = [];

beforeAll(async () => {
  // A third; search/any-query.test.ts has half of them, and here `.ci/run` all.
  writeAnyDocuments(join(folder, "files"), seed, isThorough ? 1 : 3);
  // Damaged fixtures are among them: 9 says that some could not be read.
  const args = ["index", join(folder, "files"), "--db", db, "--model", model, "--device", "cpu", "-q"];
  const { code, stderr } = await ferris(args);
  if (code !== 9) throw new Error(`index ended with ${code}: ${stderr}`);
  const store = await openIndex(db);
  for (const { id, path } of await store.documents()) {
    paths.push(path);
    const chunks = await store.chunksOf(id);
    lastLines.set(
      path,
      chunks.reduce((last, { endLine }) => Math.max(last, endLine), 1),
    );
  }
  await store.close();
}, 120_000);

interface Place {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly lines?: readonly { readonly number: number }[];
  readonly lineNumbers?: readonly number[];
}

function checkPlace({ path, startLine, endLine, lines, lineNumbers }: Place): void {
  const last = lastLines.get(path)!;
  for (const number of [startLine, endLine, ...(lines ?? []).map((line) => line.number), ...(lineNumbers ?? [])]) {
    expect(Number.isInteger(number) && number >= 1 && number <= last, `${path}:${number} of ${last}`).toBe(true);
  }
  expect(endLine).toBeGreaterThanOrEqual(startLine);
}

const modes = ["hybrid", "vector", "text"] as const;
const random = randomFrom(seed * 31);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
const maybe = <T>(share: number, value: T): T | undefined => (random() < share ? value : undefined);
/** Half of them have been tried before to do harm. */
const anyQuery = (): string => (random() < 0.5 ? pick(hostile) : randomQuery(random));
const globs = ["**/*.html", "random/**", "nowhere/**", "*.{md,csv}", "m1.md"];

test(
  "the MCP server",
  async () => {
    const { file, args, env } = ferrisCommand(["mcp", "--db", db, "--model", model, "--device", "cpu", "-q"]);
    const client = new Client({ name: "test", version: "0" });
    await client.connect(new StdioClientTransport({ command: file, args, env, cwd: folder }));
    const call = async (name: string, given: Record<string, unknown>) => {
      const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      return { result: await client.callTool({ name, arguments: known }, { timeout: 60_000 }), known };
    };
    for (let i = 0; i < queries; i++) {
      const query = i < hostile.length ? hostile[i]! : anyQuery();
      const mode = pick(modes);
      const { result, known } = await call("search", {
        query,
        mode,
        limit: maybe(0.7, 1 + Math.floor(random() * 50)),
        offset: maybe(0.2, Math.floor(random() * 30)),
        perFile: maybe(0.2, 1 + Math.floor(random() * 5)),
        minScore: mode === "text" ? undefined : maybe(0.3, random() * 2 - 1),
        sort: maybe(0.3, pick(["relevance", "date"])),
        detail: maybe(0.5, pick(["passages", "snippets", "titles"])),
        paths: maybe(0.2, [pick(globs)]),
        exclude: maybe(0.1, [pick(globs)]),
        types: maybe(0.1, [pick(["markdown", "html", "pdf"])]),
        since: maybe(0.1, pick(["7d", "2020-01-01"])),
        maxBytes: maybe(0.3, 512 + Math.floor(random() * 5_000)),
      });
      const isRefused = query.trim() === "" || query.length > 10_000;
      expect(result.isError === true, JSON.stringify({ known, result }).slice(0, 2_000)).toBe(isRefused);
      if (isRefused) continue;
      const { results, nearestMiss } = result.structuredContent as { results: Place[]; nearestMiss: Place | null };
      for (const place of [...results, ...(nearestMiss ? [nearestMiss] : [])]) checkPlace(place);
      if (i % 10 > 0) continue;
      const path = pick(paths);
      const near = await call("related", { path, line: maybe(0.5, 1 + Math.floor(random() * lastLines.get(path)!)) });
      expect(near.result.isError === true, JSON.stringify(near).slice(0, 2_000)).toBe(false);
      const { source, results: others } = near.result.structuredContent as { source: Place; results: Place[] };
      for (const place of [source, ...others]) checkPlace(place);
      expect(others.map((place) => place.path)).not.toContain(path);
    }
    await client.close();
  },
  milliseconds,
);

test(
  "the command",
  async () => {
    const run = async (): Promise<void> => {
      // A command line holds no NUL, and not a megabyte.
      const query = anyQuery().replaceAll("\0", "").slice(0, 20_000);
      const options = [
        "--mode",
        pick(modes),
        ...(random() < 0.3 ? ["--path", pick(globs)] : []),
        ...(random() < 0.3 ? ["--sort", "date"] : []),
        ...(random() < 0.3 ? ["-k", `${1 + Math.floor(random() * 30)}`] : []),
      ];
      const forms = [["--json"], ["--explain"], ["-C", "2"], ["--format", pick(["lines", "csv", "md", "files"])]];
      const form = random() < 0.5 ? forms[0]! : pick(forms);
      const args = ["search", "--db", db, "--model", model, "--device", "cpu", "-q", ...options, ...form, "--", query];
      const { code, stdout, stderr } = await ferris(args, { cwd: folder });
      const said = JSON.stringify({ args, stderr }).slice(0, 2_000);
      expect(query.trim() === "" ? [2] : [0, 1], said).toContain(code);
      expect(stderr, said).not.toContain("bug in ferris");
      if (code === 2 || form !== forms[0]) return;
      const { results, nearestMiss } = JSON.parse(stdout) as { results: Place[]; nearestMiss: Place | null };
      for (const place of [...results, ...(nearestMiss ? [nearestMiss] : [])]) checkPlace(place);
    };
    const rounds = Math.ceil(queries / 50);
    for (let i = 0; i < rounds; i++) await Promise.all([run(), run()]);
  },
  milliseconds,
);
