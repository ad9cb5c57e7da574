/** What of a query is one thing that must not be cut: a version, the name of a file. */

const version = /^v?\d+(?:\.\d+)+(?:-[\w.]+)?$/i;
const fileName =
  /^(?:[^\s/]*\/)+[^\s/]*$|^[\w@.-]*[a-z_][\w@.-]*\.[a-z][a-z0-9]{0,7}$|^\d{4}-\d{2}-\d{2}\.[a-z][a-z0-9]{0,7}$/i;

/** Shorter ones are abbreviations: e.g, i.e. */
const shortestName = 4;
const longestName = 200;

export function isVersion(text: string): boolean {
  return text.length <= longestName && version.test(text);
}

/** `release.md`, `docs/keys.md`: the most specific things that a person can type. */
export function isFileName(text: string): boolean {
  return text.length >= shortestName && text.length <= longestName && fileName.test(text) && !version.test(text);
}
