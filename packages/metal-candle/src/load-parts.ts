/**
 * Loading, for EmbeddingModel and Reranker alike: the model's description, its tokenizer, a device, an encoder on that device.
 *
 * What fails closes what was opened before it.
 */
import { openCpuEncoder } from "./cpu/encoder.ts";
import { WeightBeyondHalfError } from "./encoder/checked-weights.ts";
import type { Encoder } from "./encoder/encoder.ts";
import { isStaticTable, openStaticEncoder } from "./encoder/static-encoder.ts";
import { checkedDimensions } from "./check-options.ts";
import { openGpuEncoder } from "#gpu-encoder";
import { watchDownloads } from "#platform/files";
import { chooseDevice, softwareAdapterAllowed, type ChosenDevice } from "./device-policy.ts";
import { CpuUnavailableError, InvalidArgumentError, ModelNotFoundError, UnsupportedModelError } from "./errors.ts";
import { openGpu, type GpuContext } from "./gpu/device/context.ts";
import { type Dtype, numericsClass } from "./gpu/choose/numerics-class.ts";
import { isModelId } from "./hub/cache.ts";
import { hubIsOffline } from "./hub/hub-client.ts";
import { pullModel } from "./hub/pull.ts";
import type { ModelDescription } from "./models/description.ts";
import { readModel } from "./models/read-model.ts";
import { checkTokenizer, vocabularyWarning } from "./models/tokenizer-files.ts";
import { warnOnce } from "./notice.ts";
import type { LoadOptions } from "./options.ts";
import { TokenizerPool } from "./tokenizers/pool/tokenizer-pool.ts";
import { openTokenizer } from "./tokenizers/open-tokenizer.ts";
import type { Tokenizer } from "./tokenizers/tokenizer.ts";

export interface ModelParts {
  readonly description: ModelDescription;
  readonly tokenizer: Tokenizer;
  readonly encoder: Encoder;
  readonly chosen: ChosenDevice;
  /** Threads that tokenise for a device that packs; null for none. */
  readonly pool: TokenizerPool | null;
}

/** Opens all parts of a model of the kind wanted. The errors are those of EmbeddingModel.load. */
export async function loadParts(
  idOrFolder: string,
  kind: ModelDescription["kind"],
  options: LoadOptions,
): Promise<ModelParts> {
  const { device = "auto", dtype = "auto", signal, onNotice = warnOnce, tokenizerThreads: threads = 0 } = options;
  signal?.throwIfAborted();
  const { allowSoftwareAdapter, gpuDevice } = options;
  const [description, chosen] = await bothOrNeither(
    findModel(idOrFolder, kind, options),
    chooseDevice({ device, dtype, allowSoftwareAdapter, gpuDevice }),
  );
  try {
    signal?.throwIfAborted();
    if (description.kind !== kind) {
      throw new UnsupportedModelError(
        kind === "embedding"
          ? `${description.id} is a reranker: it scores pairs of texts. Load it with Reranker.load.`
          : `${description.id} is an embedding model, not a reranker. Load it with EmbeddingModel.load.`,
      );
    }
    // Before weights are read: they may be gigabytes.
    if (kind === "embedding") checkedDimensions(options.dimensions, 0, description.head.dimensions);
    if (isStaticTable(description)) return await staticParts(description, options);
    if (device === "auto") onNotice(`metal-candle: device auto is ${chosen.reason}`);
    for (const warning of description.warnings) onNotice(`metal-candle: ${warning}`);
    const [tokenizer, encoder] = await Promise.allSettled([
      openTokenizer(description.tokenizer).then((opened) => {
        checkTokenizer(opened, description);
        const warning = vocabularyWarning(opened, description);
        if (warning !== null) onNotice(`metal-candle: ${warning}`);
        opened.refuseIdsFrom(description.encoder.vocabSize);
        return opened;
      }),
      openEncoder(description, chosen, options),
    ]);
    const problem = [tokenizer, encoder].find((part) => part.status === "rejected");
    if (problem || signal?.aborted) {
      if (encoder.status === "fulfilled") await encoder.value.close();
      throw problem ? problem.reason : signal?.reason;
    }
    const parts = [tokenizer, encoder] as [PromiseFulfilledResult<Tokenizer>, PromiseFulfilledResult<Encoder>];
    // Threads have tokenizers of their own, which refuse no ids. Where rows are padded, the device computes on all cores, and threads
    // would only take them from it.
    const fits = parts[0].value.vocabularySize <= description.encoder.vocabSize;
    const wanted = threads > 0 && kind === "embedding" && parts[1].value.limits.padding === null && fits;
    const pool = wanted ? new TokenizerPool(description.tokenizer, description.maxLength, threads) : null;
    return { description, tokenizer: parts[0].value, encoder: parts[1].value, chosen, pool };
  } catch (error) {
    await description.close();
    throw error;
  }
}

/**
 * A static table's parts: looked up on the CPU whatever device was asked for, which is said. That device "gpu" needs a GPU was found
 * out before, as for any model.
 */
