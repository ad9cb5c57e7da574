/**
 * metal-candle/chroma: an embedding function for Chroma's client. Importing it registers it by name, so that a collection that was made with
 * it finds it again. Needs chromadb.
 */
import { type EmbeddingFunction, registerEmbeddingFunction } from "chromadb";
import { EmbeddingModel } from "../embedding-model.ts";
import { InvalidArgumentError } from "../errors.ts";
import type { DeviceChoice, LoadOptions } from "../options.ts";
import type { Dtype } from "../gpu/choose/numerics-class.ts";
import { describe } from "../describe.ts";
import { HeldModel } from "./held-model.ts";
import { numberArrays } from "./number-arrays.ts";

/** The name that Chroma's server keeps with a collection. */
const registeredName = "metal-candle";

/** What is kept with a collection: enough to embed in the same way again. */
export interface MetalCandleEmbeddingConfig {
  /** A Hugging Face id or a folder. */
  readonly model: string;
  readonly revision?: string | undefined;
  readonly dimensions?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly device?: DeviceChoice | undefined;
  readonly dtype?: Dtype | undefined;
}

const configKeys = ["model", "revision", "dimensions", "maxLength", "device", "dtype"] as const;
/** What decides the vectors: a collection holds vectors of one kind. */
const fixedKeys = ["model", "revision", "dimensions", "maxLength"] as const;

/**
 * Documents are embedded with the model's prompt for passages, query texts with that for queries.
 *
 * @example
 * import { MetalCandleEmbeddingFunction } from "metal-candle/chroma";
 * const embeddingFunction = new MetalCandleEmbeddingFunction({ model: "all-minilm-l6-v2-q8" });
 * // new ChromaClient().createCollection({ name: "notes", embeddingFunction });
 * console.log((await embeddingFunction.generate(["kneading dough"]))[0]?.length);
 * await embeddingFunction.close();
 */
export class MetalCandleEmbeddingFunction implements EmbeddingFunction {
  readonly name = registeredName;
  readonly #config: MetalCandleEmbeddingConfig;
  readonly #model: HeldModel<EmbeddingModel>;

  /** @param options what is kept, and how the model is loaded beside it, which is not kept */
  constructor(options: MetalCandleEmbeddingConfig & LoadOptions) {
    const { model, ...loadOptions } = options;
    this.#config = Object.fromEntries(
      configKeys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]),
    ) as unknown as MetalCandleEmbeddingConfig;
    this.validateConfig(this.#config);
    this.#model = new HeldModel(model, (name) => EmbeddingModel.load(name, loadOptions));
  }

  /** @throws what EmbeddingModel.load and embed throw */
  async generate(texts: string[]): Promise<number[][]> {
    return numberArrays(await (await this.#model.get()).embed(texts, { promptName: "passage" }));
  }

  /** @throws what EmbeddingModel.load and embed throw */
  async generateForQueries(texts: string[]): Promise<number[][]> {
    return numberArrays(await (await this.#model.get()).embed(texts, { promptName: "query" }));
  }

  defaultSpace(): "cosine" {
    return "cosine";
  }

  supportedSpaces(): ("cosine" | "l2" | "ip")[] {
    return ["cosine", "l2", "ip"];
  }

  getConfig(): Record<string, unknown> {
    return { ...this.#config };
  }

  /** @throws InvalidArgumentError for a key that is unknown, or a model that is not a name */
  validateConfig(config: Record<string, unknown> | MetalCandleEmbeddingConfig): void {
    const { model } = config;
    if (typeof model !== "string" || model === "") {
      throw new InvalidArgumentError(`The model is ${describe(model)}; it must be a Hugging Face id or a folder.`);
    }
    const unknown = Object.keys(config).find((key) => !(configKeys as readonly string[]).includes(key));
    if (unknown !== undefined) {
      throw new InvalidArgumentError(
        `"${unknown}" is not a setting of a collection; the settings are ${configKeys.join(", ")}.`,
      );
    }
  }

  /** @throws InvalidArgumentError for a change that would leave the vectors of a collection without a meaning */
  validateConfigUpdate(newConfig: Record<string, unknown>): void {
    this.validateConfig(newConfig);
    for (const key of fixedKeys) {
      if (newConfig[key] === this.#config[key]) continue;
      throw new InvalidArgumentError(
        `${key} is ${describe(this.#config[key])} for the vectors that the collection has, and cannot become ${describe(newConfig[key])}.`,
      );
    }
  }

  static buildFromConfig(config: MetalCandleEmbeddingConfig): MetalCandleEmbeddingFunction {
    return new MetalCandleEmbeddingFunction(config);
  }

  /** Closes the model. */
  close(): Promise<void> {
    return this.#model.close();
  }
}

try {
  registerEmbeddingFunction(registeredName, MetalCandleEmbeddingFunction);
} catch {
  // Chroma takes a name once: this module was loaded twice, and the first is as good.
}
