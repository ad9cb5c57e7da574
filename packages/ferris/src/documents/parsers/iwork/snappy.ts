/**
 * Snappy's raw format (https://github.com/google/snappy/blob/main/format_description.txt), in which the parts of Pages', Numbers' and Keynote's
 * documents are packed: literal bytes, and copies of what came out before.
 */
import { DocumentError } from "../../../errors.ts";

/** The bytes that `packed` stands for. @throws DocumentError "damaged", and "too large" for more than `most` */
export function unpackSnappy(packed: Uint8Array, most: number): Uint8Array {
  let at = 0;
  let length = 0;
  for (let shift = 1; ; shift *= 128) {
    const byte = packed[at++];
    if (byte === undefined || at > 5) throw damaged();
    length += (byte & 0x7f) * shift;
    if (byte < 0x80) break;
  }
  if (length > most) throw new DocumentError("too large", `it unpacks to more than ${Math.round(most / 2 ** 20)} MB`);
  // Nothing shrinks further: two bytes stand for 64 at most.
  if (length > 32 * packed.length + 64) throw damaged();
  const out = new Uint8Array(length);
  let end = 0;
  const number = (bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += (packed[at + i] ?? 0) * 256 ** i;
    at += bytes;
    return value;
  };
  while (at < packed.length) {
    const tag = packed[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const count = (short < 60 ? short : number(short - 59)) + 1;
      if (at + count > packed.length || end + count > length) throw damaged();
      out.set(packed.subarray(at, at + count), end);
      at += count;
      end += count;
      continue;
    }
    const count = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const back = kind === 1 ? (tag >> 5) * 256 + number(1) : number(kind === 2 ? 2 : 4);
    if (back === 0 || back > end || end + count > length) throw damaged();
    // A copy may reach into itself: then it repeats.
    for (let i = 0; i < count; i++, end++) out[end] = out[end - back]!;
  }
  if (end !== length) throw damaged();
  return out;
}

function damaged(): DocumentError {
  return new DocumentError("damaged", "a part of it cannot be unpacked");
}
