/**
 * Draws MiniLM's text-to-vectors figures of a bench:gpu file as docs/performance.md shows them.
 *
 *   node benchmarks/chart.mjs benchmarks/results/nvidia-h200.json docs/assets/nvidia-h200.svg "NVIDIA H200, 16 CPU cores"
 */
import { readFileSync, writeFileSync } from "node:fs";
import { benchmarkChart } from "../packages/ferris/dist/bench/chart.js";

const [source, target, machine] = process.argv.slice(2);
if (!machine) throw new Error("Give the results, the SVG to write, and what the machine is.");
const { speed, cpu, peers } = JSON.parse(readFileSync(source, "utf8"));
const model = "minilm-l6";
const bars = ["short", "passages"].flatMap((set) => {
  const here = (row) => row.model === model && row.set === set;
  const { texts, tokens } = speed.find(here);
  const bar = (engine, device, name, { microseconds }) => ({
    engine,
    device,
    model: name,
    set: set === "passages" ? "longer" : set,
    texts,
    tokens,
    microsecondsPerText: microseconds,
  });
  return [
    ...speed.filter((row) => here(row) && row.dtype === "f16").map((row) => bar("ferris", "gpu", "f16", row)),
    ...speed.filter((row) => here(row) && row.dtype === "f32").map((row) => bar("ferris", "gpu", "f32", row)),
    ...peers.filter(here).map((row) => bar("sentence-transformers", "gpu", "f16", row)),
    ...cpu.filter(here).map((row) => bar("ferris", "cpu", "f32", row)),
  ];
});
writeFileSync(target, benchmarkChart(bars, `MiniLM-L6, ${machine}.`));
