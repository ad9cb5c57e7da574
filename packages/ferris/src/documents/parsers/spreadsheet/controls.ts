/**
 * Buttons and boxes of forms on a sheet. They are in the drawing of older versions (VML), where the shapes of comments are too; versions since Excel 2010 have
 * their words in the drawing of today as well, but not whether they are ticked.
 */
import type { ContentBuilder } from "../../content-builder.ts";
import { type XmlElement, childElements, childNamed, descendants, textWithin, xmlTree } from "../../xml/xml-tree.ts";
import type { OfficePackage } from "../office/package.ts";

export interface Control {
  /** "_x0000_s1025", by which the drawing of today refers to it. */
  readonly id: string;
  readonly words: string;
  /** "☒ " for what is ticked or chosen; "" for what cannot be. */
  readonly sign: string;
}

const oneSpaced = (text: string) => text.replace(/\s+/g, " ").trim();

/** The controls on the sheet `part`. */
export function controlsOf(file: OfficePackage, part: string): Control[] {
  const controls: Control[] = [];
  for (const drawing of file.related(part, "vmlDrawing")) {
    // Excel writes what HTML allows, and XML does not.
    const root = xmlTree((file.archive.text(drawing) ?? "").replaceAll("<br>", "<br/>"));
    for (const shape of root ? descendants(root, "v:shape") : []) {
      const client = childElements(shape).find(({ name }) => name.endsWith(":ClientData"));
      if (client === undefined || client.attributes.ObjectType === "Note") continue;
      const words = oneSpaced(descendants(shape, "v:textbox").map(textWithin).join(" "));
      controls.push({ id: shape.attributes.id ?? "", words, sign: signOf(client) });
    }
  }
  return controls;
}

function signOf(client: XmlElement): string {
  if (!/^(?:checkbox|radio)$/i.test(client.attributes.ObjectType ?? "")) return "";
  const state = childNamed(client, "x:Checked");
  return state && textWithin(state).trim() === "1" ? "☒ " : "☐ ";
}

/** Adds the words of controls, but for those that `said` has. */
export function addControls(builder: ContentBuilder, controls: readonly Control[], said: readonly string[]): void {
  const known = new Set(said.map(oneSpaced));
  for (const { words, sign } of controls) {
    if (words !== "" && !known.has(words)) builder.add("prose", sign + words);
  }
}
