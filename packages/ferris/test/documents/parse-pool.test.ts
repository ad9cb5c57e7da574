/** Parsing in threads: the same documents, and a parser that hangs or dies costs its file. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { ParsePool, type ParsePoolOptions } from "../../src/documents/parse-pool.ts";
import { parseDocument } from "../../src/documents/parse.ts";
import { bundle } from "../support/child.ts";

let worker: string;
beforeAll(async () => {
  worker = await bundle(fileURLToPath(new URL("../../src/documents/parse-worker.ts", import.meta.url)));
});

function fixture(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));
}

function pool(options: ParsePoolOptions = {}): ParsePool {
  const made = new ParsePool({ worker, ...options });
  onTestFinished(() => made.close());
  return made;
}

test("gives what parsing here gives, several files at a time, from one thread or many", async () => {
  const names = ["manual.pdf", "manual.docx", "slides.pptx", "stock.xlsx", "manual.epub", "message.eml", "paper.pdf"];
  const parsing = pool();
  const documents = await Promise.all(names.map((name) => parsing.parse(`/${name}`, fixture(name))));
  const expected = await Promise.all(names.map((name) => parseDocument(`/${name}`, fixture(name))));
  expect(documents).toEqual(expected);
  const code = new TextEncoder().encode("function a() {}\n\nfunction b() {}\n");
  expect((await parsing.parse("/a.ts", code)).blocks.map((block) => block.headingPath)).toEqual([["a"], ["b"]]);
});

test("a file's own failure keeps its reason", async () => {
  await expect(pool().parse("/a.pdf", fixture("encrypted.pdf"))).rejects.toMatchObject({
    name: "DocumentError",
    reason: "encrypted",
  });
});

test("a parser that takes too long is given up, and the next file gets a new one", async () => {
  const impatient = pool({ mostSeconds: 0.001 });
  const parsing = Array.from({ length: 5 }, () => impatient.parse("/a.pdf", fixture("manual.pdf")));
  for (const outcome of await Promise.allSettled(parsing)) {
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: { reason: "damaged", message: "its parser was given up after 0.001 s" },
    });
  }
  const patient = pool();
  expect((await patient.parse("/a.pdf", fixture("manual.pdf"))).title).toBe("Pump manual");
});

test("a thread that cannot even start says so", async () => {
  await expect(pool({ worker: "/no/such/worker.mjs" }).parse("/a.pdf", fixture("manual.pdf"))).rejects.toMatchObject({
    reason: "damaged",
    message: expect.stringContaining("its parser died"),
  });
});

test("without a compiled worker, and for small simple files, parsing happens here", async () => {
  const here = pool({ worker: null });
  expect((await here.parse("/a.pdf", fixture("manual.pdf"))).title).toBe("Pump manual");
  const text = new TextEncoder().encode("# Title\n\ntext");
  expect((await pool({ worker: "/no/such/worker.mjs" }).parse("/a.md", text)).title).toBe("Title");
});
