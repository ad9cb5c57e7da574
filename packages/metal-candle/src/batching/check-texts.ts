/** The check that every public call makes of its texts before anything is queued. */
import { InvalidArgumentError } from "../errors.ts";

/** @throws InvalidArgumentError unless `texts` is an array of strings; the message names the first that is not */
export function checkTexts(texts: readonly string[], name: string): void {
  if (!Array.isArray(texts)) {
    throw new InvalidArgumentError(
      `An array of strings is needed, and ${texts === null ? "null" : `a ${typeof texts}`} was given.`,
    );
  }
  const wrong = texts.findIndex((text) => typeof text !== "string");
  if (wrong >= 0) {
    const kind = texts[wrong] === null ? "null" : typeof texts[wrong];
    throw new InvalidArgumentError(`${name} ${wrong} of ${texts.length} is not a string but ${kind}.`);
  }
}
