/** Documents of several kinds out of made-up words, and changes to them, for a seed. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "@ferris/testing";

const syllables = ["ka", "lo", "mi", "ner", "pu", "ras", "tel", "von", "xi", "zed"];

function words(random: Random, count: number): string {
  const word = () => Array.from({ length: 2 + random.below(2) }, () => random.of(syllables)).join("");
  return Array.from({ length: count }, word).join(" ");
}

const makers: Record<string, (random: Random, title: string) => string> = {
  md: (random, title) =>
    `# ${title} ${words(random, 3)}\n\n${words(random, 40)}\n\n## ${words(random, 2)}\n\n${words(random, 60)}\n`,
  txt: (random) => Array.from({ length: 3 }, () => words(random, 30)).join("\n\n"),
  json: (random, title) =>
    JSON.stringify({ title, items: Array.from({ length: 8 }, () => ({ key: words(random, 5) })) }, null, 1),
  py: (random) =>
    Array.from({ length: 6 }, (_, i) => `def f${i}(a):\n    """${words(random, 8)}"""\n    return a + ${i}`).join(
      "\n\n",
    ),
  html: (random, title) =>
    `<html><body><h1>${title}</h1><p>${words(random, 40)}</p><h2>${words(random, 2)}</h2><p>${words(random, 40)}</p></body></html>`,
};

/** Adds `count` documents below `folder`. */
export function addDocuments(folder: string, random: Random, count: number, prefix = "f"): void {
  for (let i = 0; i < count; i++) {
    const kinds = Object.keys(makers);
    const kind = kinds[i % kinds.length]!;
    const place = join(folder, `d${i % 5}`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `${prefix}${i}.${kind}`), makers[kind]!(random, `Title ${i}`));
  }
}

/** Some go, some are renamed, some change, there are new ones, and a folder moves. */
export function changeDocuments(folder: string, random: Random): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files) {
    const chance = random();
    if (chance < 0.15) rmSync(file);
    else if (chance < 0.3) renameSync(file, `${file}.renamed${file.slice(file.lastIndexOf("."))}`);
    else if (chance < 0.45) writeFileSync(file, readFileSync(file, "utf8").replace("ka", "kalo changed "));
  }
  addDocuments(folder, random, 8, "new");
  renameSync(join(folder, "d3"), join(folder, "moved"));
}

/** Words that such documents have, to search for. */
export const queries = ["kalo", "title 7", "mine ras", '"tel von"', "changed", "f3"];
