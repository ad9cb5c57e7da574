/**
 * Matrix primitives for kernels that use an adapter's matrix units: load, multiply-accumulate, store, and reading another lane's value,
 * in two back ends.
 *
 *   native    WGSL's subgroup matrices (experimental in Dawn)
 *   emulated  the same in plain WGSL: a "subgroup" is a run of threads, operands stay in workgroup memory, each lane keeps
 *             its share of the result. It runs anywhere, so the logic of a configuration that no adapter here has is executed too.
 *
 * Operands live in one raw workgroup array `stage: array<vec4<u32>>`; offsets and strides count its elements, as Dawn counts them.
 * What WGSL forbids is not in the interface: no element access, no conversion, no result used as an operand.
 */
import type { SubgroupMatrixConfig } from "../../encoder/report.ts";
import type { StorageType } from "./storage.ts";

export interface MatrixBackend {
  /** `enable` lines and diagnostics that must open the module. */
  readonly directives: string;
  /** Aliases and functions. */
  readonly declarations: string;
  /** Extra parameters of `main`, and statements that define `subgroup` and `lane`. */
  readonly parameters: string;
  readonly prologue: string;
  /** Declares a zeroed accumulator. */
  readonly accumulator: (name: string) => string;
  /** Declares an operand read from `stage` at `offset`, rows `stride` apart. */
  readonly left: (name: string, offset: string, stride: string) => string;
  readonly right: (name: string, offset: string, stride: string, columnMajor: boolean) => string;
  readonly multiplyAccumulate: (accumulator: string, left: string, right: string) => string;
  /** Declarations for `publish`, for a workgroup of this many threads. */
  readonly laneMemory: (threads: number) => string;
  /** Lets the other lanes of the subgroup read a lane's f32 variable. In uniform control flow. */
  readonly publish: (name: string) => string;
  /** The value of a published variable in another lane. */
  readonly published: (name: string, lane: string) => string;
  /** Stores an accumulator to `stage` as f32, row-major. */
  readonly store: (accumulator: string, offset: string, stride: string) => string;
}

/** Elements of the operand type in one vec4<u32>. */
export function elementsPerWord({ component }: SubgroupMatrixConfig): number {
  return component === "f16" ? 8 : 4;
}

/** Elements of memory in one vec4<u32>. */
export function elementsPerStoredWord(storage: StorageType): number {
  return storage === "f16" ? 8 : 4;
}

/**
 * Statements that put one word of memory into `stage` at the element word `at` (an expression in words of the operand type): as it is, or, where
 * memory holds f16 and the units take f32, widened into two words.
 */
export function putStored(storage: StorageType, matrix: SubgroupMatrixConfig, at: string, value: string): string {
  if (elementsPerStoredWord(storage) === elementsPerWord(matrix)) return `stage[${at}] = ${value};`;
  const half = (first: string, second: string): string =>
    `bitcast<vec4u>(vec4f(unpack2x16float(${value}.${first}), unpack2x16float(${value}.${second})))`;
  return `stage[${at}] = ${half("x", "y")}; stage[${at} + 1u] = ${half("z", "w")};`;
}

