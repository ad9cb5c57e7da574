/** Where pdf.js is: a copy in this package, or in node_modules beside a clone. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type * as Pdfjs from "pdfjs-dist/legacy/build/pdf.mjs";

const packed = new URL("../../pdfjs/", import.meta.url);

interface Files {
  readonly program: string;
  readonly worker: string;
  /** With its tables of characters and decoders. */
  readonly folder: URL;
}

function files(): Files {
  if (existsSync(packed)) {
    return { program: new URL("pdf.mjs", packed).href, worker: new URL("pdf.worker.mjs", packed).href, folder: packed };
  }
  const program = import.meta.resolve("pdfjs-dist/legacy/build/pdf.mjs");
  return { program, worker: new URL("pdf.worker.mjs", program).href, folder: new URL("../../", program) };
}

/** Imports it, with what it does beside the one that asks: ferris has threads of its own for parsers. */
export async function importPdfjs(): Promise<typeof Pdfjs> {
  const { program, worker } = files();
  const pdfjs = (await import(program)) as typeof Pdfjs;
  await import(worker);
  return pdfjs;
}

/** A folder of its data, with a slash at the end. */
export function pdfjsFolder(name: "cmaps" | "wasm"): string {
  return fileURLToPath(new URL(`${name}/`, files().folder));
}
