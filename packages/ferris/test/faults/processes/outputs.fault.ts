/** Commands that write files get a signal at a random moment: what was there is there, or the whole new thing; nothing half, and no parts left. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fault, randomFrom } from "@ferris/testing";
import { HubServer } from "../../../../metal-candle/test/hub/support/hub-server.ts";
import { ferris } from "../../cli/support/ferris-process.ts";
import { folderOf } from "../../support/files.ts";
import { disturb, noSignals, timed } from "../support/disturb.ts";

const goldens = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/", import.meta.url));
const model = join(goldens, "bert");

/** Names and contents of all files below a folder. */
function contentsOf(folder: string): string {
  const hash = createHash("sha256");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).toSorted()) {
    hash.update(`${path.slice(folder.length)}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

fault("embed --output, interrupted", { seconds: 10, least: 2, unless: noSignals }, async (run) => {
  const folder = folderOf();
  const random = randomFrom(1);
  const lines = 1_500;
  const input = Array.from({ length: lines }, () => `text ${random.below(1e6)} of ${random.below(1e6)}\n`).join("");
  const common = ["--model", model, "--device", "cpu", "--quiet"];
  const embedding = (out: string) => ["embed", "--format", out.endsWith("npy") ? "npy" : "jsonl", "-o", out, ...common];
  const whole = join(folder, "whole.npy");
  const usual = await timed(embedding(whole), { input });
  const { length } = readFileSync(whole);
  for (const n of run.tries()) {
    const path = join(folder, n % 4 < 2 ? "out.npy" : "out.jsonl");
    rmSync(path, { force: true });
    if (n % 2 === 0) writeFileSync(path, "what was there before");
    const how = await disturb(run, embedding(path), { usual, input });
    const after = existsSync(path) ? readFileSync(path) : null;
    const isOld = n % 2 === 0 ? after?.toString() === "what was there before" : after === null;
    // The CPU device rounds by what is in a batch; the length cannot differ in .npy, nor the number of lines.
    const isWhole =
      after !== null &&
      (path.endsWith("npy") ? after.length === length : after.toString().split("\n").length === lines + 1);
    if (!isOld && !isWhole) run.lost(`${path} after ${how}: ${after?.length ?? 0} bytes`);
    await timed(embedding(path), { input });
    const parts = readdirSync(folder).filter((name) => name.endsWith(".part"));
    if (parts.length > 0) run.lost(`left behind: ${parts.join()}`);
    run.ended(how);
  }
});

fault("quantize, interrupted", { seconds: 8, least: 2, unless: noSignals }, async (run) => {
  const base = folderOf();
  const args = (out: string) => ["quantize", model, "--out", out, "--quiet"];
  const usual = await timed(args(join(base, "whole")));
  const expected = contentsOf(join(base, "whole"));
  for (const _ of run.tries()) {
    const out = join(base, "copy");
    rmSync(out, { recursive: true, force: true });
    const how = await disturb(run, args(out), { usual });
    if (existsSync(out) && contentsOf(out) !== expected) run.lost(`half a model after ${how}`);
    const { code, stderr } = await ferris(args(out));
    // Done already, it refuses to write over it.
    if (code !== 0 && contentsOf(out) !== expected) run.lost(`quantize afterwards: ${stderr.slice(0, 200)}`);
    if (contentsOf(out) !== expected) run.lost("another model than without a kill");
    const left = readdirSync(base).filter((name) => name !== "whole" && name !== "copy");
    if (code === 0 && left.length > 0) run.lost(`left behind: ${left.join()}`);
    run.ended(how);
  }
});

fault("pull, interrupted", { seconds: 10, least: 2, unless: noSignals }, async (run) => {
  const files = new Map(
    readdirSync(model, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith("golden."))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(model.length + 1), readFileSync(path)] as const),
  );
  const hub = new HubServer("some/model", files);
  await hub.start();
  // Slow enough for a signal to fall into it.
  hub.fault = (_request, response, file) => {
    const bytes = file === null ? undefined : files.get(file);
    if (!bytes || bytes.length < 100_000) return false;
    const headers = { "content-length": bytes.length };
    response.writeHead(200, headers);
    let sent = 0;
    const timer = setInterval(() => {
      if (sent >= bytes.length || response.destroyed) {
        clearInterval(timer);
        response.end();
      } else response.write(bytes.subarray(sent, (sent += 65_536)));
    }, 15);
    return true;
  };
  try {
    const pulling = (cache: string) => ({
      args: ["pull", "some/model", "--quiet"],
      options: { environment: { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache, HF_HUB_OFFLINE: undefined } },
    });
    const whole = folderOf();
    const first = pulling(whole);
    const usual = await timed(first.args, first.options);
    const expected = contentsOf(whole);
    for (const _ of run.tries()) {
      const cache = folderOf();
      const { args, options } = pulling(cache);
      run.ended(await disturb(run, args, { usual, ...options }));
      await timed(args, options);
      if (contentsOf(cache) !== expected) {
        const names = readdirSync(cache, { recursive: true })
          .map(String)
          .filter((name) => /part|tmp|lock|incomplete/.test(name));
        run.lost(`another cache than without an interruption: ${names.join()}`);
      }
    }
  } finally {
    await hub.stop();
  }
});
