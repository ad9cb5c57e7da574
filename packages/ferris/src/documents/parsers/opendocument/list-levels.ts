/** The levels of OpenDocument's list styles: how the numbers of each are written. */
import { type XmlElement, childElements } from "../../xml/xml-tree.ts";

export interface ListLevel {
  readonly isNumber: boolean;
  readonly format: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly start: number;
  /** How many levels, this one included, its number shows. */
  readonly shown: number;
}

const mostLevels = 10;
const longestAffix = 50;

/** The levels of a `text:list-style` or `text:outline-style` element. */
export function listLevels(style: XmlElement): Map<number, ListLevel> {
  const levels = new Map<number, ListLevel>();
  for (const { name, attributes } of childElements(style)) {
    const isNumber = name === "text:list-level-style-number" || name === "text:outline-level-style";
    if (!isNumber && name !== "text:list-level-style-bullet") continue;
    levels.set(bounded(attributes["text:level"], mostLevels), {
      isNumber,
      format: attributes["style:num-format"] ?? "",
      prefix: (attributes["style:num-prefix"] ?? "").slice(0, longestAffix),
      suffix: (attributes["style:num-suffix"] ?? "").slice(0, longestAffix),
      start: bounded(attributes["text:start-value"], 1e6),
      shown: bounded(attributes["text:display-levels"], mostLevels),
    });
  }
  return levels;
}

export function bounded(text: string | undefined, most: number): number {
  const number = Math.floor(Number(text ?? 1));
  return number >= 1 && number <= most ? number : 1;
}
