/**
 * Files inside a ZIP file, for the formats that are one (DOCX, ODT, EPUB …): listed at once, unpacked one by one, within limits.
 *
 * What the file claims about itself is a claim: the limits hold for the bytes that really come out, over the whole archive and for
 * each entry. An entry is unpacked from its own place, so that entries which repeat or overlap cost nothing. Names are found as
 * offices find them: whatever the case, with either slash, percent-encoded or not. Nothing is written to disk.
 */
import { createInflateRaw, inflateRawSync } from "node:zlib";
import { DocumentError } from "../../errors.ts";
import { decodeText } from "../decode/decode.ts";
import { readZipDirectory, type ZipEntry } from "./zip-directory.ts";

const megabyte = 2 ** 20;
/** Of everything that is unpacked from one archive to be held as a whole. */
const mostBytes = 256 * megabyte;
/** Of everything that is unpacked piece by piece, which is never held. */
const mostStreamedBytes = 2_048 * megabyte;
/** Text shrinks tenfold, rarely fortyfold; a bomb a thousandfold. Small entries may do what they like. */
const mostRatio = 200;
const ratioMattersAbove = 4 * megabyte;

/** What is said of an entry that is packed in another way than most programs do. */
const methods: Readonly<Record<number, string>> = {
  1: "Shrink",
  6: "Implode",
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "XZ",
  98: "PPMd",
};

/** What is set aside for an entry's bytes at a time: what it says that they are, within reason. */
const smallestChunk = 2 ** 10;
const largestChunk = megabyte;

export class Archive {
  readonly #bytes: Uint8Array;
  readonly #entries: Map<string, ZipEntry>;
  /** What names are read as that do not say in which character set they are; null where all do. */
  readonly nameCharset: string | null;
  /** The same by names that are compared: lower case, decoded. */
  readonly #byComparedName = new Map<string, string>();
  #unpacked = 0;
  #streamed = 0;

  /** Throws DocumentError when `bytes` are not an archive, or are an encrypted one, or one of unreasonable size. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const { entries, nameCharset } = readZipDirectory(bytes);
    this.#entries = entries;
    this.nameCharset = nameCharset;
    for (const name of this.#entries.keys()) this.#byComparedName.set(compared(name), name);
  }

  /** In the archive's order, with forward slashes. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entryOf(name) !== undefined;
  }

  /** The text of an entry, or null when there is none of that name. */
  text(name: string): string | null {
    const bytes = this.bytes(name);
    return bytes && decodeText(bytes).content;
  }

  /** The bytes of an entry, or null when there is none of that name. */
  bytes(name: string): Uint8Array | null {
    const entry = this.#entryOf(name);
    if (!entry) return null;
    const packed = this.#packed(entry);
    const most = Math.min(mostBytes - this.#unpacked, limitOf(entry));
    if (entry.method === 0) {
      if (packed.length > most) throw tooLarge(entry, most);
      this.#unpacked += packed.length;
      return packed;
    }
    // What it claims is refused at once; what it does not claim, when it comes out.
    if (entry.size > most) throw tooLarge(entry, most);
    let bytes: Uint8Array;
    try {
      const chunkSize = Math.min(largestChunk, Math.max(smallestChunk, entry.size));
      bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, most), chunkSize });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(entry, most);
      throw new DocumentError("damaged", `${entry.name} in it cannot be unpacked: ${(cause as Error).message}`, {
        cause,
      });
    }
    this.#unpacked += bytes.length;
    return bytes;
  }

  /** The same, for an entry that the format cannot do without. */
  requiredText(name: string): string {
    const text = this.text(name);
    if (text === null) throw new DocumentError("damaged", `there is no ${name} in it`);
    return text;
  }

  /**
   * The text of an entry piece by piece, for parts that are too large to be held; null when there is none of that name. Pieces end
   * anywhere. UTF-16 parts come in one piece.
   */
  pieces(name: string): AsyncIterable<string> | null {
    const entry = this.#entryOf(name);
    return entry ? this.#pieces(entry) : null;
  }

  async *#pieces(entry: ZipEntry): AsyncGenerator<string> {
    const packed = this.#packed(entry);
    if (entry.method === 0 || packed.length < 2 ** 16) {
      yield this.text(entry.name)!;
      return;
    }
    const most = Math.min(mostStreamedBytes - this.#streamed, limitOf(entry));
    let decoder: TextDecoder | null = null;
    let size = 0;
    const stream = createInflateRaw({ chunkSize: 2 ** 18 });
    stream.end(packed);
    try {
      for await (const piece of stream as AsyncIterable<Buffer>) {
        if (!decoder && isUtf16(piece)) {
          yield this.text(entry.name)!;
          return;
        }
        size += piece.length;
        if (size > most) throw tooLarge(entry, most);
        decoder ??= new TextDecoder("utf-8", { fatal: true });
        yield decoder.decode(piece, { stream: true });
      }
      if (decoder) yield decoder.decode();
    } catch (cause) {
      if (cause instanceof DocumentError) throw cause;
      const isText = cause instanceof TypeError;
      throw new DocumentError(isText ? "encoding" : "damaged", `${entry.name} in it: ${(cause as Error).message}`, {
        cause,
      });
    } finally {
      this.#streamed += size;
      stream.destroy();
    }
  }

  #entryOf(name: string): ZipEntry | undefined {
    return this.#entries.get(name) ?? this.#entries.get(this.#byComparedName.get(compared(name)) ?? "");
  }

  #packed(entry: ZipEntry): Uint8Array {
    if (entry.isEncrypted) {
      throw new DocumentError("encrypted", "encrypted with a password. Save it without one to index it");
    }
    if (entry.method !== 0 && entry.method !== 8) {
      const method = methods[entry.method] ?? `method ${entry.method}`;
      throw new DocumentError(
        "damaged",
        `${entry.name} in it is packed by ${method}, which is not read: pack it anew by Deflate`,
      );
    }
    return entry.packed(this.#bytes);
  }
}

function limitOf(entry: ZipEntry): number {
  return Math.max(ratioMattersAbove, mostRatio * entry.packedSize);
}

function tooLarge(entry: ZipEntry, limit: number): DocumentError {
  const isBomb = limit === limitOf(entry);
  return new DocumentError(
    "too large",
    isBomb
      ? `${entry.name} in it unpacks to more than ${mostRatio} times its size; possible zip bomb`
      : `it unpacks to more than ${mostBytes / megabyte} MB`,
  );
}

function isUtf16(piece: Uint8Array): boolean {
  return (piece[0] === 0xff && piece[1] === 0xfe) || (piece[0] === 0xfe && piece[1] === 0xff);
}

/** Part names are compared without regard to case; some writers encode them in the archive, some in the references. */
function compared(name: string): string {
  const plain = name.replaceAll("\\", "/").replace(/^(?:\.?\/)+/, "");
  return decodedName(plain).toLowerCase();
}

/** With %20 and the like decoded, as far as they are valid. */
export function decodedName(name: string): string {
  if (!name.includes("%")) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
