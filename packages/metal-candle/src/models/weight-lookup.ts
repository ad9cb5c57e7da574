/**
 * Finding a model's tensors by name, with their shapes checked, and keeping count of what was asked for.
 *
 * Between weights/ (which gives any tensor by name) and the families and heads (which know the names). What is left over at the
 * end is a part of the model that nobody here would run: that is an error, unless it is known not to matter.
 */
import { ModelFileError, UnsupportedModelError } from "../errors.ts";
import type { WeightFiles } from "../weights/weight-files.ts";
import type { WeightTensor } from "../weights/weight-tensor.ts";

const weightStorages: readonly string[] = ["F32", "F64", "F16", "BF16", "q8_block32"];

/** The tensors of one set of weight files. */
export class WeightLookup {
  readonly #files: WeightFiles;
  readonly #used = new Set<string>();

  constructor(files: WeightFiles) {
    this.#files = files;
  }

  /** The file or index, for messages. */
  get path(): string {
    return this.#files.path;
  }

  get names(): ReadonlySet<string> {
    return this.#files.names;
  }

  /**
   * The tensor of the first of `names` that exists, which must have `shape` and be stored as one of `storages`.
   * @throws ModelFileError when none exists or the shape is another
   */
  tensor(names: string | readonly string[], shape: readonly number[], storages = weightStorages): WeightTensor {
    const candidates = typeof names === "string" ? [names] : names;
    const name = candidates.find((candidate) => this.#files.names.has(candidate));
    if (name === undefined) {
      throw new ModelFileError(
        `${this.path} has no tensor "${candidates[0]}" [${shape.join(", ")}], which the model's config calls for.`,
      );
    }
    const tensor = this.#files.tensor(name)!;
    if (tensor.shape.length !== shape.length || !tensor.shape.every((dimension, index) => dimension === shape[index])) {
      throw new ModelFileError(
        `Tensor "${name}" of ${this.path} is [${tensor.shape.join(", ")}]; the model's config makes it [${shape.join(", ")}].`,
      );
    }
    if (!storages.includes(tensor.storage)) {
      const known = `${storages.slice(0, -1).join(", ")} and ${storages.at(-1)}`;
      throw new UnsupportedModelError(
        `Tensor "${name}" of ${this.path} is stored as ${tensor.storage}; supported are ${known}.`,
      );
    }
    this.#used.add(name);
    return tensor;
  }

  /** The shape of the tensor with this name, or null where there is none. */
  shapeOf(name: string): readonly number[] | null {
    return this.#files.tensor(name)?.shape ?? null;
  }

  /** Names that have not been asked for, without those that are harmless. */
  unused(harmless: (name: string) => boolean): string[] {
    return [...this.#files.names].filter((name) => {
      const owner = name.endsWith(".scale") ? name.slice(0, -".scale".length) : name;
      return !this.#used.has(owner) && !harmless(owner);
    });
  }

  /**
   * Checks that nothing is left that would change the result.
   * @param harmless what may be there unused, by name
   * @throws UnsupportedModelError that names the first tensor of no use
   */
  expectNothingElse(harmless: (name: string) => boolean): void {
    const [name] = this.unused(harmless);
    if (name === undefined) return;
    throw new UnsupportedModelError(
      `${this.path} has the tensor "${name}", which belongs to no part of the model that its config describes; ` +
        `ignoring it could change the result.`,
    );
  }
}
