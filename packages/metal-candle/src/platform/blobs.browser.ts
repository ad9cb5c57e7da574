/**
 * The blobs of a hub cache, the page's side: kept files named by the hash of their content, written piece by piece and checked.
 *
 * Names are as in Node: models--ORG--NAME/blobs/HASH, snapshots/COMMIT and refs/REVISION, below a place that is not a folder.
 */
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type BlobHash } from "./blob-types.ts";
import { keptEntry, KeptFileWriter, makeRoom, writeKeptOrHeld } from "./kept-files.browser.ts";
import { holdBlob, snapshotManifest, type SnapshotFile } from "./snapshots.browser.ts";

interface Hash {
  update(bytes: Uint8Array): Hash;
  digest(): Uint8Array;
}

/** Whether the blob is there with that many bytes. */
export async function hasBlob(repository: string, name: string, size: number): Promise<boolean> {
  return (await keptEntry(blobKey(repository, name)))?.size === size;
}

/** A blob being written. One of `finish`, `suspend` or `discard` ends it. */
export class PartialBlob {
  /** Bytes written so far, those of an earlier attempt included. */
  length: number;
  readonly #key: string;
  readonly #writer: KeptFileWriter;
  readonly #hash: Hash;

  private constructor(key: string, writer: KeptFileWriter, hash: Hash, length: number) {
    this.#key = key;
    this.#writer = writer;
    this.#hash = hash;
    this.length = length;
  }

  /** Starts a blob, or takes up one that an earlier attempt left. `size` is what it will have when whole. */
  static async open(repository: string, name: string, kind: BlobHash, size: number): Promise<PartialBlob> {
    const key = blobKey(repository, name);
    const keep = await makeRoom(size);
    const hash: Hash = kind === "sha256" ? sha256.create() : sha1.create();
    if (kind === "git") hash.update(new TextEncoder().encode(`blob ${size}\0`));
    const writer = new KeptFileWriter(key, key, keep);
    const length = await writer.takeUp((bytes) => hash.update(bytes));
    const blob = new PartialBlob(key, writer, hash, length);
    if (length <= size) return blob;
    await blob.discard();
    return PartialBlob.open(repository, name, kind, size);
  }

  async write(piece: Uint8Array): Promise<void> {
    await this.#writer.write(piece);
    this.#hash.update(piece);
    this.length += piece.byteLength;
  }

  /** Puts the blob in its place if its hash is `name`; otherwise removes it. Returns which. */
  async finish(name: string): Promise<boolean> {
    if (bytesToHex(this.#hash.digest()) !== name) {
      await this.discard();
      return false;
    }
    const file = await this.#writer.finish(name);
    if (file.isInMemory) holdBlob(this.#key, file);
    return true;
  }

  /** Keeps what there is for a later attempt. */
  async suspend(): Promise<void> {
    await this.#writer.suspend();
  }

  async discard(): Promise<void> {
    await this.#writer.discard();
  }
}

/**
 * Makes a snapshot out of blobs: a list of what is in it.
 * @param files path within the snapshot, and the blob's name
 */
export async function linkSnapshot(
  repository: string,
  commit: string,
  files: readonly SnapshotFile[],
): Promise<string> {
  const folder = `${repository}/snapshots/${commit}`;
  const manifest = { files: files.map(({ path, blob }) => ({ path, blob })) };
  await writeKeptOrHeld(snapshotManifest(folder), new TextEncoder().encode(JSON.stringify(manifest)));
  return folder;
}

/** Records which commit a branch or tag is. */
export async function writeReference(repository: string, revision: string, commit: string): Promise<void> {
  await writeKeptOrHeld(`${repository}/refs/${revision}`, new TextEncoder().encode(commit));
}

function blobKey(repository: string, name: string): string {
  return `${repository}/blobs/${name}`;
}
