/** Where pdf.js lies: a copy in this package, or in node_modules beside a clone. */
import { existsSync } from "node:fs";

const packed = new URL("../../pdfjs/", import.meta.url);

export interface PdfjsFiles {
  readonly program: string;
  readonly worker: string;
  /** With its tables of characters and decoders. */
  readonly folder: URL;
}

/** For whoever runs it here, or serves it to a browser. */
export function pdfjsFiles(): PdfjsFiles {
  if (existsSync(packed)) {
    return { program: new URL("pdf.mjs", packed).href, worker: new URL("pdf.worker.mjs", packed).href, folder: packed };
  }
  const program = import.meta.resolve("pdfjs-dist/legacy/build/pdf.mjs");
  return { program, worker: new URL("pdf.worker.mjs", program).href, folder: new URL("../../", program) };
}
