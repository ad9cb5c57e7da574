/**
 * Downloads a model into the standard Hugging Face cache: just the needed files, in the layout that Python's tools share.
 *
 * Blobs first, each checked; then the snapshot, which appears whole; then the reference that makes it found by name. So an
 * interrupted pull never looks complete, and the next one goes on where it stopped.
 */
import { linkSnapshot, writeReference } from "#platform/blobs";
import { DownloadError, InvalidArgumentError } from "../errors.ts";
import { hubCacheFolder, isModelId, isRevision, repositoryFolder } from "./cache.ts";
import { downloadFile } from "./download-file.ts";
import { HubClient, usualPatience, type Patience } from "./hub-client.ts";
import { neededFiles } from "./needed-files.ts";
import { describeRepository } from "./repository.ts";

export interface PullProgress {
  /** The file that is being fetched. */
  readonly file: string;
  /** Bytes of all files: on disk, and in all. */
  readonly bytes: number;
  readonly total: number;
}

export interface PullOptions {
  /** Branch, tag or commit; "main" by default. */
  readonly revision?: string | undefined;
  /** The hub cache; what the environment says by default. */
  readonly cacheDir?: string | undefined;
  /** The hub's URL; what the environment says by default. */
  readonly hub?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
}

export interface PullResult {
  readonly id: string;
  readonly commit: string;
  /** The snapshot's folder. */
  readonly folder: string;
  readonly files: readonly string[];
  readonly bytes: number;
}

/**
 * Downloads a model. What is there already is not fetched again.
 * @param id a hub id, ORG/NAME
 * @param patience how often and how long to try; for tests
 * @throws ModelNotFoundError, UnsupportedModelError, DownloadError, InvalidArgumentError; the signal's reason when aborted
 */
export async function pullModel(
  id: string,
  options: PullOptions = {},
  patience: Patience = usualPatience,
): Promise<PullResult> {
  const { revision = "main", signal, onProgress } = options;
  if (!isModelId(id)) throw new InvalidArgumentError(`"${id}" is not a model id; it must be ORG/NAME or NAME.`);
  if (!isRevision(revision)) {
    throw new InvalidArgumentError(`invalid revision "${revision}": it must be a branch, a tag or a commit.`);
  }
  const cache = options.cacheDir ?? hubCacheFolder();
  if (cache === null) throw new DownloadError("There is no home folder to keep models in; set HF_HUB_CACHE.");

  const client = await HubClient.open(patience, options.hub);
  const { commit, entries } = await client.retrying(`Asking for ${id}`, signal, () =>
    describeRepository(client, id, revision, signal),
  );
  const files = neededFiles(id, entries);
  const repository = repositoryFolder(cache, id);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let before = 0;
  for (const file of files) {
    const report = (bytes: number): void => onProgress?.({ file: file.path, bytes: before + bytes, total });
    await downloadFile(client, id, commit, file, repository, signal, report);
    before += file.size;
  }
  signal?.throwIfAborted();
  const folder = await linkSnapshot(repository, commit, files);
  if (revision !== commit) await writeReference(repository, revision, commit);
  return { id, commit, folder, files: files.map((file) => file.path), bytes: total };
}
