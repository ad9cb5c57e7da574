/**
 * Writes src/tokenizers/unicode/tables.ts: what Hugging Face's Rust tokenizers take each code point for.
 *
 * Their crates carry Unicode versions of their own (from 8 to 17, by crate), and JavaScript engines theirs, so a tokenizer that
 * asked the engine would give other ids on another Node or browser. Every table here is read off the Rust implementation itself
 * (the `tokenizers` package), code point by code point. Run it after an update of that package:
 *
 *     node packages/metal-candle/scripts/unicode-tables.mjs
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const tokenizers = createRequire(import.meta.url)("tokenizers");
const { version } = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("tokenizers/package.json"), "utf8"));

const codePoints = [];
for (let c = 1; c < 0x110000; c++) if (c < 0xd800 || c > 0xdfff) codePoints.push(c);

const bert = (options) => {
  const normalizer = tokenizers.bertNormalizer({
    cleanText: false,
    handleChineseChars: false,
    stripAccents: false,
    lowercase: false,
    ...options,
  });
  return (text) => normalizer.normalizeString(text);
};
const clean = bert({ cleanText: true });
const strip = bert({ stripAccents: true });
const chinese = bert({ handleChineseChars: true });
const lower = (
  (normalizer) => (text) =>
    normalizer.normalizeString(text)
)(tokenizers.lowercase());
const decompose = (
  (normalizer) => (text) =>
    normalizer.normalizeString(text)
)(tokenizers.nfdNormalizer());
const byteLevel = (
  (preTokenizer) => (text) =>
    preTokenizer.preTokenizeString(text)
)(tokenizers.byteLevelPreTokenizer(false, true));
const split = (
  (preTokenizer) => (text) =>
    preTokenizer.preTokenizeString(text)
)(tokenizers.bertPreTokenizer());

/**
 * A normalizer that writes one "Z" for every grapheme cluster below six bytes, and one for every code point of longer ones:
 * a charsmap whose trie maps each possible first byte to "Z". A trie unit: bits 0–7 label, 8 has a value, 10… offset (xor).
 */
function clusterCounter() {
  const units = new Uint32Array(1024);
  const base = 256;
  units[0] = base << 10;
  for (let byte = 1; byte < 256; byte++) {
    const position = base ^ byte;
    units[position] = (byte | (1 << 8) | ((position ^ (512 | byte)) << 10)) >>> 0;
    units[512 | byte] = 0x80000000;
  }
  const bytes = [units.length * 4, ...units].flatMap((n) => [
    n & 255,
    (n >> 8) & 255,
    (n >> 16) & 255,
    (n >>> 24) & 255,
  ]);
  const normalizer = tokenizers.precompiled([...bytes, 90, 0]);
  return (text) => normalizer.normalizeString(text).length;
}
const clusters = clusterCounter();
if (clusters("abc") !== 3 || clusters("a\u0300c") !== 2) throw new Error("the cluster counter does not count");

const all = codePoints.map((c) => String.fromCodePoint(c)).join("");

/** Where a pre-tokenizer cuts a text: [start, end] of each piece, in code points. */
async function pieces(preTokenizer, text) {
  const tokenizer = tokenizers.Tokenizer.fromString(
    JSON.stringify({
      model: { type: "WordLevel", vocab: { "?": 0 }, unk_token: "?" },
      pre_tokenizer: preTokenizer,
      added_tokens: [],
    }),
  );
  return (await tokenizer.encode(text)).getOffsets();
}

/** The code points that a regular expression of Split matches, all looked at in one text. */
async function matching(pattern) {
  const removing = { type: "Split", pattern: { Regex: pattern }, behavior: "Removed", invert: false };
  const kept = new Uint8Array(codePoints.length);
  for (const [start, end] of await pieces(removing, all)) kept.fill(1, start, end);
  return codePoints.filter((_, index) => kept[index] === 0);
}

