/**
 * What OCR found in a picture, kept by the picture's content: pages take seconds, and a new version of a parser reads them again.
 *
 * In the user's cache folder, which METAL_CANDLE_CACHE moves, with an end: the oldest go first. Never a reason to fail.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generalCache } from "../../files/own-caches.ts";
import type { OcrPage } from "./page.ts";

const mostEntries = 20_000;
const mostBytes = 2 ** 20;
/** Entries are counted once in this many writes. */
const countedEvery = 200;

let writes = 0;

export async function cached(keys: readonly (string | Uint8Array)[], read: () => Promise<OcrPage>): Promise<OcrPage> {
  const folder = cacheFolder();
  const hash = createHash("sha256");
  for (const key of keys) hash.update(key).update("\0");
  const file = folder && join(folder, `${hash.digest("hex")}.json`);
  if (file) {
    const found = entryIn(file);
    if (found) return found;
  }
  const page = await read();
  if (folder && file) keep(folder, file, page);
  return page;
}

function cacheFolder(): string | null {
  const own = process.env["METAL_CANDLE_CACHE"];
  if (own === "") return null;
  const general = generalCache();
  const base = own || (general && join(general, "ferris"));
  return base ? join(base, "ocr") : null;
}

function entryIn(file: string): OcrPage | null {
  try {
    if (statSync(file).size > mostBytes) return null;
    const page = JSON.parse(readFileSync(file, "utf8")) as OcrPage;
    const isPage =
      [page.confidence, page.words].every((value) => typeof value === "number") &&
      Array.isArray(page.paragraphs) &&
      page.paragraphs.every(({ text, size }) => typeof text === "string" && typeof size === "number");
    return isPage ? page : null;
  } catch {
    return null;
  }
}

function keep(folder: string, file: string, page: OcrPage): void {
  try {
    const text = JSON.stringify(page);
    if (text.length > mostBytes) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Several threads may write the same page: each its own file, then one name.
    const part = `${file}.${process.pid}-${writes}-${Math.trunc(performance.now())}`;
    writeFileSync(part, text, { flag: "wx", mode: 0o600 });
    renameSync(part, file);
    if (writes++ % countedEvery === 0) forgetOldest(folder);
  } catch {
    // A full disk or a folder that may not be written costs time at the next run, not the document.
  }
}

function forgetOldest(folder: string): void {
  const names = readdirSync(folder);
  if (names.length <= mostEntries) return;
  const aged = names.map((name) => ({ name, time: statSync(join(folder, name)).mtimeMs }));
  const oldest = aged.toSorted((a, b) => a.time - b.time).slice(0, names.length - Math.floor(mostEntries * 0.9));
  for (const { name } of oldest) rmSync(join(folder, name), { force: true });
}
