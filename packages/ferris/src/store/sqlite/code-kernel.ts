/**
 * The inner loop of search in large indexes, as WebAssembly that is put together here: JavaScript has no instruction that counts bits.
 *
 * A code is a row of 64-bit words, a query a few bit planes of the same width with a weight each, and the score of a code
 *
 *     score = Σ over planes p of weight[p] · (number of bits set in code AND plane[p])
 *
 * One loop over codes; words and planes are written out, a code's words stay in locals. Nothing here knows what the planes mean.
 * Opcodes are those of the WebAssembly 1.0 specification, §5.4.
 */

/** Where things lie in the kernel's memory; all in bytes. */
export interface CodeKernel {
  /** [planes][words] 64-bit words from the start of memory. */
  readonly planes: BigUint64Array;
  /** One a plane. */
  readonly weights: Float32Array;
  /** Room for `count` codes of `codeBytes` bytes, end to end. */
  readonly codes: Uint8Array;
  /** What `run` writes: one a code. */
  readonly scores: Float32Array;
  run(): void;
}

const pageBytes = 65_536;

/** A kernel for `count` codes of `codeBytes` bytes each, against `planes` planes. */
export function makeCodeKernel(codeBytes: number, planes: number, count: number): CodeKernel {
  const words = Math.ceil(codeBytes / 8);
  const weightsAt = planes * words * 8;
  const scoresAt = weightsAt + Math.ceil(planes / 2) * 8;
  const codesAt = scoresAt + Math.ceil(count / 2) * 8;
  // The last word of the last code may reach past it.
  const pages = Math.ceil((codesAt + count * codeBytes + 8) / pageBytes);
  const code = assemble({ codeBytes, words, planes, count, weightsAt, scoresAt, codesAt, pages });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  const { buffer } = exports.memory as WebAssembly.Memory;
  return {
    planes: new BigUint64Array(buffer, 0, planes * words),
    weights: new Float32Array(buffer, weightsAt, planes),
    codes: new Uint8Array(buffer, codesAt, count * codeBytes),
    scores: new Float32Array(buffer, scoresAt, count),
    run: exports.run as () => void,
  };
}

interface Layout {
  readonly codeBytes: number;
  readonly words: number;
  readonly planes: number;
  readonly count: number;
  readonly weightsAt: number;
  readonly scoresAt: number;
  readonly codesAt: number;
  readonly pages: number;
}

// Value types and instructions, by their names in the text format.
const [i32, i64, empty] = [0x7f, 0x7e, 0x40];
const [loop, brIf, end, localGet, localSet, localTee] = [0x03, 0x0d, 0x0b, 0x20, 0x21, 0x22];
const [i64Load, f32Load, f32Store, i32Const, f32Const] = [0x29, 0x2a, 0x38, 0x41, 0x43];
const [i32Ne, i32Add, i64Popcnt, i64Add, i64And, f32Add, f32Mul, f32ConvertI64] = [
  0x47, 0x6a, 0x7b, 0x7c, 0x83, 0x92, 0x94, 0xb4,
];

/** "\0asm" and version 1. */
const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** The module's bytes: a memory and `run: () → ()`. */
function assemble({
  codeBytes,
  words,
  planes,
  count,
  weightsAt,
  scoresAt,
  codesAt,
  pages,
}: Layout): Uint8Array<ArrayBuffer> {
  // Locals: where the code lies, where its score goes, then the code's words.
  const [codePlace, scorePlace, firstWord] = [0, 1, 2];
  const body: number[] = [];
  body.push(i32Const, ...signed(codesAt), localSet, codePlace);
  body.push(i32Const, ...signed(scoresAt), localSet, scorePlace);
  body.push(loop, empty);
  for (let word = 0; word < words; word++) {
    body.push(localGet, codePlace, i64Load, 0, ...unsigned(word * 8), localSet, ...unsigned(firstWord + word));
  }
  body.push(localGet, scorePlace, f32Const, 0, 0, 0, 0);
  for (let plane = 0; plane < planes; plane++) {
    for (let word = 0; word < words; word++) {
      body.push(localGet, ...unsigned(firstWord + word));
      body.push(i32Const, 0, i64Load, 0, ...unsigned((plane * words + word) * 8), i64And, i64Popcnt);
      if (word > 0) body.push(i64Add);
    }
    body.push(f32ConvertI64, i32Const, 0, f32Load, 0, ...unsigned(weightsAt + plane * 4), f32Mul, f32Add);
  }
  body.push(f32Store, 0, 0);
  body.push(localGet, codePlace, i32Const, ...signed(codeBytes), i32Add, localSet, codePlace);
  body.push(localGet, scorePlace, i32Const, 4, i32Add, localTee, scorePlace);
  body.push(i32Const, ...signed(scoresAt + count * 4), i32Ne, brIf, 0, end, end);

  const locals = [2, 2, i32, ...unsigned(words), i64];
  return Uint8Array.from([
    ...magic,
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(7, [2, ...name("memory"), 2, 0, ...name("run"), 0, 0]),
    ...section(10, [1, ...sized([...locals, ...body])]),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

function sized(content: readonly number[]): number[] {
  return [...unsigned(content.length), ...content];
}

function name(text: string): number[] {
  return sized([...new TextEncoder().encode(text)]);
}

/** LEB128 of a number from 0. */
function unsigned(value: number): number[] {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

/** Signed LEB128 of a number from 0: bit 6 of the last byte must not be set. */
function signed(value: number): number[] {
  const bytes = unsigned(value);
  const last = bytes.at(-1)!;
  return last < 64 ? bytes : [...bytes.slice(0, -1), last | 128, 0];
}
