/**
 * Messages between the two halves of pdf.js, which run in one thread here.
 *
 * pdf.js's own way copies every message: all glyphs of a page and all fonts of a file. Here the
 * receiver gets what was sent. Copied are only the lists of a page's operations, because the sender empties and fills them again.
 */
import type * as Pdfjs from "pdfjs-dist/legacy/build/pdf.mjs";

type Listener = (event: { readonly data: unknown }) => void;

interface Chunk {
  readonly fnArray?: readonly unknown[];
  readonly argsArray?: readonly unknown[];
}

/** What of a `MessagePort` pdf.js asks for. Both halves send and listen here; each message says for whom it is. */
class SharedPort {
  readonly #listeners = new Set<Listener>();

  postMessage(message: { readonly chunk?: unknown }): void {
    void this.#deliver(message.chunk === undefined ? message : { ...message, chunk: copied(message.chunk) });
  }

  /** Not at once: who sends expects no answer before it goes on. What a listener throws is a rejection (unheld-rejections.ts). */
  async #deliver(data: unknown): Promise<void> {
    await Promise.resolve();
    for (const listener of this.#listeners) listener({ data });
  }

  addEventListener(_type: string, listener: Listener, { signal }: { signal?: AbortSignal } = {}): void {
    this.#listeners.add(listener);
    signal?.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  removeEventListener(_type: string, listener: Listener): void {
    this.#listeners.delete(listener);
  }
}

function copied(chunk: unknown): unknown {
  const { fnArray, argsArray } = (chunk ?? {}) as Chunk;
  if (!fnArray || !argsArray) return chunk;
  return { ...(chunk as Chunk), fnArray: [...fnArray], argsArray: [...argsArray] };
}

interface WorkerHalf {
  readonly WorkerMessageHandler: { initializeFromPort(port: unknown): void };
}

/**
 * A worker of pdf.js for one document, in this thread. Undefined where the worker's half is not loaded here (a page may leave it to a thread
 * of pdf.js's own, with `GlobalWorkerOptions.workerSrc`).
 */
export function workerHere(pdfjs: typeof Pdfjs): Pdfjs.PDFWorker | undefined {
  // It says so itself, when it is imported.
  const { pdfjsWorker } = globalThis as unknown as { pdfjsWorker?: WorkerHalf };
  if (!pdfjsWorker) return undefined;
  const port = new SharedPort();
  const worker = pdfjs.PDFWorker.create({ port: port as unknown as Worker, verbosity: 0 });
  pdfjsWorker.WorkerMessageHandler.initializeFromPort(port);
  return worker;
}
