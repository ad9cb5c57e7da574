/**
 * A file of torch.save as a list of tensors with their places, in the form of a safetensors header: what the zip directory and the pickle
 * say together, each checked against the other.
 */
import { ModelFileError, UnsupportedModelError } from "../errors.ts";
import type { RandomAccessFile } from "../platform/file-types.ts";
import { bytesOfDtype, type TensorEntry } from "./safetensors-header.ts";
import { readPickle, type PickledTensor } from "./torch-pickle.ts";
import { readZipEntries } from "./torch-zip.ts";

/** A pickle has some hundred bytes per tensor. */
const largestPickle = 16 << 20;

/** @throws ModelFileError, UnsupportedModelError */
export async function readTorchHeader(
  file: RandomAccessFile,
): Promise<{ tensors: Map<string, TensorEntry>; pickle: Uint8Array<ArrayBuffer> }> {
  const entries = await readZipEntries(file);
  const name = [...entries.keys()].find((entry) => /^[^/]+\/data\.pkl$/.test(entry));
  const place = name === undefined ? undefined : entries.get(name);
  if (name === undefined || place === undefined || place.end - place.begin > largestPickle) {
    throw new ModelFileError(
      `${file.path} has no data.pkl of up to ${largestPickle} bytes; torch.save did not write it.`,
    );
  }
  const folder = name.slice(0, -"data.pkl".length);
  if (entries.has(`${folder}byteorder`)) await expectLittleEndian(file, entries.get(`${folder}byteorder`)!);
  const pickle = new Uint8Array(place.end - place.begin);
  await file.read(pickle, place.begin);
  const tensors = new Map<string, TensorEntry>();
  for (const [tensor, described] of readPickle(pickle, file.path)) {
    const storage = entries.get(`${folder}data/${described.key}`);
    if (storage === undefined) throw new ModelFileError(`${file.path} has no storage for the tensor "${tensor}".`);
    tensors.set(tensor, placeTensor(tensor, described, storage, file.path));
  }
  return { tensors, pickle };
}

function placeTensor(
  name: string,
  { dtype, offset, shape, stride }: PickledTensor,
  storage: { readonly begin: number; readonly end: number },
  path: string,
): TensorEntry {
  let elements = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== elements) {
      throw new UnsupportedModelError(
        `Tensor "${name}" of ${path} is not laid out row by row, which is not supported.`,
      );
    }
    elements *= shape[axis];
  }
  const bytes = bytesOfDtype.get(dtype)!;
  const begin = storage.begin + offset * bytes;
  const end = begin + elements * bytes;
  if (!Number.isSafeInteger(end) || end > storage.end) {
    throw new ModelFileError(`Tensor "${name}" of ${path} is larger than what is stored for it.`);
  }
  return { name, dtype, shape, begin, end };
}

async function expectLittleEndian(file: RandomAccessFile, place: { begin: number; end: number }): Promise<void> {
  const bytes = new Uint8Array(Math.min(place.end - place.begin, 16));
  await file.read(bytes, place.begin);
  const order = new TextDecoder().decode(bytes);
  if (order !== "little")
    throw new UnsupportedModelError(`${file.path} has the byte order "${order}"; only "little" is read.`);
}
