/** The packages that OCR is, and what to type for them to be there. */

export const program = "tesseract.js-core";
export const scope = "@tesseract.js-data";

export function ocrInstallLine(languages: readonly string[] = ["eng"]): string {
  return `npm install ${[program, ...languages.map((language) => `${scope}/${language}`)].join(" ")}`;
}
