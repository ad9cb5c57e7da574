/**
 * Forms of a page that somebody filled in and saved: what is typed, chosen and ticked. Not search boxes, logins and buttons, whose forms are
 * left out as a whole (left-out.ts), not passwords, and not fields that stand in no form, table or label: those work the page.
 */
import { isTag, isText, type Element } from "domhandler";
import { ancestors, walk } from "./tree.ts";

const typed = /^(?:|text|email|tel|url|number|date|time|datetime-local|month|week)$/i;
const ticked = /^(?:checkbox|radio)$/i;
const holders = /^(?:form|fieldset|td|th|label)$/;
/** A tick belongs to the words around it; others open menus. */
const lines = /^(?:li|td|th|label|p|dd)$/;
const longestText = 100_000;
const mostOptions = 1_000;

/** What a field says; empty where it says nothing, null for what is no field. */
export function fieldWords(element: Element): string | null {
  const { name, attribs } = element;
  if (name === "textarea") return isHeld(element, holders) ? textIn(element) : "";
  if (name === "select") return isHeld(element, holders) ? chosen(element) : "";
  if (name !== "input") return null;
  const type = attribs.type ?? "";
  if (typed.test(type)) return attribs.value !== undefined && isHeld(element, holders) ? attribs.value.trim() : "";
  if (!ticked.test(type) || !isHeld(element, lines)) return "";
  return "checked" in attribs ? "☒" : "☐";
}

function chosen(select: Element): string {
  const words: string[] = [];
  let seen = 0;
  for (const option of walk(select)) {
    if (++seen > mostOptions) break;
    if (option.name === "option" && "selected" in option.attribs) words.push(textIn(option));
  }
  return words.join(", ");
}

/** Nothing but text is in them. */
function textIn({ children }: Element): string {
  const text = children.map((child) => (isText(child) ? child.data.slice(0, longestText) : " ")).join("");
  return text.replace(/\s+/g, " ").trim();
}

function isHeld(element: Element, names: RegExp): boolean {
  for (const above of ancestors(element)) if (isTag(above) && names.test(above.name)) return true;
  return false;
}
