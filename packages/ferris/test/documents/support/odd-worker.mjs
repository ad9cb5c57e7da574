/** A parser's thread that misbehaves as the file's name says. Plain JavaScript: it is started as it is. */
import { parentPort } from "node:worker_threads";

const kept = [];
parentPort.on("message", ({ path }) => {
  const answer = () =>
    parentPort.postMessage(
      { document: { type: "pdf", title: path, content: "", encoding: null, blocks: [], warnings: [] } },
      [],
    );
  if (path.includes("dies")) throw new Error("struck");
  if (path.includes("exits")) process.exit(3);
  if (path.includes("takes memory")) {
    for (let i = 0; i < 60; i++) kept.push(new Uint8Array(2 ** 24).fill(1));
    // Long after somebody has looked at how much it takes.
    setTimeout(answer, 60_000);
    return;
  }
  if (path.includes("works long")) {
    const alive = setInterval(() => parentPort.postMessage({ alive: true }, []), 200);
    setTimeout(() => {
      clearInterval(alive);
      answer();
    }, 4_500);
    return;
  }
  if (path.includes("slow")) {
    setTimeout(answer, 300);
    return;
  }
  if (path.includes("hangs")) return;
  answer();
  if (path.includes("late")) void Promise.reject(new Error("late"));
  if (path.includes("leaves")) setImmediate(() => process.exit(0));
});
