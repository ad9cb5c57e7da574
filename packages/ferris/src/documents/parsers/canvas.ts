/**
 * JSON Canvas (.canvas, as Obsidian saves it): the cards' texts as Markdown, the names of groups, files and links, and what stands on arrows.
 */
import { ContentBuilder } from "../content-builder.ts";
import { decodeText } from "../decode/decode.ts";
import { DocumentError } from "../../errors.ts";
import type { ParsedDocument } from "../document.ts";
import type { SourcedText } from "../lines/sourced-text.ts";
import { afterSpace, jsonChildren, stringAt } from "./json/places.ts";
import { addMarkdown } from "./notebook/notebook.ts";
import type { ParserInput } from "./parser.ts";

export function parseCanvas({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const json = text.content;
  const { nodes } = JSON.parse(json) as { nodes?: unknown };
  if (!Array.isArray(nodes)) throw new DocumentError("damaged", "no list of nodes in it");
  const builder = new ContentBuilder(text);
  for (const { key, start } of jsonChildren(json, afterSpace(json, 0))) {
    if ((key !== "nodes" && key !== "edges") || json[start] !== "[") continue;
    for (const node of jsonChildren(json, start)) {
      if (json[node.start] !== "{") continue;
      const fields = new Map<string, SourcedText>();
      for (const field of jsonChildren(json, node.start))
        if (json[field.start] === '"') fields.set(field.key!, stringAt(json, field.start));
      builder.section(1, "");
      const card = fields.get("text");
      if (card) addMarkdown(builder, card);
      for (const name of ["label", "file", "url"]) {
        const said = fields.get(name);
        if (said) builder.add("prose", said);
      }
    }
  }
  return builder.finish("canvas", { title: "", warnings: text.warnings });
}
