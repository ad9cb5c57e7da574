/**
 * A whole small safetensors file at once, as typed arrays: for reference data, not for models.
 *
 * Synchronous and from memory, so that a test file may call it while it is being loaded. Models are read by safetensors.ts,
 * which never holds a file.
 */
import { ModelFileError } from "../../src/errors.ts";
import { bfloatToFloat, halfToFloat } from "../../src/weights/half-float.ts";
import { headerLength, parseHeader } from "../../src/weights/safetensors-header.ts";

/** A tensor with its data: f32 for every float type, else the integer array of its type. */
export interface DataTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array;
}

export interface DataFile {
  readonly tensors: ReadonlyMap<string, DataTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads a safetensors file that is in memory. F16 and BF16 come out as f32.
 * @param path what to call it in messages
 * @throws ModelFileError
 */
export function readSafetensors(bytes: Uint8Array, path: string): DataFile {
  if (bytes.byteLength < 8)
    throw new ModelFileError(`${path} has ${bytes.byteLength} bytes; a safetensors file has at least 8.`);
  const length = headerLength(bytes.subarray(0, 8), bytes.byteLength, path);
  const header = parseHeader(bytes.subarray(8, 8 + length), bytes.byteLength, path);
  const tensors = new Map<string, DataTensor>();
  for (const { name, dtype, shape, begin, end } of header.tensors.values()) {
    // A copy, so that the data is aligned whatever the header's length (Buffer's own slice would be a view).
    const raw = new Uint8Array(end - begin);
    raw.set(bytes.subarray(begin, end));
    tensors.set(name, { dtype, shape, data: typedData(dtype, raw.buffer, name, path) });
  }
  return { tensors, metadata: header.metadata };
}

function typedData(dtype: string, raw: ArrayBuffer, name: string, path: string): DataTensor["data"] {
  switch (dtype) {
    case "F32":
      return new Float32Array(raw);
    case "F16":
    case "BF16": {
      const halves = new Uint16Array(raw);
      const floats = new Float32Array(halves.length);
      (dtype === "F16" ? halfToFloat : bfloatToFloat)(halves, floats);
      return floats;
    }
    case "I8":
      return new Int8Array(raw);
    case "U8":
    case "BOOL":
      return new Uint8Array(raw);
    case "I32":
      return new Int32Array(raw);
    case "I64":
      return new BigInt64Array(raw);
    default:
      throw new ModelFileError(`Tensor "${name}" of ${path} is ${dtype}, which has no array here.`);
  }
}
