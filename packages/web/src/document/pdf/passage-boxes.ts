/**
 * Where on a page a passage stands: the pieces of the page's text that the passage is made of. Its text was put in order, freed of hyphens
 * and running heads when it was indexed, so pieces are looked for one by one, by their letters alone.
 */
import type { PdfText } from "./open-pdf.ts";

/** In the page's own units, from its lower left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Shorter pieces stand in many places: they count beside one that is sure. */
const sureLetters = 14;

type Item = Extract<PdfText["items"][number], { str: string }>;

export function boxesOf(text: PdfText, passage: string): Box[] {
  const wanted = lettersOf(passage);
  if (wanted === "") return [];
  const items = text.items.filter((item): item is Item => "str" in item && item.str.trim() !== "");
  const letters = items.map(({ str }) => lettersOf(str));
  const isIn = letters.map((each) => each !== "" && wanted.includes(each));
  const isSure = letters.map((each, i) => isIn[i]! && (each.length >= sureLetters || each === wanted));
  // From sure ones on, to both sides, as far as the passage goes.
  const marked = [...isSure];
  for (let i = 1; i < items.length; i++) if (marked[i - 1] && isIn[i]) marked[i] = true;
  for (let i = items.length - 2; i >= 0; i--) if (marked[i + 1] && isIn[i]) marked[i] = true;
  return items.filter((_, i) => marked[i]).map(boxOf);
}

function boxOf({ transform, width, height }: Item): Box {
  const [, , , , x, y] = transform as number[];
  const size = height || Math.hypot(Number(transform[2]), Number(transform[3]));
  // Letters reach below their line.
  return { x: x!, y: y! - size * 0.2, width, height: size * 1.2 };
}

function lettersOf(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}
