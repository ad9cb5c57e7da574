/**
 * Real English to time: 1,000 texts of about 24 tokens, 4,096 passages of about 91, 512 long texts, cut out of the Markdown files that
 * came with our dependencies. Written once to a JSON file; a GPU machine's bundle brings its own.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Path of the JSON file: { short, passages, long }. */
export function englishTexts() {
  const bundled = join(root, "texts.json");
  if (existsSync(bundled)) return bundled;
  const target = join(tmpdir(), "metal-candle-english-texts.json");
  const files = readdirSync(join(root, "node_modules"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .sort();
  const paragraphs = files
    .flatMap((file) => readFileSync(join(root, "node_modules", file), "utf8").split(/\n\s*\n/))
    .map((text) => text.replaceAll(/\s+/g, " ").trim())
    .filter((text) => /^[A-Z]/.test(text) && text.length > 80);
  const words = [...new Set(paragraphs)].join(" ").split(" ");
  const cut = (count, size) =>
    Array.from({ length: count }, (_, i) => {
      const start = (i * size) % (words.length - size);
      return words.slice(start, start + size).join(" ");
    });
  writeFileSync(target, JSON.stringify({ short: cut(1000, 12), passages: cut(4096, 48), long: cut(512, 180) }));
  return target;
}
