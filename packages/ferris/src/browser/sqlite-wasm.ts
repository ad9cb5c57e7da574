/**
 * SQLite in a page (@sqlite.org/sqlite-wasm, object API 1) with the interface that the store asks for, which is node:sqlite's.
 *
 * Typed by what is used of it, so that ferris does not depend on the package: the page brings it.
 */
import type { Connection, Statement } from "../store/sqlite/database.ts";
import { addDistance, type FunctionMaker } from "./wasm-distance.ts";

type Value = null | number | bigint | string | Uint8Array;

interface WasmStatement {
  readonly columnCount: number;
  bind(values: readonly unknown[]): unknown;
  step(): boolean;
  get(column: number): Value;
  getColumnNames(): string[];
  reset(alsoClearBinds?: boolean): unknown;
  finalize(): unknown;
}

interface WasmDatabase {
  readonly pointer?: unknown;
  exec(sql: string): unknown;
  prepare(sql: string): WasmStatement;
  changes(): number;
  isOpen(): boolean;
  close(): void;
}

/** What `sqlite3InitModule()` resolves to, as far as it is used. */
export interface SqliteWasm extends FunctionMaker {
  readonly capi: FunctionMaker["capi"] & {
    sqlite3_get_autocommit(database: never): number;
    sqlite3_last_insert_rowid(database: never): bigint;
  };
}

/** A database that the page has opened, for `PageIndex`. It is closed with the index. */
export function wasmConnection(sqlite3: SqliteWasm, opened: unknown): Connection {
  return new WasmConnection(sqlite3, opened as WasmDatabase);
}

class WasmConnection implements Connection {
  readonly #sqlite3: SqliteWasm;
  readonly #database: WasmDatabase;
  readonly #statements = new Set<WasmStatement>();

  constructor(sqlite3: SqliteWasm, database: WasmDatabase) {
    this.#sqlite3 = sqlite3;
    this.#database = database;
    addDistance(sqlite3, database.pointer);
  }

  get isOpen(): boolean {
    return this.#database.isOpen();
  }

  get isTransaction(): boolean {
    return this.#sqlite3.capi.sqlite3_get_autocommit(this.#database.pointer as never) === 0;
  }

  exec(sql: string): void {
    asNode(() => this.#database.exec(sql));
  }

  prepare(sql: string): Statement {
    const statement = asNode(() => this.#database.prepare(sql));
    this.#statements.add(statement);
    const names = statement.columnCount > 0 ? statement.getColumnNames() : [];
    const row = () => Object.fromEntries(names.map((name, column) => [name, plain(statement.get(column))]));
    const start = (values: readonly unknown[]) => {
      statement.reset(true);
      if (values.length > 0) statement.bind(values);
    };
    const end = () => {
      statement.reset(true);
    };
    function* iterate(...values: unknown[]): Generator<Record<string, Value>> {
      asNode(() => start(values));
      try {
        while (asNode(() => statement.step())) yield row();
      } finally {
        end();
      }
    }
    return {
      iterate,
      all: (...values: unknown[]) => [...iterate(...values)],
      get(...values: unknown[]) {
        for (const found of iterate(...values)) return found;
        return undefined;
      },
      run: (...values: unknown[]) => {
        for (const _ of iterate(...values));
        const lastInsertRowid = Number(this.#sqlite3.capi.sqlite3_last_insert_rowid(this.#database.pointer as never));
        return { changes: this.#database.changes(), lastInsertRowid };
      },
    } as unknown as Statement;
  }

  close(): void {
    for (const statement of this.#statements) statement.finalize();
    this.#statements.clear();
    this.#database.close();
  }
}

/** Ids and times are far below 2^53. */
function plain(value: Value): Value {
  return typeof value === "bigint" ? Number(value) : value;
}

/** SQLite's errors as node:sqlite has them, which the store reads. */
function asNode<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { resultCode } = error as { resultCode?: unknown };
    if (error instanceof Error && typeof resultCode === "number") {
      Object.assign(error, { code: "ERR_SQLITE_ERROR", errcode: resultCode });
    }
    throw error;
  }
}
