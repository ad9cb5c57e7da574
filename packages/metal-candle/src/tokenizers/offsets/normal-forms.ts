/**
 * Unicode's normal forms as changes of characters: what Rust's unicode-normalization-alignments says of each character that comes out. The text
 * is that of the string functions beside it; here it is only found out what became of what.
 */
import { decompose, normalizeForm } from "../unicode/code-points.ts";
import type { Change } from "./aligned-text.ts";

/** The changes of NFD or NFKD. */
export function decomposed(text: string, form: "NFD" | "NFKD"): Change[] {
  return reordered(text, (part) => normalizeForm(part, form));
}

/** Those of the decomposition that BertNormalizer strips accents of. */
export function bertDecomposed(text: string): Change[] {
  return reordered(text, decompose);
}

function reordered(text: string, apply: (part: string) => string): Change[] {
  // Marks change places by their class; characters that are the same never do, so the n-th of one kind stays the n-th.
  const changes = new Map<string, number[]>();
  for (const character of text) {
    Array.from(apply(character)).forEach((part, i) => {
      const known = changes.get(part);
      if (known) known.push(i === 0 ? 0 : 1);
      else changes.set(part, [i === 0 ? 0 : 1]);
    });
  }
  const taken = new Map<string, number>();
  return Array.from(apply(text), (character): Change => {
    const nth = taken.get(character) ?? 0;
    taken.set(character, nth + 1);
    return [character, changes.get(character)?.[nth] ?? 0];
  });
}

/** The changes of NFC or NFKC: of each character what its parts' changes add up to, less one for each part that joined it. */
export function composed(text: string, form: "NFC" | "NFKC"): Change[] {
  const done: [string, number][] = [];
  let base = -1;
  /** The last mark behind the base that has not joined it. */
  let mark: string | null = null;
  for (const [character, change] of decomposed(text, form === "NFC" ? "NFD" : "NFKD")) {
    const starts = isStarter(character);
    if (base >= 0 && (mark === null || (!starts && !haveOneClass(mark, character)))) {
      const [whole] = done[base]!;
      const joined = normalizeForm(whole + character, "NFC");
      if (Array.from(joined).length === 1) {
        done[base] = [joined, done[base]![1] + change - 1];
        continue;
      }
    }
    done.push([character, change]);
    if (starts) [base, mark] = [done.length - 1, null];
    else if (base >= 0) mark = character;
  }
  return done;
}

/** A mark of class 1 and one of class 240, the highest. */
const lowest = "\u0334";
const highest = "\u0345";
const starters = new Map<string, boolean>();

/** Whether nothing changes places with it. */
function isStarter(character: string): boolean {
  let known = starters.get(character);
  if (known === undefined) {
    const stays = (pair: string): boolean => normalizeForm(pair, "NFD") === pair;
    known = stays(character + lowest) && stays(highest + character) && character !== lowest && character !== highest;
    if (starters.size > 10_000) starters.clear();
    starters.set(character, known);
  }
  return known;
}

/** Of two marks in their order: in one class none goes before the other. */
function haveOneClass(first: string, second: string): boolean {
  return normalizeForm(second + first, "NFD") === second + first;
}
