/**
 * The table that an RTF file is in the middle of: rows, their cells, and what the file says of the cells' edges.
 */
import type { ContentBuilder } from "../../content-builder.ts";
import { addTable } from "../../table/add-table.ts";
import { type EdgedRow, gridOf, type RowCell } from "../../table/edges.ts";

interface CellDefinition {
  right: number;
  continuesAbove: boolean;
  continuesLeft: boolean;
}

export class RtfRows {
  readonly #builder: ContentBuilder;
  #rows: EdgedRow[] = [];
  #cells: string[] = [];
  #definitions: CellDefinition[] = [];
  #next: Omit<CellDefinition, "right"> = { continuesAbove: false, continuesLeft: false };
  #left = 0;
  #isHeaderRow = false;

  constructor(builder: ContentBuilder) {
    this.#builder = builder;
  }

  /** A control word that describes the row; others mean nothing here. `given` is null for one without a number. */
  describe(name: string, value: number, given: number | null): void {
    if (name === "trowd") {
      this.#definitions = [];
      this.#isHeaderRow = false;
      this.#left = 0;
    } else if (name === "trhdr") this.#isHeaderRow = true;
    else if (name === "trleft") this.#left = given ?? 0;
    else if (name === "clvmrg") this.#next.continuesAbove = true;
    else if (name === "clmrg") this.#next.continuesLeft = true;
    else if (name === "cellx") {
      if (this.#definitions.length < 1_000) this.#definitions.push({ right: value, ...this.#next });
      this.#next = { continuesAbove: false, continuesLeft: false };
    }
  }

  addCell(text: string): void {
    this.#cells.push(text);
  }

  endRow(): void {
    const cells: RowCell[] = this.#cells.map((text, index) => {
      // Some writers describe fewer cells than they write.
      const last = this.#definitions.at(-1)?.right ?? this.#left;
      const usual = { right: last + (index + 1) * 1_000, continuesAbove: false, continuesLeft: false };
      return { text, ...(this.#definitions[index] ?? usual) };
    });
    if (cells.length > 0) this.#rows.push({ isHeader: this.#isHeaderRow, left: this.#left, cells });
    this.#cells = [];
  }

  /** Adds the table, if there is one; returns whether there was. */
  end(): boolean {
    if (this.#cells.length > 0) this.endRow();
    if (this.#rows.length === 0) return false;
    addTable(this.#builder, gridOf(this.#rows));
    this.#rows = [];
    return true;
  }
}
