/** Watching real folders: one call for many changes, none for what is ignored, and renamed or replaced folders are not lost. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watch } from "../../src/watching/watch.ts";

let folder: string;
let calls: number;
let stop: AbortController;
let watching: Promise<void>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ferris-watch-"));
  calls = 0;
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await watching;
  rmSync(folder, { recursive: true, force: true });
});

/** Starts watching, and returns when the call with which it begins is over. */
async function start(
  paths: readonly string[],
  onChange: () => Promise<number | void> = async () => {},
  patienceMilliseconds = 3000,
): Promise<void> {
  await new Promise<void>((resolve) => {
    let begun = false;
    const call = async (): Promise<number | undefined> => {
      if (begun) {
        calls++;
        return (await onChange()) ?? undefined;
      }
      begun = true;
      resolve();
      return undefined;
    };
    const ignoredFolders = [join(folder, ".ferris")];
    watching = watch(paths, call, {
      signal: stop.signal,
      ignoredFolders,
      quietMilliseconds: 100,
      patienceMilliseconds,
    });
  });
}

async function expectCalls(expected: number): Promise<void> {
  for (let waited = 0; waited < 60_000 && calls < expected; waited += 50) await sleep(50);
  expect(calls).toBe(expected);
}

test("many changes are one call; no change is no call", async () => {
  await start([folder]);
  for (let i = 0; i < 200; i++) writeFileSync(join(folder, `${i}.md`), "text");
  await expectCalls(1);
  await sleep(500);
  expect(calls).toBe(1);
  writeFileSync(join(folder, "7.md"), "other");
  await expectCalls(2);
});

test("what changes during a call brings another", async () => {
  await start([folder], async () => {
    if (calls > 1) return;
    writeFileSync(join(folder, "later.md"), "x");
    await sleep(300);
  });
  writeFileSync(join(folder, "now.md"), "x");
  await expectCalls(2);
});

test("an endless stream of changes does not delay a call for ever", async () => {
  await start([folder], undefined, 400);
  const writer = setInterval(() => writeFileSync(join(folder, "busy.md"), String(Math.random())), 20);
  for (let waited = 0; waited < 60_000 && calls < 2; waited += 50) await sleep(50);
  clearInterval(writer);
  expect(calls).toBeGreaterThanOrEqual(2);
});

test("a renamed folder goes on being watched", async () => {
  mkdirSync(join(folder, "a", "b"), { recursive: true });
  await start([folder]);
  renameSync(join(folder, "a"), join(folder, "c"));
  await expectCalls(1);
  writeFileSync(join(folder, "c", "b", "new.md"), "x");
  await expectCalls(2);
});

test("a folder that is replaced, as by a fresh checkout, is watched again", async () => {
  const docs = join(folder, "docs");
  mkdirSync(docs);
  await start([docs]);
  rmSync(docs, { recursive: true });
  for (let waited = 0; waited < 60_000 && calls === 0; waited += 50) await sleep(50);
  mkdirSync(docs);
  await sleep(1500);
  const before = calls;
  writeFileSync(join(docs, "new.md"), "x");
  // That it is back may come to light only now, and is then news of its own.
  for (let waited = 0; waited < 60_000 && calls === before; waited += 50) await sleep(50);
  expect(calls).toBeGreaterThan(before);
});

test("the index itself, git's and other folders, and a file's neighbours do not count", async () => {
  for (const name of [".ferris", ".git", "node_modules"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "one.md"), "x");
  const file = join(folder, "one.md");
  await start([folder]);
  for (const name of [".ferris", ".git", "node_modules"]) writeFileSync(join(folder, name, "x"), "x");
  await sleep(600);
  expect(calls).toBe(0);
  stop.abort();
  await watching;
  stop = new AbortController();
  await start([file]);
  writeFileSync(join(folder, "two.md"), "x");
  await sleep(600);
  expect(calls).toBe(0);
  writeFileSync(file, "y");
  await expectCalls(1);
});

test("a call at work is told of news, though not before it had some time, and the next follows", async () => {
  const told: number[] = [];
  let begun = 0;
  watching = watch(
    [folder],
    async (news) => {
      if (begun++ > 0) return;
      const since = performance.now();
      writeFileSync(join(folder, "new.md"), "text");
      await new Promise((resolve) => news.addEventListener("abort", resolve));
      told.push(performance.now() - since);
    },
    { signal: stop.signal, quietMilliseconds: 50, patienceMilliseconds: 600 },
  );
  for (let waited = 0; waited < 60_000 && begun < 2; waited += 50) await sleep(50);
  expect(told[0]).toBeGreaterThan(400);
  expect(begun).toBeGreaterThan(1);
});

test("what could not be done is tried again without a change", async () => {
  await start([folder], async () => (calls < 3 ? 200 : undefined));
  writeFileSync(join(folder, "one.md"), "text");
  await expectCalls(3);
  await sleep(500);
  expect(calls).toBe(3);
});
