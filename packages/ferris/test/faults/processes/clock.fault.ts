/** The wall clock jumps while ferris works, and files have times that no clock had: what has changed is found all the same. */
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { fault, type Random, randomFrom } from "@ferris/testing";
import { ferris, startFerris } from "../../cli/support/ferris-process.ts";
import { folderOf } from "../../support/files.ts";
import { addDocuments, changeDocuments } from "../support/corpus.ts";
import { expectWhole, noSignals, timed } from "../support/disturb.ts";
import { differences, snapshotOf } from "../support/snapshot.ts";

const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const jumping = new URL("../support/jumping-clock.mjs", import.meta.url).href;
const common = ["--model", model, "--device", "cpu", "--quiet"];
const seconds = { year1970: 1, year2000: 946_684_800, year2100: 4_102_444_800 };

function jumps(random: Random) {
  return { environment: { NODE_OPTIONS: `--import=${jumping}`, FERRIS_TEST_CLOCK: String(random.below(1e9)) } };
}

/** Half of the files get times long past or long to come. */
function oddTimes(folder: string, random: Random): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || random() < 0.5) continue;
    const time = random.of(Object.values(seconds)) + random.below(1_000);
    utimesSync(join(entry.parentPath, entry.name), time, time);
  }
}

fault("the clock jumps while documents are indexed, and they change", { seconds: 8, least: 2 }, async (run) => {
  for (const n of run.tries()) {
    const [folder, place, reference] = [folderOf(), folderOf(), folderOf()];
    addDocuments(folder, randomFrom(n), 60);
    oddTimes(folder, run.random);
    const indexing = ["index", folder, "--db", place, ...common];
    await timed(indexing, jumps(run.random));
    changeDocuments(folder, randomFrom(n + 1));
    oddTimes(folder, run.random);
    await timed(indexing, jumps(run.random));
    await timed(["index", folder, "--db", reference, ...common]);
    for (const difference of differences(await snapshotOf(place), await snapshotOf(reference))) run.lost(difference);
    await expectWhole(run, place, indexing, await snapshotOf(reference));
    const { code } = await ferris(["search", "kalo", "--db", place, "--json", ...common], jumps(run.random));
    if (code !== 0) run.lost(`search ended with ${code}`);
    run.ended("right");
  }
});

fault("the clock jumps while a folder is watched", { seconds: 6, least: 1, unless: noSignals }, async (run) => {
  for (const n of run.tries()) {
    const [folder, place, reference] = [folderOf(), folderOf(), folderOf()];
    addDocuments(folder, randomFrom(n), 40);
    await timed(["index", folder, "--db", place, ...common]);
    const watching = startFerris(["watch", folder, "--db", place, ...common], jumps(run.random));
    const ended = new Promise<number | null>((resolve) => watching.once("close", resolve));
    for (const stream of [watching.stdout!, watching.stderr!]) stream.resume();
    await sleep(1_500);
    changeDocuments(folder, randomFrom(n + 1));
    oddTimes(folder, run.random);
    await timed(["index", folder, "--db", reference, ...common]);
    const expected = await snapshotOf(reference);
    let differing: string[] = [];
    for (let waited = 0; waited < 60; waited++) {
      // Between two transactions a part of the change is there.
      differing = await snapshotOf(place).then(
        (found) => differences(found, expected),
        (error: unknown) => [String(error)],
      );
      if (differing.length === 0) break;
      await sleep(500);
    }
    watching.kill("SIGTERM");
    await run.within(20, "watch after SIGTERM", ended);
    for (const difference of differing) run.lost(difference);
    run.ended("caught up");
  }
});
