/** Documents of Word, made of the XML of their parts. */
import { strToU8, zipSync } from "fflate";

/** A document with that body. `relations` are by "type:id", or by type alone. */
export function docx(
  body: string,
  parts: Record<string, string | Uint8Array> = {},
  relations: Record<string, string> = {},
): Uint8Array {
  const related = Object.entries(relations).map(
    ([id, target], index) =>
      `<Relationship Id="${id.includes(":") ? id.split(":")[1] : `x${index}`}" Type="x/${id.split(":")[0]}" Target="${target}"/>`,
  );
  const all: Record<string, string | Uint8Array> = {
    "word/document.xml": `<w:document><w:body>${body}</w:body></w:document>`,
    "word/_rels/document.xml.rels": `<Relationships>${related.join("")}</Relationships>`,
    ...parts,
  };
  return zipSync(
    Object.fromEntries(
      Object.entries(all).map(([name, part]) => [name, typeof part === "string" ? strToU8(part) : part]),
    ),
  );
}

export const run = (text: string) => `<w:r><w:t>${text}</w:t></w:r>`;
export const paragraph = (inner: string, properties = "") => `<w:p><w:pPr>${properties}</w:pPr>${inner}</w:p>`;
