/** The pattern of a Split or a Replace, `{ "String": … }` or `{ "Regex": … }`: how its places in a text are found. */
import { describe } from "../../describe.ts";
import { UnsupportedModelError } from "../../errors.ts";
import { isObject, notATokenizer } from "../tokenizer-json.ts";
import { placesOf } from "./split.ts";
import { Matcher } from "./regex/matcher.ts";
import { parseRegex } from "./regex/syntax.ts";

export type FindPlaces = (text: string) => Iterable<readonly [number, number]>;

/**
 * @param owner the type of the component, for messages
 * @throws NotATokenizer, UnsupportedModelError
 */
export function readPattern(pattern: unknown, owner: string): FindPlaces {
  const text = isObject(pattern) ? pattern["String"] : undefined;
  if (typeof text === "string") {
    if (text === "")
      throw new UnsupportedModelError(`the tokenizer's ${owner} has an empty pattern, which is not supported.`);
    return (within) => placesOf(within, text);
  }
  const regex = isObject(pattern) ? pattern["Regex"] : undefined;
  if (typeof regex !== "string") {
    throw notATokenizer(`has a ${owner} whose pattern is neither a String nor a Regex (it is ${describe(pattern)})`);
  }
  try {
    const matcher = new Matcher(parseRegex(regex), regex);
    return (within) => matcher.matches(within);
  } catch (cause) {
    if (!(cause instanceof UnsupportedModelError)) throw cause;
    throw new UnsupportedModelError(`the tokenizer's ${owner} cannot be used: ${cause.message}`, { cause });
  }
}
