/** Tensors that are made of another one, without a copy of it: some of its rows, or its values with something added. */
import { ModelFileError } from "../errors.ts";
import type { WeightTensor } from "./weight-tensor.ts";

/** Rows `first … first + count − 1` of a tensor, under its name. */
export function rowsOf(tensor: WeightTensor, first: number, count: number): WeightTensor {
  if (first + count > tensor.shape[0]) {
    throw new ModelFileError(
      `Tensor "${tensor.name}" has ${tensor.shape[0]} rows; rows up to ${first + count} are asked for.`,
    );
  }
  return {
    name: tensor.name,
    shape: [count, ...tensor.shape.slice(1)],
    storage: tensor.storage,
    read: (start = 0, rows = count - start) => tensor.read(first + start, rows),
  };
}

/** The tensor plus a number, added in f32. */
export function plus(tensor: WeightTensor, summand: number): WeightTensor {
  return {
    name: tensor.name,
    shape: tensor.shape,
    storage: tensor.storage,
    async read(first, count) {
      const values = await tensor.read(first, count);
      for (let index = 0; index < values.length; index++) values[index] += summand;
      return values;
    },
  };
}

/** One row less another one: [1, columns]. */
export function rowDifference(tensor: WeightTensor, row: number, other: number): WeightTensor {
  return {
    name: tensor.name,
    shape: [1, tensor.shape[1]],
    storage: tensor.storage,
    async read() {
      const values = await tensor.read(row, 1);
      const subtracted = await tensor.read(other, 1);
      for (let index = 0; index < values.length; index++) values[index] -= subtracted[index];
      return values;
    },
  };
}
