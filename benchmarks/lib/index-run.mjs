/**
 * One run of indexing in a process of its own, so that its memory is that of indexing: arguments are the index's folder, the folder to index, the model
 * and the device; prints JSON with the report and the process's size as chunks came. Started by ../indexing.mjs.
 */
import { Ferris } from "../../packages/ferris/dist/index.js";

const [db, folder, model, device] = process.argv.slice(2);
const ferris = await Ferris.open({
  db,
  model,
  device: /** @type {"cpu" | "gpu"} */ (device),
  onNotice: () => undefined,
});
const sizes = [];
let next = 0;
const report = await ferris.index([folder], {
  onProgress: ({ filesDone, chunksEmbedded }) => {
    if (performance.now() < next) return;
    next = performance.now() + 500;
    sizes.push({ filesDone, chunksEmbedded, mebibytes: Math.round(process.memoryUsage().rss / 2 ** 20) });
  },
});
sizes.push({ chunksEmbedded: report.chunksEmbedded, mebibytes: Math.round(process.memoryUsage().rss / 2 ** 20) });
await ferris.close();
console.log(JSON.stringify({ report, sizes, peak: process.resourceUsage().maxRSS / 1024 }));