/** The adapter's own matrix units. */
export function nativeMatrices(config: SubgroupMatrixConfig): MatrixBackend {
  const { component, m, n, k } = config;
  return {
    directives: /* wgsl */ `diagnostic(off, chromium.subgroup_matrix_uniformity);
${component === "f16" ? "enable f16;" : ""}
enable subgroups;
enable chromium_experimental_subgroup_matrix;`,
    declarations: /* wgsl */ `
alias Left = subgroup_matrix_left<${component}, ${k}, ${m}>;
alias Right = subgroup_matrix_right<${component}, ${n}, ${k}>;
alias Result = subgroup_matrix_result<f32, ${n}, ${m}>;`,
    parameters: "@builtin(subgroup_id) subgroup: u32, @builtin(subgroup_invocation_id) lane: u32,",
    prologue: "",
    accumulator: (name) => `var ${name} = Result();`,
    left: (name, offset, stride) => `let ${name} = subgroupMatrixLoad<Left, row_major>(&stage, ${offset}, ${stride});`,
    right: (name, offset, stride, columnMajor) =>
      `let ${name} = subgroupMatrixLoad<Right, ${columnMajor ? "col_major" : "row_major"}>(&stage, ${offset}, ${stride});`,
    multiplyAccumulate: (accumulator, left, right) =>
      `${accumulator} = subgroupMatrixMultiplyAccumulate(${left}, ${right}, ${accumulator});`,
    laneMemory: () => "",
    publish: () => "",
    published: (name, lane) => `subgroupShuffle(${name}, ${lane})`,
    store: (accumulator, offset, stride) =>
      `subgroupMatrixStore<row_major>(&stage, ${offset}, ${accumulator}, ${stride});`,
  };
}

/** The same in plain WGSL, for "subgroups" of `lanes` consecutive threads. */
export function emulatedMatrices(config: SubgroupMatrixConfig, lanes: number): MatrixBackend {
  const { component, m, n, k } = config;
  const perWord = elementsPerWord(config);
  const share = Math.ceil((m * n) / lanes);
  const element =
    component === "f16"
      ? /* wgsl */ `let pair = unpack2x16float(word[(index % 8u) / 2u]); return pair[index % 2u];`
      : /* wgsl */ `return bitcast<f32>(word[index % 4u]);`;
  return {
    directives: "",
    declarations: /* wgsl */ `
alias Operand = vec3u; // offset, stride, 1 where columns are contiguous along k
alias Result = array<f32, ${share}>;
fn operandElement(offset: u32, stride: u32, row: u32, index: u32) -> f32 {
  let word = stage[offset + row * stride + index / ${perWord}u];
  ${element}
}
fn multiplyAccumulate(result: ptr<function, Result>, left: Operand, right: Operand, lane: u32) {
  for (var i = 0u; i < ${share}u; i++) {
    let at = lane + i * ${lanes}u;
    if (at < ${m * n}u) {
      let row = at / ${n}u;
      let column = at % ${n}u;
      var sum = (*result)[i];
      for (var step = 0u; step < ${k}u; step++) {
        let a = operandElement(left.x, left.y, row, step);
        var b: f32;
        if (right.z == 1u) { b = operandElement(right.x, right.y, column, step); }
        else { b = operandElement(right.x, right.y, step, column); }
        sum = fma(a, b, sum);
      }
      (*result)[i] = sum;
    }
  }
}
fn storeResult(result: ptr<function, Result>, offset: u32, stride: u32, lane: u32) {
  for (var i = 0u; i < ${share}u; i++) {
    let at = lane + i * ${lanes}u;
    if (at < ${m * n}u) {
      let column = at % ${n}u;
      stage[offset + (at / ${n}u) * stride + column / 4u][column % 4u] = bitcast<u32>((*result)[i]);
    }
  }
}`,
    parameters: "",
    prologue: `let subgroup = thread / ${lanes}u; let lane = thread % ${lanes}u;`,
    accumulator: (name) => `var ${name} = Result();`,
    left: (name, offset, stride) => `let ${name} = Operand(${offset}, ${stride}, 0u);`,
    right: (name, offset, stride, columnMajor) =>
      `let ${name} = Operand(${offset}, ${stride}, ${columnMajor ? "1u" : "0u"});`,
    multiplyAccumulate: (accumulator, left, right) => `multiplyAccumulate(&${accumulator}, ${left}, ${right}, lane);`,
    laneMemory: (threads) => `var<workgroup> laneValues: array<f32, ${threads}>;`,
    publish: (name) => `workgroupBarrier(); laneValues[thread] = ${name}; workgroupBarrier();`,
    published: (_, lane) => `laneValues[thread - lane + (${lane})]`,
    store: (accumulator, offset, stride) => `storeResult(&${accumulator}, ${offset}, ${stride}, lane);`,
  };
}
