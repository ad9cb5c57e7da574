/**
 * Places of a text that was taken out of another text, which was taken out of a file: HTML out of a message, Markdown out of a notebook.
 */
import { SourcedText } from "./sourced-text.ts";

/** `words`, whose origins are offsets of `text`, with the origins that those places have in the file. */
export function through(text: SourcedText, words: SourcedText): SourcedText {
  const { runCount, length } = words;
  if (runCount === 0) return words;
  const placed = new SourcedText();
  for (let index = 0; index < runCount; index++) {
    const offset = words.runOffset(index);
    const origin = words.runOrigin(index);
    const start = index === 0 ? 0 : offset;
    const piece = words.text.slice(start, index + 1 < runCount ? words.runOffset(index + 1) : length);
    const original = words.isVerbatim(index) && start === offset ? text.slice(origin, origin + piece.length) : null;
    if (original?.text === piece) placed.join(original);
    else placed.appendMade(piece, text.originAt(origin));
  }
  return placed;
}
