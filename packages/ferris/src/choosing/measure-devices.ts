/** The same model and the same texts on the GPU and on the CPU of this machine, one after the other: how fast each is, and whether they agree. */
import { benchmarkTexts } from "./benchmark-texts.ts";
import { type EmbeddingModel, loadModel, type ModelOptions } from "../engine.ts";
import { cosineOf } from "../search/retrieve/cosine.ts";
import { measuredMilliseconds, queryMilliseconds } from "./timing.ts";

export interface DeviceSpeed {
  readonly device: "gpu" | "cpu";
  /** The adapter's name, or that of the processor's runtime. */
  readonly on: string;
  readonly textsPerSecond: number;
  readonly tokensPerSecond: number;
  /** The median of a few questions, one at a time. */
  readonly queryMilliseconds: number;
}

export type MeasureNews =
  | { readonly news: "loading" | "measuring"; readonly device: "gpu" | "cpu" }
  | { readonly news: "measured"; readonly speed: DeviceSpeed }
  /** In the engine's words: why there is no such device here. */
  | { readonly news: "unavailable"; readonly device: "gpu" | "cpu"; readonly reason: string }
  /** The least cosine between the two devices' vectors of one text; null where there was one device. */
  | { readonly news: "done"; readonly agreement: number | null };

export interface MeasureOptions {
  readonly load: ModelOptions;
  /** Already in memory: used for the device that it is on. */
  readonly loaded: EmbeddingModel | null;
  readonly signal: AbortSignal;
}

/** Of those that both devices embed, for whether they agree. */
const sampleTexts = 4;
const fewestAtOnce = 4;
const mostAtOnce = 64;
const shortCall = 150;

/** @throws the signal's reason */
export async function* measureDevices(
  id: string,
  { load, loaded, signal }: MeasureOptions,
): AsyncGenerator<MeasureNews> {
  const vectors: Float32Array[] = [];
  for (const device of ["gpu", "cpu"] as const) {
    signal.throwIfAborted();
    let model = loaded?.info().device === device ? loaded : null;
    const isOwn = model === null;
    if (model === null) {
      yield { news: "loading", device };
      try {
        model = await loadModel(id, { ...load, device, offline: true, signal, onNotice: () => {} });
      } catch (error) {
        signal.throwIfAborted();
        yield { news: "unavailable", device, reason: (error as Error).message };
        continue;
      }
    }
    try {
      yield { news: "measuring", device };
      const { speed, sample } = await measured(model, device, signal);
      vectors.push(sample);
      yield { news: "measured", speed };
    } finally {
      if (isOwn) await model.close();
    }
  }
  const [gpu, cpu] = vectors;
  yield { news: "done", agreement: gpu && cpu ? leastCosine(gpu, cpu) : null };
}

async function measured(model: EmbeddingModel, device: "gpu" | "cpu", signal: AbortSignal) {
  const texts = benchmarkTexts("mixed");
  // The first call compiles and warms up; its vectors are as good as any.
  const sample = await model.embed(texts.slice(0, sampleTexts), { signal });
  let [done, tokens, atOnce] = [0, 0, fewestAtOnce];
  const started = performance.now();
  while (performance.now() - started < measuredMilliseconds) {
    const asked = performance.now();
    const from = done % (texts.length - mostAtOnce);
    const { tokenCounts } = await model.embed(texts.slice(from, from + atOnce), { signal });
    done += atOnce;
    tokens += tokenCounts.reduce((sum, count) => sum + count, 0);
    // As many at once as keep a fast device busy, and no more than a slow one answers in time.
    if (performance.now() - asked < shortCall) atOnce = Math.min(mostAtOnce, atOnce * 2);
  }
  const seconds = (performance.now() - started) / 1000;
  const { adapter } = model.info();
  const speed: DeviceSpeed = {
    device,
    on: adapter?.name ?? "onnxruntime",
    textsPerSecond: done / seconds,
    tokensPerSecond: tokens / seconds,
    queryMilliseconds: await queryMilliseconds(model, signal),
  };
  return { speed, sample: sample.data.slice() };
}

/** Row by row. */
function leastCosine(a: Float32Array, b: Float32Array): number {
  const width = a.length / sampleTexts;
  let least = 1;
  for (let from = 0; from < a.length; from += width) {
    least = Math.min(least, cosineOf(a.subarray(from, from + width), b.subarray(from, from + width)));
  }
  return least;
}
