/**
 * How often letters follow each other in Europe's languages, for telling the character set of a text that declares none:
 * `node scripts/letter-pairs.mjs FOLDER [NAME]`, with FOLDER/LANGUAGE.txt in UTF-8; writes the table that the detector reads: `letter-pairs` for
 * languages of Latin letters, `cyrillic-greek-pairs` for the others.
 *
 * The texts behind the table in this repository are the translations (.mo) of Debian 12's evolution-common, gimp-data, gnucash-common and
 * nautilus-data, 280 to 840 thousand characters for each language. What the detector does was tried on others (CONTRIBUTING.md says which).
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const folder = process.argv[2];
const tableName = process.argv[3] ?? "letter-pairs";
const target = new URL(`../packages/ferris/src/documents/decode/${tableName}.ts`, import.meta.url);
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
  .map((file) => {
    const text = readFileSync(join(folder, file), "utf8")
      .normalize("NFC")
      .toLowerCase()
      .replaceAll("ș", "ş")
      .replaceAll("ț", "ţ");
    const counts = new Map();
    for (const letter of text.match(/\p{L}/gu)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const usual = [...counts].toSorted((one, other) => other[1] - one[1])[0][0];
    const alphabet =
      [/\p{Script=Cyrillic}/u, /\p{Script=Greek}/u].find((script) => script.test(usual)) ?? /\p{Script=Latin}/u;
    const own = [...counts].filter(
      ([letter, count]) =>
        /\p{Ll}/u.test(letter) && letter > "\x7f" && alphabet.test(letter) && count / all >= leastShare,
    );
    const others = own.map(([letter]) => letter).toSorted((one, other) => (one < other ? -1 : 1));
    const symbols = ` ${usual <= "z" ? "abcdefghijklmnopqrstuvwxyz" : ""}${others.join("")}`;
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
    return `  ${basename(file, ".txt")}: ["${others.join("")}", "${costs.join("")}"],`;
  });

const isLatin = tableName === "letter-pairs";
const digitsOfCosts = `
/** The digits of costs, in sixths of a natural logarithm. */
export const costDigits = "${digits}";
`;
writeFileSync(
  target,
  `/** Written by scripts/letter-pairs.mjs: do not edit. Each language's letters${isLatin ? " beyond a to z" : ""}, and how unlikely each letter is after each. */
${isLatin ? digitsOfCosts : ""}
/** Costs row by row: after a word's start, ${isLatin ? "a … z and " : ""}the letters; each for a word's end, ${isLatin ? "a … z and " : ""}the letters. */
export const ${isLatin ? "letterPairs" : "cyrillicGreekPairs"}: Readonly<Record<string, readonly [letters: string, costs: string]>> = {
${lines.join("\n")}
};
`,
);
