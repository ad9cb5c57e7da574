/** Parsing in threads: the same documents, and a parser that hangs or dies costs its file. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ParsePool, type ParsePoolOptions } from "../../../src/documents/parse/parse-pool.ts";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { bundle, start } from "../../support/child.ts";

let worker: string;
beforeAll(async () => {
  worker = await bundle(fileURLToPath(new URL("../../../src/documents/parse/parse-worker.ts", import.meta.url)));
});

function fixture(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)));
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

test("a document of very many blocks comes whole, in parts", async () => {
  const records = Array.from({ length: 20_000 }, (_, i) => ({ [`k${i}`]: { name: `value ${i}`, other: i } }));
  const bytes = new TextEncoder().encode(JSON.stringify(records));
  expect(await pool().parse("/a.json", bytes)).toEqual(await parseDocument("/a.json", bytes));
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

describe("threads that misbehave", () => {
  const odd = fileURLToPath(new URL("../support/odd-worker.mjs", import.meta.url));
  const pdf = () => new TextEncoder().encode("%PDF-");
  const titles = (parsing: ParsePool, ...names: string[]) =>
    Promise.all(names.map((name) => parsing.parse(`/${name}.pdf`, pdf()).then(({ title }) => title)));

  test("one that says that it is not stuck has its time again, such as for each scanned page", async () => {
    const parsing = pool({ worker: odd, mostSeconds: 3 });
    expect(await parsing.parse("/works long.pdf", new Uint8Array(1))).toMatchObject({ title: "/works long.pdf" });
  });

  test("an error after the answer, between two files, costs neither the process nor the next file", async () => {
    const parsing = pool({ worker: odd });
    for (const name of ["late", "leaves"]) {
      expect(await titles(parsing, name)).toEqual([`/${name}.pdf`]);
      expect(await titles(parsing, "next")).toEqual(["/next.pdf"]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await titles(parsing, "a", "b", "c")).toEqual(["/a.pdf", "/b.pdf", "/c.pdf"]);
    }
  });

  test.each(["dies", "exits"])("a file whose parser %s is named; the others come through", async (name) => {
    const parsing = pool({ worker: odd });
    expect(await titles(parsing, "first")).toEqual(["/first.pdf"]);
    const bad = parsing.parse(`/${name}.pdf`, pdf());
    const good = titles(parsing, "a", "slow", "b");
    await expect(bad).rejects.toMatchObject({
      name: "DocumentError",
      message: expect.stringMatching(/^its parser died/),
    });
    expect(await good).toEqual(["/a.pdf", "/slow.pdf", "/b.pdf"]);
  });

  test("the one file that takes more memory than it may is named, whatever else is under way", async () => {
    const parsing = pool({ worker: odd, mostMegabytes: 400 });
    const bad = parsing.parse("/takes memory.pdf", pdf());
    const good = titles(parsing, "slow a", "slow b", "c", "d");
    await expect(bad).rejects.toMatchObject({ message: "its parser took more than 400 MB of memory" });
    expect(await good).toEqual(["/slow a.pdf", "/slow b.pdf", "/c.pdf", "/d.pdf"]);
  });

  test("closing ends what is under way and what waits, starts nothing, and keeps no process alive", async () => {
    const program = await bundle(fileURLToPath(new URL("../support/closing-pool.ts", import.meta.url)));
    const { ended } = start(process.execPath, [program, odd]);
    expect(await ended).toMatchObject({ code: 0, stdout: '["rejected","parsing was stopped"]' });
  });
});
