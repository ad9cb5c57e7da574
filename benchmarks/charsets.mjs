/**
 * Is text without a declared character set read right, declined, or read wrong? By language and set, at four lengths.
 *
 *     npm run build && npm run bench:charsets -- [--samples N] [--lengths 120,300] [--languages de,ru] [--show] [--cache DIR]
 *
 * Manual pages and translations of Debian's packages in 40 languages are cut to pieces, encoded in the sets that each language was written in,
 * and read as ferris reads a file; then chardet's files that were found in their sets. Exit code 1: something is read wrong.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { charsetOf, decodeLoosely } from "../packages/ferris/dist/documents/decode/charset.js";
import { decodeText } from "../packages/ferris/dist/documents/decode/decode.js";
import { foundFiles, packages, setsOf, textsIn } from "./lib/charsets/corpus.mjs";
import { encodeLines } from "./lib/charsets/encode.mjs";
import { printTable } from "./lib/measure.mjs";
import { fetchPackages } from "./lib/packages.mjs";

const { values: options } = parseArgs({
  options: {
    cache: { type: "string", default: join(homedir(), ".cache/ferris-charsets") },
    python: { type: "string", default: "python3" },
    samples: { type: "string", default: "10" },
    lengths: { type: "string", default: "120,300,2000,20000" },
    languages: { type: "string", default: Object.keys(setsOf).join(",") },
    show: { type: "boolean", default: false },
  },
});

/** Fewer letters beyond ASCII say nothing about any set. */
const fewestBeyond = 3;
const columns = /** @type {const} */ (["Windows, ISO", "DOS", "Macintosh", "others"]);
const lengths = options.lengths.split(",").map(Number);

fetchPackages(options.cache, options.python, packages);
const texts = textsIn(options.cache);
/** @type {Record<string, { right: number; declined: number; wrong: number }>} */
const counts = {};
const count = (key, outcome) => (counts[key] ??= { right: 0, declined: 0, wrong: 0 })[outcome]++;

for (const language of options.languages.split(",")) {
  const lines = [...texts.get(language)];
  for (const length of lengths) {
    for (const piece of piecesOf(lines, length)) {
      for (const charset of setsOf[language]) {
        const { text, bytes } = encodeLines(piece, charset);
        if ((text.match(/[^\x00-\x7f]/g) ?? []).length < fewestBeyond) continue;
        const outcome = outcomeOf(bytes, text);
        count(`${language}\t${columnOf(charset)}`, outcome);
        count(`\t${length}`, outcome);
        if (outcome === "wrong" || (options.show && outcome === "declined"))
          show(`${language} ${charset} ${length}`, bytes, text);
      }
    }
  }
}
const cell = (key) => (counts[key] ? `${counts[key].right} / ${counts[key].declined} / ${counts[key].wrong}` : "");
printTable([
  ["right / declined / wrong", ...columns],
  ...options.languages
    .split(",")
    .map((language) => [language, ...columns.map((column) => cell(`${language}\t${column}`))]),
]);
console.log();
printTable([
  ["characters", "right / declined / wrong"],
  ...lengths.map((length) => [String(length), cell(`\t${length}`)]),
]);

for (const { path, label, folder } of foundFiles(options.cache)) {
  const charset = charsetOf(label);
  if (charset === null) {
    count(`found\t${label.toLowerCase()} (not known)`, "declined");
    continue;
  }
  const bytes = readFileSync(path);
  const decoded = decodeLoosely(bytes, charset).replace(/^\ufeff/, "");
  // As ferris has lines of an old Macintosh.
  const text = decoded.includes("\n") ? decoded : decoded.replaceAll("\r", "\n");
  const outcome = outcomeOf(bytes, text);
  count(`found\t${label.toLowerCase()}`, outcome);
  if (outcome === "wrong") show(`${folder} ${path}`, bytes, text);
}
const found = Object.keys(counts).filter((key) => key.startsWith("found"));
console.log();
printTable([["files found", "right / declined / wrong"], ...found.map((key) => [key.split("\t")[1], cell(key)])]);
const total = Object.entries(counts)
  .filter(([key]) => !key.startsWith("\t"))
  .reduce((sum, [, own]) => sum + own.wrong, 0);
console.log(`\nread wrong: ${total}`);
process.exitCode = total > 0 ? 1 : 0;

/** Pieces of about `length` characters, from all over the text. */
function piecesOf(lines, length) {
  const most = Number(options.samples);
  const pieces = [];
  for (let i = 0; i < most && lines.length > 0; i++) {
    let piece = "";
    for (let at = Math.floor((i * lines.length) / most); piece.length < length && at < lines.length; at++)
      piece += `${lines[at]}\n`;
    pieces.push(piece.slice(0, Math.max(length, piece.indexOf("\n"))));
  }
  return pieces;
}

function columnOf(charset) {
  if (charset.startsWith("ibm")) return columns[1];
  if (/^(?:macintosh|x-mac)/.test(charset)) return columns[2];
  return /^(?:windows-\d|iso-8859)/.test(charset) ? columns[0] : columns[3];
}

function outcomeOf(bytes, text) {
  try {
    return withCedillas(decodeText(bytes).content) === withCedillas(text) ? "right" : "wrong";
  } catch {
    return "declined";
  }
}

/** Romanian's s and t have a comma or a cedilla below, as sets have them: the same letters. */
function withCedillas(text) {
  return text.replace(/[șțȘȚ]/g, (letter) => "şţŞŢ"["șțȘȚ".indexOf(letter)]);
}

function show(where, bytes, text) {
  let read = "declined";
  try {
    const { content, warnings } = decodeText(bytes);
    const at = Array.from(content).findIndex((character, i) => character !== Array.from(text)[i]);
    read = `${warnings.join("")}: ${JSON.stringify(
      Array.from(content)
        .slice(Math.max(0, at - 30), at + 30)
        .join(""),
    )} for ${JSON.stringify(
      Array.from(text)
        .slice(Math.max(0, at - 30), at + 30)
        .join(""),
    )}`;
  } catch {
    read = JSON.stringify(text.slice(0, 100));
  }
  console.log(`${where}: ${read}`);
}
