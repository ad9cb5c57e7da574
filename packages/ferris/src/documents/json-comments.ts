/**
 * JSON with comments and trailing commas (tsconfig.json, .jsonc) as JSON of the same length, so that every place in it stays what it was.
 */

/** `text` with spaces where comments, and commas before a closing bracket, stand. Strings are left alone. */
export function withoutComments(text: string): string {
  const parts =
    /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*[\]}])/g;
  return text.replace(parts, (part) => (part.startsWith('"') ? part : part.replace(/[^\n\r]/g, " ")));
}

/** JSON in which numbers are texts of the same digits: JSON.parse would round 1745398200918273645 and turn 1.0 into 1. */
export function numbersAsTexts(json: string): string {
  const parts = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  return json.replace(parts, (part) => (part.startsWith('"') ? part : `"${part}"`));
}
