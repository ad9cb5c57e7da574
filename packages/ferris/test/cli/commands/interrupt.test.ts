/** Ctrl-C and SIGTERM while one large file is being cut and written: the process ends at once, and the index is whole. */
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
    const child = startFerris(["index", folder, "--db", place, "--model", model, "--device", "cpu"]);
    const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
    // Far enough for the file to be under way, not for its end.
    await sleep(4_000);
    expect(child.exitCode).toBe(null);
    const started = performance.now();
    child.kill(signal);
    await sleep(300);
    child.kill(signal);
    const code = await ended;
    expect(performance.now() - started).toBeLessThan(3_000);
    expect([signal === "SIGINT" ? 130 : 143, null]).toContain(code);
    examine(place);
  },
);
