/** Indexes that were left in between, by a kill or by somebody who was reading: the next one to open them puts them in order. */
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DatabaseSync } from "@photostructure/sqlite";
import { expect, test } from "vitest";
import { IndexNotWritableError } from "../../../src/errors.ts";
import { openIndex, openIndexForWriting } from "../../../src/store/index.ts";
import { examine } from "../../indexing/support/examine.ts";
import { bundle, start } from "../../support/child.ts";
import { folderOf } from "../../support/files.ts";
import { identity, put, textQuery } from "../support/records.ts";
import { asOrdinaryUser } from "../../support/ordinary-user.ts";

async function indexFolder(): Promise<string> {
  const folder = folderOf();
  const store = await openIndexForWriting(folder, { identity });
  for (let i = 0; i < 40; i++) await put(store, `/${i}`, [`text ${i}`, "zebra ".repeat(50)]);
  await store.close();
  // As a writer leaves it that is killed.
  rmSync(join(folder, "index.sum"));
  return folder;
}

/** The two bytes of the header that say which journal the file needs: 1 for a rollback journal, 2 for a write-ahead log. */
function modes(folder: string): number[] {
  return [...readFileSync(join(folder, "index.db")).subarray(18, 20)];
}

const names = (folder: string) => readdirSync(folder).filter((name) => name.startsWith("index.db"));

/** Leaves what a process leaves that is killed between writing pages and removing its rollback journal. */
function leaveHotJournal(folder: string): void {
  const other = folderOf();
  cpSync(join(folder, "index.db"), join(other, "index.db"));
  const database = new DatabaseSync(join(other, "index.db"));
  database.exec("PRAGMA cache_size = 2; PRAGMA cache_spill = 1; BEGIN; UPDATE chunks SET text = 'half done'");
  for (const name of ["index.db", "index.db-journal"]) cpSync(join(other, name), join(folder, name));
  database.close();
}

test("a reader rolls back what a killed writer left half done", async () => {
  const folder = await indexFolder();
  leaveHotJournal(folder);
  expect(statSync(join(folder, "index.db-journal")).size).toBeGreaterThan(512);
  const reader = await openIndex(folder);
  expect(await reader.searchText(textQuery("zebra"), { limit: 100 })).toHaveLength(40);
  expect((await reader.chunks([1]))[0].text).toBe("text 0");
  await reader.close();
  expect(names(folder)).toEqual(["index.db"]);
});

test("in a read-only folder it says why it cannot", async () => {
  const folder = await indexFolder();
  leaveHotJournal(folder);
  chmodSync(folder, 0o555);
  chmodSync(join(folder, "index.db"), 0o444);
  await asOrdinaryUser(async () => {
    await expect(openIndex(folder)).rejects.toThrow(IndexNotWritableError);
    await expect(openIndex(folder)).rejects.toThrow(/unfinished write-ahead log.*read-only/);
  });
  chmodSync(folder, 0o755);
});

test("an index that stayed in write-ahead mode is taken out of it by whoever opens it next, or closes it last", async () => {
  const folder = await indexFolder();
  const stick = () => {
    const database = new DatabaseSync(join(folder, "index.db"));
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
    expect(modes(folder)).toEqual([2, 2]);
  };
  stick();
  const reader = await openIndex(folder);
  expect(modes(folder)).toEqual([1, 1]);
  const store = await openIndexForWriting(folder, { identity });
  await put(store, "/new", ["text"]);
  expect(await reader.searchText(textQuery("zebra"), { limit: 100 })).toHaveLength(40);
  await store.close();
  // Somebody was reading.
  expect(modes(folder)).toEqual([2, 2]);
  await reader.close();
  expect(modes(folder)).toEqual([1, 1]);
  expect(names(folder)).toEqual(["index.db"]);
});

test("in a read-only folder it is read as it is", async () => {
  const folder = await indexFolder();
  const path = join(folder, "index.db");
  const header = readFileSync(path);
  header[18] = header[19] = 2;
  writeFileSync(path, header);
  chmodSync(folder, 0o555);
  chmodSync(path, 0o444);
  await asOrdinaryUser(async () => {
    const reader = await openIndex(folder);
    expect(await reader.searchText(textQuery("zebra"), { limit: 100 })).toHaveLength(40);
    await reader.close();
  });
  chmodSync(folder, 0o755);
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test("another program's database is left in its mode", async () => {
  const folder = folderOf();
  const database = new DatabaseSync(join(folder, "index.db"));
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE theirs (x)");
  database.close();
  await expect(openIndex(folder)).rejects.toThrow(/not an index of ferris/);
  expect(modes(folder)).toEqual([2, 2]);
});

test("a writer that is killed while it opens or closes leaves an index that both can open", async () => {
  const child = await bundle(fileURLToPath(new URL("../support/closing-child.ts", import.meta.url)));
  const folder = await indexFolder();
  let journals = 0;
  // Until one was killed in the moment of closing in which there is a journal: how often that is, is the machine's.
  for (let i = 0; i < 14 || (journals === 0 && i < 300); i++) {
    const { child: writer, ended } = start(process.execPath, [child, folder]);
    await new Promise<void>((resolve) => void writer.stdout!.once("data", () => resolve()));
    await sleep((i % 14) * 2.3);
    // The journal is there for a moment of each closing.
    for (const until = performance.now() + 300; i % 2 === 0 && performance.now() < until;) {
      if (existsSync(join(folder, "index.db-journal"))) break;
    }
    writer.kill("SIGKILL");
    await ended;
    if (names(folder).includes("index.db-journal")) journals++;
    const reader = await openIndex(folder);
    expect((await reader.searchText(textQuery("zebra"), { limit: 100 })).length).toBeGreaterThanOrEqual(35);
    await reader.close();
    await (await openIndexForWriting(folder, { identity })).close();
    expect(names(folder)).toEqual(["index.db"]);
  }
  examine(folder);
  expect(journals).toBeGreaterThan(0);
}, 600_000);
