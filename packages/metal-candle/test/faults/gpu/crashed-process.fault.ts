/** Chromium's GPU process crashes, for real, while a page embeds. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fault, openBrowserPage } from "@ferris/testing";
import { inject } from "vitest";
import { texts } from "../../support/faulty-gpu.ts";
import { goldensFolder } from "../../support/goldens.ts";

type Outcome = { vectors: number[] } | { code: string };

const { browser } = inject("machine");

fault(
  "Chromium's GPU process crashes under a call",
  { seconds: 10, least: 1, most: 1, unless: browser.found ? null : browser.reason },
  async (run) => {
    if (!browser.found) return;
    const page = await openBrowserPage(browser, {
      entry: join(import.meta.dirname, "../../support/crash-page.ts"),
      folders: { "/goldens": goldensFolder },
    });
    try {
      const expected = await page.call<number[]>("open", "/goldens/tiny/bert", texts);
      const judge = (outcome: Outcome): string => {
        if ("code" in outcome) {
          if (outcome.code.startsWith("no code")) run.lost(outcome.code);
          return outcome.code;
        }
        if (outcome.vectors.some((value, i) => value !== expected[i])) run.lost("other vectors after a crash");
        return "right";
      };
      const devtools = await page.page.context().browser()!.newBrowserCDPSession();
      for (const _ of run.tries()) {
        await page.call("begin");
        await sleep(run.random() * 400);
        await devtools.send("Browser.crashGpuProcess").catch(() => undefined);
        const during = judge(await run.within(120, "The call", page.call<Outcome>("ended")));
        let next = "";
        // The browser may take a while until it has another GPU process.
        for (let left = 20; left > 0 && next !== "right"; left--) {
          await page.call("begin");
          next = judge(await run.within(120, "The next call", page.call<Outcome>("ended")));
          if (next !== "right") await sleep(500);
        }
        if (next !== "right") run.lost(`no call succeeds any more: ${next}`);
        run.ended(`${during}, then ${next}`);
      }
    } finally {
      await page.close();
    }
  },
);
