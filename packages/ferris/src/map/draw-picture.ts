/**
 * A picture drawn in a thread of its own, so that whoever else asks this process for something is answered meanwhile. Where ferris runs from
 * its TypeScript sources there is no compiled worker to start: then it is drawn here, in turns.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { takingTurns } from "../main-thread/give-way.ts";
import type { DrawAnswer, DrawTask } from "./map-worker.ts";
import { type Picture, type PictureProgress, PointCloud } from "./point-cloud.ts";

export interface PictureSource {
  /** [rows][dimensions]: some of the vectors, from all over them. */
  readonly sample: Float32Array;
  readonly dimensions: number;
  /** All of them, block after block. */
  readonly blocks: AsyncIterable<Float32Array>;
}

export interface DrawOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: PictureProgress) => void;
  /** The compiled worker; null: in this thread. The one beside this file, where it is, unless given. */
  readonly worker?: string | null;
}

/** @throws the signal's reason; an Error when the thread dies, as it does without memory */
export async function drawPicture(
  source: PictureSource,
  { worker = compiledWorker(), ...options }: DrawOptions,
): Promise<Picture> {
  options.signal?.throwIfAborted();
  return worker === null ? drawHere(source, options) : drawInThread(source, worker, options);
}

async function drawHere(
  { sample, dimensions, blocks }: PictureSource,
  { signal, onProgress }: DrawOptions,
): Promise<Picture> {
  const turn = takingTurns();
  const cloud = new PointCloud(sample, dimensions);
  for await (const block of blocks) {
    cloud.add(block);
    await turn();
  }
  const drawing = cloud.draw();
  for (;;) {
    const { done, value } = drawing.next();
    if (done) return value;
    onProgress(value);
    await turn();
    signal?.throwIfAborted();
  }
}

async function drawInThread(
  { sample, dimensions, blocks }: PictureSource,
  file: string,
  { signal, onProgress }: DrawOptions,
): Promise<Picture> {
  const worker = new Worker(file);
  const answers = answersOf(worker, signal);
  const ask = (task: DrawTask): void => worker.postMessage(task, []);
  try {
    ask({ sample, dimensions });
    await answers.next();
    for await (const vectors of blocks) {
      ask({ vectors });
      await answers.next();
    }
    ask({ draw: true });
    for (;;) {
      const answer = await answers.next();
      if ("picture" in answer) return answer.picture;
      if ("progress" in answer) onProgress(answer.progress);
    }
  } finally {
    answers.end();
    await worker.terminate();
  }
}

/** What a thread says, one after the other. */
function answersOf(worker: Worker, signal: AbortSignal | undefined) {
  const said: DrawAnswer[] = [];
  let failure: Error | null = null;
  let wake = (): void => {};
  const fail = (error: Error): void => {
    failure ??= error;
    wake();
  };
  const abort = (): void => fail(signal!.reason as Error);
  worker.on("message", (answer: DrawAnswer) => {
    said.push(answer);
    wake();
  });
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("the thread that draws the map ended before the map was drawn")));
  signal?.addEventListener("abort", abort, { once: true });
  return {
    async next(): Promise<DrawAnswer> {
      for (;;) {
        if (failure !== null) throw failure;
        const answer = said.shift();
        if (answer !== undefined) return answer;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    end: () => signal?.removeEventListener("abort", abort),
  };
}

function compiledWorker(): string | null {
  const file = fileURLToPath(new URL("map-worker.js", import.meta.url));
  return existsSync(file) ? file : null;
}
