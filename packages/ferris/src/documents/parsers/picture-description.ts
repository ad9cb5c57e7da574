/** What somebody says of a picture, in formats that have a place for it; programs put other things there. */

/** What somebody says of a picture or shape in up to two places, its title and its description: a line each. */
export function descriptionLines(...said: readonly (string | undefined)[]): string {
  const lines = said.map((text) => pictureDescription(text ?? "")).filter((text) => text !== "");
  return [...new Set(lines)].join("\n");
}

/** What libraries put there for want of a description. */
const nothingSaid = /^\s*(?:picture|image|img|graphic|graphics)\s{0,3}\d{0,4}\s*$/i;

/** Whether this is a file's name, which nobody wrote. */
export function isPictureName(text: string): boolean {
  return /^[^\n]{1,300}\.(?:png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp)\s*$/i.test(text);
}

/** Without what programs put there: the file's name, and who described it. */
export function pictureDescription(text: string): string {
  const lastLine = text.lastIndexOf("\n") + 1;
  const said = /AI-generated content may be incorrect|Description automatically generated/i.exec(text.slice(lastLine));
  const words = (said === null ? text : text.slice(0, lastLine + said.index)).trim();
  return words
    .split("\n")
    .map((line) => line.replace(/^fig:/, ""))
    .filter((line) => !isPictureName(line) && !nothingSaid.test(line) && !/^https?:\S+$/.test(line))
    .join("\n")
    .trim();
}
