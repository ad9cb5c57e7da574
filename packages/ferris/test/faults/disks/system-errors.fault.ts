/** The system answers a call with EIO, EINTR, EMFILE, ENOSPC, or writes nothing: an error with its exit code, never another index. */
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fault, randomFrom, type FaultRun } from "@ferris/testing";
import { exitCodes, exitCodesByError } from "../../../src/cli/exit-codes.ts";
import { ferris } from "../../cli/support/ferris-process.ts";
import { folderOf } from "../../support/files.ts";
import { addDocuments, changeDocuments } from "../support/corpus.ts";
import { expectWhole, timed } from "../support/disturb.ts";
import { snapshotOf } from "../support/snapshot.ts";
import { counted, noStrace, someFailure, traced } from "../support/strace.ts";

const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));
const common = ["--model", model, "--device", "cpu", "--quiet"];
const indexing = (folder: string, place: string) => ["index", folder, "--db", place, ...common];
const typed = new Set<number | null>([...Object.values(exitCodesByError), exitCodes.success]);

function checkEnd(run: FaultRun, what: string, code: number | null, stderr: string): string {
  // 2 is a wrong command line, or an error that nobody expected.
  const isTyped = typed.has(code) && (code !== exitCodes.failure || !/mistake in ferris/.test(stderr));
  if (!isTyped) run.lost(`${what}: ended with ${code}: ${stderr.trim().slice(0, 300)}`);
  return code === 0 ? "done all the same" : `exit code ${code}`;
}

const filesOf = (place: string): string[] =>
  [
    "",
    "/index.db",
    "/index.db-wal",
    "/index.db-shm",
    "/index.db-journal",
    "/index.sum",
    "/writer.lock",
    "/writer.json",
  ].map((name) => place + name);

fault(
  "system calls on the index fail while it is written",
  { seconds: 22, least: 4, unless: noStrace },
  async (run) => {
    const [folder, before, reference] = [folderOf(), folderOf(), folderOf()];
    addDocuments(folder, randomFrom(3), 25);
    await timed(indexing(folder, before));
    changeDocuments(folder, randomFrom(4));
    await timed(indexing(folder, reference));
    const expected = await snapshotOf(reference);
    const place = join(folderOf(), "index");
    cpSync(before, place, { recursive: true });
    const calls = counted((await traced(indexing(folder, place), filesOf(place), null)).calls);
    for (const _ of run.tries()) {
      rmSync(place, { recursive: true });
      cpSync(before, place, { recursive: true });
      const { call, inject } = someFailure(run.random, calls);
      const { code, stderr } = await traced(indexing(folder, place), filesOf(place), inject);
      run.ended(checkEnd(run, inject, code, stderr));
      const lost: string[] = [];
      await expectWhole({ ...run, lost: (what) => lost.push(what) }, place, indexing(folder, place), expected);
      for (const what of lost) run.lost(`${call} (${inject}): ${what}`);
    }
  },
);

fault(
  "system calls on documents fail while they are indexed",
  { seconds: 12, least: 2, unless: noStrace },
  async (run) => {
    const [folder, reference] = [folderOf(), folderOf()];
    addDocuments(folder, randomFrom(3), 25);
    await timed(indexing(folder, reference));
    const expected = await snapshotOf(reference);
    const below = [folder, ...readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)))];
    const calls = counted((await traced(indexing(folder, folderOf()), below, null)).calls);
    for (const _ of run.tries()) {
      const place = folderOf();
      const { call, inject } = someFailure(run.random, calls);
      const { code, stderr } = await traced(indexing(folder, place), below, inject);
      run.ended(checkEnd(run, inject, code, stderr));
      const lost: string[] = [];
      await expectWhole({ ...run, lost: (what) => lost.push(what) }, place, indexing(folder, place), expected);
      for (const what of lost) run.lost(`${call} (${inject}): ${what}`);
    }
  },
);

fault(
  "system calls on the index fail while it is searched",
  { seconds: 10, least: 3, unless: noStrace },
  async (run) => {
    const [folder, place] = [folderOf(), folderOf()];
    addDocuments(folder, randomFrom(3), 25);
    await timed(indexing(folder, place));
    const args = ["search", "kalo mine", "--db", place, "--json", ...common];
    const sound = await traced(args, filesOf(place), null);
    const calls = counted(sound.calls);
    const results = (text: string): string => (text.match(/"path":\s*"[^"]+"|"startLine":\s*\d+/g) ?? []).join();
    for (const _ of run.tries()) {
      const { inject } = someFailure(run.random, calls);
      const { code, stderr, stdout } = await traced(args, filesOf(place), inject);
      run.ended(checkEnd(run, inject, code, stderr));
      if (code === 0 && results(stdout) !== results(sound.stdout)) run.lost(`${inject}: other results, without a word`);
    }
    const again = await ferris(args);
    if (results(again.stdout) !== results(sound.stdout)) run.lost("other results afterwards");
  },
);
