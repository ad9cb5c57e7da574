/**
 * `ferris index --report`: every file with what became of it, a line each: the outcome, the path and what there is to say, with tabs
 * between. As JSON lines with --json. Left-out files come first, by reason, because that is what people look for.
 */
import { UsageError } from "../../errors.ts";
import { statIfThere } from "../../files/stat-if-there.ts";
import type { FileOutcome } from "../../indexing/report.ts";
import { AtomicFile } from "../io/atomic-file.ts";
import type { Session } from "../session.ts";
import { printable } from "../terminal/text.ts";

const indexed: ReadonlySet<string> = new Set(["added", "changed", "unchanged", "renamed", "removed"]);

export class FileList {
  readonly #session: Session;
  readonly #file: AtomicFile | null;
  readonly #files: FileOutcome[] = [];
  #isOver = false;

  private constructor(session: Session, file: AtomicFile | null) {
    this.#session = session;
    this.#file = file;
  }

  /** @param to a file's path, or true for stdout. Throws UsageError for a folder, OutputError */
  static async open(session: Session, to: string | true): Promise<FileList> {
    if (to === true) return new FileList(session, null);
    if (statIfThere(to)?.isDirectory()) {
      throw new UsageError(
        `--report ${to} would write to a folder: name the file as --report=FILE, or put --report last`,
      );
    }
    return new FileList(session, await AtomicFile.create(to));
  }

  add(file: FileOutcome): void {
    // The list itself, in the folder that it is about.
    if (this.#file?.isTemporary(file.path)) return;
    this.#files.push(file);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    const rank = (file: FileOutcome) => (indexed.has(file.outcome) ? 1 : 0);
    const order = (a: FileOutcome, b: FileOutcome) =>
      rank(a) - rank(b) || compare(a.outcome, b.outcome) || compare(a.path, b.path);
    for (const file of this.#files.sort(order)) {
      const line = this.#session.json ? JSON.stringify({ type: "file", ...file }) : lineOf(file);
      if (this.#file) await this.#file.write(`${line}\n`);
      else await this.#session.write(`${line}\n`);
    }
    await this.#file?.commit();
  }

  /** Leaves nothing behind; does nothing after `close`. */
  async discard(): Promise<void> {
    if (!this.#isOver) await this.#file?.discard();
  }
}

function lineOf({ outcome, path, message }: FileOutcome): string {
  return [outcome, printable(path), ...(message === null ? [] : [printable(message)])].join("\t");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
