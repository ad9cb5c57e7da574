/**
 * The encoder's own tensors under the prefix that they carry in this file, in the pieces that a description is made of.
 *
 * Which prefix that is depends on how the checkpoint was saved, and is found by the word table.
 */
import { ModelFileError } from "../../errors.ts";
import { rowsOf } from "../../weights/tensor-views.ts";
import type { WeightTensor } from "../../weights/weight-tensor.ts";
import type { Linear, Norm } from "../encoder-description.ts";
import type { WeightLookup } from "../weight-lookup.ts";

/** What sentence-transformers and PyTorch Lightning have put before the names. */
const wrappers = ["", "0.auto_model.", "auto_model.", "0.model.", "model."];

/** How a family's files show where the encoder is in them. */
export interface EncoderNaming {
  /** `model_type` of config.json. */
  readonly modelType: string;
  /** What the family's own classes put before the encoder's tensors, e.g. `bert.`. */
  readonly basePrefixes: readonly string[];
  /** The word table's name behind the prefix. */
  readonly wordTable: string;
}

/** The encoder's tensors, every shape checked as they are asked for. */
export class EncoderTensors {
  readonly prefix: string;
  readonly #weights: WeightLookup;

  constructor(weights: WeightLookup, prefix: string) {
    this.#weights = weights;
    this.prefix = prefix;
  }

  /** The encoder's names without their prefix, those of other parts left out where there is a prefix. */
  get names(): string[] {
    return [...this.#weights.names]
      .filter((name) => name.startsWith(this.prefix))
      .map((name) => name.slice(this.prefix.length));
  }

  has(name: string): boolean {
    return this.#weights.names.has(this.prefix + name);
  }

  /** The first of these tensors that exists; an error where none does, or where its shape is another. */
  tensor(names: string | readonly string[], shape: readonly number[]): WeightTensor {
    const candidates = typeof names === "string" ? [names] : names;
    return this.#weights.tensor(
      candidates.map((name) => this.prefix + name),
      shape,
    );
  }

  /** `NAME.weight` [rows, columns]. */
  table(name: string, rows: number, columns: number): WeightTensor {
    return this.tensor(`${name}.weight`, [rows, columns]);
  }

  /** A linear layer by its module's name, with a bias or without. */
  linear(name: string, out: number, into: number, hasBias = true): Linear {
    return linearWeights(this.#weights, this.prefix + name, out, into, hasBias);
  }

  /** One stored matrix (and bias) that is several linear layers on end, `sizes` rows each. */
  fusedLinears(name: string, sizes: readonly number[], into: number, hasBias: boolean): Linear[] {
    const rows = sizes.reduce((sum, size) => sum + size, 0);
    const { weight, bias } = this.linear(name, rows, into, hasBias);
    let first = 0;
    return sizes.map((size) => {
      const start = first;
      first += size;
      return { weight: rowsOf(weight, start, size), bias: bias === null ? null : rowsOf(bias, start, size) };
    });
  }

  /** RMSNorm, without a bias. */
  rmsNorm(name: string, width: number, epsilon: number): Norm {
    return { kind: "rms", weight: this.tensor(`${name}.weight`, [width]), bias: null, epsilon };
  }

  /** LayerNorm. Checkpoints from before 2019 call its tensors gamma and beta; transformers renames them, so do we. */
  layerNorm(name: string, width: number, epsilon: number, hasBias = true): Norm {
    return {
      kind: "layer",
      weight: this.tensor([`${name}.weight`, `${name}.gamma`], [width]),
      bias: hasBias ? this.tensor([`${name}.bias`, `${name}.beta`], [width]) : null,
      epsilon,
    };
  }
}

/**
 * Finds the encoder's tensors in a file.
 * @throws ModelFileError when there is no word table, or more than one
 */
export function findEncoderTensors(
  weights: WeightLookup,
  { modelType, basePrefixes, wordTable }: EncoderNaming,
): EncoderTensors {
  const bases = ["", ...basePrefixes];
  const known = [...new Set(wrappers.flatMap((wrapper) => bases.map((base) => wrapper + base)))];
  const found = known.filter((prefix) => weights.names.has(prefix + wordTable));
  if (found.length === 1) return new EncoderTensors(weights, found[0]);
  throw new ModelFileError(
    found.length === 0
      ? `${weights.path} has no tensor "${wordTable}", with or without one of the prefixes ${known.slice(1).join(", ")}: ` +
          `it has no weights of a model of type ${modelType}.`
      : `${weights.path} has ${found.length} word tables, with the prefixes ${found.map((prefix) => `"${prefix}"`).join(" and ")}.`,
  );
}

/** A linear layer, by the module's full name. */
export function linearWeights(weights: WeightLookup, name: string, out: number, into: number, hasBias = true): Linear {
  return {
    weight: weights.tensor(`${name}.weight`, [out, into]),
    bias: hasBias ? weights.tensor(`${name}.bias`, [out]) : null,
  };
}
