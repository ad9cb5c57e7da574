/** Values that are not finite: they are the error of their own text's call, and reach no other text's vector through what the GPU keeps. */
import { fault } from "@ferris/testing";
import { UnsupportedModelError } from "../../../src/index.ts";
import { bearable, load, texts } from "../../support/faulty-gpu.ts";
import { ModelFolder } from "../../support/model-folder.ts";

fault("NaN in the arena does not reach another text", { seconds: 5, least: 6 }, async (run) => {
  const folder = new ModelFolder("bert");
  await using sound = await load(folder.path);
  const expected = await sound.embed(texts);
  // One token's embedding squares to infinity: its text has no vector. Its neighbours must not notice.
  const poisoned = sound.tokenIds("word")[1]!;
  await folder.tensors((tensors) => {
    const table = tensors.get("embeddings.word_embeddings.weight")!;
    const [, width] = table.shape as [number, number];
    for (let i = 0; i < width; i++) table.data[poisoned * width + i] = i % 2 === 0 ? 3e38 : -3e38;
  });
  await using model = await load(folder.path);
  const good = texts.map((text, i) => [text, i] as const).filter(([text]) => !text.includes("word"));
  for (const _ of run.tries()) {
    const bad = Array.from({ length: 1 + run.random.below(4) }, () => "word ".repeat(1 + run.random.below(30)));
    const poisoning = model.embed(bad).then(
      () => "a vector of NaN",
      (error: unknown) => (error instanceof UnsupportedModelError ? "named" : String(error)),
    );
    // At once, in one batch with the bad text, or after it, in the same buffers.
    if (run.random() < 0.5) await poisoning;
    const { data, dimensions } = await run.within(bearable, "A call", model.embed(good.map(([text]) => text)));
    const said = await poisoning;
    if (said !== "named") run.lost(said);
    const other = good.filter(([, i], row) => expected.at(i).some((value, d) => value !== data[row * dimensions + d]));
    if (other.length > 0) run.lost(`${other.length} texts have other vectors after NaN`);
    run.ended("error for that text, the others bit for bit");
  }
  folder.remove();
});
