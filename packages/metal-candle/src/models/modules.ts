/**
 * modules.json: the list of parts that sentence-transformers strings together, and the folder of each.
 *
 * Reads and checks the list; what a part does is for heads/ to know. Types are accepted by their last name, and only from the
 * sentence_transformers package, whose own path to a class changes between releases. Nothing named here is ever imported.
 */
import { joinPath } from "#platform/files";
import { ModelFileError, UnsupportedModelError } from "../errors.ts";
import { readJson } from "./config-object.ts";

/** Published models have up to five. */
const mostModules = 100;

/** Modules of sentence-transformers that make another kind of model, and which. */
const foreignModules: ReadonlyMap<string, string> = new Map([
  ["Router", "queries and documents go through different modules"],
  ["Asym", "queries and documents go through different modules"],
  ["MLMTransformer", "sparse vectors are made by other models than this engine runs"],
  ["SpladePooling", "sparse vectors are made by other models than this engine runs"],
  ["SparseAutoEncoder", "sparse vectors are made by other models than this engine runs"],
  ["SparseStaticEmbedding", "sparse vectors are made by other models than this engine runs"],
  ["MultiVectorMask", "a vector for each token is not a sentence embedding"],
  ["HierarchicalTokenPooling", "a vector for each token is not a sentence embedding"],
  ["CLIPModel", "images are not texts"],
  ["BoW", "only Transformer and StaticEmbedding read texts here"],
  ["WordEmbeddings", "only Transformer and StaticEmbedding read texts here"],
]);

export interface Module {
  /** "Transformer", "Pooling", "Dense", "Normalize", … */
  readonly type: string;
  /** The module's own folder. */
  readonly folder: string;
  /** For messages: `2 (2_Dense, Dense)`. */
  readonly label: string;
}

/**
 * The modules of a folder in order, or null where there is no modules.json.
 * @throws ModelFileError, UnsupportedModelError
 */
export async function readModules(folder: string): Promise<readonly Module[] | null> {
  const path = joinPath(folder, "modules.json");
  const list = await readJson(path);
  if (list === undefined) return null;
  if (!Array.isArray(list) || list.length === 0) throw new ModelFileError(`${path} is not a list of modules.`);
  if (list.length > mostModules) {
    throw new ModelFileError(`${path} lists ${list.length} modules; at most ${mostModules} are read.`);
  }
  return list.map((entry: unknown, index) => {
    const { type, path: place } = (entry ?? {}) as { type?: unknown; path?: unknown };
    if (typeof type !== "string" || typeof place !== "string") {
      throw new ModelFileError(`${path}: module ${index} needs a "type" and a "path", both strings.`);
    }
    if (!type.startsWith("sentence_transformers.")) {
      throw new UnsupportedModelError(
        `${path}: module ${index} is "${type}", code that comes with the model; only sentence_transformers' own modules are known.`,
      );
    }
    const name = type.split(".").at(-1)!;
    const why = foreignModules.get(name);
    if (why !== undefined) {
      throw new UnsupportedModelError(
        `${path}: module ${index} is of the type ${name}, which is not supported: ${why}.`,
      );
    }
    return {
      type: name,
      folder: joinPath(folder, ...folderNames(place, path)),
      label: `${path}, module ${index} (${place === "" ? "" : `${place}, `}${name})`,
    };
  });
}

/** A module's path as folder names below the model's; anything that could lead out of it is refused. */
function folderNames(place: string, path: string): string[] {
  if (place === "" || place === ".") return [];
  const names = place.replace(/\/$/, "").split("/");
  if (names.every((name) => /^[A-Za-z0-9_][\w .-]*$/.test(name))) return names;
  throw new ModelFileError(`${path}: the path "${place}" does not lead to a folder of the model.`);
}
