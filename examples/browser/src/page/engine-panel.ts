/** Which model runs on what: a line in the bar, and the kernels for those who look. */
import type { EngineInfo } from "../protocol.ts";
import { byId, element } from "./element.ts";
import { bytes } from "./text.ts";

export function showEngineState(text: string, state: "busy" | "ready" | "failed"): void {
  const place = byId("engine");
  place.textContent = text;
  place.dataset.state = state;
}

/** The first visit's download. */
export function showDownload(done: number, total: number): void {
  showEngineState(`Fetching the page and its model, once: ${bytes(done)} of ${bytes(total)}`, "busy");
}

export function showEngine(engine: EngineInfo): void {
  const { model, device, adapter, reason, numerics, kernels, loadMilliseconds, isIsolated } = engine;
  showEngineState(`${model} on the ${device.toUpperCase()}${adapter === null ? "" : `: ${adapter}`}`, "ready");
  const facts: [string, string][] = [
    ["Model", model],
    ["Device", device === "gpu" ? `GPU, by WebGPU: ${adapter ?? "unknown"}` : "CPU, by onnxruntime as WebAssembly"],
    ["Why", reason],
    ["Numerics", numerics],
    ["Loaded in", `${(loadMilliseconds / 1000).toFixed(1)} s`],
    ["Isolated", isIsolated ? "yes: threads share memory" : "no, and it need not be"],
  ];
  const rows = facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
  const kernelRows = kernels.flatMap(({ operation, variant }) => [
    element("dt", {}, operation),
    element("dd", {}, variant),
  ]);
  byId("engine-facts").replaceChildren(
    element("dl", {}, ...rows),
    ...(kernels.length > 0
      ? [element("h3", {}, "Kernels, each proved on this machine"), element("dl", {}, ...kernelRows)]
      : []),
  );
}
