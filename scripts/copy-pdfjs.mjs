/**
 * Copies the part of pdf.js that reads text into ferris's package: 3.6 MB. As a dependency pdfjs-dist is 41 MB and brings a canvas of
 * 33 MB, which draws nothing here.
 *
 * Only one thing is changed in it: it does not look for that canvas, and so does not say that there is none.
 */
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const canvas =
  /try\{\w+=\w+\("@napi-rs\/canvas"\)\}catch\((\w+)\)\{warn\(`Cannot load "@napi-rs\/canvas" package: "\$\{\1\}"\.`\)\}/g;

/** @param folder of the package that pdfjs-dist is a development dependency of; @param target made anew */
export function copyPdfjs(folder, target) {
  const source = dirname(createRequire(join(folder, "package.json")).resolve("pdfjs-dist/package.json"));
  const { version, license, author, repository } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(target, "wasm"), { recursive: true });
  const program = readFileSync(join(source, "legacy/build/pdf.min.mjs"), "utf8");
  const found = program.match(canvas)?.length ?? 0;
  if (found !== 1)
    throw new Error(
      `pdf.js ${version} looks for its canvas in ${found} places, not in one: look at scripts/copy-pdfjs.mjs`,
    );
  const changed = "/* Changed for ferris: does not look for @napi-rs/canvas. */\n";
  writeFileSync(join(target, "pdf.mjs"), changed + program.replace(canvas, ""));
  copyFileSync(join(source, "legacy/build/pdf.worker.min.mjs"), join(target, "pdf.worker.mjs"));
  copyFileSync(join(source, "LICENSE"), join(target, "LICENSE"));
  cpSync(join(source, "cmaps"), join(target, "cmaps"), { recursive: true });
  cpSync(join(source, "wasm"), join(target, "wasm"), { recursive: true, filter: (file) => !file.endsWith(".js") });
  const copied = { name: "pdfjs-dist", version, license, author, repository, private: true };
  writeFileSync(join(target, "package.json"), `${JSON.stringify(copied, null, 2)}\n`);
}
