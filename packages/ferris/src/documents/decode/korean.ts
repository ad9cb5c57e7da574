/**
 * Korean as Windows writes it (UHC, code page 949), which is EUC-KR and the 8,822 syllables that it lacks. The Web's "euc-kr" is all of it; Node's
 * TextDecoder knows EUC-KR alone, and makes other characters of the rest without a word.
 */

const firstSyllable = 0xac00;
const lastSyllable = 0xd7a3;

let syllables: ReadonlyMap<number, string> | undefined;

/** The syllables beyond EUC-KR by their two bytes: in the order of Unicode, in the places that EUC-KR leaves. */
function beyond(): ReadonlyMap<number, string> {
  if (syllables) return syllables;
  const known = new Set(new TextDecoder("euc-kr").decode(pairs(0xb0, 0xc8, [[0xa1, 0xfe]])));
  const made = new Map<number, string>();
  const letters: [number, number][] = [
    [0x41, 0x5a],
    [0x61, 0x7a],
  ];
  const places = [pairs(0x81, 0xa0, [...letters, [0x81, 0xfe]]), pairs(0xa1, 0xc6, [...letters, [0x81, 0xa0]])];
  let next = firstSyllable;
  for (const bytes of places) {
    for (let at = 0; at < bytes.length; at += 2) {
      while (next <= lastSyllable && known.has(String.fromCharCode(next))) next++;
      if (next > lastSyllable) break;
      made.set((bytes[at]! << 8) | bytes[at + 1]!, String.fromCharCode(next++));
    }
  }
  return (syllables = made);
}

/** All pairs of a first byte from `first` to `last` and a second one in `ranges`. */
function pairs(first: number, last: number, ranges: readonly (readonly [number, number])[]): Uint8Array {
  const bytes: number[] = [];
  for (let lead = first; lead <= last; lead++) {
    for (const [from, to] of ranges) for (let trail = from; trail <= to; trail++) bytes.push(lead, trail);
  }
  return Uint8Array.from(bytes);
}

/** Null where `isStrict` and bytes stand for nothing. */
export function decodeKorean(bytes: Uint8Array, isStrict: boolean): string | null {
  const decoder = new TextDecoder("euc-kr", { fatal: isStrict });
  let text = "";
  let done = 0;
  const decodeUpTo = (end: number) => {
    if (end > done) text += decoder.decode(bytes.subarray(done, end));
  };
  try {
    for (let at = 0; at < bytes.length;) {
      const lead = bytes[at]!;
      if (lead < 0x81) {
        at++;
        continue;
      }
      const trail = bytes[at + 1] ?? 0;
      const syllable = lead < 0xa1 || trail < 0xa1 ? beyond().get((lead << 8) | trail) : undefined;
      if (syllable !== undefined) {
        decodeUpTo(at);
        text += syllable;
        done = at + 2;
      } else if (isStrict && (lead < 0xa1 || trail < 0xa1)) return null;
      at += 2;
    }
    decodeUpTo(bytes.length);
  } catch {
    return null;
  }
  return text;
}
