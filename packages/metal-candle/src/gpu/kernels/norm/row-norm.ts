/**
 * Norms of a row that lies in registers, for kernels that apply one or several to it: LayerNorm or RMSNorm, then scale and shift.
 *
 * LayerNorm subtracts the row's first element before both passes, as normalized-row.ts does and says why. Widths need not be multiples of
 * four: what a row's last vec4 has too much is held at zero.
 */
import { rowLanes, rowReductions, partAlias } from "../../wgsl/row-reduction.ts";
import { floatLiteral } from "../../wgsl/text.ts";

/** What a norm computes; its weight and bias lie in a buffer, f32 [2, roundUp(width, 4)], where a bias that it does not have is zero. */
export interface RowNorm {
  readonly kind: "layer" | "rms";
  readonly epsilon: number;
}

/**
 * WGSL: `row[i]` is part `lane + i * LANES` of the thread's row, PARTS in all, and for each name `fn NAME(thread)` normalises the row with the
 * buffer `NAME_weights`. All threads of the workgroup must call it, in uniform control flow.
 */
export function rowNorms(width: number, norms: Readonly<Record<string, RowNorm | null>>): string {
  const parts = Math.ceil(width / 4);
  const present = Object.entries(norms).filter((entry): entry is [string, RowNorm] => entry[1] !== null);
  return /* wgsl */ `
${rowReductions}
${partAlias(true)}
const PARTS = ${parts}u;
const PER_LANE = ${Math.ceil(parts / rowLanes)}u;
const WIDTH = ${floatLiteral(width)};
var<private> row: array<vec4f, PER_LANE>;
${whole(width)}
${present.some(([, { kind }]) => kind === "layer") ? firstOfRow : ""}
${present.map(([name, norm]) => (norm.kind === "layer" ? layerNorm(name, norm.epsilon) : rmsNorm(name, norm.epsilon))).join("\n")}
`;
}

/** `fn whole(value, part)`: zero in the elements that a row's last part has too much. */
function whole(width: number): string {
  return width % 4 === 0
    ? /* wgsl */ `fn whole(value: vec4f, part: u32) -> vec4f { return value; }`
    : /* wgsl */ `fn whole(value: vec4f, part: u32) -> vec4f {
  return select(vec4f(0f), value, vec4u(part * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(${width}u));
}`;
}

const firstOfRow = /* wgsl */ `
fn firstOfRow(thread: u32) -> f32 {
  workgroupBarrier();
  if (thread % LANES == 0u) { partials[thread] = row[0].x; }
  workgroupBarrier();
  return partials[thread - thread % LANES];
}`;

function layerNorm(name: string, epsilon: number): string {
  return /* wgsl */ `
fn ${name}(thread: u32) {
  let lane = thread % LANES;
  let first = firstOfRow(thread);
  var sum = 0f;
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS) {
      row[i] = whole(row[i] - first, part);
      sum += total(row[i]);
    }
  }
  let mean = rowSum(sum, thread) / WIDTH;
  var squares = 0f;
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS) {
      row[i] = whole(row[i] - mean, part);
      squares += total(row[i] * row[i]);
    }
  }
  let scale = inverseSqrt(rowSum(squares, thread) / WIDTH + ${floatLiteral(epsilon)});
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS) { row[i] = row[i] * scale * ${name}_weights[part] + ${name}_weights[PARTS + part]; }
  }
}`;
}

function rmsNorm(name: string, epsilon: number): string {
  return /* wgsl */ `
fn ${name}(thread: u32) {
  let lane = thread % LANES;
  var squares = 0f;
  for (var i = 0u; i < PER_LANE; i++) {
    if (lane + i * LANES < PARTS) { squares += total(row[i] * row[i]); }
  }
  let scale = inverseSqrt(rowSum(squares, thread) / WIDTH + ${floatLiteral(epsilon)});
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS) { row[i] = row[i] * scale * ${name}_weights[part] + ${name}_weights[PARTS + part]; }
  }
}`;
}
