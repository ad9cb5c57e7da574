/** A file of rows (CSV, a workbook), as tables. */
import { useScrollToPassage } from "../../ui/use-scroll-to-passage.ts";
import { shownText } from "../../ui/shown.ts";
import type { ViewProps } from "../view-props.ts";
import { useRemoteLines } from "../lines/remote-lines.ts";
import { linesAbove, linesAtOnce } from "../window.ts";
import { type Part, partsOf, type TablePart } from "./rows.ts";

export function TableView({ place, document }: ViewProps) {
  const { startLine = 0, endLine = startLine } = place;
  const from = Math.max(1, startLine - linesAbove);
  const { lines, onEarlier, onLater } = useRemoteLines(place, document, from, linesAtOnce);
  useScrollToPassage(`${startLine}-${endLine}`);
  const isPassage = (line: number): boolean => line >= startLine && line <= endLine;
  return (
    <>
      {onEarlier && (
        <button type="button" class="quiet more-lines" onClick={onEarlier}>
          Earlier rows
        </button>
      )}
      {partsOf(lines.value).map((part, i) =>
        isTable(part) ? (
          <Table key={i} part={part} isPassage={isPassage} />
        ) : (
          <p key={i} class={isPassage(part.number) ? "passage" : undefined}>
            {shownText(part.text)}
          </p>
        ),
      )}
      {onLater && (
        <button type="button" class="quiet more-lines" onClick={onLater}>
          Later rows
        </button>
      )}
    </>
  );
}

function isTable(part: Part): part is TablePart {
  return "columns" in part;
}

function Table({ part, isPassage }: { readonly part: TablePart; readonly isPassage: (line: number) => boolean }) {
  const { columns, rows } = part;
  return (
    <section class="wide" tabIndex={0} aria-label="Table">
      <table class="sheet">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {shownText(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ line, cells }) => (
            <tr key={line} class={isPassage(line) ? "passage" : undefined}>
              {cells.map((cell, i) => (
                <td key={columns[i]} class={isNumber(cell) ? "align-right" : undefined}>
                  {shownText(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function isNumber(cell: string): boolean {
  return /^[-+(]?[\p{Sc}]?\s?\d[\d.,'\s]*\)?\s?[%\p{Sc}]?$/u.test(cell);
}
