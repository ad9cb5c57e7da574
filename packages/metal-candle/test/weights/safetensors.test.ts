/** The safetensors reader against files written here byte by byte, sound and hostile. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelFileError, UnsupportedModelError } from "../../src/errors.ts";
import { readSafetensors } from "../support/read-safetensors.ts";
import { SafetensorsFile } from "../../src/weights/safetensors.ts";
import { openWeightFiles } from "../../src/weights/weight-files.ts";
import { bundledModelFolder, floats, readGolden } from "../support/goldens.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "metal-candle-weights-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A file of this header text and these data bytes. */
function file(header: string, data: Uint8Array = new Uint8Array(0), claimedLength?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, claimedLength ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

async function open(name: string, bytes: Uint8Array): Promise<SafetensorsFile> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return (await SafetensorsFile.open(path))!;
}

const f32 = (values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const u16 = (values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);

describe("sound files", () => {
  test("a row range of each float type comes out as f32", async () => {
    const header = JSON.stringify({
      __metadata__: { format: "pt" },
      a: { dtype: "F32", shape: [3, 2], data_offsets: [0, 24] },
      b: { dtype: "F16", shape: [4], data_offsets: [24, 32] },
      c: { dtype: "BF16", shape: [2, 1], data_offsets: [32, 36] },
      scalar: { dtype: "F32", shape: [], data_offsets: [36, 40] },
    });
    const data = Buffer.concat([
      f32([1, 2, 3, 4, 5, 6]),
      u16([0x3c00, 0xc000, 0x0001, 0x7bff]),
      u16([0x3f80, 0xc0a0]),
      f32([7]),
    ]);
    const weights = await open("floats.safetensors", file(header, data));
    expect([...(await weights.tensor("a")!.read(1, 2))]).toEqual([3, 4, 5, 6]);
    expect([...(await weights.tensor("b")!.read())]).toEqual([1, -2, 2 ** -24, 65504]);
    expect([...(await weights.tensor("c")!.read(1, 1))]).toEqual([-5]);
    expect([...(await weights.tensor("scalar")!.read())]).toEqual([7]);
    expect(weights.tensor("d")).toBeNull();
    expect(weights.header.metadata.get("format")).toBe("pt");
    await expect(weights.tensor("a")!.read(2, 2)).rejects.toThrow(RangeError);
    await weights.close();
  });

  test("q8_block32 rows are q times the block's scale", async () => {
    const quantized = Int8Array.from({ length: 128 }, (_, index) => index - 64);
    const header = JSON.stringify({
      w: { dtype: "I8", shape: [2, 64], data_offsets: [0, 128] },
      "w.scale": { dtype: "F16", shape: [2, 2], data_offsets: [128, 136] },
    });
    const data = Buffer.concat([new Uint8Array(quantized.buffer), u16([0x3c00, 0x4000, 0x3800, 0xbc00])]);
    const weights = await open("q8.safetensors", file(header, data));
    const tensor = weights.tensor("w")!;
    const scales = [1, 2, 0.5, -1];
    expect(tensor.storage).toBe("q8_block32");
    expect([...(await tensor.read())]).toEqual(Array.from(quantized, (q, index) => q * scales[index >> 5] + 0));
    expect([...(await tensor.read(1, 1))]).toEqual(
      Array.from(quantized.subarray(64), (q, i) => q * scales[2 + (i >> 5)] + 0),
    );
    await weights.close();
  });

  test("the bundled model's table equals what both readers make of it", async () => {
    const path = join(bundledModelFolder, "model.safetensors");
    const whole = readSafetensors(readFileSync(path), path);
    const weights = (await SafetensorsFile.open(path))!;
    const name = "embeddings.word_embeddings.weight";
    const rows = await weights.tensor(name)!.read(30000, 500);
    const quantized = whole.tensors.get(name)!.data as Int8Array;
    const scales = floats(whole, `${name}.scale`);
    for (let index = 0; index < rows.length; index += 97) {
      const element = 30000 * 384 + index;
      expect(rows[index]).toBe(Math.fround(quantized[element] * scales[element >> 5]));
    }
    await weights.close();
  });

  test("the goldens read whole", () => {
    const ops = readGolden("ops.safetensors");
    expect(ops.metadata.get("layer_norm_384_1e-12.eps")).toBe("1e-12");
    expect(floats(ops, "layer_norm_384_1e-12.y").length).toBe(9 * 384);
  });

  test("a name such as __proto__ is a name and nothing else", async () => {
    const header = '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const weights = await open("proto.safetensors", file(header, f32([3])));
    expect([...(await weights.tensor("__proto__")!.read())]).toEqual([3]);
    expect(weights.tensor("constructor")).toBeNull();
    expect(({} as { dtype?: string }).dtype).toBeUndefined();
    await weights.close();
  });
});

describe("hostile files", () => {
  const one = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const cases: [string, Uint8Array, RegExp][] = [
    ["shorter than its length field", new Uint8Array(5), /5 bytes/],
    ["header past the end", file(one, f32([1]), 5000n), /cut short/],
    ["header over the limit", file(one, f32([1]), 1n << 60n), /limit is 16777216/],
    ["header not JSON", file("hello world"), /not JSON/],
    ["header not UTF-8", Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe), /not JSON/],
    ["header an array", file("[]"), /not a JSON object/],
    ["cut data", file(one, f32([1]).subarray(0, 3)), /cut short/],
    ["extra data", file(one, f32([1, 2])), /added to/],
    [
      "a name twice",
      file(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}',
        f32([1]),
      ),
      /"a" twice/,
    ],
    [
      "a key of a tensor twice",
      file('{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}', f32([1])),
      /"shape" twice/,
    ],
    [
      "overlap",
      file(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}',
        new Uint8Array(6),
      ),
      /overlap/,
    ],
    [
      "a gap",
      file(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}',
        f32([1, 2, 3]),
      ),
      /gap/,
    ],
    [
      "shape and bytes disagree",
      file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', f32([1])),
      /8 bytes, but has 4/,
    ],
    ["offsets backwards", file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', f32([1])), /has -4 bytes/],
    ["a negative offset", file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}', f32([1])), /data_offsets/],
    [
      "a shape whose product is beyond numbers",
      file('{"a":{"dtype":"F32","shape":[9007199254740991,9007199254740991],"data_offsets":[0,4]}}', f32([1])),
      /but has 4 bytes/,
    ],
    [
      "a fractional shape",
      file('{"a":{"dtype":"F32","shape":[0.5],"data_offsets":[0,2]}}', new Uint8Array(2)),
      /whole numbers/,
    ],
    ["an unknown type", file('{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}', f32([1])), /"F31"/],
    [
      "a type from the prototype",
      file('{"a":{"dtype":"constructor","shape":[1],"data_offsets":[0,4]}}', f32([1])),
      /"constructor"/,
    ],
    ["a tensor that is not an object", file('{"a":null}'), /not described by an object/],
    ["metadata that is not text", file('{"__metadata__":{"x":1}}'), /"x" is not a string/],
  ];
  test.each(cases)("%s", async (name, bytes, message) => {
    const path = join(folder, `${name}.safetensors`);
    await writeFile(path, bytes);
    const error = await SafetensorsFile.open(path).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ModelFileError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(path);
    expect(() => readSafetensors(bytes, path)).toThrow(ModelFileError);
  });

  test("a type that we do not read is named when it is asked for", async () => {
    const weights = await open(
      "i16.safetensors",
      file('{"a":{"dtype":"I16","shape":[4],"data_offsets":[0,8]}}', new Uint8Array(8)),
    );
    await expect(weights.tensor("a")!.read()).rejects.toThrow(UnsupportedModelError);
    await weights.close();
  });

  test.each([
    ["I64", BigInt64Array.of(7n, -1n, 2n ** 33n)],
    ["I32", Int32Array.of(7, -1, 2 ** 24)],
  ] as const)("whole numbers as %s", async (dtype, data) => {
    const bytes = new Uint8Array(data.buffer);
    const weights = await open(
      `${dtype}.safetensors`,
      file(`{"a":{"dtype":"${dtype}","shape":[3],"data_offsets":[0,${bytes.length}]}}`, bytes),
    );
    expect(Array.from(await weights.tensor("a")!.read())).toEqual(Array.from(data, Number));
    await weights.close();
  });

  test("scales of the wrong shape", async () => {
    const header =
      '{"w":{"dtype":"I8","shape":[1,32],"data_offsets":[0,32]},"w.scale":{"dtype":"F16","shape":[2],"data_offsets":[32,36]}}';
    const weights = await open("scales.safetensors", file(header, new Uint8Array(36)));
    expect(() => weights.tensor("w")).toThrow(/F16 \[2\]/);
    await weights.close();
  });
});

