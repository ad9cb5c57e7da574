/** Colours code, with lowlight: a tree of spans, so that nothing is ever parsed as HTML. It and its languages are loaded when first needed. */
import type { ElementContent, RootContent } from "hast";
import type { ComponentChildren } from "preact";
import type * as Languages from "./languages.ts";

let loading: Promise<typeof Languages> | null = null;

/** The lines of `code`, coloured; null where it cannot be. */
export async function highlightLines(code: string, language: string): Promise<readonly ComponentChildren[] | null> {
  loading ??= import("./languages.ts");
  const { highlight } = await loading;
  const tree = highlight(code, language);
  return tree && linesOf(tree);
}

/** A span may go over several lines: it is closed and opened again at each line's end. */
function linesOf(nodes: readonly (RootContent | ElementContent)[]): ComponentChildren[] {
  const lines: ComponentChildren[][] = [[]];
  const walk = (node: RootContent | ElementContent, classes: readonly string[]): void => {
    if (node.type === "element") {
      const own = Array.isArray(node.properties.className) ? node.properties.className.map(String) : [];
      for (const child of node.children) walk(child, [...classes, ...own]);
    } else if (node.type === "text") {
      node.value.split("\n").forEach((piece, i) => {
        if (i > 0) lines.push([]);
        if (piece === "") return;
        const line = lines.at(-1)!;
        line.push(classes.length === 0 ? piece : <span class={classes.join(" ")}>{piece}</span>);
      });
    }
  };
  for (const node of nodes) walk(node, []);
  return lines;
}
