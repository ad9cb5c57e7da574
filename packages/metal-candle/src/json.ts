/** A model file's bytes as JSON, or an error of one line with the file's path. What the JSON means is for others. */
import { ModelFileError } from "./errors.ts";

/** Brackets within brackets that a file of ours can have; the deepest known, tokenizer.json's, have eight. */
const deepest = 100;

/**
 * @param path the file, for the message
 * @throws ModelFileError when the bytes are not JSON in UTF-8, or JSON that is nested deep
 */
export function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    checkDepth(bytes);
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch (cause) {
    throw new ModelFileError(
      `${path} is not JSON (${bytes.length} bytes: ${oneLine((cause as Error).message)}). Download the model again.`,
      { cause },
    );
  }
}

/**
 * Refuses what is nested so deep that parsing it takes gigabytes: a hundred million brackets are a file of a hundred megabytes.
 * @throws SyntaxError
 */
export function checkDepth(bytes: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === backslash) at++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) {
      inString = true;
    } else if (byte === openBrace || byte === openBracket) {
      if (++depth > deepest) throw new SyntaxError(`more than ${deepest} brackets within each other`);
    } else if (byte === closeBrace || byte === closeBracket) {
      depth--;
    }
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Somebody else's message for use within ours: JSON.parse quotes the file, line breaks and all. */
export function oneLine(message: string): string {
  return message.replaceAll(/\s+/g, " ").trim();
}
