/** Commands that write an index get a signal at a random moment: kill -9, Ctrl-C, SIGTERM, stopped and continued. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fault, randomFrom } from "@ferris/testing";
import { folderOf } from "../../support/files.ts";
import { addDocuments, changeDocuments } from "../support/corpus.ts";
import { disturb, expectWhole, noSignals, timed } from "../support/disturb.ts";
import { snapshotOf } from "../support/snapshot.ts";

const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const common = ["--model", model, "--device", "cpu", "--quiet"];
const indexing = (folder: string, place: string) => ["index", folder, "--db", place, ...common];

function documents(count: number): string {
  const folder = folderOf();
  addDocuments(folder, randomFrom(3), count);
  return folder;
}

function copyOf(place: string): string {
  const copy = folderOf();
  cpSync(place, copy, { recursive: true });
  return copy;
}

fault("index of new documents, interrupted", { seconds: 16, least: 2, unless: noSignals }, async (run) => {
  const [folder, reference] = [documents(120), folderOf()];
  const usual = await timed(indexing(folder, reference));
  const expected = await snapshotOf(reference);
  for (const _ of run.tries()) {
    const place = folderOf();
    run.ended(await disturb(run, indexing(folder, place), { usual }));
    await expectWhole(run, place, indexing(folder, place), expected);
  }
});

fault("index after changes, interrupted", { seconds: 16, least: 2, unless: noSignals }, async (run) => {
  const [folder, before, reference] = [documents(100), folderOf(), folderOf()];
  await timed(indexing(folder, before));
  changeDocuments(folder, randomFrom(4));
  await timed(indexing(folder, reference));
  const expected = await snapshotOf(reference);
  const usual = await timed(indexing(folder, copyOf(before)));
  for (const _ of run.tries()) {
    const place = copyOf(before);
    run.ended(await disturb(run, indexing(folder, place), { usual }));
    await expectWhole(run, place, indexing(folder, place), expected);
  }
});

fault("watch, interrupted while documents change", { seconds: 12, least: 2, unless: noSignals }, async (run) => {
  for (const n of run.tries()) {
    const [folder, place, reference] = [documents(60), folderOf(), folderOf()];
    await timed(indexing(folder, place));
    const args = ["watch", folder, "--db", place, ...common];
    const usual = 6_000;
    const changes = setTimeout(() => changeDocuments(folder, randomFrom(n)), 1_500 + run.random() * 1_500);
    run.ended(await disturb(run, args, { usual, endless: true }));
    // So that there is something to catch up with, however early it was.
    clearTimeout(changes);
    addDocuments(folder, run.random, 3, "later");
    await timed(indexing(folder, reference));
    await expectWhole(run, place, indexing(folder, place), await snapshotOf(reference));
  }
});

fault("rm, interrupted", { seconds: 10, least: 2, unless: noSignals }, async (run) => {
  const [folder, before] = [documents(150), folderOf()];
  await timed(indexing(folder, before));
  const removing = (place: string) => ["rm", join(folder, "d1"), join(folder, "d2"), "--db", place, "--quiet"];
  const reference = copyOf(before);
  const usual = await timed(removing(reference));
  const expected = await snapshotOf(reference);
  for (const _ of run.tries()) {
    const place = copyOf(before);
    run.ended(await disturb(run, removing(place), { usual }));
    // Nothing left to remove is told by an exit code of its own.
    await expectWhole(run, place, removing(place), expected, [0, 1, 2]);
  }
});

fault("compact, interrupted", { seconds: 10, least: 2, unless: noSignals }, async (run) => {
  const [folder, before] = [documents(150), folderOf()];
  await timed(indexing(folder, before));
  await timed(["rm", join(folder, "d1"), "--db", before, "--quiet"]);
  const expected = await snapshotOf(before);
  const compacting = (place: string) => ["compact", "--db", place, "--quiet"];
  const usual = await timed(compacting(copyOf(before)));
  for (const _ of run.tries()) {
    const place = copyOf(before);
    run.ended(await disturb(run, compacting(place), { usual }));
    await expectWhole(run, place, compacting(place), expected);
  }
});
