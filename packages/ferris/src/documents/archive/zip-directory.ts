/**
 * The central directory of a ZIP file: names, sizes and places of its entries, ZIP64 included. Unpacks nothing; see archive.ts.
 *
 * Our own, because the libraries unpack whatever shares a name and believe what is claimed. Reads at most the bytes that are
 * there, each once, and refuses directories of absurd length.
 */
import { crc32 } from "node:zlib";
import { DocumentError } from "../../errors.ts";
import { decodedNames, type RawName } from "./zip-names.ts";

const mostEntries = 20_000;
const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
/** The end record and the longest comment after it. */
const longestEnd = 22 + 0xffff;

export interface ZipEntry {
  /** With forward slashes. */
  readonly name: string;
  /** As claimed. */
  readonly size: number;
  readonly packedSize: number;
  /** 0 as it is, 8 deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  /** Its packed bytes; throws DocumentError where they are not in the file. */
  packed(bytes: Uint8Array): Uint8Array;
}

export interface ZipDirectory {
  /** By name, folders left out; of entries that share a name, the last one counts. */
  readonly entries: Map<string, ZipEntry>;
  /** What names are read as that do not say in which character set they are; null where all do. */
  readonly nameCharset: string | null;
}

export function readZipDirectory(bytes: Uint8Array): ZipDirectory {
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf && bytes[2] === 0x11 && bytes[3] === 0xe0) {
    throw new DocumentError(
      "encrypted",
      "encrypted with a password, or in the format of before 2007. Save it without a password in today's format to index it",
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view);
  const { count, size, offset } = directoryAt(view, end);
  if (count > mostEntries) throw new DocumentError("too large", `${count} files in it, the limit is ${mostEntries}`);
  // Bytes before the archive move everything: a program that unpacks itself, a mail's header.
  const start = end - size;
  const shift = start - offset;
  const found: { raw: RawName; entryNamed: (name: string) => ZipEntry }[] = [];
  let at = shift >= 0 && signatureAt(view, start) === entrySignature ? start : offset;
  const moved = at === start ? shift : 0;
  for (let read = 0; read < count && signatureAt(view, at) === entrySignature; read++) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > bytes.length) break;
    const flags = view.getUint16(at + 8, true);
    const place = at;
    const name = bytes.subarray(at + 46, at + 46 + nameLength);
    found.push({
      raw: {
        bytes: name,
        isUtf8: (flags & 0x800) !== 0,
        unicode: unicodeNameIn(bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength), name),
      },
      entryNamed: (decoded) =>
        entryOf(view, place, nameLength, moved, {
          name: decoded,
          method: view.getUint16(place + 10, true),
          isEncrypted: (flags & 1) !== 0,
        }),
    });
    at = next;
  }
  const { names, charset: nameCharset } = decodedNames(found.map(({ raw }) => raw));
  const entries = new Map<string, ZipEntry>();
  names.forEach((name, i) => {
    if (!name.endsWith("/")) entries.set(name, found[i]!.entryNamed(name));
  });
  if (count > 0 && entries.size === 0) throw new DocumentError("damaged", "the archive's list of files is damaged");
  return { entries, nameCharset };
}

function endOf(view: DataView): number {
  const first = Math.max(0, view.byteLength - longestEnd);
  for (let at = view.byteLength - 22; at >= first; at--) if (view.getUint32(at, true) === endSignature) return at;
  throw new DocumentError("damaged", "not an archive, or its end is missing");
}

function directoryAt(view: DataView, end: number): { count: number; size: number; offset: number } {
  const directory = {
    count: view.getUint16(end + 10, true),
    size: view.getUint32(end + 12, true),
    offset: view.getUint32(end + 16, true),
  };
  const isLarge = directory.count === 0xffff || directory.size === 0xffffffff || directory.offset === 0xffffffff;
  if (!isLarge || signatureAt(view, end - 20) !== 0x07064b50) return directory;
  const record = Number(view.getBigUint64(end - 12, true));
  if (signatureAt(view, record) !== 0x06064b50 || record + 56 > view.byteLength) return directory;
  const size = Number(view.getBigUint64(record + 40, true));
  return {
    count: Number(view.getBigUint64(record + 32, true)),
    // The end record follows two others, so the directory does not end where that begins.
    size: size + (end - record),
    offset: Number(view.getBigUint64(record + 48, true)),
  };
}

function entryOf(
  view: DataView,
  at: number,
  nameLength: number,
  shift: number,
  known: Pick<ZipEntry, "name" | "method" | "isEncrypted">,
): ZipEntry {
  let packedSize = view.getUint32(at + 20, true);
  let size = view.getUint32(at + 24, true);
  let offset = view.getUint32(at + 42, true);
  const extraEnd = at + 46 + nameLength + view.getUint16(at + 30, true);
  for (let extra = at + 46 + nameLength; extra + 4 <= extraEnd; extra += 4 + view.getUint16(extra + 2, true)) {
    if (view.getUint16(extra, true) !== 1) continue;
    // ZIP64: eight bytes for each field that did not fit, in this order.
    let field = extra + 4;
    const large = () => {
      field += 8;
      return field <= extraEnd ? Number(view.getBigUint64(field - 8, true)) : 0;
    };
    if (size === 0xffffffff) size = large();
    if (packedSize === 0xffffffff) packedSize = large();
    if (offset === 0xffffffff) offset = large();
  }
  return {
    ...known,
    size,
    packedSize,
    packed(bytes) {
      const local = offset + shift;
      if (signatureAt(view, local) === localSignature && local + 30 <= bytes.length) {
        const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
        if (start + packedSize <= bytes.length) return bytes.subarray(start, start + packedSize);
      }
      throw new DocumentError("damaged", `${known.name} in it is cut off: the file is not whole`);
    },
  };
}

function signatureAt(view: DataView, at: number): number {
  return at >= 0 && at + 4 <= view.byteLength ? view.getUint32(at, true) : 0;
}

/** The extra field that holds a name in Unicode, if it is of this name: programs that rename may leave an old one behind. */
function unicodeNameIn(extra: Uint8Array, name: Uint8Array): string | null {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) !== 0x7075 || size < 5 || at + 4 + size > extra.length) continue;
    if (extra[at + 4] === 1 && view.getUint32(at + 5, true) === crc32(name))
      return new TextDecoder().decode(extra.subarray(at + 9, at + 4 + size));
  }
  return null;
}
