/** One result: where it is, why it was found, and its words marked. */
import type { SearchResult } from "ferris/browser";
import { element } from "./element.ts";
import { splitPath } from "./text.ts";

/** @param open shows the passage in its document */
export function resultItem(result: SearchResult, open: (result: SearchResult) => void): HTMLLIElement {
  const { folder, name } = splitPath(result.path);
  const button = element(
    "button",
    { type: "button", class: "result", on: { click: () => open(result) } },
    element(
      "span",
      { class: "where" },
      element("bdi", {}, element("span", { class: "folder" }, folder), element("strong", {}, name)),
      element("span", { class: "lines" }, placeOf(result)),
      element("span", { class: "why" }, ...reasons(result)),
    ),
    result.headingPath.length > 0 ? element("bdi", { class: "headings" }, result.headingPath.join(" › ")) : null,
    snippetOf(result),
  );
  return element("li", {}, button);
}

/** Lines of the file, or the page of a PDF. */
export function placeOf({ page, lineBasis, startLine, endLine }: SearchResult): string {
  if (page !== null) return `page ${page}`;
  const lines = startLine === endLine ? `line ${startLine}` : `lines ${startLine}–${endLine}`;
  return lineBasis === "file" ? lines : `${lines} of the text`;
}

function reasons({ vectorRank, textRank, cosine }: SearchResult): HTMLElement[] {
  const similarity = cosine === null ? "" : `cosine ${cosine.toFixed(3)}`;
  return [
    ...(vectorRank === null ? [] : [element("span", { class: "reason meaning", title: similarity }, "meaning")]),
    ...(textRank === null ? [] : [element("span", { class: "reason words" }, "words")]),
  ];
}

function snippetOf({ snippet }: SearchResult): HTMLElement {
  const { text, highlights, lineNumbers } = snippet;
  const box = element("span", { class: "snippet" });
  let at = 0;
  text.split("\n").forEach((line, i) => {
    const row = element("span", { class: "row" });
    const end = at + line.length;
    let from = at;
    for (const { start, end: stop } of highlights) {
      const [first, last] = [Math.max(start, at), Math.min(stop, end)];
      if (first >= last) continue;
      row.append(text.slice(from, first), element("mark", {}, text.slice(first, last)));
      from = last;
    }
    row.append(text.slice(from, end));
    box.append(element("span", { class: "number", "aria-hidden": "true" }, String(lineNumbers[i] ?? "")), row);
    at = end + 1;
  });
  return box;
}
