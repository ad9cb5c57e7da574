/** The device goes away: in the middle of a call, again while it is reopened, with many calls under way, while a model loads. */
import { setTimeout as sleep } from "node:timers/promises";
import { fault } from "@ferris/testing";
import { openGpu } from "../../../src/gpu/device/context.ts";
import { MetalCandleError } from "../../../src/index.ts";
import { bearable, closeVictim, expectRecovered, judge, load, openVictim, texts } from "../../support/faulty-gpu.ts";

fault("device lost at a random moment of a call", { seconds: 12, least: 4 }, async (run) => {
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

fault("device lost, and the one opened in its place lost too", { seconds: 10, least: 2 }, async (run) => {
  const victim = await openVictim();
  for (const _ of run.tries()) {
    const call = judge(run, victim, victim.model.embed(texts));
    await sleep(run.random() * victim.usual);
    const first = await openGpu(true);
    first.device.destroy();
    await first.device.lost;
    let second = first;
    let ended = false;
    void call.then(() => (ended = true));
    while (second === first && !ended) {
      await sleep(1);
      second = await openGpu(true);
    }
    await sleep(run.random() * 2 * victim.usual);
    second.device.destroy();
    run.ended(await call);
    await expectRecovered(run, victim);
  }
  await closeVictim(run, victim);
});

fault("device lost under many calls", { seconds: 8, least: 2 }, async (run) => {
  const victim = await openVictim();
  for (const _ of run.tries()) {
    const calls = Array.from({ length: 6 }, () => victim.model.embed(texts));
    const ends = calls.map((call) => judge(run, victim, call));
    await sleep(run.random() * victim.usual * 3);
    (await openGpu(true)).device.destroy();
    for (const end of ends) run.ended(await end);
  }
  await closeVictim(run, victim);
});

fault("device lost while a model loads", { seconds: 12, least: 5 }, async (run) => {
  const victim = await openVictim();
  const started = performance.now();
  await (await load()).close();
  const usual = performance.now() - started;
  for (const _ of run.tries()) {
    const loading = run.within(bearable, "Loading", load());
    const at = sleep(run.random() * usual * 1.1).then(async () => (await openGpu(true)).device.destroy());
    try {
      await using model = await loading;
      run.ended(await judge(run, victim, model.embed(texts)));
    } catch (error) {
      if (error instanceof MetalCandleError) run.ended(error.code);
      else run.lost(`an error without a code: ${String(error)}`);
    }
    await at;
  }
  await expectRecovered(run, victim);
  await closeVictim(run, victim);
});
