/** A model file's bytes as JSON, or an error of one line with the file's path. What the JSON means is for others. */
import { ModelFileError } from "./errors.ts";

/**
 * @param path the file, for the message
 * @throws ModelFileError when the bytes are not JSON in UTF-8
 */
export function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch (cause) {
    throw new ModelFileError(
      `${path} is not JSON (${bytes.length} bytes: ${oneLine((cause as Error).message)}). Download the model again.`,
      { cause },
    );
  }
}

/** Somebody else's message for use within ours: JSON.parse quotes the file, line breaks and all. */
export function oneLine(message: string): string {
  return message.replaceAll(/\s+/g, " ").trim();
}
