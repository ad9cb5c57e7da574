/**
 * Lines put together to one text: words that a hyphen cuts at a line's end are whole again, in a column, over columns and over pages.
 */

/** This much of a text tells whether the word at its end has a hyphen inside. */
const longestWord = 100;

const cutEnd = /\p{L}[-\u00ad\u2010]$/u;
/** Scripts that are written without spaces: none is put where a line ends. */
const unspaced = "[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\u3000-\\u303f\\u30fc\\uff01-\\uffef]";
const unspacedEnd = new RegExp(`${unspaced}$`, "u");
const unspacedStart = new RegExp(`^${unspaced}`, "u");

/**
 * Lines as one text: words cut by a hyphen are whole again, and a hyphen that belongs there (E-117, state-of-the-art) keeps no
 * space after it. Whether well-known lost its own at a line's end cannot be told.
 */
export function joined(lines: readonly { readonly text: string }[]): string {
  return lines.reduce((text, line) => (text === "" ? line.text : joinedPair(text, line.text)), "");
}

/** Whether a text ends in the middle of a word that `next` goes on with. */
export function isCut(text: string, next: string): boolean {
  return cutEnd.test(text) && /^\p{Ll}/u.test(next) && !isSuspended(next);
}

/** "pre- and post-war", "Vor- und Nachteile": the hyphen stands for the rest of the next word but one. */
function isSuspended(next: string): boolean {
  return /^(?:and|und|oder|sowie|och|og|eller)\s|^(?:or|to|bis) \p{L}+-/u.test(next);
}

/** What is never cut off a word: one letter (e-mail, X-ray), capitals alone (VHF-channel), a number (10-foot). Their hyphen is the word's own. */
const ownHyphen = /(?:^|[^\p{L}\p{N}])(?:\p{L}|\p{Lu}{2,}|\p{N}+)[-\u2010]$/u;

/** Whether the same is so in a text in capitals, where a capital goes on: "INCIDENTAL DAM-" and "AGES". */
function isCutInCapitals(end: string, next: string): boolean {
  return /\p{Lu}{2}[^\p{L}\p{N}]{1,3}\p{Lu}{2,}[-\u2010]$/u.test(end) && /^\p{Lu}{2,}(?!\p{L})/u.test(next);
}

function joinedPair(text: string, next: string): string {
  const end = text.slice(-longestWord);
  const isOwn = ownHyphen.test(end) && /^\p{L}/u.test(next) && !isSuspended(next);
  if (isOwn && !isCutInCapitals(end, next)) return text + next;
  const isCompound = /[\p{L}\p{N}][-\u2010][\p{L}\p{N}]+[-\u2010]$/u.test(end) && /^\p{L}/u.test(next);
  if (end.endsWith("\u00ad") || (!isCompound && (isCut(end, next) || isCutInCapitals(end, next))))
    return text.slice(0, -1) + next;
  const isHyphenated = isCompound || (/[\p{L}\p{N}][-\u2010]$/u.test(end) && /^[\p{Lu}\p{N}]/u.test(next));
  if (isHyphenated || (unspacedEnd.test(end) && unspacedStart.test(next))) return text + next;
  return `${text} ${next}`;
}
