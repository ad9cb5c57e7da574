/** `ferris serve` as a process of its own, on a port that is free, and what it is asked. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../packages/ferris/bin/ferris.js", import.meta.url));

/**
 * Starts `ferris serve ARGS`, and resolves when it says where it listens.
 *
 * @param {readonly string[]} args
 * @param {Record<string, string | undefined>} environment beside this process's own
 * @returns {Promise<{ url: string, child: import("node:child_process").ChildProcess }>}
 * @throws Error with what it said, when it ends before
 */
export async function startFerrisServer(args, environment = {}) {
  const env = { ...process.env, FERRIS_SOCKET: "off", ...environment };
  const child = spawn(process.execPath, [script, "serve", "--port", "0", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env,
  });
  let said = "";
  const url = await new Promise((resolve, reject) => {
    child.stderr.on("data", (data) => {
      said += data;
      const found = /listening on (http:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.once("exit", () => reject(new Error(said)));
  });
  return { url, child };
}

/**
 * One request for embeddings.
 *
 * @param {string} url of the server
 * @param {readonly string[]} input
 * @returns {Promise<Float32Array[]>}
 */
export async function embed(url, input) {
  const response = await fetch(`${url}/v1/embeddings`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ input, encoding_format: "base64" }),
  });
  if (!response.ok) throw new Error(await response.text());
  const { data } = await response.json();
  return data.map(({ embedding }) => new Float32Array(Uint8Array.from(Buffer.from(embedding, "base64")).buffer));
}
