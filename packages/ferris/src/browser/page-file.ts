/** What a page hands over to be indexed. Types only. */

/** A file, as a page gets it from a drop or a picker. */
export interface PageFile {
  /** With a slash in front, as it lay below what was dropped: "/notes/2026/plan.md". */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedTime: number;
  /** Its content. Rejects where it cannot be read any more. */
  bytes(): Promise<Uint8Array>;
}
