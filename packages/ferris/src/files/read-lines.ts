/**
 * A stream of bytes as lines, in constant memory.
 *
 * What a line is: the bytes up to a line feed, without a carriage return right before it (files from Windows), or up to the end
 * of the input. A lone carriage return, a form feed and Unicode's line separators are text. An empty line is a line; no bytes
 * do not end a line. Node's readline is not used: it breaks lines at all of those, and puts U+FFFD in place of bad bytes unsaid.
 */
import { InputError } from "../errors.ts";

/** A line and where it stood. */
export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Far beyond what any model reads; without a limit one missing line break would fill the memory. */
export const longestLineBytes = 64 * 1024 * 1024;

/**
 * The lines of a byte stream, decoded as UTF-8; a byte-order mark at its start is dropped. `name` is what messages call it.
 *
 * @throws InputError naming the line: bytes that are not UTF-8, or a line above 64 MiB
 */
export async function* readLines(input: AsyncIterable<Uint8Array>, name = "standard input"): AsyncGenerator<Line> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let number = 0;

  const decode = (bytes: Uint8Array): Line => {
    number++;
    let text: string;
    try {
      text = decoder.decode(bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes);
    } catch (error) {
      throw new InputError(`${name}, line ${number}: the bytes are not UTF-8; convert the input first`, {
        cause: error,
      });
    }
    return { text: number === 1 && text.startsWith("\ufeff") ? text.slice(1) : text, number };
  };

  for await (const block of input) {
    let start = 0;
    for (let end = block.indexOf(lineFeed); end >= 0; end = block.indexOf(lineFeed, start)) {
      const rest = block.subarray(start, end);
      yield decode(pending.length === 0 ? rest : Buffer.concat([...pending, rest]));
      pending = [];
      pendingBytes = 0;
      start = end + 1;
    }
    if (start < block.length) {
      pending.push(block.subarray(start));
      pendingBytes += block.length - start;
      if (pendingBytes > longestLineBytes) {
        throw new InputError(
          `${name}, line ${number + 1}: longer than ${longestLineBytes} bytes, the limit; is it text, one per line?`,
        );
      }
    }
  }
  // A lone carriage return at the very end is half of a line break, as in the middle.
  if (pendingBytes > 0) yield decode(Buffer.concat(pending));
}
