/**
 * Loading, for EmbeddingModel and Reranker alike: the model's description, its tokenizer, a device, an encoder on that device.
 *
 * What fails closes what was opened before it.
 */
import type { Encoder } from "./batching/packed-batch.ts";
import { chooseDevice, softwareAdapterAllowed, type ChosenDevice } from "./devices/policy.ts";
import { InvalidArgumentError, UnsupportedModelError } from "./errors.ts";
import { adoptDevice, openGpu, type GpuContext } from "./gpu/device.ts";
import { GpuEncoder } from "./gpu/encoder.ts";
import { numericsClass } from "./gpu/numerics-class.ts";
import type { ModelDescription } from "./models/description.ts";
import { readModel } from "./models/read-model.ts";
import type { LoadOptions } from "./options.ts";
import { openTokenizer } from "./tokenizers/open-tokenizer.ts";
import type { Tokenizer } from "./tokenizers/tokenizer.ts";

export interface ModelParts {
  readonly description: ModelDescription;
  readonly tokenizer: Tokenizer;
  readonly encoder: Encoder;
  readonly chosen: ChosenDevice;
}

/** Opens all parts of a model of the kind wanted. The errors are those of EmbeddingModel.load. */
export async function loadParts(
  idOrFolder: string,
  kind: ModelDescription["kind"],
  options: LoadOptions,
): Promise<ModelParts> {
  const { device = "auto", dtype = "auto", signal, onNotice = console.error } = options;
  signal?.throwIfAborted();
  const [description, chosen] = await bothOrNeither(
    readModel(idOrFolder, options),
    options.gpuDevice
      ? {
          device: "gpu" as const,
          reason: "the GPUDevice that the caller gave",
          context: adoptDevice(options.gpuDevice),
        }
      : chooseDevice({ device, dtype, allowSoftwareAdapter: options.allowSoftwareAdapter }),
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
    if (device === "auto") onNotice(`metal-candle: device auto is ${chosen.reason}`);
    for (const warning of description.warnings) onNotice(`metal-candle: ${warning}`);
    const opening = [openTokenizer(description.tokenizer), openEncoder(description, chosen, options)] as const;
    const [tokenizer, encoder] = await Promise.all(opening);
    if (signal?.aborted) {
      await encoder.close();
      throw signal.reason;
    }
    return { description, tokenizer, encoder, chosen };
  } catch (error) {
    await description.close();
    throw error;
  }
}

/** Frees the device's memory and the open files. */
export async function closeParts({ encoder, description }: Pick<ModelParts, "encoder" | "description">): Promise<void> {
  await encoder.close();
  await description.close();
}

/** Opens the encoder on the device that was chosen. */
async function openEncoder(
  description: ModelDescription,
  chosen: ChosenDevice,
  options: LoadOptions,
): Promise<Encoder> {
  const { dtype = "auto", tokenBudget } = options;
  if (tokenBudget !== undefined && (!Number.isInteger(tokenBudget) || tokenBudget < 1)) {
    throw new InvalidArgumentError(`tokenBudget is ${tokenBudget}; it must be a whole number of at least 1.`);
  }
  if (chosen.device === "cpu") {
    const { openCpuEncoder } = await import("./cpu/encoder.ts");
    return openCpuEncoder(description);
  }
  let first: GpuContext | null = chosen.context;
  return GpuEncoder.open(description, {
    open: async () => {
      const context = first ?? (await openGpu(softwareAdapterAllowed(options.allowSoftwareAdapter)));
      first = null;
      return context;
    },
    numerics: (context) => numericsClass(context.report, dtype),
    tokenBudget: tokenBudget ?? null,
  });
}

/** Waits for both; when one fails, what the other opened is closed. */
async function bothOrNeither(
  reading: Promise<ModelDescription>,
  choosing: ChosenDevice | Promise<ChosenDevice>,
): Promise<[ModelDescription, ChosenDevice]> {
  const [description, chosen] = await Promise.allSettled([reading, choosing]);
  if (description.status === "rejected") throw description.reason;
  if (chosen.status === "rejected") {
    await description.value.close();
    throw chosen.reason;
  }
  return [description.value, chosen.value];
}
