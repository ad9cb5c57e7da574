/** A driver that does less than it says: loses submits and writes, hangs, fails maps, raises errors that nobody asked for. */
import { setTimeout as sleep } from "node:timers/promises";
import { fault, type FaultRun } from "@ferris/testing";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { longestSilence } from "../../../src/gpu/device/map-read.ts";
import {
  bearable,
  closeVictim,
  expectRecovered,
  judge,
  openVictim,
  prototypes,
  texts,
  type Victim,
  withFault,
  withMethod,
} from "../../support/faulty-gpu.ts";

const callEnds = (run: FaultRun, victim: Victim) => async () =>
  run.ended(await judge(run, victim, victim.model.embed(texts)));

fault("a command buffer that does nothing, without a word", { seconds: 10, least: 3 }, async (run) => {
  const victim = await openVictim();
  for (const _ of run.tries()) {
    const { queue } = await prototypes();
    await withFault(queue, "submit", run.random.below(6), () => undefined, callEnds(run, victim));
  }
  await expectRecovered(run, victim);
  await closeVictim(run, victim);
});

fault("one of a batch's several submits that does nothing", { seconds: 10, least: 3 }, async (run) => {
  const victim = await openVictim();
  for (const _ of run.tries()) {
    // As on a GPU that drives a display: until something was measured, a batch goes layer by layer.
    const { report } = await openGpu(true);
    (report as { software: boolean }).software = false;
    const { queue } = await prototypes();
    await withFault(queue, "submit", run.random.below(12), () => undefined, callEnds(run, victim));
    (report as { software: boolean }).software = true;
  }
  await expectRecovered(run, victim);
  await closeVictim(run, victim);
});

fault("input that is not written", { seconds: 8, least: 2 }, async (run) => {
  const victim = await openVictim();
  for (const _ of run.tries()) {
    const { queue } = await prototypes();
    await withFault(queue, "writeBuffer", run.random.below(5), () => undefined, callEnds(run, victim));
  }
  await expectRecovered(run, victim);
  await closeVictim(run, victim);
});

fault("results that cannot be mapped", { seconds: 8, least: 2 }, async (run) => {
  const victim = await openVictim();
  for (const _ of run.tries()) {
    const { buffer } = await prototypes();
    const refuse = () => Promise.reject(new Error("injected"));
    await withFault(buffer, "mapAsync", run.random.below(5), refuse, callEnds(run, victim));
  }
  await expectRecovered(run, victim);
  await closeVictim(run, victim);
});

fault("a submit that never completes, once and for good", { seconds: 5, least: 2, most: 4 }, async (run) => {
  const victim = await openVictim();
  const usual = longestSilence.software;
  longestSilence.software = 4;
  const { buffer } = await prototypes();
  const never = () => new Promise(() => undefined);
  for (const n of run.tries()) {
    if (n % 2 === 0) await withFault(buffer, "mapAsync", 0, never, callEnds(run, victim));
    else await withMethod(buffer, "mapAsync", () => never, callEnds(run, victim));
  }
  longestSilence.software = usual;
  await expectRecovered(run, victim);
  await closeVictim(run, victim);
});

fault("an error of the driver that nobody asked for", { seconds: 8, least: 2 }, async (run) => {
  const victim = await openVictim();
  for (const _ of run.tries()) {
    const call = victim.model.embed(texts);
    await sleep(run.random() * victim.usual);
    (await openGpu(true)).device.createBuffer({ size: 16, usage: 0 });
    run.ended(await judge(run, victim, call));
  }
  await expectRecovered(run, victim);
  await closeVictim(run, victim);
});

fault("a call that is aborted at a random moment", { seconds: 5, least: 20 }, async (run) => {
  const victim = await openVictim();
  for (const _ of run.tries()) {
    const abort = new AbortController();
    const call = victim.model.embed(texts, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), run.random() * victim.usual);
    const end = await run.within(bearable, "An aborted call", call).then(
      () => "right",
      (error: Error) => error.message,
    );
    run.ended(end);
    if (end !== "enough" && end !== "right") run.lost(`an abort ended with ${end}`);
  }
  await expectRecovered(run, victim);
  await closeVictim(run, victim);
});
