/**
 * Model folders made to exhaust whoever opens them: each is a typed error of a few lines, within seconds and without gigabytes.
 */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { processorTime } from "@ferris/testing";
import { afterEach, describe, expect, test } from "vitest";
import { MetalCandleError } from "../../src/errors.ts";
import { readModel } from "../../src/models/read-model.ts";
import { openTokenizer } from "../../src/tokenizers/open-tokenizer.ts";
import { filesOf, minilmFolder, readJson } from "../tokenizers/support/goldens.ts";
import { ModelFolder } from "../support/model-folder.ts";

const folders: ModelFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

type Json = Record<string, unknown>;

/** Bytes that no tensor's data follows. */
function header(json: string): Buffer {
  const bytes = Buffer.from(json);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes]);
}

const weights = (bytes: Buffer) => (folder: ModelFolder) => writeFileSync(folder.file("model.safetensors"), bytes);
const pipe = (name: string) => (folder: ModelFolder) => {
  rmSync(folder.file(name));
  execFileSync("mkfifo", [folder.file(name)]);
};

const tensors = (count: number): string =>
  `{${Array.from({ length: count }, (_, i) => `"t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join(",")}}`;

describe("a model folder with", () => {
  test.each<[string, (folder: ModelFolder) => void, RegExp]>([
    ["a header of brackets", weights(header("[".repeat(8e6) + "]".repeat(8e6))), /more than 100 brackets/],
    [
      "a header of a hundred megabytes",
      weights(Buffer.concat([header(" ".repeat(20e6)), Buffer.alloc(9)])),
      /limit is 16777216/,
    ],
    ["seventy thousand tensors", weights(header(tensors(70_000))), /70000 entries; at most 65536/],
    [
      "a tensor of a million dimensions",
      weights(header(`{"a":{"dtype":"F32","shape":[${"1,".repeat(1e6)}1],"data_offsets":[0,4]}}`)),
      /1000001 dimensions; at most 8/,
    ],
    ["a tensor of a name without end", weights(header(`{"${"n".repeat(1e6)}":{"dtype":"X"}}`)), /tensor "nnn/],
    [
      "a million layers of layers",
      (f) => f.set("config.json", { num_hidden_layers: 1e15 }),
      /"num_hidden_layers" is 1000000000000000; it must be at most 1000/,
    ],
    ["a hidden size of a billion", (f) => f.set("config.json", { hidden_size: 1e9 }), /"hidden_size"/],
    [
      "a configuration of brackets",
      (f) => writeFileSync(f.file("config.json"), "[".repeat(1e6)),
      /more than 100 brackets/,
    ],
    [
      "a hundred thousand modules",
      (f) => f.list("modules.json", (m) => [...m, ...Array.from({ length: 1e5 }, () => m.at(-1))]),
      /100003 modules; at most 100/,
    ],
    ["weights that are a pipe", pipe("model.safetensors"), /is not a regular file/],
    ["a configuration that is a pipe", pipe("config.json"), /is not a regular file/],
  ])("%s", async (_, change, message) => {
    const folder = new ModelFolder("bert");
    folders.push(folder);
    change(folder);
    const start = processorTime();
    const error = await readModel(folder.path).then(
      () => null,
      (reason: unknown) => reason as Error,
    );
    expect(error).toBeInstanceOf(MetalCandleError);
    expect(error!.message).toMatch(message);
    expect(error!.message.length).toBeLessThan(5000);
    expect(processorTime() - start).toBeLessThan(10_000);
  });
});

describe("a tokenizer with", () => {
  const minilm = readJson(`${minilmFolder}tokenizer.json`) as Json;
  const model = minilm["model"] as Json;
  const open = (parts: Json) => openTokenizer(filesOf(Buffer.from(JSON.stringify({ ...minilm, ...parts }))));
  const token = (content: string): Json => ({ id: 1, content, special: false, normalized: false });

  test.each<[string, Json, RegExp]>([
    [
      "a hundred thousand added tokens",
      { added_tokens: Array.from({ length: 1e5 }, (_, i) => token(`t${i}`)) },
      /100000 added tokens/,
    ],
    [
      "an added token of two megabytes",
      { added_tokens: [token("a".repeat(2e6))] },
      /1 added tokens of 2000000 characters/,
    ],
    [
      "a token of a megabyte",
      { model: { ...model, vocab: { ...(model["vocab"] as Json), ["a".repeat(1e6)]: 5 } } },
      /token of 1000000 characters/,
    ],
  ])("%s is refused", async (_, parts, message) => {
    await expect(open(parts)).rejects.toThrow(message);
  });

  test("a normaliser that grows is stopped", async () => {
    const double = { type: "Replace", pattern: { String: "a" }, content: "aa" };
    const tokenizer = await open({
      normalizer: { type: "Sequence", normalizers: Array.from({ length: 40 }, () => double) },
    });
    expect(() => tokenizer.count("a".repeat(100))).toThrow(/makes more than \d+ characters of 100/);
  });

  test("thousands of added tokens finds them in one pass", async () => {
    const tokens = Array.from({ length: 60_000 }, (_, i) => token(String.fromCharCode(0x4e00 + (i % 20_000)) + i));
    const tokenizer = await open({ added_tokens: [...(minilm["added_tokens"] as Json[]), ...tokens] });
    const start = processorTime();
    tokenizer.count("一0 word 丁1".repeat(20_000));
    expect(processorTime() - start).toBeLessThan(5000);
  });
});
