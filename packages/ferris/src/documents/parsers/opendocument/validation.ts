/** What a sheet of OpenDocument says of what belongs into its cells: the message beside a cell, and the choices of its list, where they are not cells themselves. */
import { childNamed, textWithin, type XmlElement } from "../../xml/xml-tree.ts";
import { joined } from "../spreadsheet/validations.ts";

/** The lines of a `table:content-validation`. */
export function validationLines(validation: XmlElement): string[] {
  const help = childNamed(validation, "table:help-message");
  const texts = help?.children.map((child) => (typeof child === "string" ? "" : textWithin(child))) ?? [];
  const list = /cell-content-is-in-list\(([^]*)\)\s*$/.exec(validation.attributes["table:condition"] ?? "")?.[1] ?? "";
  const choices = list.match(/"(?:[^"]|"")*"/g) ?? [];
  return [
    [help?.attributes["table:title"] ?? "", ...texts]
      .map((text) => text.trim())
      .join("\n")
      .trim(),
    joined(choices.map((choice) => choice.slice(1, -1).replaceAll('""', '"'))),
  ].filter((line) => line !== "");
}
