/**
 * Buttons and boxes of forms on a sheet, as Excel 2007 has them: in the drawing of older versions (VML), where the shapes of comments are too. Later versions repeat
 * them in the drawing of today, where they are read.
 */
import type { ContentBuilder } from "../../content-builder.ts";
import { childElements, descendants, textWithin, xmlTree } from "../../xml/xml-tree.ts";
import type { OfficePackage } from "../office/package.ts";

const oneSpaced = (text: string) => text.replace(/\s+/g, " ").trim();

/** Adds the words of the controls on the sheet `part`, but for those that `said` has. */
export function addControls(builder: ContentBuilder, file: OfficePackage, part: string, said: readonly string[]): void {
  const known = new Set(said.map(oneSpaced));
  for (const drawing of file.related(part, "vmlDrawing")) {
    // Excel writes what HTML allows, and XML does not.
    const root = xmlTree((file.archive.text(drawing) ?? "").replaceAll("<br>", "<br/>"));
    for (const shape of root ? descendants(root, "v:shape") : []) {
      const client = childElements(shape).find(({ name }) => name.endsWith(":ClientData"));
      if (client === undefined || client.attributes.ObjectType === "Note") continue;
      const words = oneSpaced(descendants(shape, "v:textbox").map(textWithin).join(" "));
      if (!known.has(words)) builder.add("prose", words);
    }
  }
}
