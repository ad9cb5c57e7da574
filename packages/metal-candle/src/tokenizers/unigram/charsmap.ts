/**
 * SentencePiece's precompiled character map: a Darts double array from UTF-8 prefixes to replacements, as the `Precompiled`
 * normaliser of the Rust tokenizers applies it (spm_precompiled), quirks included.
 *
 * Each grapheme cluster below six bytes is looked up as a whole, and whatever the *shortest* entry that begins it says replaces
 * the whole cluster (so "½" with an accent loses the accent); in every other cluster each code point is looked up alone.
 *
 * Layout: u32 bytes of the array; the array's units, u32; the replacements, UTF-8, each ended by a zero byte. A unit: bits 0–7
 * label and bit 31, bit 8 has a value, bits 10… offset (shifted by 8 more where bit 9 is set); a value is a replacement's place.
 */
import { notATokenizer } from "../tokenizer-json.ts";
import { clusterEnd, mayJoinNeighbours } from "../unicode/graphemes.ts";
import type { UnitBuffer } from "./unit-buffer.ts";

/** Kinds of UTF-16 units. `plainUnit` and `mappedUnit` hold for a unit whose right neighbour is not `joiningUnit`. */
const unknownUnit = 0;
/** Stays. */
const plainUnit = 1;
/** Becomes `replacements[becomes[unit]]`. */
const mappedUnit = 2;
/** May share a cluster with its neighbours, or is a surrogate: the cluster must be looked at. */
const joiningUnit = 3;

const nothing = -1;
const longestCluster = 5;

export class Charsmap {
  readonly #array: Uint32Array;
  /** Offset of the array's root. */
  readonly #root: number;
  readonly #texts: Uint8Array;
  readonly #kinds = new Uint8Array(0x10000);
  readonly #becomes = new Uint16Array(0x10000);
  /** Replacements that were met, in UTF-16 units, and their numbers by place in `texts`. */
  readonly #replacements: Uint16Array[] = [];
  readonly #numbers = new Map<number, number>();
  readonly #key = new Uint8Array(longestCluster);
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /**
   * @param bytes The map itself, decoded from base64.
   * @throws NotATokenizer when its parts do not fit into it.
   */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const arrayBytes = bytes.length < 4 ? 0 : view.getUint32(0, true);
    const units = arrayBytes >>> 2;
    if (units === 0 || 4 + arrayBytes > bytes.length) {
      throw notATokenizer(
        `has a "precompiled_charsmap" of ${bytes.length} bytes that announces an array of ${arrayBytes} bytes`,
      );
    }
    this.#array = new Uint32Array(units);
    for (let i = 0; i < units; i++) this.#array[i] = view.getUint32(4 + 4 * i, true);
    this.#root = offsetOf(this.#array[0]!);
    this.#texts = bytes.subarray(4 + 4 * units);
    this.#kinds.fill(joiningUnit, 0xd800, 0xe000);
  }

  /** Appends the normalised form of text[start … end − 1], between which and its surroundings no cluster may lie, to `out`. */
  append(text: string, start: number, end: number, out: UnitBuffer): void {
    const kinds = this.#kinds;
    const becomes = this.#becomes;
    const replacements = this.#replacements;
    let i = start;
    while (i < end) {
      const unit = text.charCodeAt(i);
      let kind = kinds[unit]!;
      if (kind === unknownUnit) kind = this.#kindOf(unit);
      if (kind !== joiningUnit && i + 1 < end) {
        const next = text.charCodeAt(i + 1);
        if ((kinds[next]! || this.#kindOf(next)) === joiningUnit) kind = joiningUnit;
      }
      if (kind === plainUnit) {
        out.push(unit);
        i++;
      } else if (kind === mappedUnit) {
        out.pushAll(replacements[becomes[unit]!]!);
        i++;
      } else {
        const stop = clusterEnd(text, i, end);
        this.#appendCluster(text, i, stop, out);
        i = stop;
      }
    }
  }

  #appendCluster(text: string, start: number, end: number, out: UnitBuffer): void {
    const replacement = this.#find(text, start, end);
    if (replacement !== nothing) {
      out.pushAll(this.#replacements[replacement]!);
      return;
    }
    for (let i = start; i < end;) {
      const codePoint = text.codePointAt(i)!;
      const next = i + (codePoint >= 0x10000 ? 2 : 1);
      const own = this.#find(text, i, next);
      if (own !== nothing) {
        out.pushAll(this.#replacements[own]!);
      } else if (codePoint >= 0xd800 && codePoint < 0xe000) {
        out.push(0xfffd);
      } else {
        for (; i < next; i++) out.push(text.charCodeAt(i));
      }
      i = next;
    }
  }

  /** What replaces text[start … end − 1] as a whole; null for nothing, and for what has more than five bytes. */
  replacementOf(text: string, start: number, end: number): string | null {
    const replacement = this.#find(text, start, end);
    return replacement === nothing ? null : String.fromCharCode(...this.#replacements[replacement]!);
  }

  #kindOf(unit: number): number {
    let kind = joiningUnit;
    if (!mayJoinNeighbours(unit)) {
      const replacement = this.#find(String.fromCharCode(unit), 0, 1);
      kind = replacement === nothing ? plainUnit : mappedUnit;
      if (kind === mappedUnit) this.#becomes[unit] = replacement;
    }
    this.#kinds[unit] = kind;
    return kind;
  }

  /** The number of what replaces text[start … end − 1], or `nothing`: also where that has more than five bytes. */
  #find(text: string, start: number, end: number): number {
    const array = this.#array;
    const key = this.#key;
    const length = encodeShort(text, start, end, key);
    let position = this.#root;
    for (let i = 0; i < length && key[i] !== 0; i++) {
      position ^= key[i]!;
      const unit = position < array.length ? array[position]! : 0;
      if ((unit & 0x800000ff) !== key[i]) return nothing;
      position ^= offsetOf(unit);
      if ((unit & 0x100) !== 0) {
        return position < array.length ? this.#replacementAt(array[position]! & 0x7fffffff) : nothing;
      }
    }
    return nothing;
  }

  #replacementAt(place: number): number {
    let number = this.#numbers.get(place);
    if (number === undefined) {
      const end = this.#texts.indexOf(0, place);
      const text = this.#decoder.decode(this.#texts.subarray(place, end < 0 ? this.#texts.length : end));
      number = this.#replacements.push(Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))) - 1;
      this.#numbers.set(place, number);
    }
    return number;
  }
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

/** UTF-8 of text[start … end − 1] into `to`; returns its bytes, or 0 where they do not fit. Lone surrogates become U+FFFD. */
function encodeShort(text: string, start: number, end: number, to: Uint8Array): number {
  let length = 0;
  for (let i = start; i < end;) {
    let c = text.codePointAt(i)!;
    i += c >= 0x10000 ? 2 : 1;
    if (c >= 0xd800 && c < 0xe000) c = 0xfffd;
    const bytes = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (length + bytes > to.length) return 0;
    if (bytes === 1) {
      to[length++] = c;
      continue;
    }
    to[length++] = leads[bytes]! | (c >> (6 * (bytes - 1)));
    for (let rest = bytes - 2; rest >= 0; rest--) to[length++] = 0x80 | ((c >> (6 * rest)) & 0x3f);
  }
  return length;
}

/** First byte of UTF-8 by number of bytes. */
const leads = [0, 0, 0xc0, 0xe0, 0xf0];