/** A file with one tensor of that name. */
const tensor = (name: string): Uint8Array =>
  file(`{"${name}":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, f32([name.charCodeAt(0)]));

/** A folder with an index of this map and these shards. */
async function sharded(name: string, map: unknown, shards: Record<string, Uint8Array>): Promise<string> {
  const path = await mkdtemp(join(folder, name));
  await writeFile(join(path, "model.safetensors.index.json"), JSON.stringify({ weight_map: map }));
  for (const [shard, bytes] of Object.entries(shards)) await writeFile(join(path, shard), bytes);
  return path;
}

describe("a folder's weights", () => {
  test("shards are one set of tensors", async () => {
    const path = await sharded(
      "ok",
      { a: "1.safetensors", b: "2.safetensors" },
      { "1.safetensors": tensor("a"), "2.safetensors": tensor("b") },
    );
    const weights = await openWeightFiles(path);
    expect([...weights.names]).toEqual(["a", "b"]);
    expect([...(await weights.tensor("b")!.read())]).toEqual([98]);
    await weights.close();
  });

  test.each([
    [
      "a missing shard",
      { a: "1.safetensors", b: "2.safetensors" },
      { "1.safetensors": tensor("a") },
      /2\.safetensors, which is not there/,
    ],
    [
      "a tensor that its shard lacks",
      { a: "1.safetensors", b: "1.safetensors" },
      { "1.safetensors": tensor("a") },
      /lists "b" in 1.safetensors, but 1.safetensors does not contain it/,
    ],
    [
      "a tensor in two shards",
      { a: "1.safetensors", b: "2.safetensors" },
      { "1.safetensors": tensor("a"), "2.safetensors": tensor("a") },
      /"a" is in/,
    ],
    ["a shard outside of the folder", { a: "../1.safetensors" }, {}, /same folder/],
    ["no map", null, {}, /weight_map/],
  ])("%s", async (_, map, shards, message) => {
    const path = await sharded("bad", map, shards as Record<string, Uint8Array>);
    await expect(openWeightFiles(path)).rejects.toThrow(message);
    await expect(openWeightFiles(path)).rejects.toThrow(ModelFileError);
  });

  test("an empty pytorch_model.bin", async () => {
    const path = await mkdtemp(join(folder, "pickle"));
    await writeFile(join(path, "pytorch_model.bin"), "");
    await expect(openWeightFiles(path)).rejects.toThrow(/pytorch_model\.bin: it is not a zip file|leads out of it/);
  });

  test("no weights at all", async () => {
    await expect(openWeightFiles(join(folder, "nowhere"))).rejects.toThrow(/no model\.safetensors/);
  });
});
