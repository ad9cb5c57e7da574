/**
 * Which languages scans are read in: OCR is an extra that is installed beside ferris, its program and each language as a package.
 *
 * Looked for where ferris is installed and in the working folder's own node_modules. Nothing is ever downloaded.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UsageError } from "../../errors.ts";
import { ocrInstallLine, program, scope } from "./install-line.ts";

/** "auto": in all languages that are installed, where OCR is; "off"; or the languages, by Tesseract's names ("eng", "deu"). */
export type OcrSetting = "auto" | "off" | readonly string[];

/**
 * The languages to read scans in; null to leave them.
 *
 * @throws UsageError for languages that were asked for and are not installed, or a program that is not
 */
export function ocrLanguages(setting: OcrSetting = "auto"): readonly string[] | null {
  if (setting === "off") return null;
  if (setting === "auto") {
    const found = isInstalled(program) ? installedLanguages() : [];
    return found.length > 0 ? found : null;
  }
  const unknown = setting.find((language) => !/^[a-z]{3}(?:_[a-z]+)*$/i.test(language));
  if (unknown !== undefined || setting.length === 0) {
    throw new UsageError(
      `"${unknown ?? ""}" is not a language of OCR: it must be auto, off, or Tesseract's names of languages, such as eng+deu`,
    );
  }
  const missing = setting.filter((language) => dataFile(language) === null);
  if (missing.length > 0 || !isInstalled(program)) {
    throw new UsageError(`OCR in ${setting.join("+")} is not installed: ${ocrInstallLine(setting)}`);
  }
  return setting;
}

/** The same as parsers take it. Throws what `ocrLanguages` throws. */
export function ocrChoice(setting: OcrSetting = "auto"): readonly string[] | "off" | undefined {
  return setting === "off" ? "off" : (ocrLanguages(setting) ?? undefined);
}

/** The trained data of a language, as its package has it (gzip). */
export function trainedData(language: string): Uint8Array {
  const file = dataFile(language);
  if (file === null) throw new UsageError(`OCR in ${language} is not installed: ${ocrInstallLine([language])}`);
  return readFileSync(file);
}

/** Loads the program; the build for processors with 128-bit vectors, which all have that Node's WebAssembly runs on. */
export function loadProgram(): { readonly load: unknown; readonly version: string } {
  for (const require of requires()) {
    try {
      const { version } = require(`${program}/package.json`) as { version: string };
      return { load: require(`${program}/tesseract-core-simd-lstm.js`), version };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw new UsageError(`OCR is not installed: ${ocrInstallLine()}`);
}

function requires(): NodeJS.Require[] {
  return [createRequire(import.meta.url), createRequire(join(process.cwd(), "package.json"))];
}

function isInstalled(name: string): boolean {
  return packageFolder(name) !== null;
}

function packageFolder(name: string): string | null {
  for (const require of requires()) {
    try {
      return dirname(require.resolve(`${name}/package.json`));
    } catch {
      // Not installed here.
    }
  }
  return null;
}

function dataFile(language: string): string | null {
  const folder = packageFolder(`${scope}/${language}`);
  if (folder === null) return null;
  // The smaller of the two that there are: best for recognition by lines, which is all that is used.
  const file = join(folder, "4.0.0_best_int", `${language}.traineddata.gz`);
  return existsSync(file) ? file : null;
}

function installedLanguages(): string[] {
  const names = new Set<string>();
  for (const require of requires()) {
    for (const folder of require.resolve.paths(`${scope}/eng`) ?? []) {
      try {
        for (const name of readdirSync(join(folder, scope))) names.add(name);
      } catch {
        // No such folder.
      }
    }
  }
  if (dataFile("eng") !== null) names.add("eng");
  // The first language is the one that doubtful letters are taken for.
  const first = (name: string) => (name === "eng" ? `0${name}` : name);
  return [...names].filter((name) => dataFile(name) !== null).toSorted((a, b) => (first(a) < first(b) ? -1 : 1));
}
