/**
 * A model's weights, whatever files they come in: `model.safetensors`, or shards listed by `model.safetensors.index.json`.
 *
 * Finds, opens and closes; the formats are safetensors.ts's business. Pickled weights (pytorch_model.bin) are programs and
 * are never opened.
 */
import { joinPath, listFolder, readFileBytes } from "#platform/files";
import { ModelFileError } from "../errors.ts";
import { parseJson } from "../json.ts";
import { SafetensorsFile } from "./safetensors.ts";
import type { WeightTensor } from "./weight-tensor.ts";

/** Bytes that an index of shards may have; the largest known are a few hundred KB. */
const LARGEST_INDEX = 16 << 20;

/** Each is an open file. */
const MOST_SHARDS = 256;

/** The open weight files of one folder. */
export interface WeightFiles {
  /** What to call them in messages: the path of the file, or of the index. */
  readonly path: string;
  /** Names of all tensors, `.scale` companions included. */
  readonly names: ReadonlySet<string>;
  /** The files in a fixed order, for fingerprints. */
  readonly files: readonly SafetensorsFile[];
  /** A tensor by its name, or null. */
  tensor(name: string): WeightTensor | null;
  close(): Promise<void>;
}

/**
 * Opens the weights of a folder.
 * @throws ModelFileError when there are none that can be read, or when shards and index disagree
 */
export async function openWeightFiles(folder: string): Promise<WeightFiles> {
  const path = joinPath(folder, "model.safetensors");
  const single = await SafetensorsFile.open(path);
  if (single !== null) return weightFiles(path, [single]);

  const indexPath = joinPath(folder, "model.safetensors.index.json");
  const shards = await readShardNames(indexPath);
  if (shards === null) throw await noWeights(folder);
  const files: SafetensorsFile[] = [];
  const shardNames = new Set(shards.values());
  if (shardNames.size > MOST_SHARDS) {
    throw new ModelFileError(`${indexPath} names ${shardNames.size} shards; at most ${MOST_SHARDS} are read.`);
  }
  try {
    for (const name of shardNames) {
      const shard = await SafetensorsFile.open(joinPath(folder, name));
      if (shard === null) throw new ModelFileError(`${indexPath} names the shard ${name}, which is not there.`);
      files.push(shard);
    }
    const weights = weightFiles(indexPath, files);
    for (const [tensor, shard] of shards) {
      if (!weights.names.has(tensor))
        throw new ModelFileError(`${indexPath} lists "${tensor}" in ${shard}, but ${shard} does not contain it.`);
    }
    return weights;
  } catch (error) {
    await Promise.all(files.map((file) => file.close()));
    throw error;
  }
}

function weightFiles(path: string, files: readonly SafetensorsFile[]): WeightFiles {
  const owners = new Map<string, SafetensorsFile>();
  for (const file of files) {
    for (const name of file.header.tensors.keys()) {
      if (owners.has(name))
        throw new ModelFileError(`Tensor "${name}" is in ${owners.get(name)!.path} and in ${file.path}.`);
      owners.set(name, file);
    }
  }
  return {
    path,
    names: new Set(owners.keys()),
    files,
    tensor: (name) => owners.get(name)?.tensor(name) ?? null,
    async close() {
      await Promise.all(files.map((file) => file.close()));
    },
  };
}

/** Tensor name to shard name, or null where there is no index. Shards must be plain file names of the same folder. */
async function readShardNames(indexPath: string): Promise<Map<string, string> | null> {
  const bytes = await readFileBytes(indexPath, LARGEST_INDEX);
  if (bytes === null) return null;
  const map = (parseJson(bytes, indexPath) as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new ModelFileError(`${indexPath} has no "weight_map" object.`);
  }
  const names = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(map)) {
    if (typeof shard !== "string" || !/^[A-Za-z0-9][\w.-]*\.safetensors$/.test(shard)) {
      throw new ModelFileError(
        `${indexPath} puts "${tensor}" into ${JSON.stringify(shard)}; a shard must be a .safetensors file of the same folder.`,
      );
    }
    names.set(tensor, shard);
  }
  return names;
}

async function noWeights(folder: string): Promise<ModelFileError> {
  const pickled = (await listFolder(folder)).find((name) => /^pytorch_model.*\.bin$/.test(name));
  return new ModelFileError(
    pickled === undefined
      ? `${folder} has no model.safetensors and no model.safetensors.index.json.`
      : `${folder} has its weights only as ${pickled}, which is a program (a Python pickle) and is not run. ` +
          `Take a revision that has model.safetensors, or convert it with safetensors' convert.py.`,
  );
}
