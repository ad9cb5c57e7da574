/**
 * Static tables: a vector for each token and their mean, no transformer. sentence-transformers' StaticEmbedding, and the files of
 * model2vec (potion), whose table may have fewer rows than there are tokens and a weight for each token.
 */
import { joinPath, readFileBytes } from "#platform/files";
import { ModelFileError, UnsupportedModelError } from "../errors.ts";
import type { ModelLocation } from "../hub/cache.ts";
import { parseJson } from "../json.ts";
import { sha256 } from "../weights/fingerprint.ts";
import { openWeightFiles, type WeightFiles } from "../weights/weight-files.ts";
import type { WeightTensor } from "../weights/weight-tensor.ts";
import { readConfig } from "./config-object.ts";
import type { ModelDescription, TokenizerFiles } from "./description.ts";
import { truncated } from "./heads/read-head.ts";
import { expectSentenceEmbedding } from "./heads/sentence.ts";
import type { Module } from "./modules.ts";
import { readPrompts } from "./prompts.ts";
import { folderRevision } from "./revision.ts";
import { largestTokenizer } from "./tokenizer-files.ts";
import { WeightLookup } from "./weight-lookup.ts";

/** StaticEmbedding has no limit; arrays have. Some two megabytes of English. */
const mostTokens = 1 << 19;

export interface StaticModelPlace {
  readonly id: string;
  readonly location: ModelLocation;
  readonly modules: readonly Module[] | null;
  readonly prompts: Readonly<Record<string, string>> | undefined;
  /** Receives every weight file that stays open. */
  readonly opened: WeightFiles[];
}

/** Whether modules.json begins with a StaticEmbedding, or the config is model2vec's own. */
export async function isStaticModel(modules: readonly Module[] | null, folder: string): Promise<boolean> {
  if (modules !== null) return modules[0]?.type === "StaticEmbedding";
  const config = await readConfig(folder, "config.json");
  return config?.value("model_type") === "model2vec";
}

/** @throws ModelFileError, UnsupportedModelError */
export async function describeStaticModel(place: StaticModelPlace): Promise<ModelDescription> {
  const { id, location, modules, opened } = place;
  const folder = modules === null ? location.folder : modules[0]!.folder;
  const files = await openWeightFiles(folder);
  opened.push(files);
  const wordEmbeddings = readTable(new WeightLookup(files));
  const [vocabSize, hiddenSize] = wordEmbeddings.shape as [number, number];
  const own = modules === null ? await readConfig(folder, "config.json") : null;
  const saved = modules === null ? null : await readConfig(location.folder, "config_sentence_transformers.json");
  const normalize = modules === null ? own!.boolean("normalize", true) : await normalizes(modules.slice(1));
  const head = truncated(
    {
      poolings: ["mean"],
      includePrompt: true,
      dense: [],
      rowSteps: [[]],
      normalize,
      dimensions: hiddenSize,
      truncateDimensions: null,
    },
    saved,
  );
  const { tokenizer, maxLength } = await readTokenizer(folder);
  const { prompts, defaultPromptName, warnings } = readPrompts(saved, location.hubId, [id, folder], place.prompts);
  return {
    kind: "embedding",
    id: location.hubId ?? id,
    revision: location.commit ?? (await folderRevision(opened, [own, saved], head, tokenizer)),
    folder: location.folder,
    modelType: "static",
    encoder: {
      hiddenSize,
      vocabSize,
      maxPositions: maxLength,
      wordEmbeddings,
      embeddingScale: 1,
      positionTable: null,
      positionOffset: 0,
      tokenTypeTable: null,
      embeddingNorm: null,
      embeddingProjection: null,
      layers: [],
      finalNorm: null,
      relativePositionBias: null,
    },
    head,
    tokenizer,
    maxLength,
    taskLengths: { query: null, passage: null },
    prompts,
    defaultPromptName,
    classifier: null,
    pairTemplate: null,
    paddingId: null,
    warnings,
    async close() {
      await Promise.all(opened.map((weightFiles) => weightFiles.close()));
    },
  };
}

/** Normalize may follow, and Dropout, which only training runs. */
async function normalizes(modules: readonly Module[]): Promise<boolean> {
  let normalize = false;
  for (const module of modules) {
    if (module.type === "Normalize") {
      expectSentenceEmbedding(await readConfig(module.folder, "config.json"), module);
      normalize = true;
    } else if (module.type !== "Dropout") {
      throw new UnsupportedModelError(
        `${module.label} follows a StaticEmbedding, which is not supported; supported are Normalize and Dropout.`,
      );
    }
  }
  return normalize;
}

