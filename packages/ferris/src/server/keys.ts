/** API keys, compared in a time that tells nothing about them. */
import { createHash, timingSafeEqual } from "node:crypto";
import { UsageError } from "../errors.ts";

/** The keys of a file: one per line; empty lines and lines that begin with # are none. @throws UsageError where it holds none */
export function keysOf(text: string): string[] {
  const keys = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (keys.length === 0) throw new UsageError("the file of API keys holds no key: write one per line");
  return keys;
}

export class KeyRing {
  readonly #digests: readonly Buffer[];

  constructor(keys: readonly string[]) {
    this.#digests = keys.map(digest);
  }

  /** Whether anybody may come in. */
  get isOpen(): boolean {
    return this.#digests.length === 0;
  }

  /** Whether one of the headers that APIs use carries a key: `Authorization: Bearer`, `x-api-key`, `api-key`. */
  admits(header: (name: string) => string | undefined): boolean {
    if (this.isOpen) return true;
    const bearer = /^Bearer\s+(.+)$/i.exec(header("authorization") ?? "")?.[1];
    const given = bearer ?? header("x-api-key") ?? header("api-key");
    if (given === undefined) return false;
    const theirs = digest(given.trim());
    // All are compared, whichever fits.
    return this.#digests.map((ours) => timingSafeEqual(ours, theirs)).includes(true);
  }
}

function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
