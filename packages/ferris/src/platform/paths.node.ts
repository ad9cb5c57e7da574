/** How paths are written on this system. */
export { basename, resolve, sep } from "node:path";

/** Whether Notes and notes are one name. */
export const foldsCase = process.platform === "win32" || process.platform === "darwin";
