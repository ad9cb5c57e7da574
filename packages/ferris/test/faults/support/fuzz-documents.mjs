/**
 * A process for fuzz.ts: real documents of one group of formats, made hostile, parsed by what is in dist. Argument after seed and number: the
 * group. FERRIS_FUZZ_FOLDER names a folder of other documents to begin with.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fuzzLoop, mutated } from "@ferris/testing/fuzz";
import { unzipSync, zipSync } from "fflate";
import { parseDocument } from "../../../dist/documents/parse/parse.js";
import { DocumentError } from "../../../dist/errors.js";

const groups = {
  pdf: /\.pdf$/,
  office: /\.(docx|xlsx|xlsb|pptx|odt|ods|odp|fodt|fods|epub|pages|numbers|key)$/,
  legacy: /\.(doc|xls|ppt|rtf)$/,
  mail: /\.(eml|mbox|mht|msg|p7m|ics|vcf)$/,
  markup: /\.(html?|xml|md|ipynb|tex|rst|adoc|org|svg|fb2|opml)$/,
  text: /\.(csv|tsv|json|jsonl|txt|srt|vtt|po|bib|py|ts|c|cpp|java|rs|go|plist|yaml)$/,
};
const [, , , , group] = process.argv;
const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const corpus = process.env.FERRIS_FUZZ_FOLDER ?? fixtures;
const all = readdirSync(corpus, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && groups[group].test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => statSync(path).size > 0 && statSync(path).size < 300_000)
  .toSorted();
if (group === "text") all.push(fileURLToPath(import.meta.url), join(fixtures, "../faults/support/corpus.ts"));

const isArchive = (bytes) => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3;

/** The archive with an entry or two made hostile: its own sums would give away whatever changes outside of it. */
function within(archive, random) {
  const entries = unzipSync(archive);
  const names = Object.keys(entries).filter((name) => entries[name].length > 0);
  for (let left = 1 + random.below(2); left > 0; left--) {
    const name = random.of(names);
    entries[name] = mutated(entries[name], random, entries[random.of(names)]);
  }
  return zipSync(entries, { level: 1 });
}

await fuzzLoop({
  make(random) {
    const [path, other] = [random.of(all), random.of(all)];
    const [source, piece] = [path, other].map((name) => new Uint8Array(readFileSync(name)));
    const bytes = isArchive(source) && random() < 0.8 ? within(source, random) : mutated(source, random, piece);
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
