/**
 * A process for fuzz.ts: real documents of one group of formats, made hostile, parsed by what is in dist. Argument after seed and number: the
 * group. FERRIS_FUZZ_FOLDER names a folder of other documents to begin with.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fuzzLoop, mutated } from "@ferris/testing/fuzz";
import { gunzipSync, gzipSync, unzipSync, zipSync } from "fflate";
import { parseDocument } from "../../../dist/documents/parse/parse.js";
import { parserFor, parsers } from "../../../dist/documents/parsers/index.js";
import { DocumentError } from "../../../dist/errors.js";

/** Types of documents. */
const groups = {
  pdf: ["pdf"],
  office: ["docx", "pptx", "xlsx", "opendocument", "iwork", "epub", "zip", "tar", "gzip"],
  legacy: ["doc", "xls", "ppt", "rtf"],
  mail: ["email", "outlook", "mailbox", "mhtml", "calendar", "contacts"],
  markup: "html bookmarks webarchive xml markdown notebook latex restructured-text asciidoc org".split(" "),
  text: "text source-code csv json jsonl canvas subtitles bibliography translations".split(" "),
};
// Pictures are read by a program of their own, and not without it.
const missing = parsers.find(({ type }) => type !== "image" && !Object.values(groups).flat().includes(type));
if (missing) throw new Error(`no group of hostile documents has ${missing.type}`);

const [, , , , group] = process.argv;
const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const corpus = process.env.FERRIS_FUZZ_FOLDER ?? fixtures;
const all = readdirSync(corpus, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => groups[group].includes(parserFor(path, new Uint8Array()).type))
  .filter((path) => statSync(path).size > 0 && statSync(path).size < 300_000)
  .toSorted();
if (group === "text") all.push(fileURLToPath(import.meta.url), join(fixtures, "../faults/support/corpus.ts"));

/** The entries of an archive, "" for the one that gzip has; null for what is none, or a damaged one. */
function entriesOf(bytes) {
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return { "": gunzipSync(bytes) };
    return bytes[0] === 0x50 && bytes[1] === 0x4b ? unzipSync(bytes) : null;
  } catch {
    return null;
  }
}

/** Made hostile where it counts: an archive's own sums would give away whatever changes outside of its entries. */
function within(bytes, random, piece) {
  const entries = entriesOf(bytes) ?? {};
  const names = Object.keys(entries).filter((name) => entries[name].length > 0);
  if (names.length === 0) return mutated(bytes, random, piece);
  for (let left = 1 + random.below(2); left > 0; left--) {
    const name = random.of(names);
    entries[name] = mutated(entries[name], random, entries[random.of(names)]);
  }
  return names[0] === "" ? gzipSync(entries[""], { level: 1 }) : zipSync(entries, { level: 1 });
}

await fuzzLoop({
  make(random) {
    const [path, other] = [random.of(all), random.of(all)];
    const [source, piece] = [path, other].map((name) => new Uint8Array(readFileSync(name)));
    const bytes = random() < 0.8 ? within(source, random, piece) : mutated(source, random, piece);
    // Under another name, now and then: the first bytes decide, or the name does.
    const name = random() < 0.9 ? path : other;
    return {
      input: path.slice(corpus.length),
      async work() {
        const document = await parseDocument(name, bytes);
        const { length } = document.content;
        for (const { start, end } of document.blocks) {
          if (!(start >= 0 && start <= end && end <= length)) throw new Error(`block ${start} to ${end} of ${length}`);
        }
        return "read";
      },
    };
  },
  expected: (error) => (error instanceof DocumentError ? error.reason : null),
});
