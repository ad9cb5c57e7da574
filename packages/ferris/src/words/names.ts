/**
 * What a document is called: the words of its file's name, of the folders it lies in, and of its title.
 */
import { fold } from "./fold.ts";
import { partsOf } from "./identifiers.ts";

/** Folders further up say whose the file is, not what it is. */
const nearestFolders = 3;

/** Name and nearest folders in one line, as they are written, camelCase and snake_case apart: what is searched besides the text. */
export function nameWords(path: string, title: string | null): string {
  const steps = path
    .replaceAll("\\", "/")
    .split("/")
    .filter(Boolean)
    .slice(-1 - nearestFolders);
  const words = new Set<string>();
  for (const step of [...steps.toReversed(), title ?? ""]) {
    for (const [word] of fold(step).matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
      words.add(word);
      for (const part of partsOf(word)) words.add(part);
    }
  }
  return [...words].join(" ");
}

/** The name of a file for a reader: without folders, extension, and the signs that stand for spaces. */
export function readableName(path: string): string {
  const name = path.replaceAll("\\", "/").split("/").pop() ?? "";
  const bare = name.replace(/(?<=.)\.[A-Za-z][A-Za-z0-9]{0,7}$/, "");
  return bare
    .replace(/[_]+/g, " ")
    .replace(/(?<=\p{L})-(?=\p{L})/gu, " ")
    .trim();
}

/** Whether a path ends in this name, folders included. */
export function isCalled(path: string, name: string): boolean {
  const [whole, tail] = [path, name].map((text) => text.replaceAll("\\", "/").normalize("NFC").toLowerCase());
  return whole === tail || whole!.endsWith(`/${tail!.replace(/^\.?\//, "")}`);
}
