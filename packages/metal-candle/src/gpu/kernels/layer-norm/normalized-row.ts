/**
 * The heart of LayerNorm, shared by every kernel that ends in one: y = (x − mean) / √(variance + ε) · weight + bias.
 *
 * Both passes run on x − x₀ (x₀ is the row's first element). The plain two-pass form loses a constant row: its mean is one ulp
 * off, and 1/√1e-12 multiplies that by a million. With the shift a constant row is exactly zero, and nothing else changes.
 *
 * The row is held in registers (PARTS per lane), statistics are f32, the reduction's shape is fixed (wgsl/row-reduction.ts).
 */
import { floatLiteral } from "../../wgsl/text.ts";
import { partAlias, rowLanes, rowReductions } from "../../wgsl/row-reduction.ts";

export interface NormalizedRow {
  /** Elements of a row. */
  readonly width: number;
  readonly epsilon: number;
  /** Whether the width is a multiple of four, and buffers are read as vec4. */
  readonly vectorized: boolean;
}

/** Width counted in parts (vec4f or f32). */
export function partsOf({ width, vectorized }: NormalizedRow): number {
  return vectorized ? width / 4 : width;
}

/**
 * WGSL: `normalizeRow(thread)` turns `row[…]`, which the caller filled (`row[i]` is part `lane + i * LANES` of the row), into
 * the normalised row, before weight and bias. `first` is the row's first element.
 */
export function normalizedRow(shape: NormalizedRow): string {
  const parts = partsOf(shape);
  const perLane = Math.ceil(parts / rowLanes);
  return /* wgsl */ `
${rowReductions}
${partAlias(shape.vectorized)}
const PARTS = ${parts}u;
const PER_LANE = ${perLane}u;
const WIDTH = ${floatLiteral(shape.width)};
const EPSILON = ${floatLiteral(shape.epsilon)};
var<private> row: array<Part, PER_LANE>;

fn normalizeRow(first: f32, thread: u32) {
  let lane = thread % LANES;
  var sum = 0f;
  for (var i = 0u; i < PER_LANE; i++) {
    if (lane + i * LANES < PARTS) {
      row[i] -= first;
      sum += total(row[i]);
    }
  }
  let mean = rowSum(sum, thread) / WIDTH;
  var squares = 0f;
  for (var i = 0u; i < PER_LANE; i++) {
    if (lane + i * LANES < PARTS) {
      row[i] -= mean;
      squares += total(row[i] * row[i]);
    }
  }
  let scale = inverseSqrt(rowSum(squares, thread) / WIDTH + EPSILON);
  for (var i = 0u; i < PER_LANE; i++) { row[i] *= scale; }
}
`;
}
