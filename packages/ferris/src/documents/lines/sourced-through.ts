/**
 * Places of a text that was taken out of another text, which was taken out of a file: HTML out of a message, Markdown out of a notebook.
 */
import { SourcedText } from "./sourced-text.ts";

/** `words`, whose origins are offsets of `text`, with the origins that those places have in the file. */
export function through(text: SourcedText, words: SourcedText): SourcedText {
  if (words.runs.length === 0) return words;
  const placed = new SourcedText();
  words.runs.forEach(({ offset, origin, isVerbatim }, index) => {
    const start = index === 0 ? 0 : offset;
    const piece = words.text.slice(start, words.runs[index + 1]?.offset ?? words.length);
    const original = isVerbatim && start === offset ? text.slice(origin, origin + piece.length) : null;
    if (original?.text === piece) placed.join(original);
    else placed.appendMade(piece, text.originAt(origin));
  });
  return placed;
}
