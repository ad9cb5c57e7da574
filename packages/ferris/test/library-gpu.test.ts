/** The library on a GPU: a process that goes on searching has its vectors compared there, and gets the same answers. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { describeGpu } from "@ferris/testing";
import { Ferris } from "../src/index.ts";
import { folderOf } from "./support/files.ts";

const subjects = ["keys", "bread", "trains", "rivers", "clocks", "violins"];

describeGpu("Ferris on a GPU", () => {
  test("compares vectors there from the second search on, and after a change", async () => {
    const folder = folderOf();
    const docs = join(folder, "docs");
    mkdirSync(docs);
    for (const subject of subjects) {
      writeFileSync(join(docs, `${subject}.md`), `# About ${subject}\n\nWhat there is to know about ${subject}.\n`);
    }
    const options = { db: join(folder, "index"), allowSoftwareAdapter: true, onNotice: () => {} } as const;
    const ferris = await Ferris.open({ ...options, device: "gpu" });
    onTestFinished(() => ferris.close());
    expect(await ferris.vectorRetriever()).toEqual({ retriever: "index", reason: "no search has asked a model yet" });
    await ferris.index([docs]);

    const onGpu = async (query: string) => {
      for (const until = Date.now() + 120_000; Date.now() < until;) {
        const answer = await ferris.search(query);
        if (answer.vectorMethod === "gpu") return answer;
        await pause(10);
      }
      throw new Error(`the GPU never answered: ${JSON.stringify(await ferris.vectorRetriever())}`);
    };
    const first = await ferris.search("a stringed instrument");
    expect(first.vectorMethod).toBe("all");
    const later = await onGpu("a stringed instrument");
    expect(later).toEqual({ ...first, vectorMethod: "gpu" });
    expect(later.results[0]!.path).toBe(join(docs, "violins.md"));
    expect(await ferris.vectorRetriever()).toMatchObject({
      retriever: "gpu",
      reason: expect.stringContaining("6 vectors"),
    });

    writeFileSync(join(docs, "guitars.md"), "A guitar has six strings, a bow is not needed.\n");
    await ferris.index([docs]);
    const changed = await ferris.search("guitar strings");
    expect(changed.vectorMethod).toBe("all");
    expect(changed.results[0]!.path).toBe(join(docs, "guitars.md"));
    expect(await onGpu("guitar strings")).toEqual({ ...changed, vectorMethod: "gpu" });
    expect((await ferris.search("guitar strings", { mode: "text" })).vectorMethod).toBeNull();
  });

  test("leaves them to the index where the model runs on the CPU", async () => {
    const folder = folderOf();
    writeFileSync(join(folder, "a.txt"), "One of a kind.\n");
    const ferris = await Ferris.open({ db: join(folder, "index"), device: "cpu", onNotice: () => {} });
    onTestFinished(() => ferris.close());
    await ferris.index([join(folder, "a.txt")]);
    for (let i = 0; i < 3; i++) expect((await ferris.search("one")).vectorMethod).toBe("all");
    expect(await ferris.vectorRetriever()).toEqual({ retriever: "index", reason: "the model runs on the CPU" });
  });
});
