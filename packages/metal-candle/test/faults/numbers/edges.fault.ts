/** Texts and weights at the edge of what a model takes: empty and longest texts, one token, rows without variance. On both devices. */
import { fault } from "@ferris/testing";
import { EmbeddingModel } from "../../../src/index.ts";
import { largestDifference, tinyModelFolder } from "../../support/goldens.ts";
import { ModelFolder } from "../../support/model-folder.ts";

const load = (folder: string, device: "gpu" | "cpu") =>
  EmbeddingModel.load(folder, { device, dtype: "f32", allowSoftwareAdapter: true, onNotice: () => undefined });

fault("10,000 empty texts, one token, the longest text", { seconds: 1, least: 2, most: 2 }, async (run) => {
  for (const n of run.tries()) {
    const device = (["cpu", "gpu"] as const)[n]!;
    await using model = await load(tinyModelFolder("bert"), device);
    const alone = (await model.embed([""])).at(0);
    const many = await model.embed(Array.from({ length: 10_000 }, () => ""));
    let worst = 0;
    for (let row = 0; row < many.length; row++) worst = Math.max(worst, largestDifference(many.at(row), alone));
    // Bit for bit on the GPU; the CPU device rounds by the shape of a batch.
    if (worst > (device === "gpu" ? 0 : 1e-6)) run.lost(`${device}: an empty text among others differs by ${worst}`);
    const long = "word ".repeat(5_000);
    const texts = ["a", long, "", "a"];
    const mixed = await model.embed(texts);
    for (const [row, text] of texts.entries()) {
      const [single] = await model.embed([text]);
      const difference = largestDifference(mixed.at(row), single!);
      if (difference > (device === "gpu" ? 0 : 1e-6))
        run.lost(`${device}: "${text.slice(0, 9)}" among others differs by ${difference}`);
    }
    if (mixed.truncated.length !== 1 || mixed.truncated[0] !== 1) run.lost(`${device}: truncation is not told`);
    run.ended(device);
  }
});

fault("rows without variance in front of every LayerNorm", { seconds: 1, least: 1, most: 1 }, async (run) => {
  const folder = new ModelFolder("bert");
  // Every token's row is one number: the variance is nothing, and epsilon is 1e-12.
  await folder.tensors((tensors) => {
    for (const [name, { data }] of tensors)
      if (name.startsWith("embeddings.") && name.endsWith("_embeddings.weight")) data.fill(0.7);
  });
  folder.set("config.json", { layer_norm_eps: 1e-12 });
  for (const _ of run.tries()) {
    const texts = ["a text", "another, longer text", ""];
    const vectors: Float32Array[] = [];
    for (const device of ["cpu", "gpu"] as const) {
      await using model = await load(folder.path, device);
      vectors.push((await model.embed(texts)).data.slice());
    }
    const difference = largestDifference(vectors[0]!, vectors[1]!);
    if (difference > 1e-5) run.lost(`the devices differ by ${difference}`);
    run.ended("the devices agree, and both are finite");
  }
  folder.remove();
});
