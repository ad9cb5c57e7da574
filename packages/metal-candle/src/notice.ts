/** Where notices go that the caller has no listener for: the console, each once in a process. */

const told = new Set<string>();

/** Warns on the console, unless the same was said before: a process that loads one model ten times is told once. */
export function warnOnce(message: string): void {
  if (told.has(message)) return;
  told.add(message);
  console.warn(message);
}
