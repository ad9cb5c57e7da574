/** Ferris.watch: the index follows the files, its own changes do not count, and it ends with its signal. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { Ferris, IndexMismatchError, type IndexReport, UsageError } from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "ferris-watch-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("indexes at once and after a change, and not because it has indexed", async () => {
  const docs = join(folder, "docs");
  mkdirSync(docs);
  writeFileSync(join(docs, "one.md"), "# One\n\nA first note.\n");
  // Inside of what is watched, under a name that no rule leaves out.
  await using ferris = await Ferris.open({ db: join(docs, "index-of-notes"), device: "cpu", onNotice: () => {} });
  const stop = new AbortController();
  const reports: IndexReport[] = [];
  const watching = ferris.watch([docs], {
    signal: stop.signal,
    include: ["*.md"],
    onReport: (report) => {
      reports.push(report);
      if (reports.length === 1) writeFileSync(join(docs, "two.md"), "# Two\n\nA second note.\n");
      else setTimeout(() => stop.abort(), 1500);
    },
  });
  await watching;
  expect(reports.map(({ added }) => added)).toEqual([1, 1]);
  expect((await ferris.documents()).length).toBe(2);
});

test("a run that fails is the caller's to know, and a closed Ferris ends it", async () => {
  const model = fileURLToPath(new URL("../../../metal-candle/test/goldens/tiny/bert/", import.meta.url));
  const docs = join(folder, "docs");
  // The index of the test before, which was made with another model.
  const ferris = await Ferris.open({ db: join(docs, "index-of-notes"), model, device: "cpu", onNotice: () => {} });
  const stop = new AbortController();
  await expect(ferris.watch([docs], { signal: stop.signal })).rejects.toThrow(IndexMismatchError);
  const errors: unknown[] = [];
  await ferris.watch([docs], {
    signal: stop.signal,
    onError: (error) => {
      errors.push(error);
      stop.abort();
    },
  });
  expect(errors).toEqual([expect.any(IndexMismatchError)]);
  await ferris.close();
  const later = ferris.watch([docs], { signal: new AbortController().signal, onError: () => {} });
  await expect(later).rejects.toThrow(UsageError);
});
