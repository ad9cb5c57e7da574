/** What became of a document's file since it was indexed. Types only; freshness.ts finds it out. */

/** The file says something else now, or is not there any more. */
export type Staleness = "changed" | "gone";
