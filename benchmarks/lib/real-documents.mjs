/**
 * Real text for benchmarks of search and indexing: the Markdown and type declarations that came with our dependencies, each text once.
 *
 * Lists and copies files, no more; what is made of them is the benchmark's business.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folders = ["node_modules", "packages/metal-candle/node_modules", "packages/ferris/node_modules"];
const largestFile = 100_000;

/** All Markdown, then declarations from everywhere in turn, up to `bytes`: [{ path, text }], paths relative and unique. */
export function realDocuments(bytes) {
  const listed = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
    )
    .toSorted((one, other) => (one < other ? -1 : 1));
  const declarations = listed.filter((path) => path.endsWith(".d.ts"));
  // By a hash of the path: as if drawn by lot, and always the same.
  const mixed = declarations.toSorted((first, second) => (digest(first) < digest(second) ? -1 : 1));
  const seen = new Set();
  const documents = [];
  let total = 0;
  for (const path of [...listed.filter((each) => each.endsWith(".md")), ...mixed]) {
    if (total >= bytes) break;
    let text;
    try {
      text = readFileSync(join(root, path), "utf8");
    } catch (error) {
      // A folder may be called like a file, and a link may lead nowhere.
      if (error.code === "EISDIR" || error.code === "ENOENT") continue;
      throw error;
    }
    const hash = digest(text);
    if (text.length < 200 || text.length > largestFile || seen.has(hash)) continue;
    seen.add(hash);
    documents.push({ path: path.replaceAll("node_modules", "modules"), text });
    total += text.length;
  }
  return documents;
}

/** Writes `documents` below `folder`. */
export function writeDocuments(documents, folder) {
  for (const { path, text } of documents) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

export function digest(text) {
  return createHash("sha256").update(text).digest("hex");
}

/** Numbers in [0, 1), always the same for one seed. */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}
