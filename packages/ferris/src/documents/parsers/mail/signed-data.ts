/**
 * The message inside of a signature (S/MIME, smime.p7m): what was signed stands in it as it is, and needs no key. What is encrypted does.
 *
 * The container is BER (RFC 5652): values of a tag, a length and bytes, or of no length and an end mark. Nothing is verified.
 */

interface Value {
  readonly tag: number;
  /** Of its bytes, the end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Behind it and its end mark. */
  readonly next: number;
}

/** RFC 5652: signed data, and the data in it. */
const signedData = "2a864886f70d010702";
const sequence = 0x30;
const [objectIdentifier, octets, constructedOctets, context] = [0x06, 0x04, 0x24, 0xa0];
const deepest = 10;

/** The signed bytes, as the pieces of `bytes` that they stand in; null where `bytes` are something else, such as an encrypted message. */
export function signedContent(bytes: Uint8Array): Uint8Array[] | null {
  const outer = children(bytes, valueAt(bytes, 0));
  const [type, content] = outer;
  if (type?.tag !== objectIdentifier || hex(bytes, type) !== signedData || content?.tag !== context) return null;
  const [signed] = children(bytes, content);
  // Behind the version and the algorithms: the type of what is signed, and what it is.
  const encapsulated = children(bytes, signed).find(({ tag }) => tag === sequence);
  const explicit = children(bytes, encapsulated).find(({ tag }) => tag === context);
  const [data] = children(bytes, explicit);
  return data === undefined ? null : octetsOf(bytes, data, 0);
}

/** A string of bytes may be cut into several. */
function octetsOf(bytes: Uint8Array, value: Value, depth: number): Uint8Array[] | null {
  if (value.tag === octets) return [bytes.subarray(value.start, value.end)];
  if (value.tag !== constructedOctets || depth > deepest) return null;
  const pieces: Uint8Array[] = [];
  for (const part of children(bytes, value)) {
    const its = octetsOf(bytes, part, depth + 1);
    if (its === null) return null;
    for (const piece of its) pieces.push(piece);
  }
  return pieces;
}

function children(bytes: Uint8Array, value: Value | undefined): Value[] {
  const found: Value[] = [];
  if (value === undefined || (value.tag & 0x20) === 0) return found;
  for (let at = value.start; at < value.end;) {
    const child = valueAt(bytes, at, value.end);
    if (child === undefined) break;
    found.push(child);
    at = child.next;
  }
  return found;
}

/** Undefined for what is cut off, or is not a value. */
function valueAt(bytes: Uint8Array, at: number, end = bytes.length, depth = 0): Value | undefined {
  if (at + 2 > end || depth > deepest) return undefined;
  const tag = bytes[at]!;
  const first = bytes[at + 1]!;
  const start = at + 2;
  if (first === 0x80) {
    // Of no length: its end is behind its last child.
    let next = start;
    while (next + 2 <= end && (bytes[next] !== 0 || bytes[next + 1] !== 0)) {
      const child = valueAt(bytes, next, end, depth + 1);
      if (child === undefined) return undefined;
      next = child.next;
    }
    return { tag, start, end: next, next: next + 2 };
  }
  const digits = first < 0x80 ? 0 : first & 0x7f;
  if (digits > 4) return undefined;
  let length = digits === 0 ? first : 0;
  for (let index = 0; index < digits; index++) length = length * 256 + (bytes[start + index] ?? 0);
  const stop = start + digits + length;
  return stop > end ? undefined : { tag, start: start + digits, end: stop, next: stop };
}

function hex(bytes: Uint8Array, { start, end }: Value): string {
  return Buffer.from(bytes.subarray(start, Math.min(end, start + 32))).toString("hex");
}
