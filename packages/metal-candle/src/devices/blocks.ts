/** Cuts a call's texts into blocks for several devices: large while much is left, smaller towards the end, so that all end together. */

/** UTF-16 units of the largest block: some tens of thousands of tokens, tens of milliseconds of a fast GPU. */
const mostUnits = 1 << 17;
/** Below this, a block costs more to send than it saves. */
const fewestUnits = 1 << 11;
const mostTexts = 2048;
/** What is left is shared among the devices this many times over. */
const shares = 4;

export interface Block {
  /** Where its texts are in the call's. */
  readonly start: number;
  readonly end: number;
}

/** All blocks of a call, in order; none for no texts. */
export function cutBlocks(texts: readonly string[], devices: number): Block[] {
  const blocks: Block[] = [];
  let left = texts.reduce((sum, { length }) => sum + length, 0);
  let start = 0;
  while (start < texts.length) {
    const size = Math.min(mostUnits, Math.max(fewestUnits, Math.ceil(left / (devices * shares))));
    // Blocks of one size that a device computes side by side would end together, and leave it idle until the next come.
    const wanted = size - (size >> 2) * (blocks.length % 3);
    let units = 0;
    let end = start;
    while (end < texts.length && end - start < mostTexts && (end === start || units < wanted)) {
      units += texts[end++]!.length;
    }
    blocks.push({ start, end });
    left -= units;
    start = end;
  }
  return blocks;
}