/** The code points that Digits isolates, and those that Whitespace takes for part of a word. */
async function isolated() {
  const at = new Map(codePoints.map((c, index) => [3 * index + 1, c]));
  const text = codePoints.map((c) => `a${String.fromCodePoint(c)}a`).join("");
  const digits = (await pieces({ type: "Digits", individual_digits: true }, text))
    .filter(([start, end]) => end === start + 1 && at.has(start))
    .map(([start]) => at.get(start));
  const words = [];
  for (const [start, end] of await pieces({ type: "Whitespace" }, text)) {
    for (let i = start; i < end; i++) if (at.has(i) && (i > start || end > i + 1)) words.push(at.get(i));
  }
  return { digits, words };
}

/**
 * UnicodeScripts: runs of code points that it does not cut apart, by script. A code point of no script is cut from nothing.
 * @returns [first, last, script] with scripts numbered as they are met, 0 for none
 */
async function scripts() {
  const byScript = { type: "UnicodeScripts" };
  const text = codePoints.map((c) => `a${String.fromCodePoint(c)}a\u044f${String.fromCodePoint(c)}\u044f`).join("");
  const starts = new Set((await pieces(byScript, text)).map(([start]) => start));
  // In "aca" and "яcя" a code point of no script begins no piece in either; one of Latin none in the first, of Cyrillic none in the second.
  const none = codePoints.map((_, index) => !starts.has(6 * index + 1) && !starts.has(6 * index + 4));
  const representatives = [];
  const found = [];
  for (const [index, c] of codePoints.entries()) {
    const previous = found.at(-1);
    if (none[index]) {
      if (previous?.[2] === 0 && previous[1] === codePoints[index - 1]) previous[1] = c;
      else found.push([c, c, 0]);
      continue;
    }
    const character = String.fromCodePoint(c);
    const same = async (other) => (await pieces(byScript, other + character)).length === 1;
    if (
      previous &&
      previous[2] > 0 &&
      previous[1] === codePoints[index - 1] &&
      (await same(representatives[previous[2] - 1]))
    ) {
      previous[1] = c;
      continue;
    }
    let script = -1;
    for (let i = 0; i < representatives.length && script < 0; i++) if (await same(representatives[i])) script = i + 1;
    if (script < 0) script = representatives.push(character);
    found.push([c, c, script]);
  }
  return found;
}

/**
 * Code points that a JavaScript engine may compose, decompose or reorder and Rust does not, because they came after its Unicode
 * version: those that this engine does not know either, and those that it treats in a way of their own.
 */
function newerThanRust() {
  const nfkd = (
    (normalizer) => (text) =>
      normalizer.normalizeString(text)
  )(tokenizers.nfkdNormalizer());
  const inert = (normalize, s) =>
    normalize(s) === s && normalize(`a\u0345${s}`) === `a\u0345${s}` && normalize(`a${s}\u0334`) === `a${s}\u0334`;
  const ours = (text) => text.normalize("NFKD");
  const found = new Set();
  const known = new Set();
  const constituents = new Set();
  for (const c of codePoints) {
    const s = String.fromCodePoint(c);
    if (decompose(s) !== s) for (const part of decompose(s)) known.add(part);
    if (/\p{Cn}/u.test(s)) found.add(c);
    if (inert(nfkd, s) && !inert(ours, s)) {
      found.add(c);
      const parts = Array.from(s.normalize("NFD"));
      if (parts.length > 1) for (const part of parts) constituents.add(part);
    }
  }
  for (const part of constituents) if (!known.has(part) && inert(nfkd, part)) found.add(part.codePointAt(0));
  return [...found].toSorted((a, b) => a - b);
}

