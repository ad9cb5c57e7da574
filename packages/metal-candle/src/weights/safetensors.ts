/**
 * A safetensors file, open for reading: the checked header, and any part of any tensor as f32 on demand.
 *
 * Reads come straight from the file into the array that the caller gets, in pieces where a conversion stands between, so that
 * neither the file nor a tensor is ever in memory twice. Storage types: F32, F64, F16, BF16, and q8_block32 (I8 with a `.scale`).
 */
import { openFile } from "#platform/files";
import { ModelFileError, UnsupportedModelError } from "../errors.ts";
import type { RandomAccessFile } from "../platform/file-types.ts";
import { bfloatToFloat, halfToFloat } from "./half-float.ts";
import { blockSize, dequantize, quantizationMethod } from "./q8-block32.ts";
import { headerLength, parseHeader, type SafetensorsHeader, type TensorEntry } from "./safetensors-header.ts";
import { readTorchHeader } from "./torch-header.ts";
import type { QuantizedBlocks, WeightTensor } from "./weight-tensor.ts";

/** Elements converted at once: large enough for one read to be cheap, small enough to stay in the cache. */
const elementsPerPiece = 1 << 18;

/** One open safetensors file. Close it when its tensors have been read. */
export class SafetensorsFile {
  readonly path: string;
  readonly size: number;
  readonly header: SafetensorsHeader;
  /** The header's own bytes, for fingerprints. */
  readonly headerBytes: Uint8Array<ArrayBuffer>;
  readonly #file: RandomAccessFile;

  private constructor(file: RandomAccessFile, header: SafetensorsHeader, headerBytes: Uint8Array<ArrayBuffer>) {
    this.path = file.path;
    this.size = file.size;
    this.header = header;
    this.headerBytes = headerBytes;
    this.#file = file;
  }

