/** How much of a document is asked for at first. */

/** Lines above the passage: enough to know where in the document one is. */
export const linesAbove = 200;
/** All together. */
export const linesAtOnce = 600;
