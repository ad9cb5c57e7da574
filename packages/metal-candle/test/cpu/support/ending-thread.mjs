/** A thread that stands in for onnxruntime's, and ends when it is to compute. */
import { parentPort as port } from "node:worker_threads";

const say = port.postMessage.bind(port);

port.on("message", (task) => {
  if ("load" in task) say({ notice: null });
  else if ("open" in task) say({ opened: true });
  else process.exit(3);
});
