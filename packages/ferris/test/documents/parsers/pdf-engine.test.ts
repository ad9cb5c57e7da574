/** pdf.js as ferris carries it: a copy that reads the same, says nothing, needs no canvas, and leaves no traces in the process. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { parseDocument } from "../../../src/documents/parse/parse.ts";
import { withPdf } from "../../../src/documents/parsers/pdf/engine.ts";
import { workerHere } from "../../../src/documents/parsers/pdf/shared-port.ts";

const fixture = fileURLToPath(new URL("../../fixtures/pdf/cid-horizontal.pdf", import.meta.url));

/** A script, without types. */
const script = new URL("../../../../../scripts/copy-pdfjs.mjs", import.meta.url).href;

test("the copy reads where no canvas is installed, and says nothing", async () => {
  const { copyPdfjs } = (await import(script)) as { copyPdfjs: (folder: string, target: string) => void };
  // Outside of the repository, so that nothing of node_modules is found.
  const folder = mkdtempSync(join(tmpdir(), "ferris-pdfjs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const copy = join(folder, "pdfjs");
  copyPdfjs(fileURLToPath(new URL("../../../", import.meta.url)), copy);
  for (const file of [
    "LICENSE",
    "cmaps/LICENSE",
    "cmaps/UniJIS-UTF16-H.bcmap",
    "wasm/jbig2.wasm",
    "wasm/LICENSE_QCMS",
  ]) {
    expect(existsSync(join(copy, file)), file).toBe(true);
  }
  const program = join(folder, "read.mjs");
  writeFileSync(
    program,
    `import { readFileSync } from "node:fs";
    for (const name of ["DOMMatrix", "ImageData", "Path2D"]) globalThis[name] = class {};
    const pdfjs = await import(${JSON.stringify(pathToFileURL(join(copy, "pdf.mjs")).href)});
    await import(${JSON.stringify(pathToFileURL(join(copy, "pdf.worker.mjs")).href)});
    const data = new Uint8Array(readFileSync(${JSON.stringify(fixture)}));
    const task = pdfjs.getDocument({ data, verbosity: 0, cMapUrl: ${JSON.stringify(join(copy, "cmaps") + "/")}, cMapPacked: true });
    const page = await (await task.promise).getPage(1);
    const { fnArray, argsArray } = await page.getOperatorList();
    console.log(fnArray.flatMap((name, i) => (name === pdfjs.OPS.showText ? argsArray[i][0].map((glyph) => glyph.unicode) : [])).join(""));`,
  );
  const { stdout, stderr, status } = spawnSync(process.execPath, [program], { encoding: "utf8", cwd: folder });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  expect(stdout.trim()).toBe("灯台の光も見えなかった。灯塔的光也看不见了。등대의 불빛도 보이지 않았다.");
});

test("nothing of a browser's is left behind in the process, and arrays are Node's own", async () => {
  const { push } = Array.prototype;
  await parseDocument(fixture, readFileSync(fixture));
  expect(Array.prototype.push).toBe(push);
  for (const name of ["Path2D", "ImageData", "DOMMatrix"]) expect(name in globalThis, name).toBe(false);
});

test("glyphs are not compiled to paths, which nobody draws", async () => {
  const report = fileURLToPath(new URL("../../fixtures/report.pdf", import.meta.url));
  const names = await withPdf(readFileSync(report), async (document) => {
    const page = await document.getPage(1);
    await page.getOperatorList({ annotationMode: 0 });
    return [...(page.commonObjs as Iterable<[string, unknown]>)].map(([name]) => name);
  });
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => name.includes("_path_"))).toEqual([]);
});

test("what one half of it sends to the other is not copied, and no font is encoded to be drawn", async () => {
  const report = fileURLToPath(new URL("../../fixtures/report.pdf", import.meta.url));
  await parseDocument(report, readFileSync(report));
  const copies = vi.spyOn(globalThis, "structuredClone");
  // pdf.js brings it along where it is missing.
  const encoded = vi.spyOn(Uint8Array.prototype as unknown as { toBase64(): string }, "toBase64");
  onTestFinished(() => void vi.restoreAllMocks());
  await parseDocument(report, readFileSync(report));
  expect({ copies: copies.mock.calls.length, encoded: encoded.mock.calls.length }).toEqual({ copies: 0, encoded: 0 });
});

test("where the worker's half is not loaded, pdf.js starts one of its own, as a page may want it", async () => {
  const here = globalThis as { pdfjsWorker?: unknown };
  await parseDocument(fixture, readFileSync(fixture));
  const { pdfjsWorker } = here;
  expect(pdfjsWorker).toBeDefined();
  delete here.pdfjsWorker;
  onTestFinished(() => void (here.pdfjsWorker = pdfjsWorker));
  expect(workerHere({} as never)).toBeUndefined();
});
