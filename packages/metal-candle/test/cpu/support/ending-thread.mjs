/** A thread that stands in for onnxruntime's, and ends when it is to compute. */
import { parentPort } from "node:worker_threads";

parentPort.on("message", (task) => {
  if ("load" in task) parentPort.postMessage({ notice: null });
  else if ("open" in task) parentPort.postMessage({ opened: true });
  else process.exit(3);
});
