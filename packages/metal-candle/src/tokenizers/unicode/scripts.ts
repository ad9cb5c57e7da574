/**
 * The script of a code point as the Rust tokenizers' UnicodeScripts sees it: a number, of which only equality says something; 0 for
 * code points that belong to none.
 */
import { scriptsTable } from "./tables.ts";

let runs: { lasts: Int32Array; firsts: Int32Array; scripts: Uint8Array } | null = null;

export function scriptOf(codePoint: number): number {
  const { firsts, lasts, scripts } = (runs ??= decode(scriptsTable));
  let low = 0;
  let high = lasts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (codePoint > lasts[middle]!) low = middle + 1;
    else high = middle;
  }
  return low < lasts.length && codePoint >= firsts[low]! ? scripts[low]! : 0;
}

function decode(table: string): NonNullable<typeof runs> {
  const list = table.split(" ").map((run) => run.split(".").map((n) => Number.parseInt(n, 36)));
  const decoded = {
    firsts: new Int32Array(list.length),
    lasts: new Int32Array(list.length),
    scripts: new Uint8Array(list.length),
  };
  let previous = 0;
  for (const [index, [gap, length, script]] of list.entries()) {
    decoded.firsts[index] = previous + gap!;
    previous = decoded.lasts[index] = previous + gap! + length!;
    decoded.scripts[index] = script!;
  }
  return decoded;
}
