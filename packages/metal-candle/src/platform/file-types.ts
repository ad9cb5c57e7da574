/**
 * What the files door gives, whichever side of it one stands on: a file that can be read from anywhere in it.
 *
 * Types only; `files.node.ts` and `files.browser.ts` implement it.
 */
export interface RandomAccessFile {
  /** Path or URL, for messages. */
  readonly path: string;
  /** Bytes in the file when it was opened. */
  readonly size: number;
  /** Fills `target` with the bytes from `position` on. Throws ModelFileError when the file ends before that. */
  read(target: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/** Who is told of downloads below a folder, and may end them. */
export interface DownloadWatch {
  /** The paths of all files below the folder, where that is known: no other is asked for. */
  readonly files?: readonly string[] | undefined;
  /** The file's path below the folder, its bytes so far, and in all (0 where the server does not say). */
  readonly onBytes: (file: string, done: number, total: number) => void;
  readonly signal: AbortSignal | undefined;
}
