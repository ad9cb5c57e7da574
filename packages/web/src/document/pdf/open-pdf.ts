/** pdf.js, from the server that the page came from, when it is first needed. */
import type * as Pdfjs from "pdfjs-dist";
import { addressOf, keyHeaders } from "../../api.ts";
import type { PassagePlace } from "../document-link.ts";

export type PdfDocument = Pdfjs.PDFDocumentProxy;
export type PdfPage = Pdfjs.PDFPageProxy;
export type PdfText = Awaited<ReturnType<PdfPage["getTextContent"]>>;

let loading: Promise<typeof Pdfjs> | null = null;

export function loadPdfjs(): Promise<typeof Pdfjs> {
  return (loading ??= (async () => {
    const program = addressOf("/pdfjs/pdf.mjs");
    const pdfjs = (await import(/* @vite-ignore */ program)) as typeof Pdfjs;
    pdfjs.GlobalWorkerOptions.workerSrc = addressOf("/pdfjs/pdf.worker.mjs");
    return pdfjs;
  })());
}

/** The document, read in parts as its pages are looked at. */
export async function openPdf({ path, index }: PassagePlace, signal: AbortSignal): Promise<PdfDocument> {
  const pdfjs = await loadPdfjs();
  const query = new URLSearchParams({ path, ...(index !== undefined && { index }) });
  const task = pdfjs.getDocument({
    url: `${addressOf("/documents/file")}?${query.toString()}`,
    httpHeaders: keyHeaders(),
    rangeChunkSize: 2 ** 18,
    disableAutoFetch: true,
    disableStream: true,
    isEvalSupported: false,
    enableXfa: false,
    cMapUrl: addressOf("/pdfjs/cmaps/"),
    cMapPacked: true,
    wasmUrl: addressOf("/pdfjs/wasm/"),
    verbosity: 0,
  });
  signal.addEventListener("abort", () => void task.destroy(), { once: true });
  return task.promise;
}
