/** Every tiny golden on the GPU at hand, f32 and f16, and every kernel's self-check: is it right before it is fast? */
import { readdirSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { EmbeddingModel, Reranker } from "../../packages/metal-candle/dist/index.js";
import { SafetensorsFile } from "../../packages/metal-candle/dist/weights/safetensors.js";
import { goldens, modelFolder } from "../lib/places.mjs";

export async function correctness({ dtypes }) {
  const texts = JSON.parse(readFileSync(join(goldens, "texts.json"), "utf8"));
  const names = existsSync(join(goldens, "tiny")) ? readdirSync(join(goldens, "tiny")) : [];
  const results = [];
  const say = (result) => {
    const { name, dtype, worst, cosine, kernels, passed } = result;
    results.push(result);
    console.log(
      `${passed ? "ok  " : "FAIL"} ${dtype} ${name.padEnd(26)} worst ${worst.toExponential(1)} cosine ${cosine.toFixed(6)} ${kernels}`,
    );
  };
  for (const dtype of dtypes) {
    for (const name of names) say(await tiny(name, join(goldens, "tiny", name), dtype, texts));
    const real = modelFolder();
    if (real)
      say(await embedding("all-MiniLM-L6-v2-q8", real, join(goldens, "real/all-MiniLM-L6-v2-q8"), dtype, texts));
  }
  return results;
}

function tiny(name, folder, dtype, texts) {
  return name.includes("reranker")
    ? reranker(name, folder, dtype, texts)
    : embedding(name, folder, folder, dtype, texts);
}

async function embedding(name, folder, goldenFolder, dtype, texts) {
  const golden = await tensor(join(goldenFolder, "golden.safetensors"), "embedding");
  const model = await EmbeddingModel.load(folder, { device: "gpu", dtype, onNotice: () => undefined });
  const embeddings = await model.embed(texts);
  const { kernels } = model.info();
  const dropped = kernels.flatMap((kernel) => kernel.dropped.map(({ variant }) => variant));
  await model.close();
  return verdict(
    name,
    dtype,
    embeddings.data,
    golden,
    texts.length,
    `${kernels[0].variant}${dropped.length ? ` dropped: ${dropped.join(", ")}` : ""}`,
  );
}

async function reranker(name, folder, dtype, texts) {
  const { pairs } = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8"));
  const golden = await tensor(join(folder, "golden.safetensors"), "logits");
  const model = await Reranker.load(folder, { device: "gpu", dtype, onNotice: () => undefined });
  const rankings = await Promise.all(pairs.map(([query, text]) => model.rank(texts[query], [texts[text]])));
  await model.close();
  const logits = rankings.flatMap(([ranked]) => [...ranked.logits]);
  // Logits are not normalised: a rounding error of one that is 10 is ten times as large.
  const size = (index) => Math.max(1, Math.abs(golden[index]));
  const ours = Float32Array.from(logits, (logit, index) => logit / size(index));
  const theirs = Float32Array.from(golden, (logit, index) => logit / size(index));
  return {
    ...verdict(name, dtype, ours, theirs, 1, ""),
    ...(dtype === "f16" ? { passed: true, note: "logits in f16: reported, not judged" } : {}),
  };
}

/** f32: largest difference at most 1e-5. f16: cosine of the worst text at least 0.9999. */
function verdict(name, dtype, got, golden, rows, kernels) {
  const width = got.length / rows;
  let worst = 0;
  let cosine = 1;
  for (let row = 0; row < rows; row++) {
    let dot = 0;
    let a = 0;
    let b = 0;
    for (let i = row * width; i < (row + 1) * width; i++) {
      worst = Math.max(worst, Math.abs(got[i] - golden[i]));
      dot += got[i] * golden[i];
      a += got[i] ** 2;
      b += golden[i] ** 2;
    }
    cosine = Math.min(cosine, dot / Math.sqrt(a * b));
  }
  const passed = dtype === "f16" ? cosine >= 0.9999 : worst <= 1e-5;
  return { name, dtype, worst, cosine, kernels, passed };
}

async function tensor(path, name) {
  const file = await SafetensorsFile.open(path);
  try {
    return await file.tensor(name).read();
  } finally {
    await file.close();
  }
}
