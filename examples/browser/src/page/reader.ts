/** A passage in its document, as it was indexed: lines with their numbers, more of them on request. */
import type { DocumentPassage, SearchResult } from "ferris/browser";
import { byId, element } from "./element.ts";
import type { IndexClient } from "./index-client.ts";
import { placeOf } from "./result.ts";
import { splitPath } from "./text.ts";

const linesAround = 12;

export class Reader {
  readonly #dialog = byId("reader") as HTMLDialogElement;

  constructor() {
    // A click on what is around it.
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
  }

  async open(client: IndexClient, result: SearchResult): Promise<void> {
    await this.#show(client, result, linesAround);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.querySelector(".found")?.scrollIntoView({ block: "center" });
  }

  async #show(client: IndexClient, result: SearchResult, around: number): Promise<void> {
    const { chunkId, startLine, endLine, startColumn } = result;
    // A line without end is shown as far as the passage goes.
    const from = Math.max(1, startLine - around);
    const range = startColumn === null ? { from, count: endLine - from + 1 + around } : undefined;
    const passage = await client.call("read", { chunkId, range });
    const { folder, name } = splitPath(result.path);
    const more = element(
      "button",
      { type: "button", class: "quiet", on: { click: () => void this.#show(client, result, around * 4) } },
      "Show more of it",
    );
    const isWhole = range === undefined || !passage || (from === 1 && endLine + around >= passage.lastLine);
    this.#dialog.replaceChildren(
      element(
        "header",
        {},
        element("h2", { id: "reader-title" }, element("bdi", {}, folder, element("strong", {}, name))),
        element("p", {}, placeOf(result)),
        element(
          "button",
          { type: "button", class: "quiet", autofocus: true, on: { click: () => this.#dialog.close() } },
          "Close",
        ),
      ),
      passage === null ? element("p", {}, "The index does not have it any more.") : linesOf(passage, result),
      isWhole ? "" : element("footer", {}, more),
    );
  }
}

function linesOf({ lines }: DocumentPassage, { snippet }: SearchResult): HTMLElement {
  const found = new Set(snippet.lineNumbers);
  return element(
    "ol",
    { class: "text", tabindex: "0" },
    ...lines.map(({ number, text }) =>
      element(
        "li",
        { class: found.has(number) ? "found" : "" },
        element("span", { class: "number", "aria-hidden": "true" }, String(number)),
        element("bdi", {}, text),
      ),
    ),
  );
}
