/**
 * npm run bench:map: how long the map of an index takes to draw and how much memory, by the number of passages; and how many frames a second the page
 * shows while a map of 100,000 points is moved and zoomed, by the browser's own performance timeline.
 *
 * Vectors are made up: 384 dimensions, around 200 centres. The page is the built one (npm run build) in headless Chromium, as it draws without a GPU and on
 * the emulated GPU of the tests, which puts each frame together on the processor.
 *
 *   node benchmarks/map.mjs [--points 1000,10000,100000] [--frames-at 100000] [--seconds 4] [--json FILE]
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { report } from "./lib/report.mjs";
import { openSyntheticMap } from "./lib/map-page.mjs";

const { values, add, finish } = report("Map: drawing it, and frames while it is moved", {
  points: { type: "string", default: "1000,10000,100000" },
  "frames-at": { type: "string", default: "100000" },
  seconds: { type: "string", default: "4" },
});
const child = fileURLToPath(new URL("lib/map-child.mjs", import.meta.url));

for (const points of values.points.split(",").map(Number).filter(Boolean)) {
  const output = execFileSync(process.execPath, [child, String(points)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { spent, wall, cpu, megabytes } = JSON.parse(output);
  add(`${points.toLocaleString("en")} passages: drawn in`, wall / 1000, "s");
  add("  processor time", cpu / 1000, "s");
  for (const [stage, took] of Object.entries(spent)) add(`    ${stage}`, took.cpu / 1000, "s");
  add("  memory of the process at most", megabytes, "MiB");
}

const framesAt = Number(values["frames-at"]);
if (framesAt > 0) {
  for (const gpu of [false, true]) {
    const map = await openSyntheticMap(framesAt, { gpu });
    try {
      for (const how of ["pan", "zoom"]) {
        const { perSecond, processor, p50, p95 } = await map.move(how, Number(values.seconds) * 1000);
        const where = gpu ? "emulated GPU" : "no GPU";
        add(`${framesAt.toLocaleString("en")} points, ${where}, ${how}: frames a second`, perSecond, "", "≥ 30");
        if (processor !== null) add("  processor time a frame, all of the browser", processor, "ms");
        add("  between two frames, p50", p50, "ms");
        add("  between two frames, p95", p95, "ms");
      }
    } finally {
      await map.close();
    }
  }
}
finish();
