/**
 * pdf.js, opened for reading only: no fonts of the system, no scripts, no canvas, and no pictures unless they are asked for.
 */
import { fileURLToPath } from "node:url";
import type * as Pdfjs from "pdfjs-dist/legacy/build/pdf.mjs";
import type { PDFDocumentProxy } from "pdfjs-dist/types/src/display/api.js";
import { DocumentError } from "../../../errors.ts";

export type PdfDocument = PDFDocumentProxy;
export type PdfPage = Awaited<ReturnType<PdfDocument["getPage"]>>;

export interface OpenOptions {
  /** Pictures of more pixels are passed over undecoded. Defaults to none at all: text needs none. */
  readonly mostPixels?: number;
}

const module = "pdfjs-dist/legacy/build/pdf.mjs";

/**
 * Opens a PDF, hands it to `read`, and closes it whatever happens.
 *
 * @throws DocumentError "encrypted" for a file that needs a password; else what pdf.js throws
 */
export async function withPdf<T>(
  bytes: Uint8Array,
  read: (document: PdfDocument) => Promise<T>,
  { mostPixels = 1 }: OpenOptions = {},
): Promise<T> {
  const pdfjs = await load();
  const task = pdfjs.getDocument({
    // The library takes the buffer away from its owner.
    data: Uint8Array.from(bytes),
    verbosity: 0,
    // In Node this means that glyphs are not compiled to paths, which nobody draws.
    disableFontFace: false,
    useSystemFonts: false,
    isEvalSupported: false,
    enableXfa: false,
    isOffscreenCanvasSupported: false,
    maxImageSize: mostPixels,
    cMapUrl: besides("cmaps"),
    cMapPacked: true,
    standardFontDataUrl: besides("standard_fonts"),
    wasmUrl: besides("wasm"),
  });
  try {
    return await read(await task.promise);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "PasswordException") {
      throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it", { cause });
    }
    throw cause;
  } finally {
    await task.destroy();
  }
}

async function load(): Promise<typeof Pdfjs> {
  // Its polyfills put a slow method in the place of Node's own, for the whole process; nothing needs that.
  const native = Object.getOwnPropertyDescriptor(Array.prototype, "push")!;
  const pdfjs = await import("pdfjs-dist/legacy/build/pdf.mjs");
  const worker: string = "pdfjs-dist/legacy/build/pdf.worker.mjs";
  await import(worker);
  Reflect.defineProperty(Array.prototype, "push", native);
  return pdfjs;
}

/** The numbers of pdf.js's drawing operations. */
export async function operations(): Promise<Readonly<Record<string, number>>> {
  return (await load()).OPS;
}

function besides(folder: string): string {
  return fileURLToPath(new URL(`../../${folder}/`, import.meta.resolve(module)));
}
