/** Search as you type: the latest query wins, arrows go through the results, the query stands in the address. */
import type { SearchAnswer, SearchMode, SearchResult } from "ferris/browser";
import type { IndexClient } from "./index-client.ts";
import { byId, element } from "./element.ts";
import { resultItem } from "./result.ts";
import { plural } from "./text.ts";

const shownResults = 20;
/** Later somebody wonders whether anything happens. */
const slowMs = 300;

export class SearchPanel {
  readonly #input = byId("query") as HTMLInputElement;
  readonly #results = byId("results");
  readonly #summary = byId("summary");
  readonly #welcome = byId("welcome");
  readonly #open: (result: SearchResult) => void;
  #client: IndexClient | null = null;
  #isAsking = false;
  #isStale = false;
  #hasDocuments = false;
  /** The chunks of the results that are shown. */
  #passages: number[] = [];
  /** When the last letter was typed, on the page's clock; null when that has been measured. */
  #typedAt: number | null = null;

  /** @param open shows a result's passage */
  constructor(open: (result: SearchResult) => void) {
    this.#open = open;
    this.#input.value = new URLSearchParams(location.search).get("q") ?? "";
    this.#input.addEventListener("input", () => {
      this.#typedAt = performance.now();
      this.refresh();
    });
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param client null while another tab has the index */
  use(client: IndexClient | null): void {
    this.#client = client;
    this.refresh();
  }

  /** Whether there is anything to search in. */
  setHasDocuments(hasDocuments: boolean): void {
    this.#hasDocuments = hasDocuments;
    this.#input.disabled = !hasDocuments;
    this.refresh();
  }

  /** Asks again: the query, the index or the engine is another one. */
  refresh(): void {
    const query = this.#input.value.trim();
    this.#welcome.hidden = query !== "" && this.#hasDocuments;
    const address = new URL(location.href);
    if (query === "") address.searchParams.delete("q");
    else address.searchParams.set("q", query);
    history.replaceState(null, "", address);
    if (this.#isAsking) this.#isStale = true;
    else void this.#ask(query);
  }

  async #ask(query: string): Promise<void> {
    if (this.#client === null || query === "" || !this.#hasDocuments) return this.#show(null, "");
    this.#isAsking = true;
    const started = performance.now();
    const typedAt = this.#typedAt;
    this.#typedAt = null;
    const slow = setTimeout(() => (this.#summary.textContent = "Searching…"), slowMs);
    try {
      const answer = await this.#client.call("search", { query, limit: shownResults });
      if (answer === null) return;
      this.#show(answer.found, summaryOf(answer.found, answer.mode, performance.now() - started));
      if (typedAt !== null) requestAnimationFrame(() => noteShown(typedAt));
    } catch (error) {
      this.#show(null, (error as Error).message);
    } finally {
      clearTimeout(slow);
      this.#isAsking = false;
      if (this.#isStale) {
        this.#isStale = false;
        this.refresh();
      }
    }
  }

  #show(answer: SearchAnswer | null, summary: string): void {
    const isMiss = answer !== null && answer.results.length === 0 && answer.nearestMiss !== null;
    const shown = isMiss ? [answer.nearestMiss!] : (answer?.results ?? []);
    const items = shown.map((result) => resultItem(result, this.#open));
    if (isMiss) items.unshift(element("li", { class: "miss" }, "Nothing here answers that. The nearest is:"));
    const focused = this.#buttons().indexOf(document.activeElement as HTMLElement);
    this.#results.replaceChildren(...items);
    this.#summary.textContent = summary;
    const passage = this.#passages[focused];
    this.#passages = shown.map(({ chunkId }) => chunkId);
    // The answer to the last letters may come when somebody is on a result already. The same passage keeps the focus; where it is not
    // found any more, the input has it: Enter on another would open what nobody chose.
    if (focused >= 0) (this.#buttons()[this.#passages.indexOf(passage!)] ?? this.#input).focus();
  }

  #buttons(): HTMLElement[] {
    return [...this.#results.querySelectorAll<HTMLElement>("button.result")];
  }

  #key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    const { key } = event;
    const isTyping = document.activeElement instanceof HTMLInputElement;
    if (key === "/" && !isTyping) {
      event.preventDefault();
      this.#input.focus();
      this.#input.select();
    } else if (key === "Escape") {
      if (document.activeElement === this.#input) {
        this.#input.value = "";
        this.refresh();
      } else this.#input.focus();
    } else if (key === "ArrowDown" || key === "ArrowUp") this.#move(event, key === "ArrowDown" ? 1 : -1);
    else if (key === "Enter" && document.activeElement === this.#input) {
      this.#buttons()[0]?.click();
    }
  }

  /** From the input to the first result, and from one to the next. */
  #move(event: KeyboardEvent, by: 1 | -1): void {
    const stops = [this.#input, ...this.#buttons()];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const next = stops[at + by];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    next.focus();
  }
}

/** For the browser's own timeline, and benchmarks: from a letter to the frame with its results. */
function noteShown(start: number): void {
  performance.measure("typing to results", { start, end: performance.now() });
  performance.clearMeasures("typing to results");
}

function summaryOf({ results, corrections }: SearchAnswer, mode: SearchMode, milliseconds: number): string {
  const how = mode === "text" ? "by words, until the model has time" : "by meaning and words";
  const used = corrections.map(({ typed, used: other }) => ` ${typed} is nowhere: looked for ${other}.`).join("");
  if (results.length === 0) return `Nothing found ${how}.${used}`;
  return `${plural(results.length, "passage")} ${how}, in ${Math.max(1, Math.round(milliseconds))} ms.${used}`;
}
