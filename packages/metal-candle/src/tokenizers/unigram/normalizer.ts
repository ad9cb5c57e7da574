/**
 * The normalisers that SentencePiece models come with, over UTF-16 units: Precompiled, then Strip and the collapsing of spaces.
 *
 * They work in place in one UnitBuffer and make no string. Anything else that tokenizer.json may ask for is not read here: then
 * `readUnigramNormalizer` gives undefined, and the general path serves the tokenizer.
 */
import { describe } from "../../describe.ts";
import { oneLine } from "../../json.ts";
import { isObject, notATokenizer } from "../tokenizer-json.ts";
import type { Component } from "../tokenizer-json.ts";
import { isWhiteSpace } from "../unicode/code-points.ts";
import { Charsmap } from "./charsmap.ts";
import type { UnitBuffer } from "./unit-buffer.ts";

/** Rewrites the text in a buffer; `first` and `last` say whether it is the beginning and the end of what is normalised. */
type Step = (buffer: UnitBuffer, first: boolean, last: boolean) => void;

const space = 0x20;

export class UnigramNormalizer {
  readonly #charsmap: Charsmap | null;
  readonly #steps: readonly Step[];

  constructor(charsmap: Charsmap | null, steps: readonly Step[]) {
    this.#charsmap = charsmap;
    this.#steps = steps;
  }

  /** Puts the normalised form of text[start … end − 1] into `out`, in place of what was there. */
  normalize(text: string, start: number, end: number, out: UnitBuffer, first: boolean, last: boolean): void {
    out.clear();
    if (this.#charsmap === null) copyWellFormed(text, start, end, out);
    else this.#charsmap.append(text, start, end, out);
    for (const step of this.#steps) step(out, first, last);
  }
}

/** Undefined: something that is not ours. */
export function readUnigramNormalizer(normalizer: Component | null): UnigramNormalizer | undefined {
  const components = normalizer?.type === "Sequence" ? normalizer["normalizers"] : [normalizer];
  if (!Array.isArray(components)) {
    throw notATokenizer(`has a normalizer Sequence without "normalizers" (it is ${describe(components)})`);
  }
  let charsmap: Charsmap | null = null;
  const steps: Step[] = [];
  for (const [index, component] of components.entries()) {
    if (component === null) continue;
    if (!isObject(component)) return undefined;
    if (component["type"] === "Precompiled" && index === 0) {
      charsmap = new Charsmap(readCharsmapBytes(component["precompiled_charsmap"]));
      continue;
    }
    const step = readStep(component);
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return new UnigramNormalizer(charsmap, steps);
}

/** @throws NotATokenizer for what is not base64 */
export function readCharsmapBytes(base64: unknown): Uint8Array {
  try {
    if (typeof base64 !== "string") throw new TypeError(`it is ${describe(base64)}`);
    const binary = atob(base64);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  } catch (cause) {
    throw notATokenizer(`has a "precompiled_charsmap" that is not base64 (${oneLine((cause as Error).message)})`);
  }
}

function readStep(component: Record<string, unknown>): Step | undefined {
  if (component["type"] === "Strip") {
    const left = component["strip_left"] === true;
    const right = component["strip_right"] === true;
    return (buffer, first, last) => strip(buffer, left && first, right && last);
  }
  const { type, pattern, content } = component;
  const collapses = type === "Replace" && isObject(pattern) && pattern["Regex"] === " {2,}";
  if (collapses && typeof content === "string" && content.length === 1) {
    const unit = content.charCodeAt(0);
    return (buffer) => collapseSpaces(buffer, unit);
  }
  return undefined;
}

function strip(buffer: UnitBuffer, left: boolean, right: boolean): void {
  const { units } = buffer;
  let start = 1;
  if (left) while (start < buffer.end && isWhiteSpace(units[start]!)) start++;
  if (right) while (buffer.end > start && isWhiteSpace(units[buffer.end - 1]!)) buffer.end--;
  if (start > 1) {
    units.copyWithin(1, start, buffer.end);
    buffer.end -= start - 1;
  }
}

/** Two spaces or more become one `unit`. */
function collapseSpaces(buffer: UnitBuffer, unit: number): void {
  const { units, end } = buffer;
  let to = 1;
  for (let from = 1; from < end;) {
    let next = from + 1;
    if (units[from] === space) while (next < end && units[next] === space) next++;
    units[to++] = next - from > 1 ? unit : units[from]!;
    from = next;
  }
  buffer.end = to;
}

function copyWellFormed(text: string, start: number, end: number, out: UnitBuffer): void {
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    if ((unit & 0xf800) !== 0xd800) {
      out.push(unit);
    } else if (text.codePointAt(i)! >= 0x10000 && i + 1 < end) {
      out.push(unit);
      out.push(text.charCodeAt(++i));
    } else {
      out.push(0xfffd);
    }
  }
}
