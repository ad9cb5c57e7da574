/**
 * CSV and TSV: a row is a record that says its columns' names, with its lines in the file.
 *
 * Separator, comments and Excel's `sep=` line are judged in csv/dialect.ts, header and titles in table/header.ts. Short rows share
 * a chunk.
 */
import { ContentBuilder } from "../../content-builder.ts";
import { dialectOf } from "./dialect.ts";
import { type CsvRow, readRows } from "./rows.ts";
import { decodeText } from "../../decode/decode.ts";
import type { ParsedDocument } from "../../document.ts";
import { longLine } from "../../lines/line-run.ts";
import { sourcePlaces } from "../../lines/source-places.ts";
import { SourcedText } from "../../lines/sourced-text.ts";
import { TableWriter } from "../../table/add-table.ts";
import { plainRow } from "../../table/grid.ts";
import { judgedRows } from "../../table/header.ts";
import type { ParserInput } from "../parser.ts";

/** A file with more characters has so many rows that a place for each of them would cost more than the file. */
const mostForPlacesOfRows = 2 ** 22;
const longestJoined = 500;

export function parseCsv({ path, bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const { content } = text;
  const isLarge = content.length > mostForPlacesOfRows;
  const builder = new ContentBuilder(text);
  const { separator, comments, start, hasBackslashes } = dialectOf(content, /\.(?:tsv|tab)$/i.test(path));
  for (const comment of comments) {
    const line = content.slice(comment.start, comment.end);
    const words = line.replace(/^#+/, "");
    builder.add("prose", SourcedText.of(words, comment.end - words.length).trim());
  }
  const placeOf = sourcePlaces(text);
  const writer = new TableWriter(builder, {
    placeOf: (from, to) => ({ source: placeOf(from, to) }),
    joinUpTo: isLarge ? longestJoined : 0,
  });
  let number = 0;
  for (const row of readRows(content, separator, { start, hasBackslashes })) {
    // A place for each cell costs more than the cell: it is worth it where the row's own does not say the line, and for names.
    const isSourced = !isLarge && (number++ < judgedRows || isLong(content, row));
    const { cells } = isSourced
      ? readRows(content, separator, { start: row.start, isSourced, hasBackslashes }).next().value!
      : row;
    writer.add(plainRow(cells, isSourced ? {} : row));
  }
  writer.finish();
  return builder.finish("csv", { warnings: text.warnings });
}

/** Whether a row goes over several lines, or its line is so long that places in it are worth saying. */
function isLong(content: string, { start, end }: CsvRow): boolean {
  if (end - start > longLine) return true;
  const lineEnd = content.indexOf("\n", start);
  return lineEnd >= 0 && lineEnd < end;
}
