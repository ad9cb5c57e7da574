/**
 * How often letters follow each other in Europe's languages, for telling the character set of a text that declares none:
 * `node scripts/letter-pairs.mjs FOLDER`, with FOLDER/LANGUAGE.txt in UTF-8; writes the table that the detector reads.
 *
 * The texts behind the table in this repository are the translations (.mo) of Debian 12's evolution-common, gimp-data, gnucash-common and
 * nautilus-data, 280 to 840 thousand characters for each language. What the detector does was tried on others (CONTRIBUTING.md says which).
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const folder = process.argv[2];
const target = new URL("../packages/ferris/src/documents/decode/letter-pairs.ts", import.meta.url);
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
/** Steps of cost in one natural logarithm. */
const steps = 6;
/** Rarer letters are other languages'. */
const leastShare = 0.00001;
/** How many letters what is known of one letter alone counts for. */
const smoothing = 5;

const lines = readdirSync(folder)
  .filter((name) => name.endsWith(".txt"))
  .toSorted()
  .map((name) => {
    const text = readFileSync(join(folder, name), "utf8")
      .normalize("NFC")
      .toLowerCase()
      .replaceAll("ș", "ş")
      .replaceAll("ț", "ţ");
    const counts = new Map();
    for (const letter of text.match(/\p{L}/gu)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const own = [...counts].filter(
      ([letter, count]) => /\p{Ll}/u.test(letter) && letter > "\x7f" && count / all >= leastShare,
    );
    const others = own.map(([letter]) => letter).toSorted((one, other) => (one < other ? -1 : 1));
    const letters = `abcdefghijklmnopqrstuvwxyz${others.join("")}`;
    const symbols = ` ${letters}`;
    const pairs = Array.from(symbols, () => new Float64Array(symbols.length));
    let before = 0;
    for (const character of `${text} `) {
      const at = /\p{L}/u.test(character) ? symbols.indexOf(character) : 0;
      // A letter of another language ends what is known.
      if (at >= 0 && before >= 0 && (at > 0 || before > 0)) pairs[before][at]++;
      before = at;
    }
    const single = symbols.split("").map((_, at) => pairs.reduce((sum, row) => sum + row[at], 0));
    const total = single.reduce((sum, count) => sum + count, 0);
    const costs = pairs.map((row) => {
      const seen = row.reduce((sum, count) => sum + count, 0);
      return Array.from(row, (count, at) => {
        const share = (count + (smoothing * single[at]) / total) / (seen + smoothing);
        return digits[Math.min(63, Math.round(-Math.log(share || 1e-9) * steps))];
      }).join("");
    });
    return `  ${basename(name, ".txt")}: ["${letters.slice(26)}", "${costs.join("")}"],`;
  });

writeFileSync(
  target,
  `/** Written by scripts/letter-pairs.mjs: do not edit. Each language's letters beyond a to z, and how unlikely each letter is after each. */

/** The digits of costs, in sixths of a natural logarithm. */
export const costDigits = "${digits}";

/** Costs row by row: after a word's start, a … z and the letters; each for a word's end, a … z and the letters. */
export const letterPairs: Readonly<Record<string, readonly [letters: string, costs: string]>> = {
${lines.join("\n")}
};
`,
);
