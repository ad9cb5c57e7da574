/**
 * Files that a page keeps: models' weights and what belongs to them, in the origin's CacheStorage.
 *
 * A file is kept in pieces, so that neither writing nor reading needs it whole in memory, and a broken download can go on. An entry says
 * what it is made of and comes last: without it there is no file. What cannot be kept (no CacheStorage on insecure pages, no room) stays in memory
 * for as long as it is open, and everything works all the same. Part of the files and blobs doors.
 */
import { ModelFileError } from "../errors.ts";
import type { RandomAccessFile } from "./file-types.ts";

/** Of its own, so that what else is cached can be counted without reading weights. */
export const keptFilesCache = "metal-candle models";

/** Small enough to have some in memory, large enough for few requests. */
const pieceBytes = 8 << 20;

/** What a buffer begins with: configuration is smaller than this. */
const smallFile = 64 << 10;

/** Bytes that all kept files may have together, whatever the browser would allow; beyond, those unused for longest go. */
const mostBytes = 4 * 2 ** 30;
/** Of what the browser says this origin may use. */
const shareOfQuota = 0.6;

/** How long a broken download may wait to be gone on with, in milliseconds: a week. */
const leftoverTime = 7 * 24 * 3600 * 1000;
const writtenHeader = "x-written";

/** What an entry says of its file. */
interface Entry {
  readonly size: number;
  /** Bytes of each piece. */
  readonly pieces: readonly number[];
  /** Under which keys the pieces are. */
  readonly prefix: string;
  /** What the server called this version of it; null where it said nothing. */
  readonly version: string | null;
  /** When it was last opened, as Date.now() has it. */
  readonly used: number;
  /** The server has no such file: known for when there is no network. */
  readonly absent?: true;
}

/** A file that is here whole. */
export class KeptFile implements RandomAccessFile {
  readonly path: string;
  readonly size: number;
  readonly version: string | null;
  readonly #entry: Entry;
  /** Pieces that could not be kept. */
  readonly #memory: Map<number, Uint8Array>;
  /** The piece that was read last: tensors are read in order. */
  #last: { number: number; bytes: Uint8Array } | null = null;

  constructor(path: string, entry: Entry, memory: Map<number, Uint8Array> = new Map()) {
    this.path = path;
    this.size = entry.size;
    this.version = entry.version;
    this.#entry = entry;
    this.#memory = memory;
  }

  /** Whether the browser did not keep it: then this object is all there is of it. */
  get isInMemory(): boolean {
    return this.#memory.size > 0;
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    if (position + target.byteLength > this.size) {
      throw new ModelFileError(`${this.path} ends at byte ${this.size}: it was cut short or closed.`);
    }
    let done = 0;
    let start = 0;
    for (const [number, length] of this.#entry.pieces.entries()) {
      const from = position + done - start;
      if (from < length && done < target.byteLength) {
        const bytes = await this.#piece(number, length);
        const part = bytes.subarray(from, Math.min(length, from + target.byteLength - done));
        target.set(part, done);
        done += part.byteLength;
      }
      start += length;
    }
  }

  async close(): Promise<void> {
    this.#last = null;
    this.#memory.clear();
  }

  async #piece(number: number, length: number): Promise<Uint8Array> {
    if (this.#last?.number === number) return this.#last.bytes;
    const bytes = this.#memory.get(number) ?? (await readKept(pieceKey(this.#entry.prefix, number)));
    if (bytes?.byteLength !== length) {
      throw new ModelFileError(`${this.path} is not in the browser's cache any more: load the model again.`);
    }
    this.#last = { number, bytes };
    return bytes;
  }
}

/**
 * A file that is being kept. One of `finish`, `suspend` or `discard` ends it. Pieces begin at multiples of one length, so whoever writes the
 * same file at the same time writes the same pieces.
 */
export class KeptFileWriter {
  readonly #key: string;
  readonly #prefix: string;
  readonly #pieces: number[] = [];
  readonly #memory = new Map<number, Uint8Array>();
  readonly #keep: boolean;
  #open = new Uint8Array(smallFile);
  #filled = 0;

