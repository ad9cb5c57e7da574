/**
 * How many columns a text takes on a terminal.
 *
 * Measured by the library that the prompts already bring, after two things that it leaves to its caller: characters that no terminal shows are
 * dropped, and letters are composed, since file names from macOS come decomposed and it counts each part of a Korean syllable.
 */
import fastStringWidth from "fast-string-width";

// Soft hyphen, zero-width space, word joiner and invisible operators, byte order mark. Not the zero-width joiner: it makes one emoji of several.
const shownByNoTerminal = /[\u00ad\u200b\u2060-\u2064\ufeff]/g;

/** The columns of `text` on a terminal; escape sequences that style it take none. */
export function columnsOf(text: string): number {
  return fastStringWidth(text.normalize("NFC").replace(shownByNoTerminal, ""));
}
