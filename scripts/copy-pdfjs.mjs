/**
 * Copies the part of pdf.js that reads text into ferris's package: 3.6 MB. As a dependency pdfjs-dist is 41 MB and brings a canvas of
 * 33 MB, which draws nothing here.
 *
 * Three things are changed in it. It does not look for that canvas, and so does not say that there is none. It hands on what marked
 * content says that it stands for (ActualText, 14.9.4 of ISO 32000), which it reads and drops: Chromium and LibreOffice write the letters of
 * Devanagari, Thai or Arabic nowhere else. And the glyphs of long texts are not kept for when the same text comes again: in a book of 500
 * pages those were 60 MB.
 *
 * As a program it makes the copy beside ferris's sources, which then read by it, unless it is there.
 */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const canvas =
  /try\{\w+=\w+\("@napi-rs\/canvas"\)\}catch\((\w+)\)\{warn\(`Cannot load "@napi-rs\/canvas" package: "\$\{\1\}"\.`\)\}/g;

/** Marked content's properties, of which only one is handed on; they stand there themselves, or by their name among the resources. */
const properties =
  /(parseMarkedContentProps\((\w+)\[1\],(\w+)\)(?:(?!parseMarkedContentProps)[\s\S]){1,500}?)\2=\[\2\[0\]\.name,\2\[1\]instanceof Dict\?\2\[1\]\.get\("MCID"\):null\]/g;
const withActualText = "$1$2=ferrisProperties($2,$3)";
const actualText = `
function ferrisProperties(args, resources) {
  let given = args[1];
  if (given instanceof Name) {
    const named = resources.get("Properties");
    given = named instanceof Dict ? named.get(given.name) : null;
  }
  if (!(given instanceof Dict)) return [args[0].name, null];
  const text = given.get("ActualText");
  const id = given.get("MCID");
  return typeof text === "string" ? [args[0].name, id, stringToPDFString(text)] : [args[0].name, id];
}
`;

const keptGlyphs = /(this\.#\w+\.set\((\w+),\w+\);return \w+\}getCharPositions)/g;
const ofShortTexts = "$2.length<=16&&$1";

/** @param folder of the package that pdfjs-dist is a development dependency of; @param target made anew */
export function copyPdfjs(folder, target) {
  const source = dirname(createRequire(join(folder, "package.json")).resolve("pdfjs-dist/package.json"));
  const { version, license, author, repository } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(target, "wasm"), { recursive: true });
  const original = (file) => readFileSync(join(source, "legacy/build", file), "utf8");
  const changed = (file, program, place, replacement) => {
    const found = program.match(place)?.length ?? 0;
    if (found !== 1)
      throw new Error(
        `pdf.js ${version}: ${found} places to change in ${file}, not one: look at scripts/copy-pdfjs.mjs`,
      );
    return program.replace(place, replacement);
  };
  const program = changed("pdf.min.mjs", original("pdf.min.mjs"), canvas, "");
  writeFileSync(join(target, "pdf.mjs"), `/* Changed for ferris: does not look for @napi-rs/canvas. */\n${program}`);
  const speaking = changed("pdf.worker.min.mjs", original("pdf.worker.min.mjs"), properties, withActualText);
  const worker = changed("pdf.worker.min.mjs", speaking, keptGlyphs, ofShortTexts);
  writeFileSync(
    join(target, "pdf.worker.mjs"),
    `/* Changed for ferris: hands on marked content's ActualText, and does not keep the glyphs of long texts. */\n${worker}${actualText}`,
  );
  copyFileSync(join(source, "LICENSE"), join(target, "LICENSE"));
  cpSync(join(source, "cmaps"), join(target, "cmaps"), { recursive: true });
  cpSync(join(source, "wasm"), join(target, "wasm"), { recursive: true, filter: (file) => !file.endsWith(".js") });
  const copied = { name: "pdfjs-dist", version, license, author, repository, private: true, made: madeBy(version) };
  writeFileSync(join(target, "package.json"), `${JSON.stringify(copied, null, 2)}\n`);
}

/** Which version was copied, and how. */
function madeBy(version) {
  return createHash("sha256")
    .update(version + readFileSync(fileURLToPath(import.meta.url), "utf8"))
    .digest("hex")
    .slice(0, 16);
}

/** Makes the copy that a package's sources read by, where there is none or an older one. */
export function ensurePdfjs(folder) {
  const target = join(folder, "pdfjs");
  const { version } = createRequire(join(folder, "package.json"))("pdfjs-dist/package.json");
  const manifest = join(target, "package.json");
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).made === madeBy(version)) return;
  // Made elsewhere and moved: another process may read the one that is there.
  const made = mkdtempSync(join(folder, "pdfjs-"));
  copyPdfjs(folder, join(made, "new"));
  if (existsSync(target)) renameSync(target, join(made, "old"));
  renameSync(join(made, "new"), target);
  rmSync(made, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensurePdfjs(fileURLToPath(new URL("../packages/ferris", import.meta.url)));
}