const removed = [];
const nonspacing = [];
const punctuation = [];
const ideographs = [];
const normalizing = [];
const attaching = [];
const spacing = [];
const prepending = [];
const breaking = [];
const pictographic = [];
const consonants = [];
const linkers = [];
const unlinking = [];
const letters = [];
const numbers = [];
const lowered = [];
const combining = [];
const stripMarks = (
  (normalizer) => (text) =>
    normalizer.normalizeString(text)
)(tokenizers.stripAccentsNormalizer());
for (const c of codePoints) {
  const s = String.fromCodePoint(c);
  if (clean(`a${s}b`) === "ab") removed.push(c);
  if (strip(`a${s}b`) === "ab") nonspacing.push(c);
  if (chinese(s) !== s) ideographs.push(c);
  if (split(`a${s}b`).length === 3) punctuation.push(c);
  if (byteLevel(`a${s}`).length === 1) letters.push(c);
  if (byteLevel(`1${s}`).length === 1) numbers.push(c);
  // U+0345 has the highest combining class, U+0334 the lowest.
  const inert =
    decompose(s) === s && decompose(`a\u0345${s}`) === `a\u0345${s}` && decompose(`a${s}\u0334`) === `a${s}\u0334`;
  if (!inert) normalizing.push(c);
  if (stripMarks(`a${s}`) === "a") combining.push(c);
  const small = lower(s);
  if (small !== s) lowered.push([c, Array.from(small).map((x) => x.codePointAt(0))]);
  // Clusters below six bytes count as one, longer ones by their code points. So a letter x of up to three bytes with U+0301
  // counts one where a cluster begins at x, and two where x has joined a cluster before it.
  if (clusters(`${s}a`) === 1) prepending.push(c);
  if (clusters(`a${s}`) === 1) {
    attaching.push(c);
    // Devanagari ka, virama, ka are one cluster, whatever Extend stands between; linkers do what the virama does.
    if (clusters(`\u0915${s}\u0915\u0301`) === 4) linkers.push(c);
    else if (clusters(`\u0915\u094d${s}\u0915\u0301`) === 4) unlinking.push(c);
    // ©, joiner, watch are one cluster, whatever Extend stands before the joiner; a second joiner breaks it.
    if (c !== 0x200d && clusters(`\u00a9${s}\u200d\u231a\u0301`) === 4) spacing.push(c);
  } else if (clusters(`${s}\u0301\u0302`) === 2) {
    breaking.push(c);
  } else if (clusters(`\u00a9\u200d${s}`) === 3) {
    pictographic.push(c);
  } else if (c < 0x10000 && clusters(`\u0915\u094d${s}\u0301`) === 4) {
    consonants.push(c);
  }
}

if (unlinking.join() !== [...spacing, 0x200c].toSorted((a, b) => a - b).join()) {
  throw new Error("conjuncts are broken by something other than SpacingMark and U+200C: graphemes.ts must follow");
}

function ranges(list) {
  const found = [];
  for (const c of list) {
    const last = found.at(-1);
    if (last && last[1] === c - 1) last[1] = c;
    else found.push([c, c]);
  }
  let previous = 0;
  return found
    .map(([first, end]) => {
      const gap = (first - previous).toString(36);
      previous = end;
      return end === first ? gap : `${gap}.${(end - first).toString(36)}`;
    })
    .join(" ");
}

/** Runs of code points, one or two apart, whose lower case lies at the same distance: "first.count.step.distance". */
function lowerCaseRuns() {
  const runs = [];
  for (const [c, small] of lowered) {
    if (small.length !== 1) {
      if (c !== 0x130) throw new Error(`U+${c.toString(16)} has a lower case of ${small.length} code points`);
      continue;
    }
    const distance = small[0] - c;
    const run = runs.at(-1);
    const step = run && c - (run.first + (run.count - 1) * run.step);
    if (run && run.distance === distance && (run.count === 1 ? step <= 2 : step === run.step)) {
      if (run.count === 1) run.step = step;
      run.count++;
    } else {
      runs.push({ first: c, count: 1, step: 1, distance });
    }
  }
  return runs
    .map((run) => [run.first, run.count, run.step, run.distance].map((n) => n.toString(36)).join("."))
    .join(" ");
}

const whiteSpace = await matching("\\s");
const expectedWhiteSpace = codePoints.filter((c) => /\p{White_Space}/u.test(String.fromCodePoint(c)));
if (whiteSpace.join() !== expectedWhiteSpace.join()) throw new Error("\\s of Split is not White_Space");
const { digits, words } = await isolated();
const scriptRuns = await scripts();

/** Runs "gap.length − 1.script" of the code points of UnicodeScripts' scripts. */
function scriptTable() {
  let previous = 0;
  return scriptRuns
    .map(([first, last, script]) => {
      const run = [first - previous, last - first, script].map((n) => n.toString(36)).join(".");
      previous = last;
      return run;
    })
    .join(" ");
}

