/** Which reranker a search uses by itself: only one that is here, reads the question, and is known to help. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { automaticReranker } from "../../src/choosing/reranker.ts";

const folders: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A hub cache that has these models, as far as their folders say. */
function hubWith(...ids: string[]): string {
  const hub = mkdtempSync(join(tmpdir(), "ferris-rerankers-"));
  folders.push(hub);
  for (const id of ids) {
    const snapshot = join(hub, `models--${id.replaceAll("/", "--")}`, "snapshots", "main");
    mkdirSync(snapshot, { recursive: true });
    writeFileSync(join(snapshot, "config.json"), "{}");
  }
  vi.stubEnv("HF_HUB_CACHE", hub);
  return hub;
}

const small = "cross-encoder/ettin-reranker-17m-v1";
const large = "cross-encoder/ettin-reranker-150m-v1";
const many = "BAAI/bge-reranker-v2-m3";
const old = "cross-encoder/ms-marco-MiniLM-L6-v2";

test("the smallest that is here and helps; never an old one", async () => {
  hubWith(small, large, many, old);
  expect(await automaticReranker("how do I rotate a key", null)).toBe(small);
  hubWith(old, "BAAI/bge-reranker-base");
  expect(await automaticReranker("how do I rotate a key", null)).toBeNull();
  hubWith();
  expect(await automaticReranker("how do I rotate a key", null)).toBeNull();
});

test.each(["Wie kann ich den Schlüssel tauschen", "как обновить систему", "東京の天気", "كيف أحدث النظام"])(
  "%s is for a reranker of many languages",
  async (question) => {
    hubWith(small);
    expect(await automaticReranker(question, null)).toBeNull();
    hubWith(small, many);
    expect(await automaticReranker(question, null)).toBe(many);
  },
);

test("one that was named is used where it is here, whatever is published of it", async () => {
  const hub = hubWith(small, old);
  expect(await automaticReranker("how", old)).toBe(old);
  expect(await automaticReranker("how", "nobody/nothing")).toBeNull();
  expect(await automaticReranker("how", join(hub, "nowhere"))).toBeNull();
});
