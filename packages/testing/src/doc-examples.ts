/**
 * Finds the `@example` blocks of what a package exports, so that a test can run them: an example that no longer works is a bug.
 *
 * Starts from the entry points in the package's manifest (the "@ferris/source" condition) and follows their re-exports, so internal
 * files may show fragments and public ones may not. An example is the text from `@example` to the next tag or the end
 * of the comment, with or without a code fence.
 */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** One example of the documentation. */
export interface DocExample {
  /** Where it stands, relative to the package: `src/embedding-model.ts:40`. */
  place: string;
  /** The file alone: `src/embedding-model.ts`. */
  file: string;
  /** TypeScript. */
  code: string;
}

type ExportTarget = string | { [condition: string]: ExportTarget };

/** The source files of the entry points: `exports` with the "@ferris/source" condition. */
function entryPoints(packageFolder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
    exports: Record<string, ExportTarget>;
  };
  return Object.values(manifest.exports).flatMap((target) =>
    typeof target === "object" && typeof target["@ferris/source"] === "string"
      ? [join(packageFolder, target["@ferris/source"])]
      : [],
  );
}

/** The entry points and every file that they, or what they re-export, export from. */
function publicFiles(packageFolder: string): string[] {
  const files = new Set<string>(entryPoints(packageFolder));
  // A set grows while it is walked: files that are found on the way are visited too.
  for (const file of files) {
    for (const [, target] of readFileSync(file, "utf8").matchAll(/^export\b[^;'"]*\bfrom\s+["'](\.[^"']+)["']/gm)) {
      files.add(join(dirname(file), target));
    }
  }
  return [...files];
}

/** The text of one comment without its stars. */
function plainText(comment: string): string[] {
  return comment
    .replace(/^\/\*\*/, "")
    .replace(/\*\/$/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""));
}

function examplesOf(file: string, packageFolder: string): DocExample[] {
  const source = readFileSync(file, "utf8");
  const shown = relative(packageFolder, file);
  const found: DocExample[] = [];
  for (const comment of source.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const firstLine = source.slice(0, comment.index).split("\n").length;
    const lines = plainText(comment[0]);
    for (const [index, line] of lines.entries()) {
      if (!line.startsWith("@example")) continue;
      const rest = lines.slice(index + 1);
      const end = rest.findIndex((following) => /^@[a-z]+\b/.test(following));
      const body = (end === -1 ? rest : rest.slice(0, end)).filter((text) => !text.startsWith("```"));
      found.push({ place: `${shown}:${firstLine + index}`, file: shown, code: body.join("\n").trim() });
    }
  }
  return found;
}

/** Every example in the public files of the package in this folder. */
export function docExamples(packageFolder: string): DocExample[] {
  return publicFiles(packageFolder).flatMap((file) => examplesOf(file, packageFolder));
}
