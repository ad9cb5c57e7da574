/**
 * CSV and TSV: a row is a record that says its columns' names, with its lines in the file.
 *
 * The separator is the one of comma, semicolon, tab and bar that the first lines agree on. Quotes as in RFC 4180; a quote that
 * is never closed ends with the file. Short rows share a chunk.
 */
import { ContentBuilder } from "../content-builder.ts";
import { decodeText } from "../decode.ts";
import type { ParsedDocument } from "../document.ts";
import { SourcedText } from "../sourced-text.ts";
import { addRows } from "../table/add-table.ts";
import type { ParserInput } from "./parser.ts";

export function parseCsv({ path, bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const builder = new ContentBuilder(text);
  addRows(builder, readRows(text.content, /\.tsv$/i.test(path) ? "\t" : separatorOf(text.content)));
  return builder.finish("csv", { warnings: text.warnings });
}

/** The separator that splits the first lines into equally many cells, the most of them. */
function separatorOf(content: string): string {
  const head = content.slice(0, 20_000);
  let best = { separator: ",", score: 0 };
  for (const separator of [",", ";", "\t", "|"]) {
    const counts: number[] = [];
    for (const cells of readRows(head, separator)) if (counts.push(cells.length) === 20) break;
    const score = counts.filter((count) => count > 1 && count === counts[0]).length * counts[0];
    if (score > best.score) best = { separator, score };
  }
  return best.separator;
}

/** Cells of each row, with where they stand. */
function* readRows(content: string, separator: string): Generator<SourcedText[]> {
  const special = new RegExp(`[${separator === "|" ? "\\|" : separator}\r\n]`, "g");
  let at = 0;
  while (at < content.length) {
    const cells: SourcedText[] = [];
    for (;;) {
      const cell = new SourcedText();
      if (content[at] === '"') {
        let from = at + 1;
        let quote = content.indexOf('"', from);
        while (quote >= 0 && content[quote + 1] === '"') {
          cell.append(content.slice(from, quote + 1), from);
          from = quote + 2;
          quote = content.indexOf('"', from);
        }
        at = quote < 0 ? content.length : quote + 1;
        cell.append(content.slice(from, quote < 0 ? content.length : quote), from);
      }
      special.lastIndex = at;
      const end = special.exec(content)?.index ?? content.length;
      cell.append(content.slice(at, end), at);
      cells.push(cell.trim());
      at = end;
      if (content[at] !== separator) break;
      at++;
    }
    yield cells;
    at += content[at] === "\r" && content[at + 1] === "\n" ? 2 : 1;
  }
}
