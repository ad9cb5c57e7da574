/**
 * `ferris quantize MODEL --out DIR`: a copy of a model with 8-bit weights, and how far its vectors are from the original's.
 *
 * The format and the writing are metal-candle's; the check is here, since it is a question about sentences.
 */
import { Command } from "commander";
import { loadModel } from "../../engine.ts";
import { exitCodes } from "../exit-codes.ts";
import { cosineOf } from "../../search/retrieve/cosine.ts";
import { modelNamed } from "../config/settings.ts";
import { modelOptions } from "../open.ts";
import { Flag } from "../options.ts";
import { runs } from "../run.ts";
import type { Session } from "../session.ts";
import { bytes, printable } from "../terminal/text.ts";
import { withExamples } from "./shared-options.ts";

interface QuantizeCommandOptions {
  readonly out: string;
  readonly check?: true;
}

/** Short and long, plain and technical, in several scripts. */
const sampleTexts = [
  "a",
  "The quick brown fox jumps over the lazy dog.",
  "How do I rotate an API key without downtime?",
  "Ein Käfer läuft über die Straße, und niemand sieht ihn.",
  "你好,世界。这是一个测试。",
  "def layer_norm(x, eps=1e-12): return (x - x.mean()) / (x.var() + eps) ** 0.5",
  "LayerNorm normalises each row to zero mean and unit variance before it is scaled and shifted.",
  "The index is rebuilt whenever the model changes, since vectors of two models must never meet. ".repeat(12),
];

export function quantizeCommand(): Command {
  const command = new Command("quantize")
    .summary("a copy of a model with 8-bit weights")
    .description(
      "Writes the q8_block32 form of MODEL to a new folder, about a quarter of the size, which loads like the original.\n" +
        "With --check both are run over a few texts, and the cosines between their vectors are printed.",
    )
    .argument("<model>", "Hugging Face id or folder, not quantised yet");
  command
    .addOption(new Flag("-o, --out <dir>", "a folder that is empty, or not there yet").makeOptionMandatory())
    .addOption(new Flag("--check", "compare the copy's vectors with the original's"))
    .addOption(new Flag("-d, --device <name>", "where --check runs: auto, gpu or cpu"));
  withExamples(command, [
    ["ferris quantize sentence-transformers/all-MiniLM-L6-v2 --out minilm-q8 --check", "and how close it stays"],
  ]);
  return runs(command, (session, [model], options) =>
    quantize(session, modelNamed(model), options as unknown as QuantizeCommandOptions),
  );
}

async function quantize(session: Session, model: string, { out, check }: QuantizeCommandOptions): Promise<number> {
  const { quantizeModel } = await import("metal-candle/tools");
  const line = session.progress();
  const report = (done: number, total: number): void => line.update({ label: "writing", done, total, unit: "tensors" });
  try {
    const result = await quantizeModel(model, out, {
      onProgress: ({ tensors, total }) => report(tensors, total),
    });
    line.finish();
    const cosines = check ? await compare(session, model, out) : null;
    if (session.json) session.printJson({ model, out, ...result, cosines });
    else if (!session.quiet) {
      session.print(
        `${printable(out)}: ${result.quantized} of ${result.tensors} tensors are 8-bit, ${bytes(result.bytesBefore)} became ${bytes(result.bytesAfter)}`,
      );
      if (cosines) {
        const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
        session.print(
          `cosine to the original over ${cosines.length} texts: mean ${mean.toFixed(6)}, least ${Math.min(...cosines).toFixed(6)}`,
        );
      }
    }
    return exitCodes.success;
  } finally {
    line.finish();
  }
}

/** The cosine of each sample text's two vectors. */
async function compare(session: Session, original: string, copy: string): Promise<number[]> {
  const vectors: Float32Array[][] = [];
  for (const name of [original, copy]) {
    const model = await loadModel(name, { ...modelOptions(session), offline: true });
    try {
      vectors.push([...(await model.embed(sampleTexts))]);
    } finally {
      await model.close();
    }
  }
  return sampleTexts.map((_, i) => cosineOf(vectors[0]![i]!, vectors[1]![i]!));
}
