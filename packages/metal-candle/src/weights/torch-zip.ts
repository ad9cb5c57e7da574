/**
 * The entries of the zip file that torch.save writes: names and where their bytes lie. They are stored, not packed, so that tensors can
 * be read where they are.
 *
 * Trusts nothing: the directory is bounded, every entry must lie within the file, and packed or encrypted entries are refused.
 */
import { ModelFileError } from "../errors.ts";
import type { RandomAccessFile } from "../platform/file-types.ts";

export interface ZipEntry {
  /** Byte positions in the file. */
  readonly begin: number;
  readonly end: number;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;
const locatorBytes = 20;
const largestDirectory = 16 << 20;
/** A model has a storage per tensor. */
const mostEntries = 1 << 16;
const notHere = 0xffffffff;

/** @throws ModelFileError for what is not such a file */
export async function readZipEntries(file: RandomAccessFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const bad = (what: string): ModelFileError =>
    new ModelFileError(`${file.path}: ${what}; it is not a torch.save file that can be read.`);
  const read = async (position: number, length: number): Promise<DataView> => {
    if (position < 0 || length < 0 || position + length > file.size) throw bad("its zip directory leads out of it");
    const bytes = new Uint8Array(length);
    await file.read(bytes, position);
    return new DataView(bytes.buffer);
  };
  const directory = await findDirectory(file.size, read, bad);
  if (directory.length > largestDirectory || directory.count > mostEntries) {
    throw bad(`its zip directory has ${directory.count} entries in ${directory.length} bytes`);
  }
  const view = await read(directory.position, directory.length);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < directory.count; index++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== entrySignature)
      throw bad("its zip directory is damaged");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      view.getUint16(at + offset, true),
    ) as [number, number, number];
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > view.byteLength) throw bad("its zip directory is damaged");
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameLength));
    if (view.getUint16(at + 10, true) !== 0 || (view.getUint16(at + 8, true) & 1) !== 0) {
      throw bad(`its entry "${name}" is packed`);
    }
    const { size, position } = placeOf(view, at, at + 46 + nameLength, extraLength);
    const local = await read(position, 30);
    if (local.getUint32(0, true) !== localSignature) throw bad(`its entry "${name}" is not where it should be`);
    const begin = position + 30 + local.getUint16(26, true) + local.getUint16(28, true);
    if (begin + size > file.size || entries.has(name))
      throw bad(`its entry "${name}" leads out of it, or is there twice`);
    entries.set(name, { begin, end: begin + size });
    at = next;
  }
  return entries;
}

interface Directory {
  readonly position: number;
  readonly length: number;
  readonly count: number;
}

async function findDirectory(
  fileSize: number,
  read: (position: number, length: number) => Promise<DataView>,
  bad: (what: string) => ModelFileError,
): Promise<Directory> {
  const tailLength = Math.min(fileSize, endBytes + 0xffff);
  const tail = await read(fileSize - tailLength, tailLength);
  for (let at = tailLength - endBytes; at >= 0; at--) {
    if (tail.getUint32(at, true) !== endSignature) continue;
    const position = fileSize - tailLength + at;
    const locator = position >= locatorBytes ? await read(position - locatorBytes, locatorBytes) : null;
    if (locator !== null && locator.getUint32(0, true) === locator64Signature) {
      const end = await read(Number(locator.getBigUint64(8, true)), 56);
      if (end.getUint32(0, true) !== end64Signature) throw bad("its zip directory is damaged");
      const [count, length, start] = [32, 40, 48].map((offset) => Number(end.getBigUint64(offset, true))) as [
        number,
        number,
        number,
      ];
      return { count, length, position: start };
    }
    return {
      count: tail.getUint16(at + 10, true),
      length: tail.getUint32(at + 12, true),
      position: tail.getUint32(at + 16, true),
    };
  }
  throw bad("it is not a zip file (torch before 1.6 wrote another format)");
}

/** Size and position of an entry, from its 64-bit extra field where the short ones say so. */
function placeOf(view: DataView, at: number, extra: number, extraLength: number): { size: number; position: number } {
  let size = view.getUint32(at + 24, true);
  let position = view.getUint32(at + 42, true);
  const packedSize = view.getUint32(at + 20, true);
  for (let field = extra; field + 4 <= extra + extraLength;) {
    const length = view.getUint16(field + 2, true);
    if (view.getUint16(field, true) === 1) {
      let value = field + 4;
      const take = (): number => {
        const number =
          value + 8 <= extra + extraLength ? Number(view.getBigUint64(value, true)) : Number.MAX_SAFE_INTEGER;
        value += 8;
        return number;
      };
      if (size === notHere) size = take();
      if (packedSize === notHere) take();
      if (position === notHere) position = take();
    }
    field += 4 + length;
  }
  return { size, position };
}
