/** sentence-transformers on this machine's Python (gpu-machine/peers.py), which prints a line of JSON per result. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * @param {readonly string[]} args of peers.py
 * @returns {any[]} its results
 * @throws Error when Python or one of its packages is missing
 */
export function runPeers(args) {
  const script = fileURLToPath(new URL("../gpu-machine/peers.py", import.meta.url));
  const output = execFileSync("python3", [script, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  process.stdout.write(output);
  return output
    .trim()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}