  /**
   * Opens a file and checks its header; null where there is no such file.
   * @throws ModelFileError when it is not a sound safetensors file
   */
  static async open(path: string): Promise<SafetensorsFile | null> {
    const file = await openFile(path);
    if (file === null) return null;
    try {
      if (file.size < 8) {
        throw new ModelFileError(`${path} has ${file.size} bytes; a safetensors file has at least 8.`);
      }
      const prefix = new Uint8Array(8);
      await file.read(prefix, 0);
      const headerBytes = new Uint8Array(headerLength(prefix, file.size, path));
      await file.read(headerBytes, 8);
      return new SafetensorsFile(file, parseHeader(headerBytes, file.size, path), headerBytes);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Opens a file that torch.save wrote (pytorch_model.bin), and reads its pickle as data; null where there is no such file.
   * @throws ModelFileError, UnsupportedModelError when it is anything but a dictionary of tensors
   */
  static async openTorch(path: string): Promise<SafetensorsFile | null> {
    const file = await openFile(path);
    if (file === null) return null;
    try {
      const { tensors, pickle } = await readTorchHeader(file);
      return new SafetensorsFile(file, { tensors, metadata: new Map() }, pickle);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** A tensor by name, or null where the file has none. */
  tensor(name: string): WeightTensor | null {
    const entry = this.header.tensors.get(name);
    if (entry === undefined) return null;
    const scale = this.header.tensors.get(`${name}.scale`);
    return entry.dtype === "I8" && scale !== undefined ? this.#quantized(entry, scale) : this.#plain(entry);
  }

  /** Raw bytes of the file, for fingerprints. */
  async readRaw(target: Uint8Array, position: number): Promise<void> {
    await this.#file.read(target, position);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #plain(entry: TensorEntry): WeightTensor {
    const rows = rowReader(entry, entry.dtype, async (target, firstElement, elements) => {
      if (entry.dtype === "F32") {
        await this.#file.read(bytesOf(target), entry.begin + 4 * firstElement);
        return;
      }
      if (entry.dtype === "F64") {
        await inPieces(elements, elementsPerPiece, async (offset, count) => {
          const piece = new Float64Array(count);
          await this.#file.read(bytesOf(piece), entry.begin + 8 * (firstElement + offset));
          target.set(piece, offset);
        });
        return;
      }
      if (entry.dtype === "I32" || entry.dtype === "I64") {
        await this.#readIntegers(entry, target, firstElement, elements);
        return;
      }
      const convert = entry.dtype === "F16" ? halfToFloat : entry.dtype === "BF16" ? bfloatToFloat : null;
      if (convert === null) {
        throw new UnsupportedModelError(
          `Tensor "${entry.name}" of ${this.path} is stored as ${entry.dtype}; ` +
            `F32, F64, F16, BF16 and ${quantizationMethod} can be read.`,
        );
      }
      await inPieces(elements, elementsPerPiece, async (offset, count) => {
        const piece = new Uint16Array(count);
        await this.#file.read(bytesOf(piece), entry.begin + 2 * (firstElement + offset));
        convert(piece, target, offset);
      });
    });
    return rows;
  }

  /** Whole numbers as f32, which holds those up to 2²⁴: rows of a table, and never weights (WeightLookup refuses them there). */
  async #readIntegers(entry: TensorEntry, target: Float32Array, firstElement: number, elements: number): Promise<void> {
    const words = entry.dtype === "I64" ? 2 : 1;
    await inPieces(elements, elementsPerPiece, async (offset, count) => {
      const piece = new Int32Array(count * words);
      await this.#file.read(bytesOf(piece), entry.begin + 4 * words * (firstElement + offset));
      for (let i = 0; i < count; i++) {
        const low = piece[words * i]!;
        target[offset + i] = words === 1 ? low : piece[2 * i + 1]! * 2 ** 32 + (low >>> 0);
      }
    });
  }

  #quantized(entry: TensorEntry, scale: TensorEntry): WeightTensor {
    const columns = entry.shape.at(-1) ?? 0;
    const scaleShape = [...entry.shape.slice(0, -1), columns / blockSize];
    if (
      entry.shape.length !== 2 ||
      columns % blockSize !== 0 ||
      scale.dtype !== "F16" ||
      !same(scale.shape, scaleShape)
    ) {
      throw new ModelFileError(
        `Tensor "${entry.name}" of ${this.path} is I8 [${entry.shape.join(", ")}] with scales ${scale.dtype} ` +
          `[${scale.shape.join(", ")}]; ${quantizationMethod} needs two dimensions, columns in blocks of ${blockSize}, ` +
          `and F16 scales [rows, columns / ${blockSize}].`,
      );
    }
    const readBlocks = async (first: number, count: number): Promise<QuantizedBlocks> => {
      const quantized = new Int8Array(count);
      const scales = new Uint16Array(count / blockSize);
      await Promise.all([
        this.#file.read(bytesOf(quantized), entry.begin + first),
        this.#file.read(bytesOf(scales), scale.begin + (2 * first) / blockSize),
      ]);
      return { quantized, scales };
    };
    const rows = rowReader(entry, quantizationMethod, async (target, firstElement, elements) => {
      await inPieces(elements, elementsPerPiece, async (offset, count) => {
        const { quantized, scales } = await readBlocks(firstElement + offset, count);
        dequantize(quantized, scales, target, offset);
      });
    });
    return {
      ...rows,
      readBlocks: (first = 0, count = entry.shape[0]! - first) => {
        checkRows(entry, first, count);
        return readBlocks(first * columns, count * columns);
      },
    };
  }
}

/** A WeightTensor over `fill`, which writes `elements` elements from `firstElement` on; rows are checked here. */
function rowReader(
  entry: TensorEntry,
  storage: string,
  fill: (target: Float32Array<ArrayBuffer>, firstElement: number, elements: number) => Promise<void>,
): WeightTensor {
  const rows = entry.shape[0] ?? 1;
  const rowElements = entry.shape.slice(1).reduce((product, dimension) => product * dimension, 1);
  return {
    name: entry.name,
    shape: entry.shape,
    storage,
    async read(first = 0, count = rows - first) {
      checkRows(entry, first, count);
      const target = new Float32Array(count * rowElements);
      await fill(target, first * rowElements, target.length);
      return target;
    },
  };
}

function checkRows({ name, shape }: TensorEntry, first: number, count: number): void {
  const rows = shape[0] ?? 1;
  if (Number.isSafeInteger(first) && Number.isSafeInteger(count) && first >= 0 && count >= 0 && first + count <= rows)
    return;
  throw new RangeError(`Rows ${first} to ${first + count} of "${name}", which has ${rows}.`);
}

async function inPieces(
  elements: number,
  pieceElements: number,
  run: (offset: number, count: number) => Promise<void>,
): Promise<void> {
  for (let offset = 0; offset < elements; offset += pieceElements) {
    await run(offset, Math.min(pieceElements, elements - offset));
  }
}

function bytesOf(array: Float32Array | Float64Array | Int32Array | Uint16Array | Int8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
