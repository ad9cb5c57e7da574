/**
 * `kill -9` of a real `ferris index` at random moments (4; 50 in `.ci/run`), while an index is made and while it is brought up to date.
 *
 * After each: the index opens and is sound, and every document in it is whole, as it was before or as it is now, with all of its vectors or
 * without any (support/examine.ts). What was
 * embedded a moment before is not embedded again. In the end each index equals one that nobody disturbed.
 */
import { textQuery } from "../store/support/records.ts";
import { cpSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isThorough } from "@ferris/testing";
import { expect, test } from "vitest";
import { IndexNotFoundError } from "../../src/errors.ts";
import type { IndexProgress, IndexReport } from "../../src/indexing/report.ts";
import { openIndex } from "../../src/store/index.ts";
import type { StoredChunk } from "../../src/store/store.ts";
import { ferris, startFerris } from "../cli/support/ferris-process.ts";
import { randomFrom } from "../documents/support/random-documents.ts";
import { folderOf } from "../support/files.ts";
import { examine } from "./support/examine.ts";

const model = fileURLToPath(new URL("../../../metal-candle/test/goldens/tiny/bert", import.meta.url));

const wantedKills = isThorough ? 50 : 4;
/** Then an index may come to its end, if it has not before. */
const killsEach = 10;
/** Most kills fall within this share of a run that nobody disturbs … */
const soon = 0.3;
/** … and every fourth comes when so many chunks have been embedded, and some time after: then there is something to lose. */
const mostEmbedded = 800;
/**
 * What was embedded this long before the last sign of life must have been kept: a transaction waits 250 ms for its documents. By the clock of
 * the one who is killed: on a busy machine it may have stood still since.
 */
const keptAfter = 700;
const largestDocument = 600;
/** Documents whose last vectors are under way: one at the end of each call to the model, and one in between. */
const unfinished = 3 * 70;

const words =
  "the pump valve seal water harbour error motor key index search vector kernel memory 東京 北京 서울".split(" ");

/** One chunk each. */
function sections(name: string, from: number, to: number): string {
  const random = randomFrom(from + name.length);
  const text = () => Array.from({ length: 9 }, () => words[Math.floor(random() * words.length)]).join(" ");
  return Array.from({ length: to - from }, (_, n) => `## ${name} ${from + n}\n\n${text()}.\n\n`).join("");
}

function makeDocuments(): string {
  const files = Array.from({ length: 100 }, (_, i) => [`${i % 7}/${i}.md`, sections(`d${i}`, 0, 1 + ((i * 17) % 30))]);
  return folderOf({ ...Object.fromEntries(files), "3-large.md": sections("large", 0, largestDocument) });
}

/** Some documents grow, some lose their beginning, some go, some move, and there are new ones. */
function changeDocuments(folder: string): void {
  for (let i = 0; i < 100; i++) {
    const path = join(folder, `${i % 7}`, `${i}.md`);
    if (i % 5 === 0) writeFileSync(path, sections(`d${i}`, 0, 40));
    else if (i % 5 === 1) writeFileSync(path, sections(`d${i}`, 20, 50));
    else if (i % 5 === 2) rmSync(path);
    else if (i % 10 === 3) renameSync(path, join(folder, `moved-${i}.md`));
    if (i % 4 === 0) writeFileSync(join(folder, `new-${i}.md`), sections(`n${i}`, 0, 20));
  }
  writeFileSync(join(folder, "3-large.md"), sections("large", 100, largestDocument + 200));
}

const settings = ["--model", model, "--device", "cpu", "--max-tokens", "64", "--json"];
const indexing = (folder: string, place: string) => ["index", folder, "--db", place, ...settings];

async function indexWhole(folder: string, place: string): Promise<IndexReport> {
  const { code, stdout, stderr } = await ferris(indexing(folder, place));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as IndexReport;
}

/** When a run is killed: so long after its first sign of life, and after it has embedded so many chunks. */
interface Moment {
  readonly milliseconds: number;
  readonly embedded: number;
}

/** Kills `ferris index` at `moment`, and says how much it had embedded a while before; null when it was done first. */
async function killAt(moment: Moment, folder: string, place: string): Promise<{ embedded: number } | null> {
  const child = startFerris(indexing(folder, place));
  const seen: { at: number; embedded: number }[] = [];
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const reached = new Promise<void>((resolve) => {
    let text = "";
    child.stdout!.on("data", (data) => {
      text += data;
      const lines = text.split("\n");
      text = lines.pop()!;
      for (const line of lines) {
        const { chunksEmbedded, seconds } = JSON.parse(line) as IndexProgress;
        seen.push({ at: seconds * 1_000, embedded: chunksEmbedded });
        if (chunksEmbedded >= moment.embedded) resolve();
      }
    });
  });
  await Promise.race([ended, reached]);
  await Promise.race([ended, sleep(moment.milliseconds)]);
  child.kill("SIGKILL");
  if ((await ended) === 0) return null;
  const last = seen.at(-1)?.at ?? 0;
  return { embedded: seen.findLast(({ at }) => at <= last - keptAfter)?.embedded ?? 0 };
}

