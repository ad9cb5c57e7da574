/** A page module that fails while it loads. */
if (globalThis.location !== undefined) throw new Error("told to fail");

/** Never reached. */
export const unreachable = true;
