/** The licences of what the site ships, as one text: a package's name, version and licence, then what its licence file says. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Their text, in order of name.
 *
 * @param {readonly string[]} folders of the packages
 * @returns {string}
 * @throws Error for a package that does not say its licence: nothing goes out without one
 */
export function licencesOf(folders) {
  const found = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (typeof license !== "string") throw new Error(`${name} does not say its licence`);
    const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file));
    const texts = files.toSorted().map((file) => readFileSync(join(folder, file), "utf8").trim());
    found.set(name, `${name} ${version}: ${license}\n\n${texts.join("\n\n")}`.trim());
  }
  const own = readFileSync(join(import.meta.dirname, "../../LICENSE"), "utf8").trim();
  const all = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `${[`ferris and metal-candle: Apache-2.0\n\n${own}`, ...all].join(`\n\n${"=".repeat(80)}\n\n`)}\n`;
}
