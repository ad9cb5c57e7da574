/**
 * What a URL brings, kept for the next time: a file is fetched again only where the server has another version of it, and where there is no
 * network, the kept one serves. Part of the files door.
 *
 * A version is the server's ETag or Last-Modified. To the page's own server the ETag goes along, and 304 is the answer; another origin would
 * be asked for leave first, so there the answer's head is compared, and its body left alone. A development server that answers a missing
 * file with its start page (HTML) counts as "not there".
 */
import { ModelFileError } from "../errors.ts";
import { piecesOf } from "./body-pieces.ts";
import type { DownloadWatch } from "./file-types.ts";
import { keepAbsence, keptEntry, type KeptFile, KeptFileWriter, makeRoom, openKept } from "./kept-files.browser.ts";

/** Who is told of downloads, by the start of the URLs. */
export const watches = new Set<{ readonly prefix: string; readonly watch: DownloadWatch }>();

/** How often a download that broke is gone on with, if it brought nothing in between; and the pause before that, doubled each time. */
const attempts = 4;
const pauseMilliseconds = 500;

/** Smaller files are read to their end rather than broken off. */
const smallFile = 1 << 16;

/**
 * The file at a URL, or null where the server has none.
 * @throws ModelFileError when it cannot be fetched and is not kept, or is larger than the limit
 */
export async function fetchFile(url: string, limitBytes: number): Promise<KeptFile | null> {
  if (isKnownAbsent(url)) return null;
  const kept = await keptEntry(url);
  const signal = signalOf(url);
  let response: Response;
  try {
    const etag = kept?.version?.startsWith("etag ") && isOwnOrigin(url) ? kept.version.slice(5) : null;
    response = await fetch(url, { ...(etag !== null && { headers: { "if-none-match": etag } }), signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (kept?.absent) return null;
    const offline = kept === null ? null : await openKept(url);
    if (offline !== null) return offline;
    throw new ModelFileError(`${url} cannot be fetched: ${(error as Error).message}.`, { cause: error });
  }
  if (response.status === 304) return openKept(url);
  if (response.status === 404 || response.headers.get("content-type")?.startsWith("text/html")) {
    await response.body?.cancel();
    if (!kept?.absent) await keepAbsence(url);
    return null;
  }
  if (!response.ok) {
    await response.body?.cancel();
    const before = kept !== null && response.status >= 500 ? await openKept(url) : null;
    if (before !== null) return before;
    throw new ModelFileError(`${url} cannot be fetched: the server answered ${response.status}.`);
  }
  const version = versionOf(response);
  if (version !== null && kept?.version === version) {
    const same = await openKept(url);
    if (same !== null) {
      if (kept.size > smallFile) await response.body?.cancel();
      else await response.arrayBuffer();
      return same;
    }
  }
  return receive(url, response, version, limitBytes);
}

/** Reads a body to its end, going on where it breaks. */
async function receive(url: string, first: Response, version: string | null, limitBytes: number): Promise<KeptFile> {
  const encoded = first.headers.get("content-encoding") !== null;
  const total = encoded ? 0 : Number(first.headers.get("content-length") ?? 0);
  if (total > limitBytes) {
    await first.body?.cancel();
    throw tooLarge(url, total, limitBytes);
  }
  const signal = signalOf(url);
  const keep = total < smallFile || (await makeRoom(total));
  const writer = new KeptFileWriter(url, `${url}@${version ?? "no version"}`, keep);
  let length = 0;
  let failures = 0;
  for (let response = first; ;) {
    const before = length;
    try {
      if (response.body !== null) {
        for await (const piece of piecesOf(response.body)) {
          await writer.write(piece);
          length += piece.byteLength;
          if (length > limitBytes) throw tooLarge(url, length, limitBytes);
          tell(url, length, total);
        }
      }
      return await writer.finish(version);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ModelFileError) throw error;
      failures = length > before ? 1 : failures + 1;
      const next = encoded || version === null ? null : await goOn(url, version, length, failures, signal);
      if (next === null) {
        await writer.discard();
        throw new ModelFileError(`${url} broke off after ${length} bytes: ${(error as Error).message}.`, {
          cause: error,
        });
      }
      response = next;
    }
  }
}

/** The rest of a file from a byte on; null where it cannot be had, or is of another version. */
async function goOn(
  url: string,
  version: string,
  from: number,
  failures: number,
  signal: AbortSignal | undefined,
): Promise<Response | null> {
  for (let failed = failures; failed <= attempts; failed++) {
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds * 2 ** (failed - 1)));
    signal?.throwIfAborted();
    try {
      const response = await fetch(url, { headers: { range: `bytes=${from}-` }, signal });
      if (response.status === 206 && versionOf(response) === version) return response;
      await response.body?.cancel();
      if (response.status < 500) return null;
    } catch {
      signal?.throwIfAborted();
    }
  }
  return null;
}

function versionOf({ headers }: Response): string | null {
  const etag = headers.get("etag");
  if (etag !== null) return `etag ${etag}`;
  const modified = headers.get("last-modified");
  return modified === null ? null : `modified ${modified}`;
}

function isOwnOrigin(url: string): boolean {
  return new URL(url).origin === globalThis.location?.origin;
}

function signalOf(url: string): AbortSignal | undefined {
  const signals = [...watches].filter(({ prefix }) => url.startsWith(prefix)).map(({ watch }) => watch.signal);
  // Of several that want a file, none may end it for the others.
  return signals.length === 1 ? signals[0] : undefined;
}

/** Whether somebody who loads from this folder has said what is in it, and this is not. */
function isKnownAbsent(url: string): boolean {
  return [...watches].some(
    ({ prefix, watch: { files } }) => files && url.startsWith(prefix) && !files.includes(url.slice(prefix.length)),
  );
}

function tell(url: string, done: number, total: number): void {
  for (const { prefix, watch } of watches) {
    if (url.startsWith(prefix)) watch.onBytes(url.slice(prefix.length), done, total);
  }
}

function tooLarge(url: string, bytes: number, limitBytes: number): ModelFileError {
  return new ModelFileError(`${url} has ${bytes} bytes; a file of this kind may have at most ${limitBytes}.`);
}
