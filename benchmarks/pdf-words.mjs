/**
 * Words that pdftotext (poppler-utils) finds in PDFs and ferris does not: `node benchmarks/pdf-words.mjs FILE.pdf …`, after a build.
 *
 * What may be missing, and why: page numbers and running heads after their first, dots of leaders, one of two letters drawn on one another,
 * halves of words that a line, column or page cuts, signs whose fonts do not say what they are (pdftotext guesses "h" for "⟨" in
 * TeX's fonts), right-to-left words where pdftotext turns ligatures round. Anything else is a loss, and ends in exit code 1.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseDocument } from "../packages/ferris/dist/documents/parse/parse.js";

const plain = (text) => text.normalize("NFKC").replace(/[\u00ad\u200b-\u200f\u202a-\u202e\ufeff]/g, "");
const wordsOf = (text) => plain(text).match(/[\p{L}\p{M}]{3,}/gu) ?? [];
/** Two signs that one of the two programs reads as letters. */
const isMarkup = (word) => /^h|i$/.test(word) || /[\u0590-\u08ff\u0e00-\u0eff\u0900-\u097f]/.test(word);

let losses = 0;
for (const file of process.argv.slice(2)) {
  const started = performance.now();
  const { content, blocks, warnings } = await parseDocument(file, readFileSync(file));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const ours = plain(content).replace(/[^\p{L}\p{M}]/gu, "");
  const words = new Set(
    wordsOf(execFileSync("pdftotext", ["-enc", "UTF-8", file, "-"], { encoding: "utf8", maxBuffer: 2 ** 28 })),
  );
  const missing = [...words].filter((word) => !ours.includes(word) && !isMarkup(word));
  losses += missing.length;
  console.log(
    `${basename(file)}: ${blocks.length} blocks, ${seconds} s, ${words.size} words, missing ${missing.length}`,
    missing.slice(0, 10).join(" "),
  );
  for (const warning of warnings) console.log(`  ${warning}`);
}
process.exitCode = losses > 0 ? 1 : 0;
