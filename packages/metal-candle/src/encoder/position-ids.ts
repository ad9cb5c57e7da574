/**
 * The position id of each token of a sequence, as transformers counts them. Device-free: what both devices write into their batches.
 *
 * BERT counts from 0. RoBERTa, XLM-R and MPNet count from behind the padding id, and a padding token in the middle of a text
 * (somebody wrote `<pad>`) keeps the padding id's own position and is not counted (create_position_ids_from_input_ids).
 */

/**
 * Writes the positions of tokens `start … start + length − 1` of `ids` to `positions[at…]`.
 * @param positionOffset EncoderDescription's: the first token's position; above 0 it is the padding id + 1
 */
export function writePositionIds(
  ids: Int32Array,
  start: number,
  length: number,
  positionOffset: number,
  positions: Int32Array | Uint32Array,
  at: number,
): void {
  const padding = positionOffset === 0 ? -1 : positionOffset - 1;
  let next = positionOffset;
  for (let token = 0; token < length; token++) {
    positions[at + token] = ids[start + token] === padding ? padding : next++;
  }
}
