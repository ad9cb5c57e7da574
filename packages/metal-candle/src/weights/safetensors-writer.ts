/**
 * Writes a safetensors file: the header from what is known of each tensor, then their bytes as they come.
 *
 * Tensors are ordered as the reference implementation orders them (larger elements first, then by name) and the header is padded
 * to 8 bytes, so that a file of ours is laid out as one of theirs. One tensor is in memory at a time.
 */
import { writeWholeFile } from "#platform/files";

const elementBytes = { F32: 4, F16: 2, I8: 1 } as const;

/** A tensor to be written. */
export interface TensorSource {
  readonly name: string;
  readonly dtype: keyof typeof elementBytes;
  readonly shape: readonly number[];
  /** Its bytes, asked for once, when its turn comes. */
  bytes(): Promise<Uint8Array>;
}

/** Writes a file, whole or not at all. Returns its size in bytes. */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>>,
): Promise<number> {
  const ordered = tensors.toSorted(
    (a, b) => elementBytes[b.dtype] - elementBytes[a.dtype] || (a.name < b.name ? -1 : 1),
  );
  const header: [string, unknown][] = [["__metadata__", metadata]];
  let end = 0;
  for (const { name, dtype, shape } of ordered) {
    const begin = end;
    end += shape.reduce((product, dimension) => product * dimension, elementBytes[dtype]);
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const prefix = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(prefix.length - 8), true);
  prefix.set(json, 8);
  await writeWholeFile(path, pieces(prefix, ordered));
  return prefix.length + end;
}

async function* pieces(prefix: Uint8Array, tensors: readonly TensorSource[]): AsyncGenerator<Uint8Array> {
  yield prefix;
  for (const tensor of tensors) yield await tensor.bytes();
}
