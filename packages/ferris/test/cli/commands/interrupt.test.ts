/** Ctrl-C and SIGTERM while one large file is being cut and written: the process ends at once, and the index is whole. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { examine } from "../../indexing/support/examine.ts";
import { folderOf } from "../../support/files.ts";
import { startFerris } from "../support/ferris-process.ts";

const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));

test.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM"] as const)(
  "%s twice ends it within seconds",
  async (signal) => {
    const folder = folderOf();
    const line = Array.from({ length: 600_000 }, (_, i) => ((i * 2_654_435_761) % 1e9).toString(36)).join(" ");
    writeFileSync(join(folder, "big.log"), line);
    const place = folderOf();
    const child = startFerris(["index", folder, "--db", place, "--model", model, "--device", "cpu", "--json"]);
    const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
    // It has found the file, and is at work on it for many seconds.
    await once(child.stdout!, "data");
    child.stdout!.resume();
    await sleep(1_500);
    expect(child.exitCode).toBe(null);
    const started = performance.now();
    child.kill(signal);
    await sleep(300);
    child.kill(signal);
    const code = await ended;
    // The file would take a minute; stopping takes a fraction of a second, where nothing else runs.
    expect(performance.now() - started).toBeLessThan(30_000);
    expect([signal === "SIGINT" ? 130 : 143, null]).toContain(code);
    examine(place);
  },
);
