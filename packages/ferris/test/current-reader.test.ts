/** The index at a place, deleted and made anew under a process that lives long. */
import { readdirSync, readlinkSync, rmSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { CurrentReader } from "../src/current-reader.ts";
import { collectGarbage } from "../src/main-thread/collect-garbage.ts";
import { openIndexForWriting } from "../src/store/index.ts";
import { identity, put } from "./store/support/records.ts";
import { folderOf } from "./support/files.ts";

afterEach(() => vi.useRealTimers());

async function makeIndex(folder: string, path: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const store = await openIndexForWriting(folder, { identity });
  await put(store, path, ["apples"]);
  await store.close();
}

/** Files of that folder that this process has open although they are gone. */
function deletedButOpen(folder: string): string[] {
  return readdirSync("/proc/self/fd").flatMap((number) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${number}`);
      return file.startsWith(folder) && file.endsWith("(deleted)") ? [file] : [];
    } catch {
      return [];
    }
  });
}

test.runIf(process.platform === "linux")(
  "one that was replaced is let go of, after calls have had their time",
  async () => {
    const folder = folderOf({});
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let replaced = 0;
    const current = new CurrentReader(
      folder,
      () => replaced++,
      () => undefined,
    );
    await makeIndex(folder, "/first");
    const first = await current.get();
    await makeIndex(folder, "/second");
    expect((await (await current.get()).documents()).map(({ path }) => path)).toEqual(["/second"]);
    expect(replaced).toBe(1);
    // A call that began before may go on.
    expect((await first.documents()).map(({ path }) => path)).toEqual(["/first"]);
    expect(deletedButOpen(folder)).not.toEqual([]);
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    // SQLite holds on to a closed file as long as statements of it are not collected.
    await expect.poll(() => (collectGarbage(), deletedButOpen(folder)), { timeout: 30_000 }).toEqual([]);
    expect((await (await current.get()).documents()).map(({ path }) => path)).toEqual(["/second"]);
    await current.close();
  },
);
