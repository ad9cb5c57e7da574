/**
 * An object and some arrays as bytes: the form of our cache's entries, whose arrays are used where they lie.
 *
 * Four u32 (magic, bytes of the header, arrays, 0), two u32 for each array (its type, its length), the header as JSON, then the arrays,
 * each at a multiple of eight bytes.
 */

const arrayTypes = [Float64Array, Uint32Array, Int32Array, Uint16Array] as const;

export type EntryArray =
  | Float64Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>;

export interface Entry {
  readonly header: unknown;
  readonly arrays: readonly EntryArray[];
}

const prefixWords = 4;
const mostArrays = 16;

export function encodeEntry(magic: number, { header, arrays }: Entry): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const types = arrays.map((array) => arrayTypes.findIndex((type) => array instanceof type));
  const places = layout(
    json.length,
    arrays.map((array, i) => [types[i]!, array.length]),
  );
  const bytes = new Uint8Array(places.end);
  const words = new Uint32Array(bytes.buffer, 0, prefixWords + 2 * arrays.length);
  words.set([magic, json.length, arrays.length, 0, ...arrays.flatMap((array, i) => [types[i]!, array.length])]);
  bytes.set(json, 4 * words.length);
  for (const [i, array] of arrays.entries()) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), places.starts[i]);
  }
  return bytes;
}

/** Null where the bytes are not such an entry. */
export function decodeEntry(magic: number, entry: Uint8Array<ArrayBuffer>): Entry | null {
  const bytes = entry.byteOffset % 8 === 0 ? entry : entry.slice();
  const { buffer, byteOffset: base } = bytes;
  if (bytes.length < 4 * prefixWords) return null;
  const [found, jsonBytes, count] = new Uint32Array(buffer, base, prefixWords);
  const headerStart = 4 * prefixWords + 8 * count!;
  if (found !== magic || count! > mostArrays || headerStart > bytes.length) return null;
  const words = new Uint32Array(buffer, base + 4 * prefixWords, 2 * count!);
  const kinds = Array.from({ length: count! }, (_, i): [number, number] => [words[2 * i]!, words[2 * i + 1]!]);
  if (kinds.some(([type]) => type >= arrayTypes.length)) return null;
  const places = layout(jsonBytes!, kinds);
  if (places.end !== bytes.length) return null;
  return {
    header: JSON.parse(new TextDecoder().decode(bytes.subarray(headerStart, headerStart + jsonBytes!))),
    arrays: kinds.map(([type, length], i) => new arrayTypes[type]!(buffer, base + places.starts[i]!, length)),
  };
}

/** Where the arrays lie; a number is the array's type and length. */
function layout(jsonBytes: number, kinds: readonly [number, number][]): { starts: number[]; end: number } {
  let end = 4 * prefixWords + 8 * kinds.length + jsonBytes;
  const starts = kinds.map(([type, length]) => {
    const start = Math.ceil(end / 8) * 8;
    end = start + arrayTypes[type]!.BYTES_PER_ELEMENT * length;
    return start;
  });
  return { starts, end };
}