const property = async (name, comment, pattern) => constant(name, comment, ranges(await matching(pattern)));
const constant = (name, comment, text) => `/** ${comment} */\nexport const ${name} =\n  "${text}";\n`;
writeFileSync(
  new URL("../src/tokenizers/unicode/tables.ts", import.meta.url),
  `/**
 * What Hugging Face's Rust tokenizers take each code point for. Generated by scripts/unicode-tables.mjs; do not edit.
 *
 * Read off tokenizers ${version}, not off a Unicode version: their crates carry several. A table is a list of ranges in base 36,
 * each "gap from the end of the previous range" or "gap.length − 1"; code-points.ts reads them.
 */

${[
  constant(
    "removedTable",
    "What BertNormalizer's clean_text removes: controls, formats, private use.",
    ranges(removed),
  ),
  constant("nonspacingMarksTable", "What strip_accents removes after decomposition.", ranges(nonspacing)),
  constant("ideographsTable", "What handle_chinese_chars puts spaces around.", ranges(ideographs)),
  constant("punctuationTable", "What BertPreTokenizer isolates.", ranges(punctuation)),
  constant("lettersTable", "What ByteLevel takes for a letter.", ranges(letters)),
  constant("numbersTable", "What ByteLevel takes for a number.", ranges(numbers)),
  constant(
    "normalizingTable",
    "What canonical decomposition replaces or may reorder; everything else stays and stops reordering.",
    ranges(normalizing),
  ),
  constant(
    "lowerCaseTable",
    "Lower case of a code point: runs of first.count.step.distance. U+0130, the only one with two, is not in it.",
    lowerCaseRuns(),
  ),
  constant(
    "attachingTable",
    "Joins the grapheme cluster before it (Extend, SpacingMark, zero-width joiner).",
    ranges(attaching),
  ),
  constant(
    "spacingTable",
    "Those of attachingTable that are SpacingMark: nothing after them joins what is before them.",
    ranges(spacing),
  ),
  constant(
    "linkersTable",
    "Those of attachingTable that form a conjunct of two consonants (InCB=Linker).",
    ranges(linkers),
  ),
  constant("consonantsTable", "InCB=Consonant, below U+10000.", ranges(consonants)),
  constant("prependingTable", "Joins the grapheme cluster after it (Prepend).", ranges(prepending)),
  constant("breakingTable", "Stands alone in its grapheme cluster (Control, CR, LF).", ranges(breaking)),
  constant(
    "pictographicTable",
    "Extended_Pictographic: joins a pictograph and a zero-width joiner before it.",
    ranges(pictographic),
  ),
  constant(
    "newerTable",
    "What a JavaScript engine may compose, decompose or reorder and Rust, with an older Unicode, does not.",
    ranges(newerThanRust()),
  ),
  constant("combiningMarksTable", "What the normaliser StripAccents removes.", ranges(combining)),
  constant("numericTable", "What the pre-tokenizer Digits takes for a number.", ranges(digits)),
  constant("wordCharactersTable", "What the pre-tokenizer Whitespace takes for part of a word.", ranges(words)),
  await property("regexWordTable", "\\w in a class of a regular expression of Split and Replace.", "[\\w]"),
  await property(
    "regexDigitTable",
    "\\d and \\p{Nd} there; of the others below, each the property of its name.",
    "\\d",
  ),
  await property("markTable", "\\p{M}", "\\p{M}"),
  await property("punctuationCategoryTable", "\\p{P}", "\\p{P}"),
  await property("symbolTable", "\\p{S}", "\\p{S}"),
  await property("uppercaseLetterTable", "\\p{Lu}", "\\p{Lu}"),
  await property("lowercaseLetterTable", "\\p{Ll}", "\\p{Ll}"),
  await property("titlecaseLetterTable", "\\p{Lt}", "\\p{Lt}"),
  await property("modifierLetterTable", "\\p{Lm}", "\\p{Lm}"),
  await property("hanTable", "\\p{Han}", "\\p{Han}"),
  constant("scriptsTable", "The scripts of UnicodeScripts: runs of gap.length − 1.script; 0 is none.", scriptTable()),
].join("\n")}`,
);
