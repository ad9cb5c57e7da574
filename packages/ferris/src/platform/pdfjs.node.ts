/** pdf.js in Node. */
import { fileURLToPath } from "node:url";
import { pdfjsFiles } from "../files/pdfjs-files.ts";

/** Imports it, with what it does beside the one that asks: ferris has threads of its own for parsers. */
export async function importPdfjs(): Promise<unknown> {
  const { program, worker } = pdfjsFiles();
  const pdfjs = (await import(program)) as unknown;
  await import(worker);
  return pdfjs;
}

/** A folder of its data, with a slash at the end. */
export function pdfjsFolder(name: "cmaps" | "wasm"): string {
  return fileURLToPath(new URL(`${name}/`, pdfjsFiles().folder));
}

/**
 * Where pdf.js puts a document's fonts. Without it each font fails to load, and pdf.js falls back to compiling every glyph of it to a path
 * and sending that in a message of its own.
 */
export const fontless = {
  documentElement: { getElementsByTagName: () => [{ append() {} }] },
  createElement: () => ({ sheet: { cssRules: [], insertRule() {} }, remove() {} }),
};
