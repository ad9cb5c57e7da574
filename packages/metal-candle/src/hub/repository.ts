/**
 * What a hub says of a repository: which commit a revision is, and which files are in it. Two requests of the hub's API, of which the
 * second may have pages.
 *
 * A hub may be anybody's (HF_ENDPOINT): every answer is bounded in bytes and time, the list in entries and pages, and a next page must
 * lie on the hub itself.
 */
import { DownloadError } from "../errors.ts";
import { piecesOf } from "../platform/body-pieces.ts";
import type { HubFile } from "./download-file.ts";
import { TransientFailure, type HubClient } from "./hub-client.ts";

/** A page of the hub has a thousand entries, 200 kB; model repositories have some dozens. */
const largestAnswer = 16 << 20;
const mostEntries = 50_000;
const mostPages = 100;

export interface Repository {
  readonly commit: string;
  readonly entries: readonly HubFile[];
}

/**
 * @throws ModelNotFoundError, DownloadError; TransientFailure for what may be tried again
 */
export async function describeRepository(
  client: HubClient,
  id: string,
  revision: string,
  signal: AbortSignal | undefined,
): Promise<Repository> {
  const base = `${client.endpoint}/api/models/${id}`;
  const what = `revision ${revision}`;
  const info = await ask(client, `${base}/revision/${encodeURIComponent(revision)}?expand=sha`, id, what, signal);
  const commit = (info.body as { sha?: unknown } | null)?.sha;
  if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit)) {
    throw new DownloadError(`${client.endpoint} names no commit for ${id} at ${revision}.`);
  }
  const entries: HubFile[] = [];
  let url: string | null = `${base}/tree/${commit}?recursive=true&expand=false`;
  for (let pages = 0; url !== null; pages++) {
    if (pages >= mostPages) throw tooMany(id, `${mostPages} pages`);
    const page: { body: unknown; next: string | null } = await ask(client, url, id, what, signal);
    if (!Array.isArray(page.body)) throw new DownloadError(`${client.endpoint} sent no list of the files of ${id}.`);
    for (const entry of page.body) {
      const file = readEntry(entry);
      if (file !== null) entries.push(file);
    }
    if (entries.length > mostEntries) throw tooMany(id, `${mostEntries} files`);
    url = page.next;
  }
  return { commit, entries };
}

function tooMany(id: string, limit: string): DownloadError {
  return new DownloadError(`The hub lists more than ${limit} for ${id}; that is not a model's repository.`);
}

/** A file of the list that can be downloaded and checked; null for folders, and for what cannot. */
function readEntry(entry: unknown): HubFile | null {
  const { type, path, size, oid, lfs } = (entry ?? {}) as Record<string, unknown>;
  const large = (lfs ?? null) as { oid?: unknown; size?: unknown } | null;
  const blob = large === null ? oid : large.oid;
  const bytes = large?.size ?? size;
  if (type !== "file" || typeof path !== "string" || typeof blob !== "string") return null;
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(blob) || !Number.isSafeInteger(bytes) || (bytes as number) < 0) return null;
  return { path, size: bytes as number, blob, hash: large === null ? "git" : "sha256" };
}

/** One answer as JSON, and the address of the next page. */
async function ask(
  client: HubClient,
  url: string,
  id: string,
  what: string,
  signal: AbortSignal | undefined,
): Promise<{ body: unknown; next: string | null }> {
  const deadline = AbortSignal.timeout(client.patience.answerMilliseconds);
  const both = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  try {
    const response = await client.expectOk(await client.send(url, { signal: both }), id, what);
    const next = nextPage(response.headers.get("link"), client.endpoint);
    return { body: JSON.parse(await readText(response, id)) as unknown, next };
  } catch (error) {
    signal?.throwIfAborted();
    if (deadline.aborted) {
      throw new DownloadError(
        `${client.endpoint} sent no whole answer about ${id} in ${client.patience.answerMilliseconds / 1000} seconds. Try again later.`,
      );
    }
    // A body that broke off, or that is not JSON: a proxy's page, a cut connection.
    if (error instanceof SyntaxError || error instanceof TypeError)
      throw new TransientFailure(error.message.slice(0, 300));
    throw error;
  }
}

/** `<address>; rel="next"`: an address of the hub itself, where the token may go. */
function nextPage(link: string | null, endpoint: string): string | null {
  const address = link === null ? null : /<([^<>]{1,4000})>\s*;\s*rel="next"/.exec(link.slice(0, 8000))?.[1];
  if (address == null) return null;
  const next = new URL(address, endpoint).href;
  if (next.startsWith(`${endpoint}/`)) return next;
  throw new DownloadError(`The hub's list of files goes on at ${next}, which is not on ${endpoint}.`);
}

/** The body, unpacked, up to a limit. */
async function readText(response: Response, id: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body === null ? [] : piecesOf(response.body)) {
    bytes += piece.byteLength;
    if (bytes > largestAnswer) {
      throw new DownloadError(`The hub's answer about ${id} is larger than ${largestAnswer} bytes.`);
    }
    pieces.push(piece);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return new TextDecoder().decode(whole);
}
