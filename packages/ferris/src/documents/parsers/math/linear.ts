/**
 * Parts of formulas on one line. Parentheses stand only where the line would be read in another way without them.
 */

/** In parentheses, unless it is one number, word or something in parentheses already. */
export function grouped(text: string): string {
  const trimmed = text.trim();
  return /^(?:[\p{L}\p{M}′'∞]*|\p{N}[\p{N}.,]*)$/u.test(trimmed) || /^\([^()]*\)$/.test(trimmed) || trimmed.length === 1
    ? trimmed
    : `(${trimmed})`;
}

export function fraction(numerator: string, denominator: string): string {
  return `${grouped(numerator)}/${grouped(denominator)}`;
}

/** With what stands below and above at its end; empty ones are left out. */
export function scripted(base: string, below: string, above: string): string {
  return base + (below.trim() === "" ? "" : `_${grouped(below)}`) + (above.trim() === "" ? "" : `^${grouped(above)}`);
}

export function root(of: string, degree: string): string {
  const sign = degree.trim() === "" ? "√" : degree.trim() === "3" ? "∛" : `root ${grouped(degree)} of `;
  return `${sign}${grouped(of)}`;
}

export function fenced(open: string, inner: string, close: string): string {
  return `${open}${inner}${close}`;
}

export interface MathPiece {
  readonly text: string;
  /** Whether it is a fraction or has something below or above: a letter beside it would look like a part of it. */
  readonly isCompound: boolean;
}

/** Pieces one after another: "λ L/D", which "λL/D" is not. */
export function rowOf(pieces: readonly MathPiece[]): string {
  let text = "";
  let isAfterCompound = false;
  for (const piece of pieces) {
    if (piece.text === "") continue;
    const isBeforeCompound = piece.isCompound && /^\S*\//.test(piece.text) && /[\p{L}\p{N})]$/u.test(text);
    if (isBeforeCompound || (isAfterCompound && /^[\p{L}\p{N}(√∛]/u.test(piece.text))) text += " ";
    text += piece.text;
    isAfterCompound = piece.isCompound;
  }
  return text;
}
