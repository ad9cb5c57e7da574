/** What indexing does, while it does, and what became of the files afterwards. */
import type { FileOutcome, IndexProgress, IndexReport } from "ferris/browser";
import { byId, element } from "./element.ts";
import { grouped, plural, splitPath, visible } from "./text.ts";

const mostLeftOut = 50;

/** Reasons that nobody needs to hear about each file. */
const usual = new Set([
  "hidden",
  "ignored",
  "dependencies",
  "build output",
  "lock file",
  "backup",
  "unchanged",
  "added",
  "changed",
]);

export class ProgressPanel {
  readonly #panel = byId("progress");
  #leftOut: FileOutcome[] = [];

  begin(files: number, stop: () => void): void {
    this.#leftOut = [];
    this.#panel.hidden = false;
    this.#panel.replaceChildren(
      element("h2", {}, `Indexing ${plural(files, "file")}`),
      element("progress", { max: "1", "aria-label": "Indexing" }),
      element("p", { class: "figures soft" }, "Reading"),
      element("p", { class: "file soft" }),
      element("button", { type: "button", class: "quiet", on: { click: stop } }, "Stop"),
    );
  }

  show({ files, filesDone, chunksEmbedded, tokensPerSecond, path }: IndexProgress, textsPerSecond: number): void {
    const bar = this.#panel.querySelector("progress");
    if (bar && files > 0) bar.value = filesDone / files;
    const figures =
      `${grouped(filesDone)} of ${plural(files, "file")}, ${plural(chunksEmbedded, "passage")} embedded` +
      (tokensPerSecond > 0 ? `: ${grouped(textsPerSecond)} texts/s, ${grouped(tokensPerSecond)} tokens/s` : "");
    this.#write(".figures", figures);
    this.#write(".file", path === null ? "" : splitPath(path).name);
  }

  met(file: FileOutcome): void {
    if (!usual.has(file.outcome)) this.#leftOut.push(file);
  }

  end(report: IndexReport): void {
    const { added, changed, unchanged, chunksEmbedded, tokensEmbedded, seconds, interrupted } = report;
    const speed = `${grouped(chunksEmbedded / seconds)} texts/s, ${grouped(tokensEmbedded / seconds)} tokens/s`;
    const counts = [
      ...(added > 0 ? [`${grouped(added)} new`] : []),
      ...(changed > 0 ? [`${grouped(changed)} changed`] : []),
      ...(unchanged > 0 ? [`${grouped(unchanged)} as they were`] : []),
      ...(this.#leftOut.length > 0 ? [`${grouped(this.#leftOut.length)} left out`] : []),
    ];
    this.#panel.replaceChildren(
      element("h2", {}, interrupted ? "Stopped: what is indexed stays" : "Indexed"),
      element("p", {}, `${counts.join(", ") || "Nothing to index"}.`),
      chunksEmbedded > 0
        ? element("p", { class: "soft" }, `${plural(chunksEmbedded, "passage")} in ${seconds.toFixed(1)} s: ${speed}`)
        : "",
      this.#leftOutList(),
      this.#dismiss(),
    );
  }

  fail(message: string): void {
    this.#panel.hidden = false;
    this.#panel.replaceChildren(
      element("h2", {}, "Indexing failed"),
      element("p", { class: "failure" }, message),
      this.#dismiss(),
    );
  }

  #dismiss(): HTMLElement {
    const hide = () => {
      this.#panel.hidden = true;
    };
    return element("button", { type: "button", class: "quiet", on: { click: hide } }, "Dismiss");
  }

  #leftOutList(): HTMLElement | string {
    if (this.#leftOut.length === 0) return "";
    const rows = this.#leftOut
      .slice(0, mostLeftOut)
      .map(({ path, outcome, message }) =>
        element(
          "li",
          {},
          element("bdi", {}, splitPath(path).name),
          element("span", { class: "soft" }, `: ${visible(message ?? outcome)}`),
        ),
      );
    const rest = this.#leftOut.length - rows.length;
    if (rest > 0) rows.push(element("li", { class: "soft" }, `and ${grouped(rest)} more`));
    return element(
      "details",
      { class: "left-out" },
      element("summary", {}, "What was left out"),
      element("ul", {}, ...rows),
    );
  }

  #write(selector: string, text: string): void {
    const place = this.#panel.querySelector(selector);
    if (place) place.textContent = text;
  }
}