/** The table by token id: as it is stored, or folded together of model2vec's rows, mapping and weights. */
function readTable(lookup: WeightLookup): WeightTensor {
  const name = lookup.names.has("embedding.weight") ? "embedding.weight" : "embeddings";
  const shape = lookup.shapeOf(name);
  if (shape === null) {
    throw new ModelFileError(
      `${lookup.path} has neither "embedding.weight" nor "embeddings", one of which is a static model's table.`,
    );
  }
  if (shape.length !== 2 || shape.some((dimension) => dimension < 1)) {
    throw new ModelFileError(
      `Tensor "${name}" of ${lookup.path} is [${shape.join(", ")}]; a static model's table is [tokens, dimensions].`,
    );
  }
  const table = lookup.tensor(name, shape);
  const optional = (other: string, storages?: readonly string[]): WeightTensor | null => {
    const length = name === "embeddings" ? lookup.shapeOf(other) : null;
    return length === null ? null : lookup.tensor(other, [length[0] ?? 0], storages);
  };
  const mapping = optional("mapping", ["I64", "I32"]);
  const weights = optional("weights");
  lookup.expectNothingElse(() => false);
  if (mapping === null && weights === null) return table;
  const tokens = mapping?.shape[0] ?? shape[0]!;
  if (weights !== null && weights.shape[0] !== tokens) {
    throw new ModelFileError(
      `Tensor "weights" of ${lookup.path} is [${weights.shape.join(", ")}]; there are ${tokens} tokens.`,
    );
  }
  return folded(table, mapping, weights, tokens, lookup.path);
}

/** Row i is rows[mapping[i]] · weights[i]. */
function folded(
  table: WeightTensor,
  mapping: WeightTensor | null,
  weights: WeightTensor | null,
  tokens: number,
  path: string,
): WeightTensor {
  const [rows, dimensions] = table.shape as [number, number];
  return {
    name: table.name,
    shape: [tokens, dimensions],
    storage: table.storage,
    async read(first = 0, count = tokens - first) {
      const [source, places, factors] = await Promise.all([
        table.read(),
        mapping?.read(first, count),
        weights?.read(first, count),
      ]);
      const target = new Float32Array(count * dimensions);
      for (let i = 0; i < count; i++) {
        const row = places === undefined ? first + i : places[i]!;
        if (!(row >= 0 && row < rows)) {
          throw new ModelFileError(`Tensor "mapping" of ${path} names the row ${row}, and the table has ${rows}.`);
        }
        const factor = factors === undefined ? 1 : factors[i]!;
        for (let d = 0; d < dimensions; d++) target[i * dimensions + d] = source[row * dimensions + d]! * factor;
      }
      return target;
    },
  };
}

/** tokenizer.json alone, whose truncation counts here, and no special tokens. */
async function readTokenizer(folder: string): Promise<{ tokenizer: TokenizerFiles; maxLength: number }> {
  const path = joinPath(folder, "tokenizer.json");
  const json = await readFileBytes(path, largestTokenizer);
  if (json === null) throw new ModelFileError(`${path} is missing; a static model's tokens are in it.`);
  const tokenizer = { path, json, withoutSpecialTokens: true, hash: await sha256([json]) };
  return { tokenizer, maxLength: Math.min(readTruncation(json, path) ?? mostTokens, mostTokens) };
}

function readTruncation(json: Uint8Array<ArrayBuffer>, path: string): number | null {
  // Large files are not parsed for this: as it is written, `truncation` stands before everything that is large.
  const beginning = new TextDecoder().decode(json.subarray(0, 400));
  if (/^\s*\{\s*"version":\s*"[\d.]+",\s*"truncation":\s*null\b/.test(beginning)) return null;
  const file = parseJson(json, path) as { truncation?: { max_length?: unknown } | null } | null;
  const length = file?.truncation?.max_length;
  if (length === undefined) return null;
  if (Number.isSafeInteger(length) && (length as number) >= 1) return length as number;
  throw new ModelFileError(`${path} has a truncation whose "max_length" is ${JSON.stringify(length)}.`);
}
