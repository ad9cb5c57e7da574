/** Runs in the page: the library as an application's code would use it, on the GPU of the browser. */
import { EmbeddingModel } from "../../src/index.ts";

/** What a test compares: the vectors, and what decided them. */
export interface PageResult {
  data: number[];
  dimensions: number;
  truncated: number[];
  device: string;
  tokenizer: string;
}

/** Loads a model from a URL of the page's own server and embeds the texts. */
export async function embed(folder: string, texts: string[], device: "gpu" | "cpu"): Promise<PageResult> {
  const model = await EmbeddingModel.load(folder, { device, dtype: "f32", allowSoftwareAdapter: true });
  try {
    const embeddings = await model.embed(texts);
    return {
      data: [...embeddings.data],
      dimensions: embeddings.dimensions,
      truncated: [...embeddings.truncated],
      device: model.info().device,
      tokenizer: model.info().tokenizer,
    };
  } finally {
    await model.close();
  }
}

/** One text's vector alone and among the others, as bits. */
export async function aloneAndTogether(
  folder: string,
  texts: string[],
): Promise<{ alone: number[]; together: number[] }> {
  const model = await EmbeddingModel.load(folder, { device: "gpu", dtype: "f32", allowSoftwareAdapter: true });
  try {
    const bits = (vector: Float32Array): number[] => [...new Uint32Array(vector.slice().buffer)];
    const together = await model.embed(texts);
    const alone = await model.embed([texts[4]]);
    return { alone: bits(alone.at(0)), together: bits(together.at(4)) };
  } finally {
    await model.close();
  }
}

/** Whether many texts have the same bits with a tokenizer thread, a worker of the page, as without. */
export async function sameWithThread(folder: string, texts: string[]): Promise<{ threads: number; same: boolean }> {
  const options = { device: "gpu", dtype: "f32", allowSoftwareAdapter: true } as const;
  const plain = await EmbeddingModel.load(folder, options);
  const threaded = await EmbeddingModel.load(folder, { ...options, tokenizerThreads: 1 });
  try {
    const expected = (await plain.embed(texts)).data;
    const got = (await threaded.embed(texts)).data;
    const same = got.length === expected.length && got.every((value, index) => value === expected[index]);
    return { threads: threaded.info().tokenizerThreads, same };
  } finally {
    await Promise.all([plain.close(), threaded.close()]);
  }
}
