/**
 * Tokenizer threads from the outside: the compiled package in a process of its own, as a user has it. The same vectors, bit for bit,
 * and nothing that keeps the process alive, closed or not.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { EmbeddingModel, InvalidArgumentError } from "../src/index.ts";
import { tinyModelFolder } from "./support/goldens.ts";

const compiled = fileURLToPath(new URL("../dist/index.js", import.meta.url));
const options = { device: "gpu", dtype: "f32", allowSoftwareAdapter: true, onNotice: (): void => undefined } as const;

const script = `
import { pathToFileURL } from "node:url";
const [compiled, folder] = process.argv.slice(1);
const { EmbeddingModel } = await import(pathToFileURL(compiled).href);
const options = { device: "gpu", dtype: "f32", allowSoftwareAdapter: true, maxLength: 8, onNotice: () => undefined };
const texts = Array.from({ length: 1100 }, (_, index) => "text " + index + " of many words".repeat(index % 3));
const plain = await EmbeddingModel.load(folder, options);
const threaded = await EmbeddingModel.load(folder, { ...options, tokenizerThreads: 2 });
const expected = await plain.embed(texts);
const got = await threaded.embed(texts);
const same = (first, second) => Buffer.from(first.buffer).equals(Buffer.from(second.buffer));
const abort = new AbortController();
const aborted = threaded.embed(texts, { signal: abort.signal }).catch((error) => error.message);
setTimeout(() => abort.abort(new Error("enough")), 20);
const said = await aborted;
const after = await threaded.embed(texts.slice(0, 300));
console.log(JSON.stringify({
  threads: [plain.info().tokenizerThreads, threaded.info().tokenizerThreads],
  vectors: same(got.data, expected.data),
  counts: same(got.tokenCounts, expected.tokenCounts),
  truncated: [got.truncated.length, got.truncated.join() === expected.truncated.join()],
  said,
  after: same(after.at(299).slice(), expected.at(299).slice()),
}));
await plain.close();
await threaded.close();
`;

test("a large call has the vectors, counts and truncations that it has without them", async () => {
  const flags = ["--input-type=module", "-e", script, "--", compiled, tinyModelFolder("bert")];
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 300_000 });
  const told = JSON.parse(stdout) as { truncated: [number, boolean] };
  expect(told).toMatchObject({ threads: [0, 2], vectors: true, counts: true, said: "enough", after: true });
  expect(told.truncated[1]).toBe(true);
  expect(told.truncated[0]).toBeGreaterThan(250);
}, 400_000);

test.each([
  ["waits for a call", `console.log((await model.embed(texts)).length);`, "530\n"],
  ["waits for no idle thread", `await model.embed(texts); console.log("done");`, "done\n"],
  [
    "waits for no thread of an aborted call",
    `const abort = new AbortController();
const call = model.embed(texts, { signal: abort.signal }).catch((error) => error.message);
setTimeout(() => abort.abort(new Error("enough")), 30);
console.log(await call);`,
    "enough\n",
  ],
  [
    "closes while a call is under way",
    `const call = model.embed(texts); const closing = model.close(); await call; await closing; await model.close(); console.log("closed");`,
    "closed\n",
  ],
])(
  "a process with a model that has threads %s, and then ends",
  async (_, body, said) => {
    const unclosed = `
import { pathToFileURL } from "node:url";
const [compiled, folder] = process.argv.slice(1);
const { EmbeddingModel } = await import(pathToFileURL(compiled).href);
const options = { device: "gpu", dtype: "f32", allowSoftwareAdapter: true, maxLength: 4, tokenizerThreads: 2, onNotice: () => undefined };
const texts = Array.from({ length: 530 }, (_, index) => "text " + index);
const model = await EmbeddingModel.load(folder, options);
${body}`;
    const flags = ["--input-type=module", "-e", unclosed, "--", compiled, tinyModelFolder("bert")];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 300_000 });
    expect(stdout).toBe(said);
  },
  400_000,
);

test("on the CPU device they stay unused, and invalid numbers are refused", async () => {
  const model = await EmbeddingModel.load(tinyModelFolder("bert"), { ...options, device: "cpu", tokenizerThreads: 2 });
  expect(model.info().tokenizerThreads).toBe(0);
  await model.close();
  for (const tokenizerThreads of [-1, 1.5, 65]) {
    const loading = EmbeddingModel.load(tinyModelFolder("bert"), { ...options, tokenizerThreads });
    await expect(loading).rejects.toThrow(InvalidArgumentError);
  }
});
