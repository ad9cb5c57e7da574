/**
 * Compound files (OLE), which Office wrote before 2007 and still writes around what it encrypts: named streams in one file.
 *
 * Our own, because what is needed is small and must be bounded: a stream is at most the file's own bytes, and chains that turn
 * back on themselves end.
 */
import { DocumentError } from "../../errors.ts";

const endOfChain = 0xfffffffe;
const freeSector = 0xffffffff;
/** A directory entry. */
const entryBytes = 128;
const mostEntries = 100_000;
const utf16 = new TextDecoder("utf-16le");

export function isCompoundFile(bytes: Uint8Array): boolean {
  return bytes[0] === 0xd0 && bytes[1] === 0xcf && bytes[2] === 0x11 && bytes[3] === 0xe0;
}

interface Entry {
  readonly name: string;
  /** 1 a folder, 2 a stream, 5 the root. */
  readonly type: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly start: number;
  readonly size: number;
}

/** A stream with its bytes, or a folder with what is in it. */
export interface CompoundEntry {
  readonly name: string;
  /** Null for a folder. */
  readonly content: Uint8Array | null;
  readonly children: readonly CompoundEntry[];
}

export class CompoundFile {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #sectorSize: number;
  readonly #miniCutoff: number;
  /** The next sector of each. */
  readonly #next: Uint32Array;
  readonly #nextMini: Uint32Array;
  readonly #mini: Uint8Array;
  readonly #entries: Entry[];

