/** The thread that a map is drawn in: it is given vectors, and tells how it gets on. */
import { parentPort } from "node:worker_threads";
import { type Picture, type PictureProgress, PointCloud } from "./point-cloud.ts";

export type DrawTask =
  | { readonly sample: Float32Array; readonly dimensions: number }
  | { readonly vectors: Float32Array }
  | { readonly draw: true };

/** An answer to each task; while it draws also how far it is. */
export type DrawAnswer =
  | { readonly done: true }
  | { readonly progress: PictureProgress }
  | { readonly picture: Picture };

/** Milliseconds between two words of progress. */
const tellEvery = 100;

let cloud: PointCloud | null = null;

parentPort?.on("message", (task: DrawTask) => {
  if ("sample" in task) cloud = new PointCloud(task.sample, task.dimensions);
  else if ("vectors" in task) cloud!.add(task.vectors);
  else return draw();
  return tell({ done: true });
});

function draw(): void {
  const drawing = cloud!.draw();
  let told = 0;
  for (;;) {
    const { done, value } = drawing.next();
    if (done) return tell({ picture: value });
    if (performance.now() - told < tellEvery) continue;
    told = performance.now();
    tell({ progress: value });
  }
}

function tell(answer: DrawAnswer): void {
  parentPort!.postMessage(answer, []);
}
