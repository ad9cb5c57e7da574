/**
 * What a list's items are called: "see step 4" leads nowhere if the steps have no numbers.
 */
import { isTag, type Element } from "domhandler";
import { roman } from "../roman.ts";

/** The number of the newest item of each list, so that a long list is not counted anew for each. */
const counted = new WeakMap<Element, number>();

/** "- " or "4. ". Items have to be asked for in their order. */
export function listMark(item: Element): string {
  const list = item.parent;
  if (!list || !isTag(list) || list.name !== "ol") return "- ";
  const { start, reversed, type = "1" } = list.attribs;
  const step = reversed === undefined ? 1 : -1;
  const first =
    numberIn(start) ?? (step > 0 ? 1 : list.children.filter((node) => isTag(node) && node.name === "li").length);
  const before = counted.get(list);
  const number = numberIn(item.attribs.value) ?? (before === undefined ? first : before + step);
  counted.set(list, number);
  return `${written(number, type)}. `;
}

function numberIn(text: string | undefined): number | undefined {
  const number = Number.parseInt(text ?? "", 10);
  return Number.isNaN(number) ? undefined : number;
}

function written(number: number, type: string): string {
  if (/^[aA]$/.test(type) && number >= 1 && number <= 26) return String.fromCharCode(type.charCodeAt(0) + number - 1);
  if (type === "i") return roman(number);
  if (type === "I") return roman(number).toUpperCase();
  return String(number);
}
