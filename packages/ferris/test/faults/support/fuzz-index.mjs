/**
 * A process for fuzz.ts: an index whose bytes changed on the disk, read whole by what is in dist. Arguments after seed and number: the sound
 * index, and "sums" where its checksums lie beside it as its writer left them, "bare" where they do not.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fuzzLoop } from "@ferris/testing/fuzz";
import { FerrisError } from "../../../dist/errors.js";
import { parseQuery } from "../../../dist/search/query/query.js";
import { openIndex } from "../../../dist/store/index.js";

const [, , , , sound, kind] = process.argv;
const folder = mkdtempSync(join(tmpdir(), "ferris-fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const pageBytes = 8192;

async function readAll(place) {
  const reader = await openIndex(place);
  try {
    const said = [];
    const hashes = [];
    for (const document of await reader.documents()) {
      said.push(document);
      for (const chunk of await reader.chunksOf(document.id)) {
        said.push(chunk);
        hashes.push(chunk.hash);
      }
    }
    for (const query of ["kalo", "mine ras", "title"])
      said.push(await reader.searchText(parseQuery(query).words, { limit: 20 }));
    for (const [hash, vector] of await reader.vectorsOf(hashes)) said.push([hash, ...vector]);
    return JSON.stringify(said);
  } finally {
    await reader.close();
  }
}

const changes = [
  (bytes, random) => (bytes[random.below(bytes.length)] ^= 1 << random.below(8)),
  (bytes, random) => {
    for (let left = 16; left > 0; left--) bytes[random.below(bytes.length)] = random.below(256);
  },
  (bytes, random) => {
    const at = random.below(bytes.length - 512);
    bytes.fill(0, at, at + 512);
  },
  (bytes, random) => bytes.set(random.bytes(pageBytes), random.below(bytes.length / pageBytes) * pageBytes),
  // One page in the place of another.
  (bytes, random) => {
    const [to, from] = [0, 1].map(() => (1 + random.below(bytes.length / pageBytes - 1)) * pageBytes);
    bytes.copyWithin(to, from, from + pageBytes);
  },
  (bytes, random) => bytes.set(random.bytes(64), random.below(bytes.length - 64)),
  (bytes, random) => (bytes[random.below(100)] = random.below(256)),
  (bytes, random) =>
    (bytes[random.below(bytes.length / pageBytes) * pageBytes + random.below(12)] ^= 1 + random.below(255)),
];

const expected = await readAll(sound);
await fuzzLoop({
  make(random, n) {
    rmSync(folder, { recursive: true, force: true });
    cpSync(sound, folder, { recursive: true });
    const path = join(folder, "index.db");
    let bytes = readFileSync(path);
    const place = n % (changes.length + 2);
    if (place < changes.length) changes[place](bytes, random);
    else if (place === changes.length) bytes = bytes.subarray(0, random.below(bytes.length));
    else bytes = Buffer.concat([bytes, random.bytes(1 + random.below(20_000))]);
    writeFileSync(path, bytes);
    if (kind === "bare") rmSync(join(folder, "index.sum"));
    return {
      input: `change ${place}`,
      async work() {
        const found = await readAll(folder);
        if (found === expected) return "equal";
        if (kind === "sums") throw new Error("other contents, without a word");
        return "other contents, where there are no checksums";
      },
    };
  },
  expected: (error) => (error instanceof FerrisError ? error.code : null),
});
