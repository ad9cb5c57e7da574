/** Task lists, as GitHub writes them: `- [x] done`. A rule for markdown-it, which knows none. */
import type { MarkdownIt } from "markdown-it";

const box = /^\[([ xX])\][ \t\n]+/;

/** Puts a `task_box` token before the text of each item that begins with one; `meta.isDone` says whether it is ticked. */
export function taskLists(parser: MarkdownIt): void {
  parser.core.ruler.after("inline", "task_lists", ({ tokens, Token }) => {
    for (const [at, inline] of tokens.entries()) {
      if (inline.type !== "inline" || tokens[at - 2]?.type !== "list_item_open") continue;
      const [first, second] = inline.children ?? [];
      // A line break behind the brackets is a token of its own.
      const text = first?.type === "text" ? first.content + (second?.type === "softbreak" ? "\n" : "") : "";
      const found = box.exec(text);
      if (found === null) continue;
      const token = new Token("task_box", "", 0);
      token.meta = { isDone: found[1] !== " " };
      first!.content = first!.content.slice(found[0].trimEnd().length).trimStart();
      inline.children!.unshift(token);
      tokens[at - 2]!.attrSet("class", "task");
    }
  });
}
