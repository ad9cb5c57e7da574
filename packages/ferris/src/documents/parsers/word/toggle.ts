/** Properties of Word that are on where they are written, unless they say that they are off. */
import type { XmlElement } from "../../xml/xml-tree.ts";

export function isOn(toggle: XmlElement | undefined): boolean {
  return toggle !== undefined && !/^(?:0|false|off)$/i.test(toggle.attributes["w:val"] ?? "");
}
