/** Runs of characters in Word documents of 1993 to 1996, and the properties of each, whose codes are bytes. */
import type { ByteReader } from "./byte-reader.ts";
import { type CharacterRun, characterRuns } from "./word-characters.ts";

/** How many bytes follow a property's code in Word 6 and 95; null where the first of them says. */
const operandBytes95 = new Map<number, number | null>([
  ...[68, 74, 81, 82, 103, 105, 106, 108].map((code): [number, null] => [code, null]),
  ...[65, 66, 67, 71, 75, 85, 86, 87, 88, 89, 90, 91, 92, 94, 98, 100, 102, 104, 117, 118].map((code): [number, 1] => [
    code,
    1,
  ]),
  ...[69, 72, 80, 93, 96, 97, 99, 101, 107, 109, 110].map((code): [number, 2] => [code, 2]),
  [70, 4],
  [73, 3],
  [83, 0],
  [95, 3],
]);

/** A code, and where what it is set to stands. */
export interface Property95 {
  readonly code: number;
  readonly operand: number;
}

/** The runs that have properties of their own. */
export function runsOf95(main: ByteReader): Generator<CharacterRun> {
  return characterRuns(main, { reader: main, offset: main.u32(0x00b8), length: main.u32(0x00bc), bytes: 2 });
}

/** Those of one run, as far as they are known. */
export function* propertiesOf95(main: ByteReader, { properties, propertiesEnd }: CharacterRun): Generator<Property95> {
  for (let at = properties; at + 1 < propertiesEnd;) {
    const code = main.u8(at);
    const bytes = operandBytes95.get(code);
    if (bytes === undefined) return;
    // Where it says itself how long it is, that comes first.
    yield { code, operand: bytes === null ? at + 2 : at + 1 };
    at += 1 + (bytes === null ? 1 + main.u8(at + 1) : bytes);
  }
}
