/**
 * CSV and TSV: a row is a record that says its columns' names, with its lines in the file.
 *
 * The separator is the one of comma, semicolon, tab and bar that the first lines agree on. Quotes as in RFC 4180; a quote that
 * is never closed ends with the file. Short rows share a chunk.
 */
import { ContentBuilder } from "../content-builder.ts";
import { decodeText } from "../decode.ts";
import type { ParsedDocument } from "../document.ts";
import { addRows } from "../table/add-table.ts";
import { sourcePlaces } from "../source-places.ts";
import type { ParserInput } from "./parser.ts";

export function parseCsv({ path, bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const rows = [...readRows(text.content, /\.tsv$/i.test(path) ? "\t" : separatorOf(text.content))];
  const placeOf = sourcePlaces(text);
  const builder = new ContentBuilder();
  addRows(
    builder,
    rows.map((row) => row.cells),
    { placeOfRow: (row) => ({ source: placeOf(rows[row].start, rows[row].end) }) },
  );
  return builder.finish("csv", { warnings: text.warnings });
}

/** The separator that splits the first lines into equally many cells, the most of them. */
function separatorOf(content: string): string {
  const head = content.slice(0, 20_000);
  let best = { separator: ",", score: 0 };
  for (const separator of [",", ";", "\t", "|"]) {
    const counts: number[] = [];
    for (const { cells } of readRows(head, separator)) if (counts.push(cells.length) === 20) break;
    const score = counts.filter((count) => count > 1 && count === counts[0]).length * counts[0];
    if (score > best.score) best = { separator, score };
  }
  return best.separator;
}

/** Cells of each row, and where the row stands (the end exclusive, without its line end). */
function* readRows(content: string, separator: string): Generator<{ cells: string[]; start: number; end: number }> {
  const special = new RegExp(`[${separator === "|" ? "\\|" : separator}\r\n]`, "g");
  let at = 0;
  while (at < content.length) {
    const start = at;
    const cells: string[] = [];
    for (;;) {
      let cell = "";
      if (content[at] === '"') {
        let from = at + 1;
        let quote = content.indexOf('"', from);
        while (quote >= 0 && content[quote + 1] === '"') {
          cell += content.slice(from, quote + 1);
          from = quote + 2;
          quote = content.indexOf('"', from);
        }
        at = quote < 0 ? content.length : quote + 1;
        cell += content.slice(from, quote < 0 ? content.length : quote);
      }
      special.lastIndex = at;
      const end = special.exec(content)?.index ?? content.length;
      cell += content.slice(at, end);
      cells.push(cell.trim());
      at = end;
      if (content[at] !== separator) break;
      at++;
    }
    yield { cells, start, end: at };
    at += content[at] === "\r" && content[at + 1] === "\n" ? 2 : 1;
  }
}
