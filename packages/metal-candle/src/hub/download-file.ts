/**
 * One file of a repository into the cache's blobs: taken up where it stopped, checked by size and hash, whole or not there.
 */
import { hasBlob, PartialBlob } from "#platform/blobs";
import { DownloadError } from "../errors.ts";
import type { BlobHash } from "../platform/blob-types.ts";
import { piecesOf } from "../platform/body-pieces.ts";
import { type HubClient, TransientFailure } from "./hub-client.ts";

/** A file as the hub describes it. */
export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** Name of the blob: SHA-256 for large files, git's object id for the rest. */
  readonly blob: string;
  readonly hash: BlobHash;
}

/**
 * Downloads a file unless its blob is there. `onBytes` gets how many of its bytes are on disk.
 * @throws DownloadError when it cannot be had or is not what the hub said
 */
export async function downloadFile(
  client: HubClient,
  id: string,
  commit: string,
  file: HubFile,
  repository: string,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if (await hasBlob(repository, file.blob, file.size)) {
    onBytes(file.size);
    return;
  }
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  const url = `${client.endpoint}/${id}/resolve/${commit}/${path}`;
  // What an earlier attempt left may be damaged; then, once, everything anew.
  for (const isLast of [false, true]) {
    const blob = await openBlob(repository, file);
    const resumed = blob.length > 0;
    try {
      onBytes(blob.length);
      await client.retrying(
        `Downloading ${file.path} of ${id}`,
        signal,
        () => receive(client, id, url, file, blob, signal, onBytes),
        () => blob.length,
      );
    } catch (error) {
      await (error instanceof RestartNeeded ? blob.discard() : blob.suspend());
      if (error instanceof RestartNeeded && !isLast) continue;
      throw error instanceof RestartNeeded ? new DownloadError(error.message) : explained(error, file);
    }
    if (await blob.finish(file.blob)) return;
    if (isLast || !resumed) {
      throw new DownloadError(
        `${file.path} of ${id} does not match the ${file.hash === "sha256" ? "SHA-256" : "git hash"} ${file.blob} listed by the hub: ` +
          `the download was corrupted, or altered on its way, and has been removed.`,
      );
    }
  }
}

/** Over so long a time a file's speed is measured. */
const windowSeconds = 60;

/** The server cannot go on from where the file stops. */
class RestartNeeded extends Error {}

/** Fetches what is missing at the end of `blob`. */
async function receive(
  client: HubClient,
  id: string,
  url: string,
  file: HubFile,
  blob: PartialBlob,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if (blob.length === file.size) return;
  const stall = new AbortController();
  let timer = setTimeout(() => stall.abort(), client.patience.stallMilliseconds);
  const both = signal === undefined ? stall.signal : AbortSignal.any([signal, stall.signal]);
  try {
    const headers: Record<string, string> = blob.length > 0 ? { range: `bytes=${blob.length}-` } : {};
    const answer = await client.send(url, { headers, signal: both });
    if (blob.length > 0 && (answer.status === 416 || answer.status === 200)) {
      await answer.body?.cancel();
      throw new RestartNeeded(`${file.path} of ${id} cannot be taken up where it stopped.`);
    }
    const response = await client.expectOk(answer, id, file.path);
    if (response.body === null) throw new TransientFailure("the hub sent no content");
    let since = performance.now();
    let before = blob.length;
    for await (const piece of piecesOf(response.body)) {
      clearTimeout(timer);
      timer = setTimeout(() => stall.abort(), client.patience.stallMilliseconds);
      if (blob.length + piece.byteLength > file.size) {
        throw new DownloadError(
          `${file.path} of ${id} is larger than the ${file.size} bytes that the hub lists for it.`,
        );
      }
      await blob.write(piece);
      onBytes(blob.length);
      const seconds = (performance.now() - since) / 1000;
      if (seconds < windowSeconds) continue;
      if (blob.length - before < client.patience.leastBytesPerSecond * seconds) {
        throw new DownloadError(
          `${file.path} of ${id} comes at ${Math.round((blob.length - before) / seconds)} bytes per second, which is given up. ` +
            "Try again later; what was downloaded is kept.",
        );
      }
      [since, before] = [performance.now(), blob.length];
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (stall.signal.aborted) {
      throw new TransientFailure(`nothing came for ${client.patience.stallMilliseconds / 1000} seconds`);
    }
    throw isConnectionError(error) ? new TransientFailure(`the connection broke (${(error as Error).message})`) : error;
  } finally {
    clearTimeout(timer);
  }
  if (blob.length < file.size)
    throw new TransientFailure(`the connection ended after ${blob.length} of ${file.size} bytes`);
}

async function openBlob(repository: string, file: HubFile): Promise<PartialBlob> {
  try {
    return await PartialBlob.open(repository, file.blob, file.hash, file.size);
  } catch (error) {
    throw explained(error, file);
  }
}

/** fetch reports a broken body as a TypeError ("terminated"). */
function isConnectionError(error: unknown): boolean {
  return error instanceof TypeError || (error as { code?: unknown }).code === "ECONNRESET";
}

/** Errors of the file system say which file, and that nothing is lost. */
function explained(error: unknown, file: HubFile): unknown {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) return error;
  return new DownloadError(`${file.path} cannot be written: ${(error as Error).message}.`, { cause: error });
}