  /** @throws DocumentError when the bytes are not a compound file, or it is cut off */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!isCompoundFile(bytes) || bytes.length < 512) throw damaged("it is not a compound file");
    const sectorBits = this.#view.getUint16(30, true);
    if (sectorBits !== 9 && sectorBits !== 12) throw damaged(`its sectors have 2^${sectorBits} bytes`);
    this.#sectorSize = 1 << sectorBits;
    this.#miniCutoff = this.#view.getUint32(56, true);
    this.#next = this.#readTable();
    this.#entries = this.#readDirectory(this.#chain(this.#view.getUint32(48, true), Infinity));
    const root = this.#entries[0];
    if (root?.type !== 5) throw damaged("its directory is missing");
    this.#nextMini = words(this.#chain(this.#view.getUint32(60, true), Infinity));
    this.#mini = this.#chain(root.start, root.size);
  }

  /** Names of the streams and folders in a folder; of the root for "". */
  names(folder = ""): string[] {
    const entry = folder === "" ? this.#entries[0] : this.#find(folder);
    return entry ? this.#children(entry).map(({ name }) => name) : [];
  }

  /** The bytes of a stream ("WordDocument", "folder/name"); null where there is none of that name. */
  stream(path: string): Uint8Array | null {
    const entry = this.#find(path);
    return entry?.type === 2 ? this.#content(entry) : null;
  }

  /**
   * All that is in it, folders down to `deepest`; each entry once, wherever the directory shows it.
   *
   * @throws DocumentError where the streams together are far more than the file: they lie on top of each other
   */
  contents(deepest: number): CompoundEntry[] {
    const seen = new Set<number>([0]);
    let room = 2 * this.#bytes.length;
    const below = (first: number, depth: number): CompoundEntry[] => {
      const found: CompoundEntry[] = [];
      const waiting = [first];
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        const entry = this.#entries[id];
        if (!entry || entry.type === 0 || seen.has(id)) continue;
        seen.add(id);
        waiting.push(entry.right, entry.left);
        if (entry.type === 1) {
          const children = depth < deepest ? below(entry.child, depth + 1) : [];
          found.push({ name: entry.name, content: null, children });
        } else if (entry.type === 2) {
          const content = this.#content(entry);
          if ((room -= content.length) < 0) throw damaged("its streams lie on top of each other");
          found.push({ name: entry.name, content, children: [] });
        }
      }
      return found;
    };
    return below(this.#entries[0]!.child, 0);
  }

  #content({ start, size }: Entry): Uint8Array {
    return size < this.#miniCutoff ? this.#miniChain(start, size) : this.#chain(start, size);
  }

  #find(path: string): Entry | undefined {
    let entry: Entry | undefined = this.#entries[0];
    for (const name of path.split("/")) {
      if (!entry) return undefined;
      entry = this.#children(entry).find((child) => child.name.toLowerCase() === name.toLowerCase());
    }
    return entry;
  }

  /** The children are a binary tree, in whatever state its writer left it. */
  #children(parent: Entry): Entry[] {
    const found: Entry[] = [];
    const seen = new Set<number>();
    const waiting = [parent.child];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const entry = this.#entries[id];
      if (!entry || entry.type === 0 || seen.has(id)) continue;
      seen.add(id);
      found.push(entry);
      waiting.push(entry.right, entry.left);
    }
    return found;
  }

  #readTable(): Uint32Array {
    const perSector = this.#sectorSize / 4;
    const sectors: number[] = [];
    for (let i = 0; i < 109; i++) sectors.push(this.#view.getUint32(76 + 4 * i, true));
    let more = this.#view.getUint32(68, true);
    const most = Math.ceil(this.#bytes.length / this.#sectorSize);
    for (let read = 0; more < most && read < most; read++) {
      const at = this.#offset(more);
      for (let i = 0; i < perSector - 1 && at + 4 * i + 4 <= this.#bytes.length; i++) {
        sectors.push(this.#view.getUint32(at + 4 * i, true));
      }
      const last = at + this.#sectorSize - 4;
      more = last + 4 <= this.#bytes.length ? this.#view.getUint32(last, true) : endOfChain;
    }
    const table: number[] = [];
    for (const sector of sectors) {
      if (sector >= freeSector - 3 || table.length > most) break;
      const at = this.#offset(sector);
      if (at + this.#sectorSize > this.#bytes.length) break;
      for (let i = 0; i < perSector; i++) table.push(this.#view.getUint32(at + 4 * i, true));
    }
    return Uint32Array.from(table);
  }

  #readDirectory(bytes: Uint8Array): Entry[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const entries: Entry[] = [];
    for (let at = 0; at + entryBytes <= bytes.length && entries.length < mostEntries; at += entryBytes) {
      const length = Math.min(64, view.getUint16(at + 64, true));
      const name = utf16.decode(bytes.subarray(at, at + Math.max(0, length - 2)));
      entries.push({
        name,
        type: bytes[at + 66],
        left: view.getUint32(at + 68, true),
        right: view.getUint32(at + 72, true),
        child: view.getUint32(at + 76, true),
        start: view.getUint32(at + 116, true),
        size: view.getUint32(at + 120, true),
      });
    }
    return entries;
  }

  /** The bytes of a chain of sectors, at most `size` of them. */
  #chain(start: number, size: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let length = 0;
    // A chain that turns back would end here, after as many sectors as there are.
    for (let sector = start, read = 0; sector < this.#next.length && read < this.#next.length; read++) {
      const at = this.#offset(sector);
      const piece = this.#bytes.subarray(at, Math.min(at + this.#sectorSize, at + size - length));
      if (piece.length === 0) break;
      pieces.push(piece);
      length += piece.length;
      sector = this.#next[sector];
    }
    return joined(pieces, length);
  }

  #miniChain(start: number, size: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (let sector = start, read = 0; sector < this.#nextMini.length && read < this.#nextMini.length; read++) {
      const piece = this.#mini.subarray(sector * 64, Math.min(sector * 64 + 64, sector * 64 + size - length));
      if (piece.length === 0) break;
      pieces.push(piece);
      length += piece.length;
      sector = this.#nextMini[sector];
    }
    return joined(pieces, length);
  }

  #offset(sector: number): number {
    return (sector + 1) * this.#sectorSize;
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length >> 2 }, (_, index) => view.getUint32(4 * index, true));
}

function damaged(why: string): DocumentError {
  return new DocumentError("damaged", why);
}
