/**
 * Contacts (.vcf): each card with names, numbers, addresses and notes. Not its pictures, sounds, keys and identifiers.
 */
import { ContentBuilder } from "../content-builder.ts";
import { decodeText } from "../decode/decode.ts";
import { withWholeCharacters } from "../decode/cut-characters.ts";
import { DocumentError } from "../../errors.ts";
import type { ParsedDocument } from "../document.ts";
import { SourcedText } from "../lines/sourced-text.ts";
import { type ContentLine, contentLines, partsOf, readable } from "./content-lines.ts";
import type { ParserInput } from "./parser.ts";

const labels: Readonly<Record<string, string>> = {
  NICKNAME: "Nickname",
  ORG: "Organization",
  TITLE: "Title",
  ROLE: "Role",
  TEL: "Phone",
  EMAIL: "E-mail",
  IMPP: "Messenger",
  ADR: "Address",
  LABEL: "Address",
  URL: "URL",
  BDAY: "Birthday",
  ANNIVERSARY: "Anniversary",
  CATEGORIES: "Categories",
  RELATED: "Related",
  NOTE: "Note",
};

export function parseContacts({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(withWholeCharacters(bytes));
  const builder = new ContentBuilder(text);
  let card: ContentLine[] | null = null;
  let isCard = false;
  for (const line of contentLines(SourcedText.of(text.content, 0))) {
    const component = line.value.text.trim().toUpperCase();
    if (line.name === "BEGIN" && component === "VCARD") {
      card = [];
      isCard = true;
    } else if (line.name === "END" && component === "VCARD") {
      if (card) addCard(builder, card);
      card = null;
    } else card?.push(line);
  }
  if (!isCard) throw new DocumentError("damaged", "no BEGIN:VCARD in it");
  if (card) addCard(builder, card);
  return builder.finish("contacts", { warnings: text.warnings });
}

function addCard(builder: ContentBuilder, card: readonly ContentLine[]): void {
  const full = card.find(({ name, value }) => name === "FN" && value.text.trim() !== "");
  const parted = card.find(({ name }) => name === "N");
  builder.section(1, "");
  if (full) builder.heading(1, readable(full.value));
  else if (parted) builder.heading(1, joined(given(partsOf(parted.value)), " "));
  const facts = new SourcedText();
  for (const { name, value } of card) {
    const label = labels[name];
    if (label === undefined) continue;
    const said = joined(partsOf(value), ", ").replace(/\n+/g, ", ");
    if (said.text.trim() === "") continue;
    if (facts.length > 0) facts.trail("\n");
    facts.appendMade(`${label}: `, said.originAt(0)).join(said);
  }
  builder.add("metadata", facts);
}

/** Family; given; middle; before; after. */
function given([family, first, middle, prefix, suffix]: readonly SourcedText[]): SourcedText[] {
  return [prefix, first, middle, family, suffix].filter((part) => part !== undefined);
}

function joined(parts: readonly SourcedText[], separator: string): SourcedText {
  const line = new SourcedText();
  for (const part of parts) {
    if (part.text.trim() === "") continue;
    if (line.length > 0) line.trail(separator);
    line.join(part);
  }
  return line;
}
