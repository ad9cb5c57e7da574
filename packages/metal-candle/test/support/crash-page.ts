/** Runs in the page whose browser loses its GPU process: a model, and calls that the test starts before and looks at after. */
import { EmbeddingModel, MetalCandleError } from "../../src/index.ts";

let model: EmbeddingModel;
let texts: string[];
let under: Promise<{ vectors: number[] } | { code: string }>;

async function outcome(call: () => Promise<{ data: Float32Array }>): Promise<{ vectors: number[] } | { code: string }> {
  try {
    return { vectors: [...(await call()).data] };
  } catch (error) {
    return { code: error instanceof MetalCandleError ? error.code : `no code: ${String(error)}` };
  }
}

/** Loads the model, and gives the vectors of a GPU that is well. */
export async function open(folder: string, given: string[]): Promise<number[]> {
  model = await EmbeddingModel.load(folder, {
    device: "gpu",
    dtype: "f32",
    allowSoftwareAdapter: true,
    tokenBudget: 128,
    onNotice: () => undefined,
  });
  texts = given;
  return [...(await model.embed(texts)).data];
}

/** Starts a call; `ended` waits for it. */
export function begin(): void {
  under = outcome(() => model.embed(texts));
}

export function ended(): typeof under {
  return under;
}
