/**
 * The pieces of a Unigram vocabulary as a trie over UTF-16 units, in flat arrays: made from tokenizer.json once, then read back
 * from our cache as it is.
 *
 * Nodes are numbered breadth-first, so that the children of node k are firstChild[k] … firstChild[k + 1] − 1, in the order of
 * their units. The two nodes with thousands of children, the root and the one behind ▁, have a direct table besides.
 */

/** The unit that Metaspace puts before words, ▁. */
export const marker = 0x2581;

const noNode = -1;
const mostToWalk = 8;

export interface TrieArrays {
  /** The unit that leads to each node. */
  readonly units: Uint16Array;
  /** [nodes + 1] */
  readonly firstChild: Uint32Array;
  /** The id of the piece that ends at each node, or −1. */
  readonly ids: Int32Array;
}

export class PieceTrie {
  readonly arrays: TrieArrays;
  readonly #afterRoot: Int32Array;
  readonly #afterMarker: Int32Array;
  readonly #marker: number;

  constructor(arrays: TrieArrays) {
    this.arrays = arrays;
    this.#afterRoot = directTable(arrays, 0);
    this.#marker = this.#afterRoot[marker]!;
    this.#afterMarker = this.#marker === noNode ? this.#afterRoot : directTable(arrays, this.#marker);
  }

  /** The node behind the root, or −1. */
  first(unit: number): number {
    return this.#afterRoot[unit]!;
  }

  /** The node behind `node`, or −1. */
  next(node: number, unit: number): number {
    if (node === this.#marker) return this.#afterMarker[unit]!;
    const { units, firstChild } = this.arrays;
    let low = firstChild[node]!;
    let high = firstChild[node + 1]!;
    while (high - low > mostToWalk) {
      const middle = (low + high) >> 1;
      if (units[middle]! <= unit) low = middle;
      else high = middle;
    }
    for (; low < high; low++) if (units[low] === unit) return low;
    return noNode;
  }

  /** The id of a piece, or undefined. */
  idOf(piece: string): number | undefined {
    let node = 0;
    for (let i = 0; i < piece.length && node >= 0; i++) {
      const unit = piece.charCodeAt(i);
      node = i === 0 ? this.first(unit) : this.next(node, unit);
    }
    const id = piece === "" || node < 0 ? -1 : this.arrays.ids[node]!;
    return id < 0 ? undefined : id;
  }
}

function directTable(arrays: TrieArrays, node: number): Int32Array {
  const table = new Int32Array(0x10000).fill(noNode);
  for (let child = arrays.firstChild[node]!; child < arrays.firstChild[node + 1]!; child++) {
    table[arrays.units[child]!] = child;
  }
  return table;
}

/** Piece i has the id i; of equal pieces the last one counts, as in the Rust tokenizers. */
export function buildTrie(pieces: readonly string[]): TrieArrays {
  const byPiece = new Map<string, number>();
  for (let id = 0; id < pieces.length; id++) byPiece.set(pieces[id]!, id);
  byPiece.delete("");
  const sorted = [...byPiece.keys()].toSorted(byUnits);
  const mostNodes = 1 + sorted.reduce((sum, piece) => sum + piece.length, 0);
  const units = new Uint16Array(mostNodes);
  const firstChild = new Uint32Array(mostNodes + 1);
  const ids = new Int32Array(mostNodes).fill(-1);
  // Each node stands for the pieces sorted[from … to − 1], which share their first `depth` units.
  const from = new Uint32Array(mostNodes);
  const to = new Uint32Array(mostNodes);
  const depths = new Uint32Array(mostNodes);
  to[0] = sorted.length;
  let nodes = 1;
  for (let node = 0; node < nodes; node++) {
    firstChild[node] = nodes;
    const depth = depths[node]!;
    let i = from[node]!;
    const last = to[node]!;
    if (i < last && sorted[i]!.length === depth) ids[node] = byPiece.get(sorted[i++]!)!;
    while (i < last) {
      const unit = sorted[i]!.charCodeAt(depth);
      const child = nodes++;
      units[child] = unit;
      depths[child] = depth + 1;
      from[child] = i;
      while (i < last && sorted[i]!.charCodeAt(depth) === unit) i++;
      to[child] = i;
    }
  }
  firstChild[nodes] = nodes;
  return { units: units.slice(0, nodes), firstChild: firstChild.slice(0, nodes + 1), ids: ids.slice(0, nodes) };
}

/** The order of `<` on strings is that of their UTF-16 units. */
function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
