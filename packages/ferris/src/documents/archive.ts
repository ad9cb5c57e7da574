/**
 * Files inside a ZIP file, for the formats that are one (DOCX, ODT, EPUB …): listed at once, unpacked one by one, within limits.
 *
 * The sizes that a ZIP file claims bound what is unpacked, so a bomb is refused before it grows. Nothing is written to disk.
 */
import { unzipSync } from "fflate";
import { DocumentError } from "../errors.ts";
import { decodeText } from "./decode.ts";

const megabyte = 2 ** 20;
/** Of everything that is unpacked from one archive. */
const mostBytes = 256 * megabyte;
/** Text shrinks tenfold, rarely fortyfold; a bomb a thousandfold. Small entries may do what they like. */
const mostRatio = 200;
const ratioMattersAbove = 4 * megabyte;
const mostEntries = 20_000;

export class Archive {
  readonly #bytes: Uint8Array;
  /** Unpacked sizes by name. */
  readonly #entries = new Map<string, { size: number; packed: number }>();
  #unpacked = 0;

  /** Throws DocumentError when `bytes` are no archive, an encrypted one, or one of unreasonable size. */
  constructor(bytes: Uint8Array) {
    if (bytes[0] === 0xd0 && bytes[1] === 0xcf && bytes[2] === 0x11 && bytes[3] === 0xe0) {
      throw new DocumentError(
        "encrypted",
        "encrypted with a password, or in the format of before 2007. Save it without a password in today's format to index it",
      );
    }
    this.#bytes = bytes;
    unzipSync(bytes, {
      filter: ({ name, originalSize, size }) => {
        if (this.#entries.size === mostEntries)
          throw new DocumentError("damaged", `more than ${mostEntries} files in it`);
        this.#entries.set(name, { size: originalSize, packed: size });
        return false;
      },
    });
  }

  /** In the archive's order. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The text of an entry, or null when there is none of that name. */
  text(name: string): string | null {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    this.#unpacked += entry.size;
    if (this.#unpacked > mostBytes) {
      throw new DocumentError("too large", `unpacks to more than ${mostBytes / megabyte} MB`);
    }
    if (entry.size > ratioMattersAbove && entry.size > mostRatio * entry.packed) {
      const ratio = Math.round(entry.size / entry.packed);
      throw new DocumentError(
        "too large",
        `${name} in it unpacks to ${ratio} times its size, the limit is ${mostRatio}: a bomb?`,
      );
    }
    const { [name]: bytes } = unzipSync(this.#bytes, { filter: (file) => file.name === name });
    return decodeText(bytes).content;
  }

  /** The same, for an entry that the format cannot do without. */
  requiredText(name: string): string {
    const text = this.text(name);
    if (text === null) throw new DocumentError("damaged", `there is no ${name} in it`);
    return text;
  }
}
