/** pdf.js for ferris, fetched when the first PDF comes: library and worker in this one thread. */
import { usePdfjs } from "ferris/browser";

/** @param site the address of the site's folder, below which its tables and decoders are */
export function offerPdfjs(site: string): void {
  usePdfjs({ load, baseUrl: new URL("pdfjs/", site).href });
}

async function load(): Promise<unknown> {
  // In a worker, pdf.js's own worker would take this thread's messages for its own, unless there is a window.
  Reflect.set(globalThis, "window", globalThis);
  try {
    await import("pdfjs-dist/legacy/build/pdf.worker.min.mjs");
  } finally {
    Reflect.deleteProperty(globalThis, "window");
  }
  return import("pdfjs-dist/legacy/build/pdf.min.mjs");
}
