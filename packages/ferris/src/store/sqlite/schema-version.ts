/** The version of an index's tables, alone in its file: a `ferris search` that a warm server answers loads nothing that knows more of them. */

/** Goes up with every change of schema.ts; docs/store.md lists what changed. */
export const schemaVersion = 4;
