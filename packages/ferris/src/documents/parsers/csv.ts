/**
 * CSV and TSV: a row is a record that says its columns' names, with its lines in the file.
 *
 * Separator, comments and Excel's `sep=` line are judged in csv/dialect.ts, header and titles in table/header.ts. Short rows share
 * a chunk.
 */
import { ContentBuilder } from "../content-builder.ts";
import { dialectOf } from "../csv/dialect.ts";
import { readRows } from "../csv/rows.ts";
import { decodeText } from "../decode/decode.ts";
import type { ParsedDocument } from "../document.ts";
import { sourcePlaces } from "../lines/source-places.ts";
import { SourcedText } from "../lines/sourced-text.ts";
import { TableWriter } from "../table/add-table.ts";
import { plainRow } from "../table/grid.ts";
import type { ParserInput } from "./parser.ts";

/** A file with more characters has so many cells that a place for each of them would cost more than the file. */
const mostForPlacesOfCells = 2 ** 22;
const longestJoined = 500;

export function parseCsv({ path, bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const { content } = text;
  const isLarge = content.length > mostForPlacesOfCells;
  const builder = new ContentBuilder(text);
  const { separator, comments, start } = dialectOf(content, /\.(?:tsv|tab)$/i.test(path));
  for (const comment of comments) {
    const line = content.slice(comment.start, comment.end);
    const words = line.replace(/^#+/, "");
    builder.add("prose", SourcedText.of(words, comment.end - words.length).trim());
  }
  const placeOf = isLarge ? sourcePlaces(text) : null;
  const writer = new TableWriter(builder, {
    placeOf: placeOf ? (from, to) => ({ source: placeOf(from, to) }) : undefined,
    joinUpTo: isLarge ? longestJoined : 0,
  });
  for (const row of readRows(content, separator, { start, isSourced: !isLarge })) {
    writer.add(plainRow(row.cells, isLarge ? row : {}));
  }
  writer.finish();
  return builder.finish("csv", { warnings: text.warnings });
}
