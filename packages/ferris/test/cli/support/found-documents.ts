/** A small folder to search: two documents that nobody here wrote, one with a code in it, and one that means harm. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const readmeOf = (name: string): string => join(dirname(require.resolve(`${name}/package.json`)), "README.md");

/** A long text in English, in Markdown. */
export const longReadme = readmeOf("picomatch");

export function writeFoundDocuments(docs: string): void {
  mkdirSync(docs);
  cpSync(longReadme, join(docs, "globs.md"));
  cpSync(readmeOf("picocolors"), join(docs, "colours.md"));
  writeFileSync(
    join(docs, "keys.md"),
    "# Operations\n\n## Rotating an API key\n\nCreate the second key first, give it to every client, and only then revoke the old one. No request fails.\n\n" +
      "## Errors\n\nError FERR-1042 means that the key has expired.\n",
  );
  writeFileSync(
    join(docs, "evil.md"),
    "# Escape\n\nA document with \u001b[2J\u001b]0;owned\u0007 in it, about the zebra crossing.\n",
  );
}
