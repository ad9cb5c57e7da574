/** The process that models run in beside others on other devices: what process-on-gpu.node.ts starts. */
import { serveEngineTo } from "../worker/serve-engine.ts";

// Ctrl-C goes to every process of the terminal; the one that started this one says when it is over, or is gone.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit());

serveEngineTo({
  addEventListener: (_type, listener) => void process.on("message", (data) => listener({ data })),
  // A channel that is closed has nobody at its other end: "disconnect" follows.
  postMessage: (message) => void process.send!(message, undefined, undefined, () => undefined),
});
