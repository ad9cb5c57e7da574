/**
 * The door to an index: opens it, to read it or to change it.
 *
 * An index is a folder with files of the embedded store in it (sqlite/). Another kind of store would be chosen here, by what names it.
 */
export { openIndex, openIndexForWriting } from "./sqlite/open.ts";