async function staticParts(description: ModelDescription, options: LoadOptions): Promise<ModelParts> {
  const { device = "auto", onNotice = warnOnce, tokenizerThreads: threads = 0 } = options;
  const reason = "the CPU: this model is a table, and looking tokens up needs no other device";
  if (device === "gpu") onNotice(`metal-candle: ${description.id} runs on ${reason}`);
  for (const warning of description.warnings) onNotice(`metal-candle: ${warning}`);
  const tokenizer = await openTokenizer(description.tokenizer);
  const warning = vocabularyWarning(tokenizer, description);
  if (warning !== null) onNotice(`metal-candle: ${warning}`);
  tokenizer.refuseIdsFrom(description.encoder.vocabSize);
  const encoder = await openStaticEncoder(description);
  const fits = tokenizer.vocabularySize <= description.encoder.vocabSize;
  const pool = threads > 0 && fits ? new TokenizerPool(description.tokenizer, description.maxLength, threads) : null;
  return { description, tokenizer, encoder, chosen: { device: "cpu", reason, context: null }, pool };
}

/** The model's description, with the maximum length that the caller wants. */
async function findModel(
  idOrFolder: string,
  kind: ModelDescription["kind"],
  options: LoadOptions,
): Promise<ModelDescription> {
  const description = await readOrPull(idOrFolder, kind, options);
  try {
    return withMaxLength(description, options.maxLength);
  } catch (error) {
    await description.close();
    throw error;
  }
}

/** Reads the model's folder; an id that is not in the cache is downloaded first, unless that was forbidden. */
async function readOrPull(
  idOrFolder: string,
  kind: ModelDescription["kind"],
  options: LoadOptions,
): Promise<ModelDescription> {
  const { revision, cacheDir, hub, files, signal, onProgress, onNotice = warnOnce } = options;
  // Where a folder is a URL, reading it is downloading it.
  const unwatch = watchDownloads(idOrFolder, {
    onBytes: (item, done, total) => onProgress?.({ stage: "download", item, done, total }),
    signal,
    files,
  });
  try {
    return await readModel(idOrFolder, { ...options, kind });
  } catch (error) {
    const missing = error instanceof ModelNotFoundError && isModelId(idOrFolder) && idOrFolder.includes("/");
    if (!missing || (options.offline ?? hubIsOffline())) throw error;
    onNotice(`metal-candle: ${idOrFolder} is not in the cache; downloading it`);
    await pullModel(idOrFolder, {
      revision,
      cacheDir,
      hub,
      signal,
      onProgress: ({ file, bytes, total }) => onProgress?.({ stage: "download", item: file, done: bytes, total }),
    });
    return readModel(idOrFolder, { ...options, kind });
  } finally {
    unwatch();
  }
}

/** A shorter maximum length, where the caller wants one. */
function withMaxLength(description: ModelDescription, wanted: number | undefined): ModelDescription {
  if (wanted === undefined) return description;
  if (!Number.isInteger(wanted) || wanted < shortestText || wanted > description.maxLength) {
    throw new InvalidArgumentError(
      `maxLength is ${wanted}; it must be a whole number from ${shortestText} to ${description.maxLength}, the model's own.`,
    );
  }
  return { ...description, maxLength: wanted };
}

/** Tokens of the shortest text worth reading: two special tokens and one of its own. */
const shortestText = 3;

/** Frees the device's memory, the open files, and the threads. */
export async function closeParts({
  encoder,
  description,
  pool,
}: Omit<ModelParts, "tokenizer" | "chosen">): Promise<void> {
  try {
    await pool?.close();
    await encoder.close();
  } finally {
    await description.close();
  }
}

/** Opens the encoder on the device that was chosen. */
async function openEncoder(
  description: ModelDescription,
  chosen: ChosenDevice,
  options: LoadOptions,
): Promise<Encoder> {
  const { dtype = "auto", numerics, tokenBudget, onNotice = warnOnce } = options;
  if (chosen.device === "cpu") {
    const { onnxruntime, cpuThread: ownThread, signal } = options;
    try {
      return await openCpuEncoder(description, { tokenBudget, onNotice, onnxruntime, ownThread, signal });
    } catch (error) {
      if (options.device === "cpu" || !(error instanceof CpuUnavailableError)) throw error;
      // Neither is there: whoever chose "auto" is told what would help, of both.
      throw new CpuUnavailableError(
        `This model has no device to run on. ${chosen.reason.replace(/^the CPU\. /, "")} ${error.message}`,
        {
          cause: error,
        },
      );
    }
  }
  let first: GpuContext | null = chosen.context;
  const openIn = (wanted: Dtype): Promise<Encoder> =>
    openGpuEncoder(
      description,
      {
        open: async () => {
          const context = first ?? (await openGpu(softwareAdapterAllowed(options.allowSoftwareAdapter)));
          // The caller's own device is the only one, lost or not.
          first = context.adopted ? context : null;
          return context;
        },
        numerics: (context, storage) => numericsClass(context.report, storage ?? wanted, numerics),
        tokenBudget: tokenBudget ?? null,
        onNotice,
      },
      options.signal,
    );
  try {
    return await openIn(dtype);
  } catch (error) {
    if (dtype !== "auto" || !(error instanceof WeightBeyondHalfError)) throw error;
    onNotice(`metal-candle: ${description.id} is stored in f32. ${error.message.replace(/ Load the model .*$/, "")}`);
    return openIn("f32");
  }
}

/** Waits for both; when one fails, what the other opened is closed. */
async function bothOrNeither(
  reading: Promise<ModelDescription>,
  choosing: Promise<ChosenDevice>,
): Promise<[ModelDescription, ChosenDevice]> {
  const [description, chosen] = await Promise.allSettled([reading, choosing]);
  if (description.status === "rejected") throw description.reason;
  if (chosen.status === "rejected") {
    await description.value.close();
    throw chosen.reason;
  }
  return [description.value, chosen.value];
}
