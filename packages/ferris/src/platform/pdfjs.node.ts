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

let folder: URL | undefined;

/** A folder of its data, with a slash at the end. */
export function pdfjsFolder(name: "cmaps" | "wasm"): string {
  return fileURLToPath(new URL(`${name}/`, (folder ??= pdfjsFiles().folder)));
}
