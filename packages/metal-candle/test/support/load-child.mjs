/** A process of its own, from dist, that loads a model and embeds: for limits that hold for a whole process. Prints how it ended as JSON. */
import { EmbeddingModel, MetalCandleError } from "metal-candle";

const [folder, device, count] = process.argv.slice(2);
const texts = Array.from({ length: Number(count) }, (_, i) => `text ${i} ${"word ".repeat(i % 5)}`);
let during = "load";
try {
  const model = await EmbeddingModel.load(folder, { device, dtype: "f32", allowSoftwareAdapter: true, onNotice() {} });
  during = "embed";
  const { data } = await model.embed(texts);
  during = "close";
  await model.close();
  console.log(JSON.stringify({ sum: data.reduce((sum, value) => sum + Math.abs(value), 0) }));
} catch (error) {
  const code = error instanceof MetalCandleError ? error.code : null;
  console.log(JSON.stringify({ during, code, message: String(error).slice(0, 300) }));
}
// Dawn's threads would hold the process for a moment.
process.exit();
