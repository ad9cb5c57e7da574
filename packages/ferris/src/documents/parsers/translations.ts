/**
 * Translations (.po): each message with its translation, its context and the translator's notes, without flags and the places in the source code.
 */
import { ContentBuilder } from "../content-builder.ts";
import { decodeText } from "../decode/decode.ts";
import type { ParsedDocument } from "../document.ts";
import { SourcedText } from "../lines/sourced-text.ts";
import type { ParserInput } from "./parser.ts";
import { linesOf } from "./sections.ts";

export function parseTranslations({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const builder = new ContentBuilder(text);
  let message = new SourcedText();
  let isHeader = false;
  let field = "";
  const flush = () => {
    if (!isHeader) builder.add("prose", message.replace(/\n{2,}/g, "\n"));
    message = new SourcedText();
    isHeader = false;
    field = "";
  };
  for (const line of linesOf(text.content)) {
    const written = line.text.trim();
    const quote = written.indexOf('"');
    const keyword = /^(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)(?=\s*")/.exec(written)?.[0];
    if (written === "" || (keyword === "msgid" && field.startsWith("msgstr"))) flush();
    if (written.startsWith("#")) {
      const note = /^#\.?\s+(\S[^]*)$/.exec(written)?.[1];
      if (note !== undefined) message.appendMade(`${note}\n`, line.start);
      continue;
    }
    if (quote < 0 || (quote > 0 && keyword === undefined)) continue;
    if (keyword !== undefined) {
      if (message.length > 0) message.trail("\n");
      field = keyword;
    }
    const words = written.slice(quote + 1, written.endsWith('"') ? -1 : undefined);
    if (field === "msgid" && words !== "") isHeader = false;
    else if (keyword === "msgid") isHeader = true;
    if (words !== "") message.appendMade(unescaped(words), line.start);
  }
  flush();
  return builder.finish("translations", { title: "", warnings: text.warnings });
}

function unescaped(text: string): string {
  const signs: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "" };
  return text.replace(/\\(.)/g, (_, sign: string) => signs[sign] ?? sign);
}
