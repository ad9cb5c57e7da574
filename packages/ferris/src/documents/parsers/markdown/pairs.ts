/**
 * Blocks between a pair of marks that markdown-it does not know: formulas ($$ … $$, \[ … \]) and Obsidian's comments (%% … %%). What looks like
 * a heading in them is none.
 */
import type MarkdownIt from "markdown-it";

type Parser = InstanceType<typeof MarkdownIt>;

const dollar = 0x24;
const percent = 0x25;
const backslash = 0x5c;

const closings: Readonly<Record<string, string>> = { $$: "$$", "%%": "%%", "\\[": "\\]" };

/** A plugin of markdown-it. A mark that is never closed is text. */
export function fencedByPairs(markdown: Parser): void {
  markdown.block.ruler.before(
    "heading",
    "pair",
    (state, startLine, endLine, silent) => {
      // Asked of every line of every paragraph: mostly its first character says no.
      const first = state.src.charCodeAt(state.bMarks[startLine]! + state.tShift[startLine]!);
      if (first !== dollar && first !== percent && first !== backslash) return false;
      const lineOf = (line: number) => state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);
      const opening = lineOf(startLine);
      const closing = closings[opening.slice(0, 2)];
      // "%%time" is a command of a notebook's cell.
      if (closing === undefined || /^%%\w/.test(opening) || state.sCount[startLine]! - state.blkIndent >= 4)
        return false;
      let last = opening.indexOf(closing, 2) >= 0 ? startLine : -1;
      const unclosed = `no ${closing} before ${endLine}`;
      if (last < 0 && state.env[unclosed] !== true) {
        for (let line = startLine + 1; line < endLine && last < 0; line++)
          if (lineOf(line).includes(closing)) last = line;
        // So that a million of them are not each looked for to the end.
        if (last < 0) state.env[unclosed] = true;
      }
      if (last < 0) return false;
      if (silent) return true;
      state.line = last + 1;
      state.push("pair", "", 0).map = [startLine, state.line];
      return true;
    },
    { alt: ["paragraph", "reference", "blockquote", "list"] },
  );
}
