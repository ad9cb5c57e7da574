/**
 * Lines of a PDF's page, from words at places; and lines put together again where a sentence goes on.
 *
 * pdfjs gives runs of text in the file's order. What is set apart on a line by more than a space is a fragment of its own: a cell
 * of a table, perhaps (pdf-tables.ts decides). What lines make up is not decided here.
 */

/** Words with their places, as pdfjs has them (and marks of structure, which have none). */
export interface Item {
  readonly str?: string;
  readonly transform?: readonly number[];
  readonly width?: number;
  readonly height?: number;
  readonly fontName?: string;
  readonly hasEOL?: boolean;
}

/** A stretch of a line, in the page's units from its left. */
export interface Fragment {
  readonly text: string;
  readonly left: number;
  readonly right: number;
}

export interface Line {
  readonly text: string;
  /** From left to right; one, unless there are wide gaps. */
  readonly fragments: readonly Fragment[];
  /** From the page's bottom, of the baseline. */
  readonly y: number;
  readonly height: number;
  /** The font's name in the file where the line has one font only. */
  readonly font: string | null;
}

/** A gap of so many line heights parts fragments. Spaces of justified text are seldom wider. */
const widestSpace = 0.85;

/** So much of a text tells whether the word at its end has a hyphen inside. */
const longestWord = 100;

export function linesOf(items: readonly Item[]): Line[] {
  const lines: Line[] = [];
  let text = "";
  let first: Omit<Line, "text" | "fragments"> | null = null;
  let fragments: { text: string; left: number; right: number }[] = [];
  const end = () => {
    const trimmed = oneSpaced(text);
    if (first && trimmed !== "") {
      const filled = fragments.map((fragment) => ({ ...fragment, text: oneSpaced(fragment.text) }));
      lines.push({ text: trimmed, fragments: filled, ...first });
    }
    text = "";
    first = null;
    fragments = [];
  };
  for (const { str, transform, width = 0, height = 0, fontName = "", hasEOL } of items) {
    if (str === undefined || transform === undefined) continue;
    if (str.trim() !== "") {
      const [, b, , d, left, y] = transform;
      // Set in a matrix rather than as a height by some producers; `b` is for text that is turned.
      const size = height || Math.hypot(b, d);
      if (first && Math.abs(first.y - y) > Math.max(first.height, size) * 0.6) end();
      first ??= { y, height: size, font: fontName };
      if (first.font !== fontName) first = { ...first, font: null };
      const last = fragments.at(-1);
      if (last && left - last.right < size * widestSpace && left >= last.left) {
        last.text += str;
        last.right = left + width;
      } else fragments.push({ text: str, left, right: left + width });
    } else if (fragments.length > 0) fragments.at(-1)!.text += str;
    text += str;
    if (hasEOL) end();
  }
  end();
  return lines;
}

/**
 * Lines as one text: words cut by a hyphen are whole again, and a hyphen that belongs there (E-117, state-of-the-art) keeps no
 * space after it. Whether well-known lost its own at a line's end cannot be told.
 */
export function joined(lines: readonly { readonly text: string }[]): string {
  return lines.reduce((text, line) => {
    if (text === "") return line.text;
    const end = text.slice(-longestWord);
    const isCompound = /[\p{L}\p{N}][-\u2010][\p{L}\p{N}]+[-\u2010]$/u.test(end) && /^\p{L}/u.test(line.text);
    if (!isCompound && /\p{L}[-\u00ad\u2010]$/u.test(end) && /^\p{Ll}/u.test(line.text))
      return text.slice(0, -1) + line.text;
    const isHyphenated = isCompound || (/[\p{L}\p{N}][-\u2010]$/u.test(end) && /^[\p{Lu}\p{N}]/u.test(line.text));
    return isHyphenated ? text + line.text : `${text} ${line.text}`;
  }, "");
}

function oneSpaced(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
