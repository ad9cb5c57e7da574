/**
 * What a sheet says of what belongs into its cells: the message beside a cell, and the choices of its list, where they are not cells themselves.
 */
import { unescaped } from "./strings.ts";

export const mostSaid = 10_000;

/** The choices in a formula of texts ("Open,Closed"); "" where they are cells. */
export function choicesIn(formula: string): string {
  const list = /^\s*"([^]*)"\s*$/.exec(formula)?.[1];
  return list === undefined ? "" : joined(list.replaceAll('""', '"').split(","));
}

/** Choices on one line. */
export function joined(choices: readonly string[]): string {
  return choices
    .map((choice) => choice.trim())
    .filter((choice) => choice !== "")
    .join(", ");
}

/** Reads the elements of a validation in the XML of a sheet, those of Excel 2007 and of later versions. */
export class Validation {
  readonly #said: Set<string>;
  readonly #isList: boolean;
  #inside = "";
  #formula = "";
  #list = "";

  /** @param said gets what it says */
  constructor(said: Set<string>, attributes: Readonly<Record<string, string>>) {
    const { promptTitle = "", prompt = "", type } = attributes;
    this.#said = said;
    this.#isList = type === "list";
    this.#add(unescaped(`${promptTitle}\n${prompt}`).trim());
  }

  open(name: string): void {
    this.#inside = name.slice(name.indexOf(":") + 1);
  }

  text(text: string): void {
    // "xm:f" is what newer versions have within "x14:formula1"; a list with commas in it has a form of its own.
    if (this.#inside === "formula1" || this.#inside === "f") this.#formula += text;
    else if (this.#inside === "list") this.#list += text;
  }

  close(): void {
    this.#inside = "";
  }

  end(): void {
    if (!this.#isList) return;
    const quoted = this.#list.match(/"(?:[^"]|"")*"|[^,"]+/g) ?? [];
    const listed = joined(quoted.map((choice) => choice.trim().replace(/^"|"$/g, "").replaceAll('""', '"')));
    this.#add(unescaped(listed === "" ? choicesIn(this.#formula) : listed));
  }

  #add(text: string): void {
    if (text !== "" && this.#said.size < mostSaid) this.#said.add(text);
  }
}
