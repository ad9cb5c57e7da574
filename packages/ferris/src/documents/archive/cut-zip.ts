/**
 * Files inside a ZIP file whose end is missing, and with it the list of what is in it, as after a download that broke off: found one after
 * the other by the headers in front of them. Where those do not say how long a file is, unpacking tells.
 */
import { constants, inflateRawSync } from "node:zlib";
import { DocumentError } from "../../errors.ts";
import { decodedNames, type RawName } from "./zip-names.ts";

const localSignature = 0x04034b50;
const descriptorSignature = 0x08074b50;
const mostEntries = 20_000;
const mostBytes = 256 * 2 ** 20;
/** Text shrinks tenfold, rarely fortyfold; a bomb a thousandfold. */
const mostRatio = 200;
const ratioMattersAbove = 4 * 2 ** 20;

export interface CutZip {
  /** In the file's order, with forward slashes. */
  readonly names: readonly string[];
  readonly nameCharset: string | null;
  /** What is missing. */
  readonly warnings: readonly string[];
  /** Of a file that is cut, what is there of it; null where there is none of that name. Throws DocumentError. */
  bytes(name: string): Uint8Array | null;
}

interface Entry {
  readonly raw: RawName;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly packed: Uint8Array;
  readonly isCut: boolean;
}

/** Null for what does not begin with a file in an archive. */
export function readCutZip(bytes: Uint8Array): CutZip | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let left = mostBytes;
  const found: Entry[] = [];
  let at = 0;
  while (found.length < mostEntries && at + 30 <= bytes.length && view.getUint32(at, true) === localSignature) {
    const flags = view.getUint16(at + 6, true);
    const method = view.getUint16(at + 8, true);
    const nameStart = at + 30;
    const nameEnd = nameStart + view.getUint16(at + 26, true);
    const start = nameEnd + view.getUint16(at + 28, true);
    if (start > bytes.length) break;
    const hasDescriptor = (flags & 8) !== 0 && view.getUint32(at + 18, true) === 0;
    const rest = bytes.subarray(start);
    const size = hasDescriptor ? packedSizeOf(rest, method) : view.getUint32(at + 18, true);
    if (size === null) break;
    const isCut = size > rest.length;
    const raw = { bytes: bytes.subarray(nameStart, nameEnd), isUtf8: (flags & 0x800) !== 0, unicode: null };
    found.push({
      raw,
      method,
      isEncrypted: (flags & 1) !== 0,
      packed: rest.subarray(0, Math.min(size, rest.length)),
      isCut,
    });
    at = start + size;
    if (hasDescriptor) at += at + 4 <= bytes.length && view.getUint32(at, true) === descriptorSignature ? 16 : 12;
  }
  if (found.length === 0) return null;
  const { names, charset: nameCharset } = decodedNames(found.map(({ raw }) => raw));
  const entries = new Map(names.map((name, index) => [name, found[index]!] as const));
  const cut = names.find((_, index) => found[index]!.isCut);
  const where = cut === undefined ? "" : `, in the middle of ${cut}`;
  return {
    names: [...entries.keys()].filter((name) => !name.endsWith("/")),
    nameCharset,
    warnings: [`it ends early${where}: what would follow is missing`],
    bytes(name) {
      const entry = entries.get(name);
      if (entry === undefined) return null;
      const unpacked = unpack(name, entry, left);
      left -= unpacked.length;
      return unpacked;
    },
  };

  /** Of a file that ends where its packed form does; longer than what is there where that is cut, null where only the list would tell. */
  function packedSizeOf(rest: Uint8Array, method: number): number | null {
    if (method !== 8) return null;
    try {
      const maxOutputLength = Math.max(1, Math.min(left, Math.max(ratioMattersAbove, mostRatio * rest.length)));
      const { buffer, engine } = inflateRawSync(rest, { info: true, maxOutputLength }) as unknown as {
        buffer: Uint8Array;
        engine: { bytesWritten: number };
      };
      left -= buffer.length;
      return engine.bytesWritten;
    } catch (cause) {
      return (cause as NodeJS.ErrnoException).code === "Z_BUF_ERROR" ? rest.length + 1 : null;
    }
  }
}

function unpack(name: string, { method, isEncrypted, packed, isCut }: Entry, left: number): Uint8Array {
  if (isEncrypted) throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it");
  if (method === 0 && packed.length <= left) return packed;
  if (method !== 8) throw new DocumentError("damaged", `${name} in it is packed in a way that is not read`);
  try {
    return inflateRawSync(packed, {
      maxOutputLength: Math.max(1, Math.min(left, Math.max(ratioMattersAbove, mostRatio * packed.length))),
      ...(isCut && { finishFlush: constants.Z_SYNC_FLUSH }),
    });
  } catch (cause) {
    throw new DocumentError("damaged", `${name} in it cannot be unpacked: ${(cause as Error).message}`, { cause });
  }
}
