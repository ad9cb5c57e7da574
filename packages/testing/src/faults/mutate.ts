/** Sound files made hostile, by a seed: bits, lengths, repetitions, numbers at the edge, pieces of another file, and words that break parsers. */
import type { Random } from "./random.ts";

/** What parsers trip over, in whatever format. */
const words = [
  "__proto__",
  "constructor",
  "../../../../etc/passwd",
  "file:///etc/passwd",
  "\0",
  "\uFEFF",
  "\u{10FFFF}",
  "\u202E",
  "]]>",
  '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
  "&b;",
  "&#xFFFFFFFF;",
  "1e999",
  "-1",
  "NaN",
  "4294967296",
  "9007199254740993",
  "99999999999999999999",
  "[[[[[[[[",
  "}}}}",
  "((((((((((((((((",
  "%s%n",
  "\\",
  "${jndi:x}",
  "<script>",
  "(a+)+$",
];
const numbers = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];
const encoder = new TextEncoder();

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

function spliced(bytes: Uint8Array, at: number, removed: number, put: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - Math.min(removed, bytes.length - at) + put.length);
  result.set(bytes.subarray(0, at));
  result.set(put, at);
  result.set(bytes.subarray(at + removed), at + put.length);
  return result;
}

const mutations: readonly Mutation[] = [
  // Bits here and there.
  (bytes, random) => {
    const copy = bytes.slice();
    for (let left = 1 + random.below(8); left > 0; left--) copy[random.below(copy.length)]! ^= 1 << random.below(8);
    return copy;
  },
  // A length, a count, an offset.
  (bytes, random) => {
    if (bytes.length < 4) return bytes;
    const copy = bytes.slice();
    const value = random.of(numbers);
    const at = random.below(copy.length - 3);
    new DataView(copy.buffer).setUint32(at, value, random() < 0.5);
    return copy;
  },
  // The same as text.
  (bytes, random) => {
    const digits: number[] = [];
    bytes.forEach((byte, i) => {
      if (byte >= 48 && byte <= 57 && !(bytes[i - 1]! >= 48 && bytes[i - 1]! <= 57)) digits.push(i);
    });
    if (digits.length === 0) return bytes;
    const at = random.of(digits);
    let end = at;
    while (bytes[end]! >= 48 && bytes[end]! <= 57) end++;
    return spliced(
      bytes,
      at,
      end - at,
      encoder.encode(random.of(["-1", "0", "1e999", "4294967296", "99999999999999999999"])),
    );
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  (bytes, random) => spliced(bytes, random.below(bytes.length), 1 + random.below(64), new Uint8Array()),
  (bytes, random) => spliced(bytes, random.below(bytes.length), 0, encoder.encode(random.of(words))),
  (bytes, random) => spliced(bytes, random.below(bytes.length), 0, random.bytes(1 + random.below(64))),
  // One piece, many times.
  (bytes, random) => {
    const at = random.below(bytes.length);
    const piece = bytes.subarray(at, at + 1 + random.below(40));
    const times = 1 + random.below(Math.min(4_000, Math.ceil(200_000 / piece.length)));
    const repeated = new Uint8Array(piece.length * times);
    for (let i = 0; i < times; i++) repeated.set(piece, i * piece.length);
    return spliced(bytes, at, 0, repeated);
  },
  // A piece from elsewhere, and from another file.
  (bytes, random) => {
    const at = random.below(bytes.length);
    return spliced(bytes, random.below(bytes.length), random.below(200), bytes.slice(at, at + random.below(400)));
  },
  (bytes, random, other) => {
    const at = random.below(other.length);
    return spliced(bytes, random.below(bytes.length), random.below(400), other.slice(at, at + random.below(2_000)));
  },
];

/** One to four of them, one after another. */
export function mutated(bytes: Uint8Array, random: Random, other: Uint8Array = bytes): Uint8Array {
  let result = bytes;
  for (let left = 1 + random.below(4); left > 0 && result.length > 0; left--) {
    result = random.of(mutations)(result, random, other.length > 0 ? other : result);
  }
  return result;
}

const oddValues: readonly ((random: Random) => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 0,
  () => 0.5,
  () => 1e15,
  () => 2 ** 53,
  () => "",
  (random) => random.of(words),
  () => "a".repeat(100_000),
  () => [],
  () => ({}),
  () => Array.from({ length: 10_000 }, (_, i) => i),
  () => JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}') as unknown,
  (random) => {
    let nested: unknown = 1;
    for (let depth = random.below(500); depth > 0; depth--) nested = [nested];
    return nested;
  },
];

/** A JSON value with one to four of its parts replaced, removed, doubled or moved. */
export function mutatedJson(value: unknown, random: Random): unknown {
  const root: { value?: unknown } = { value: structuredClone(value) };
  for (let left = 1 + random.below(4); left > 0; left--) {
    // Down at random, so that what is near the root is found as often as what is deep.
    let holder: Record<string, unknown> = root;
    let key = "value";
    while (random() < 0.8) {
      const next = holder[key];
      if (typeof next !== "object" || next === null || Object.keys(next).length === 0) break;
      holder = next as Record<string, unknown>;
      key = random.of(Object.keys(holder));
    }
    const chance = random();
    if (chance < 0.55) holder[key] = random.of(oddValues)(random);
    else if (chance < 0.7) delete holder[key];
    else if (chance < 0.85 && typeof holder[key] === "number")
      holder[key] = (holder[key] as number) * random.of([-1, 2, 1_000, 1e9]);
    else {
      const others = Object.keys(holder);
      holder[random.of([...others, "extra", "__proto__ "])] = structuredClone(holder[key]);
    }
    root.value ??= {};
  }
  return root.value;
}