  /**
   * @param prefix names the file and its version: what is there under it already belongs to it
   * @param keep false for what there is no room for: it stays in memory
   */
  constructor(key: string, prefix: string, keep: boolean) {
    this.#key = key;
    this.#prefix = prefix;
    this.#keep = keep;
  }

  /** Takes up what an earlier attempt left, in order. Returns how many bytes that is. */
  async takeUp(hear: (bytes: Uint8Array) => void): Promise<number> {
    for (;;) {
      const bytes = await readKept(pieceKey(this.#prefix, this.#pieces.length));
      if (bytes === null || bytes.byteLength > pieceBytes) break;
      hear(bytes);
      if (bytes.byteLength === pieceBytes) this.#pieces.push(pieceBytes);
      else {
        this.#reserve(bytes.byteLength);
        this.#open.set(bytes);
        this.#filled = bytes.byteLength;
        break;
      }
    }
    return this.#pieces.length * pieceBytes + this.#filled;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) {
      const part = bytes.subarray(at, at + pieceBytes - this.#filled);
      this.#reserve(this.#filled + part.byteLength);
      this.#open.set(part, this.#filled);
      this.#filled += part.byteLength;
      at += part.byteLength;
      if (this.#filled === pieceBytes) await this.#endPiece();
    }
  }

  /** The file is whole. */
  async finish(version: string | null): Promise<KeptFile> {
    if (this.#filled > 0) await this.#endPiece();
    const size = this.#pieces.reduce((sum, bytes) => sum + bytes, 0);
    const entry = { size, pieces: this.#pieces, prefix: this.#prefix, version, used: Date.now() };
    if (this.#memory.size === 0) {
      const before = await readEntry(this.#key);
      await writeKept(this.#key, encodeEntry(entry));
      if (before !== null && before.prefix !== this.#prefix) await removePieces(before);
    }
    return new KeptFile(this.#key, entry, this.#memory);
  }

  /** Keeps what there is so far. */
  async suspend(): Promise<void> {
    if (this.#filled === 0 || !this.#keep || this.#memory.size > 0) return;
    await writeKept(pieceKey(this.#prefix, this.#pieces.length), this.#open.slice(0, this.#filled));
  }

  async discard(): Promise<void> {
    await removePieces({ pieces: [...this.#pieces, 0], prefix: this.#prefix });
    this.#memory.clear();
  }

  /** Most files are small: the buffer grows with them. */
  #reserve(bytes: number): void {
    if (bytes <= this.#open.byteLength) return;
    const larger = new Uint8Array(Math.min(pieceBytes, Math.max(bytes, 4 * this.#open.byteLength)));
    larger.set(this.#open.subarray(0, this.#filled));
    this.#open = larger;
  }

  async #endPiece(): Promise<void> {
    const bytes = this.#open.slice(0, this.#filled);
    const number = this.#pieces.length;
    this.#pieces.push(bytes.byteLength);
    this.#filled = 0;
    // What follows a piece that is not kept cannot be of use later.
    if (!this.#keep || this.#memory.size > 0 || !(await writeKept(pieceKey(this.#prefix, number), bytes))) {
      this.#memory.set(number, bytes);
    }
  }
}

/** A kept file, or null; it counts as used now. */
export async function openKept(key: string): Promise<KeptFile | null> {
  const entry = await readEntry(key);
  if (entry === null || entry.absent) return null;
  await writeKept(key, encodeEntry({ ...entry, used: Date.now() }));
  return new KeptFile(key, entry);
}

/** Size and version of a kept file; null where none is kept. */
export async function keptEntry(key: string): Promise<Pick<Entry, "size" | "version" | "absent"> | null> {
  return readEntry(key);
}

/** Remembers that there is no such file. */
export async function keepAbsence(key: string): Promise<void> {
  await removeKept(key);
  const nothing = { size: 0, pieces: [], prefix: "", version: null };
  await writeKept(key, encodeEntry({ ...nothing, used: Date.now(), absent: true }));
}

/** Makes room for a file: those unused for longest go. False where it is larger than all that may be kept. */
export async function makeRoom(bytes: number): Promise<boolean> {
  const quota = await storageQuota();
  const most = Math.min(mostBytes, quota * shareOfQuota);
  if (bytes > most) return false;
  const entries = (await keptFiles()).toSorted((a, b) => b.entry.used - a.entry.used);
  let sum = bytes;
  for (const { key, entry } of entries) {
    sum += entry.size;
    if (sum > most) await removeKept(key);
  }
  await removeLeftovers(new Set(entries.map(({ entry }) => entry.prefix)));
  return true;
}

/** Pieces of downloads that nobody went on with. */
async function removeLeftovers(prefixes: ReadonlySet<string>): Promise<void> {
  const cache = await openCache();
  for (const request of (await cache?.keys()) ?? []) {
    const [prefix, piece] = keyOf(request.url).split(pieceMark);
    if (piece === undefined || prefixes.has(prefix)) continue;
    const written = Number((await cache!.match(request))?.headers.get(writtenHeader));
    if (Date.now() - written > leftoverTime) await cache!.delete(request);
  }
}

/** Every kept file. */
export async function keptFiles(): Promise<{ key: string; entry: Entry }[]> {
  const cache = await openCache();
  const found: { key: string; entry: Entry }[] = [];
  for (const { url } of (await cache?.keys()) ?? []) {
    const key = keyOf(url);
    // Pieces are most of it.
    const entry = key.includes(pieceMark) ? null : await readEntry(key);
    if (entry !== null && !entry.absent) found.push({ key, entry });
  }
  return found;
}

export async function removeKept(key: string): Promise<void> {
  const entry = await readEntry(key);
  await (await openCache())?.delete(urlOf(key)).catch(() => false);
  if (entry !== null) await removePieces(entry);
}

/** A small thing under a key, or null. */
export async function readKept(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const inMemory = notKept.get(key);
  if (inMemory !== undefined) return inMemory;
  try {
    const response = await (await openCache())?.match(urlOf(key));
    return response === undefined ? null : new Uint8Array(await response.arrayBuffer());
  } catch {
    return null;
  }
}

/** Keeps a small thing. Returns whether it will be there after this page. */
export async function writeKept(key: string, content: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    const cache = await openCache();
    if (cache === null) return false;
    await cache.put(urlOf(key), new Response(content, { headers: { [writtenHeader]: String(Date.now()) } }));
    return true;
  } catch {
    return false;
  }
}

/** Keeps a small thing, in memory where there is no other way. */
export async function writeKeptOrHeld(key: string, content: Uint8Array<ArrayBuffer>): Promise<void> {
  if (!(await writeKept(key, content))) notKept.set(key, content);
}

/** Small things that the browser does not keep. */
const notKept = new Map<string, Uint8Array<ArrayBuffer>>();

const pieceMark = "#piece-";

function pieceKey(prefix: string, number: number): string {
  return `${prefix}${pieceMark}${number}`;
}

async function removePieces({ pieces, prefix }: Pick<Entry, "pieces" | "prefix">): Promise<void> {
  const cache = await openCache();
  for (const number of pieces.keys()) await cache?.delete(urlOf(pieceKey(prefix, number))).catch(() => false);
}

async function readEntry(key: string): Promise<Entry | null> {
  const bytes = await readKept(key);
  if (bytes === null) return null;
  try {
    const entry = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Entry>;
    return Array.isArray(entry.pieces) && typeof entry.prefix === "string" ? (entry as Entry) : null;
  } catch {
    return null;
  }
}

function encodeEntry(entry: Entry): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(entry));
}

async function openCache(): Promise<Cache | null> {
  try {
    return (await globalThis.caches?.open(keptFilesCache)) ?? null;
  } catch {
    return null;
  }
}

async function storageQuota(): Promise<number> {
  const estimate = await globalThis.navigator?.storage?.estimate?.().catch(() => null);
  return estimate?.quota ?? Infinity;
}

/** CacheStorage's keys are URLs; these are never fetched. */
const place = "https://metal-candle.invalid/models/";

function urlOf(key: string): string {
  return `${place}${encodeURIComponent(key)}`;
}

function keyOf(url: string): string {
  return decodeURIComponent(url.slice(place.length));
}
