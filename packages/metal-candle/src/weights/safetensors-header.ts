/**
 * The header of a safetensors file: 8 bytes of length, then JSON that names every tensor with its type, shape and bytes.
 *
 * Knows the format and trusts nothing in it: whatever comes out has passed every check here, so readers may use its offsets
 * without asking again. Format: https://github.com/huggingface/safetensors#format
 */
import { ModelFileError } from "../errors.ts";
import { checkDepth, oneLine } from "../json.ts";
import { findDuplicateKey } from "./duplicate-keys.ts";

/**
 * Bytes of a header, and tensors: the reference implementation allows 100 MB, of which a hostile file makes gigabytes. The encoders that
 * run here have below two thousand tensors and 200 kB.
 */
export const largestHeader = 16 << 20;
const mostTensors = 1 << 16;
const mostDimensions = 8;

/** Bytes of one element, for the types whose elements are whole bytes. */
export const bytesOfDtype: ReadonlyMap<string, number> = new Map([
  ["BOOL", 1],
  ["U8", 1],
  ["I8", 1],
  ["F8_E5M2", 1],
  ["F8_E4M3", 1],
  ["I16", 2],
  ["U16", 2],
  ["F16", 2],
  ["BF16", 2],
  ["I32", 4],
  ["U32", 4],
  ["F32", 4],
  ["F64", 8],
  ["I64", 8],
  ["U64", 8],
]);

/** Where one tensor lies. `begin` and `end` are byte positions in the file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** The `__metadata__` strings. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * The header's length from the file's first 8 bytes, checked against the limit and the file's size.
 * @throws ModelFileError
 */
export function headerLength(prefix: Uint8Array, fileSize: number, path: string): number {
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(largestHeader)) {
    throw new ModelFileError(
      `${path}: the header claims ${length} bytes, the limit is ${largestHeader}; this is not a safetensors file.`,
    );
  }
  if (8 + Number(length) > fileSize) {
    throw new ModelFileError(
      `${path}: the header needs ${length} bytes and the file has ${fileSize}; it was cut short.`,
    );
  }
  return Number(length);
}

/**
 * Checks and reads the header's JSON. Offsets must tile the rest of the file without gap or overlap, each tensor's bytes must be
 * its shape times its element size, and no name may come twice.
 * @throws ModelFileError that names the file and the tensor
 */
export function parseHeader(bytes: Uint8Array, fileSize: number, path: string): SafetensorsHeader {
  const bad = (what: string, cause?: unknown): ModelFileError => new ModelFileError(`${path}: ${what}.`, { cause });
  let json: string;
  let parsed: unknown;
  try {
    checkDepth(bytes);
    json = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    parsed = JSON.parse(json);
  } catch (error) {
    throw bad(`the header is not JSON (${oneLine((error as Error).message)}); this is not a safetensors file`, error);
  }
  if (!isRecord(parsed)) throw bad("the header is not a JSON object");
  const duplicate = findDuplicateKey(json);
  if (duplicate !== null) throw bad(`the header names "${duplicate}" twice`);

  const count = Object.keys(parsed).length;
  if (count > mostTensors) throw bad(`the header has ${count} entries; at most ${mostTensors} are read`);

  const dataStart = 8 + bytes.byteLength;
  const metadata = new Map<string, string>();
  const tensors: TensorEntry[] = [];
  for (const [name, value] of Object.entries(parsed)) {
    if (name === "__metadata__") {
      if (!isRecord(value)) throw bad("__metadata__ is not an object");
      for (const [key, text] of Object.entries(value)) {
        if (typeof text !== "string") throw bad(`__metadata__ "${key}" is not a string`);
        metadata.set(key, text);
      }
    } else {
      tensors.push(parseEntry(name, value, dataStart, bad));
    }
  }

  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = dataStart;
  for (const tensor of tensors) {
    if (tensor.begin !== expected) {
      throw bad(
        `tensor "${tensor.name}" starts at byte ${tensor.begin - dataStart} of the data where the one before it ends at ` +
          `${expected - dataStart}; tensors must follow each other without gap or overlap`,
      );
    }
    expected = tensor.end;
  }
  if (expected !== fileSize) {
    throw bad(
      `the tensors end at byte ${expected} and the file has ${fileSize} bytes; it was ${expected > fileSize ? "cut short" : "added to"}`,
    );
  }
  return { tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), metadata };
}

function parseEntry(
  name: string,
  value: unknown,
  dataStart: number,
  bad: (what: string) => ModelFileError,
): TensorEntry {
  if (!isRecord(value)) throw bad(`tensor "${name}" is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const elementBytes = typeof dtype === "string" ? bytesOfDtype.get(dtype) : undefined;
  if (elementBytes === undefined) {
    throw bad(
      `tensor "${name}" has the type ${JSON.stringify(dtype)}; known are ${[...bytesOfDtype.keys()].join(", ")}`,
    );
  }
  if (Array.isArray(shape) && shape.length > mostDimensions) {
    throw bad(`tensor "${name}" has ${shape.length} dimensions; at most ${mostDimensions} are read`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw bad(`tensor "${name}" has the shape ${JSON.stringify(shape)}; it must be a list of whole numbers`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw bad(
      `tensor "${name}" has the data_offsets ${JSON.stringify(offsets)}; they must be two whole numbers in order`,
    );
  }
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((product: number, dimension: number) => product * dimension, elementBytes);
  if (size !== end - begin) {
    throw bad(
      `tensor "${name}" is ${dtype as string} [${shape.join(", ")}], ${size} bytes, but has ${end - begin} bytes of data`,
    );
  }
  return { name, dtype: dtype as string, shape, begin: dataStart + begin, end: dataStart + end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
