/**
 * A name for the content of a model's files, for folders that have no hub commit to be called by.
 *
 * Weights are sampled, not read whole: the header, the size, and 64 windows spread over each file. Two checkpoints of one
 * architecture differ nearly everywhere, so the windows tell them apart; the price is a few milliseconds.
 */
import type { SafetensorsFile } from "./safetensors.ts";

const windowCount = 64;
const windowBytes = 4096;

/** Header, size and samples of a safetensors file, to be hashed. */
export async function sampleWeights(file: SafetensorsFile): Promise<Uint8Array<ArrayBuffer>[]> {
  const dataStart = 8 + file.headerBytes.byteLength;
  const room = Math.max(0, file.size - dataStart - windowBytes);
  const windows = Array.from({ length: windowCount }, async (_, index) => {
    const position = dataStart + Math.floor((room * index) / (windowCount - 1));
    const window = new Uint8Array(Math.min(windowBytes, file.size - position));
    await file.readRaw(window, position);
    return window;
  });
  return [file.headerBytes, new TextEncoder().encode(`|${file.size}|`), ...(await Promise.all(windows))];
}

/** SHA-256 of byte strings laid end to end, in hexadecimal. */
export async function sha256(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<string> {
  let whole = parts[0];
  if (parts.length !== 1) {
    whole = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 0));
    let offset = 0;
    for (const part of parts) {
      whole.set(part, offset);
      offset += part.byteLength;
    }
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
