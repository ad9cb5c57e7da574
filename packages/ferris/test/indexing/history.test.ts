/** What an index answers does not depend on how it came to be: after any changes it is as one that was made at once. */
import { textQuery } from "../store/support/records.ts";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { randomFrom } from "../documents/support/random-documents.ts";
import { folderOf } from "../support/files.ts";
import { indexOf, sections } from "./support/index-of.ts";
import { wordsVector } from "./support/words-embedder.ts";

const words = "pump valve seal water harbour error motor key index search".split(" ");

type Index = Awaited<ReturnType<typeof indexOf>>;

async function answers(folder: string, { store }: Index) {
  const named = async (hits: readonly { chunkId: number; score: number }[]) => {
    const chunks = await store.chunks(hits.map(({ chunkId }) => chunkId));
    return chunks
      .map((chunk, i) => `${relative(folder, chunk.path)} ${chunk.ordinal} ${hits[i]!.score.toFixed(9)} ${chunk.text}`)
      .toSorted();
  };
  const found: Record<string, string[]> = {};
  for (const word of [...words, "pump harbour", "words here"]) {
    found[`text ${word}`] = await named(await store.searchText(textQuery(word), { limit: 10_000 }));
    found[`vector ${word}`] = await named(await store.searchVectors(wordsVector(word), { limit: 10_000 }));
  }
  return found;
}

test("adding, changing, moving, copying and removing, in any order", async () => {
  const random = randomFrom(3);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const folder = folderOf({ "a/0.md": sections("pump", "valve") });
  mkdirSync(join(folder, "b"));
  const index = await indexOf(folder);
  let files = ["a/0.md"];
  for (let step = 1; step <= 25; step++) {
    for (let change = 0; change < 3; change++) {
      const kind = random();
      const file = pick(files);
      const fresh = `${pick(["a", "b"])}/${step}-${change}.md`;
      const text = sections(...Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(words)));
      if (kind < 0.35 || files.length < 3) {
        writeFileSync(join(folder, fresh), text);
        files.push(fresh);
      } else if (kind < 0.55) writeFileSync(join(folder, file), text);
      else {
        if (kind < 0.8) renameSync(join(folder, file), join(folder, fresh));
        else rmSync(join(folder, file));
        files = [...files.filter((each) => each !== file), ...(kind < 0.8 ? [fresh] : [])];
      }
    }
    await index.run();
    if (step % 10 === 0) await index.store.compact();
  }
  const clean = await indexOf(folder);
  await clean.run();
  expect(await index.paths()).toEqual(await clean.paths());
  expect(await answers(folder, index)).toEqual(await answers(folder, clean));
}, 120_000);
