/**
 * pdf.js, opened for reading only: no fonts of the system, no scripts, no canvas, and no pictures unless they are asked for.
 */
import { importPdfjs, pdfjsFolder } from "#platform/pdfjs";
import type * as Pdfjs from "pdfjs-dist/legacy/build/pdf.mjs";
import type { PDFDocumentProxy } from "pdfjs-dist/types/src/display/api.js";
import { DocumentError } from "../../../errors.ts";
import { workerHere } from "./shared-port.ts";
import { holdRejections } from "./unheld-rejections.ts";

export type PdfDocument = PDFDocumentProxy;
export type PdfPage = Awaited<ReturnType<PdfDocument["getPage"]>>;

export interface OpenOptions {
  /** Pictures of more pixels are passed over undecoded. Defaults to none at all: text needs none. */
  readonly mostPixels?: number;
}

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
  const worker = workerHere(pdfjs);
  const task = pdfjs.getDocument({
    worker,
    // The library mends fonts in place.
    data: Uint8Array.from(bytes),
    verbosity: 0,
    // Glyphs are then not compiled to paths, which nobody draws.
    disableFontFace: false,
    // The names of glyphs come along: not all of them are in the library's list (glyph-names.ts).
    fontExtraProperties: true,
    useSystemFonts: false,
    isEvalSupported: false,
    enableXfa: false,
    isOffscreenCanvasSupported: false,
    maxImageSize: mostPixels,
    cMapUrl: pdfjsFolder("cmaps"),
    cMapPacked: true,
    wasmUrl: pdfjsFolder("wasm"),
    // It would be asked of the document that a page has and a worker has not.
    useWorkerFetch: false,
  });
  const rejections = holdRejections();
  try {
    const reading = task.promise.then((document) => {
      loadNoFonts(document);
      const getPage = document.getPage.bind(document);
      document.getPage = (number) => {
        rejections.goesOn();
        return getPage(number);
      };
      return read(document);
    });
    return await Promise.race([reading, rejections.stuck]);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "PasswordException") {
      throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it", { cause });
    }
    throw cause;
  } finally {
    // It waits for its own work, which may be what is stuck.
    await Promise.race([task.destroy(), rejections.stuck.catch(() => {})]);
    worker?.destroy();
    await rejections.release();
  }
}

/**
 * Fonts are kept as tables of letters, and not handed to what draws: that would encode each of them as text, and compile every glyph to a
 * path where it fails.
 */
function loadNoFonts(document: PdfDocument): void {
  const transport = Reflect.get(document, "_transport") as { fontLoader: { bind(font: unknown): Promise<void> } };
  transport.fontLoader.bind = async () => {};
}

let loading: Promise<typeof Pdfjs> | undefined;

/**
 * pdf.js wants a browser's drawing, which is not used, and its polyfills put a slow `push` in the place of Node's own. Both are
 * undone here, because they would be seen in the whole process.
 */
async function load(): Promise<typeof Pdfjs> {
  return (loading ??= (async () => {
    const native = Object.getOwnPropertyDescriptor(Array.prototype, "push")!;
    const drawing = ["DOMMatrix", "ImageData", "Path2D"].filter((name) => !(name in globalThis));
    for (const name of drawing) Reflect.set(globalThis, name, function nothing() {});
    try {
      return (await importPdfjs()) as typeof Pdfjs;
    } finally {
      for (const name of drawing) Reflect.deleteProperty(globalThis, name);
      Reflect.defineProperty(Array.prototype, "push", native);
    }
  })());
}

/** The numbers of pdf.js's drawing operations. */
export async function operations(): Promise<Readonly<Record<string, number>>> {
  return (await load()).OPS;
}
