/** Of stretches of a file that lie in order: the place of the first that ends after a position, by halving; their number where none does. */
export function firstEndingAfter(stretches: readonly { readonly end: number }[], position: number): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stretches[middle].end <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
