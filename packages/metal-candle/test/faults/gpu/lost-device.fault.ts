/** The device goes away: in the middle of a batch, twice in a row, with many calls under way, while a model loads. */
import { setTimeout as sleep } from "node:timers/promises";
import { fault } from "@ferris/testing";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { closeVictim, expectRecovered, judge, openVictim, texts } from "../../support/faulty-gpu.ts";

fault("the device is lost at a random moment of a call", { seconds: 12, least: 8 }, async (run) => {
  const victim = await openVictim();
  for (const _ of run.tries()) {
    const call = victim.model.embed(texts);
    await sleep(run.random() * victim.usual * 1.1);
    (await openGpu(true)).device.destroy();
    run.ended(await judge(run, victim, call));
  }
  await expectRecovered(run, victim);
  await closeVictim(run, victim);
});