type Contents = Map<string, readonly Omit<StoredChunk, "id" | "documentId">[]>;

/** Documents with all that is known of their chunks. */
async function contents(place: string, folder: string): Promise<Contents> {
  const reader = await openIndex(place);
  try {
    const found: Contents = new Map();
    for (const { id, path } of await reader.documents()) {
      const chunks = await reader.chunksOf(id);
      found.set(
        relative(folder, path),
        chunks.map(({ id: _id, documentId: _document, ...chunk }) => ({
          ...chunk,
          path: relative(folder, chunk.path),
        })),
      );
    }
    return found;
  } finally {
    await reader.close();
  }
}

/** BM25 of the best hits for some words: differs as soon as one word too many or too few is indexed. */
async function textScores(place: string): Promise<number[][]> {
  const reader = await openIndex(place);
  const queries = ["pump", "harbour error", '"seal water"', "東京", "large 500"];
  const scores: number[][] = [];
  for (const query of queries) {
    scores.push(
      (await reader.searchText(textQuery(query), { limit: 20 })).map(({ score }) => Number(score.toPrecision(9))),
    );
  }
  await reader.close();
  return scores;
}

/** Of the chunks that both have, by how much the vectors differ. (The CPU device's rounding depends on what is in a batch.) */
async function largestDifference(place: string, other: string, hashes: readonly string[]): Promise<number> {
  const readers = await Promise.all([place, other].map((folder) => openIndex(folder)));
  const [a, b] = await Promise.all(readers.map((reader) => reader.vectorsOf(hashes)));
  await Promise.all(readers.map((reader) => reader.close()));
  let largest = 0;
  for (const hash of hashes) {
    const [one, two] = [a!.get(hash)!, b!.get(hash)!];
    one.forEach((value, i) => (largest = Math.max(largest, Math.abs(value - two[i]!))));
  }
  return largest;
}

test("kill -9 at random moments: never half a document, little is done twice, and the same index in the end", async () => {
  const random = randomFrom(50);
  const folder = makeDocuments();
  const [first, last] = [folderOf(), folderOf()];
  const { seconds } = await indexWhole(folder, first);
  const before = await contents(first, folder);
  changeDocuments(folder);
  await indexWhole(folder, last);
  const after = await contents(last, folder);
  expect(after.size).toBeGreaterThan(80);
  const hashes = [...new Set([...after.values()].flat().map((chunk) => chunk.hash))];
  const countOf = (vectors: ReadonlySet<string>) => hashes.filter((hash) => vectors.has(hash)).length;
  const scores = await textScores(last);

  let begun = 0;
  let runs = 0;
  let somethingToLose = 0;
  let withoutVectors = 0;
  /** One run; false when it came to its end. */
  const disturb = async (place: string): Promise<boolean> => {
    const done = countOf(examine(place).vectors);
    const moment =
      runs++ % 4 === 3
        ? { milliseconds: keptAfter + random() * 300, embedded: 2 * unfinished + random() * mostEmbedded }
        : { milliseconds: random() * soon * seconds * 1_000, embedded: 0 };
    const killed = await killAt(moment, folder, place);
    if (killed === null) return false;
    const now = examine(place);
    if (killed.embedded > unfinished) somethingToLose++;
    if (now.pending > 0) withoutVectors++;
    expect(countOf(now.vectors) - done).toBeGreaterThanOrEqual(killed.embedded - unfinished);
    const found = await contents(place, folder).catch((error: unknown) => {
      if (error instanceof IndexNotFoundError && now.documents === 0) return new Map() as Contents;
      throw error;
    });
    expect(found.size).toBe(now.documents);
    for (const [path, chunks] of found) expect([before.get(path), after.get(path)], path).toContainEqual(chunks);
    return true;
  };
  const compare = async (place: string) => {
    await indexWhole(folder, place);
    expect(await contents(place, folder)).toEqual(after);
    expect(examine(place)).toEqual(examine(last));
    expect(await textScores(place)).toEqual(scores);
    expect(await largestDifference(place, last, hashes)).toBeLessThan(1e-5);
  };
  let kills = 0;
  // How far a run has come at some moment is the machine's: there are more kills until some have met what is looked for.
  const isEnough = () => kills >= wantedKills && somethingToLose > 0 && withoutVectors > 0;
  const lane = async () => {
    while (!isEnough()) {
      const place = folderOf();
      // Every other index is there already, of the documents as they were.
      if (begun++ % 2 === 1) cpSync(first, place, { recursive: true });
      for (let left = killsEach; left > 0 && !isEnough(); left--) {
        kills++;
        if (await disturb(place)) continue;
        kills--;
        break;
      }
      await compare(place);
    }
  };
  await Promise.all([lane(), lane()]);
  expect(kills).toBeGreaterThanOrEqual(wantedKills);
  console.log({ kills, somethingToLose, withoutVectors });
}, 600_000);
