/** Several processes on one index at the same time: writers take turns or say who is at work, readers see whole documents. */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { fault, randomFrom } from "@ferris/testing";
import { ferris } from "../../cli/support/ferris-process.ts";
import { examine } from "../../indexing/support/examine.ts";
import { folderOf } from "../../support/files.ts";
import { addDocuments } from "../support/corpus.ts";
import { timed } from "../support/disturb.ts";
import { differences, snapshotOf } from "../support/snapshot.ts";

const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const common = ["--model", model, "--device", "cpu", "--quiet"];

fault("two writers and two readers on one index", { seconds: 18, least: 6 }, async (run) => {
  const [docs, place] = [folderOf(), folderOf()];
  addDocuments(docs, randomFrom(1), 60);
  const indexing = ["index", docs, "--db", place, ...common];
  await timed(indexing);
  let writes = 0;
  let working = true;
  const writer = async (name: string) => {
    while (working) {
      addDocuments(docs, run.random, 2, name + writes++);
      const { code, stderr } = await ferris(indexing);
      // Busy: the other is at work, and is named. A document that went between walk and read is told, too.
      if (![0, 7, 9].includes(code ?? -1)) run.lost(`index ended with ${code}: ${stderr.slice(0, 200)}`);
      run.ended(code === 7 ? "index told that another writes" : "index done");
      await sleep(run.random() * 300);
    }
  };
  const reader = async () => {
    while (working) {
      const { code, stderr, stdout } = await ferris([
        "search",
        "kalo",
        "--db",
        place,
        "--json",
        "--mode",
        "text",
        ...common,
      ]);
      if (code !== 0 || stdout === "") run.lost(`search ended with ${code}: ${stderr.slice(0, 200)}`);
      run.ended("search answered");
    }
  };
  const all = Promise.all([writer("a"), writer("b"), reader(), reader()]);
  for (const _ of run.tries()) await sleep(1_000);
  working = false;
  await run.within(120, "All of them", all);
  await timed(indexing);
  examine(place);
  const clean = folderOf();
  await timed(["index", docs, "--db", clean, ...common]);
  for (const difference of differences(await snapshotOf(place), await snapshotOf(clean))) run.lost(difference);
});
