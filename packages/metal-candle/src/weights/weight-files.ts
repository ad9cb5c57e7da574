/**
 * A model's weights, whatever files they come in: `model.safetensors`, or shards listed by `model.safetensors.index.json`.
 *
 * Finds, opens and closes; the formats are safetensors.ts's business. Where there are none, pytorch_model.bin, whose
 * pickle is read as data and never run.
 */
import { joinPath, readFileBytes } from "#platform/files";
import { ModelFileError } from "../errors.ts";
import { parseJson } from "../json.ts";
import { SafetensorsFile } from "./safetensors.ts";
import type { WeightTensor } from "./weight-tensor.ts";

/** Bytes that an index of shards may have; the largest known are a few hundred KB. */
const largestIndex = 16 << 20;

/** Each is an open file. */
const mostShards = 256;

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
  const shards = await readShardNames(indexPath, "safetensors");
  if (shards !== null) return openShards(folder, indexPath, shards, (file) => SafetensorsFile.open(file));

  const torchPath = joinPath(folder, "pytorch_model.bin");
  const torch = await SafetensorsFile.openTorch(torchPath);
  if (torch !== null) return weightFiles(torchPath, [torch]);
  const torchIndex = joinPath(folder, "pytorch_model.bin.index.json");
  const torchShards = await readShardNames(torchIndex, "bin");
  if (torchShards !== null)
    return openShards(folder, torchIndex, torchShards, (file) => SafetensorsFile.openTorch(file));
  throw new ModelFileError(`${folder} has no model.safetensors, no pytorch_model.bin, and no index of either.`);
}

async function openShards(
  folder: string,
  indexPath: string,
  shards: ReadonlyMap<string, string>,
  open: (path: string) => Promise<SafetensorsFile | null>,
): Promise<WeightFiles> {
  const files: SafetensorsFile[] = [];
  const shardNames = new Set(shards.values());
  if (shardNames.size > mostShards) {
    throw new ModelFileError(`${indexPath} names ${shardNames.size} shards; at most ${mostShards} are read.`);
  }
  try {
    for (const name of shardNames) {
      const shard = await open(joinPath(folder, name));
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
async function readShardNames(indexPath: string, ending: "safetensors" | "bin"): Promise<Map<string, string> | null> {
  const bytes = await readFileBytes(indexPath, largestIndex);
  if (bytes === null) return null;
  const map = (parseJson(bytes, indexPath) as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new ModelFileError(`${indexPath} has no "weight_map" object.`);
  }
  const names = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(map)) {
    if (typeof shard !== "string" || !/^[A-Za-z0-9][\w.-]*$/.test(shard) || !shard.endsWith(`.${ending}`)) {
      throw new ModelFileError(
        `${indexPath} puts "${tensor}" into ${JSON.stringify(shard)}; a shard must be a .${ending} file of the same folder.`,
      );
    }
    names.set(tensor, shard);
  }
  return names;
}
