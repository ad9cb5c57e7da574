/**
 * Embeddings and their LayerNorm: hidden[t] = LayerNorm(word_embeddings[id] + position_embeddings[position] + token_type_embeddings[type]).
 *
 * The word table may be larger than a binding: it is sharded by rows, one dispatch per shard, and each token's row is written by
 * the one shard that holds its id. Ids, positions and types were range-checked on the host; they are clamped here again, because
 * with Dawn's robustness off a wild index reads any memory of the process.
 */
import { linearGrid, type KernelProgram } from "../../device/kernel-program.ts";
import { batchLayoutConstants } from "../../wgsl/batch-layout.ts";
import { rowLanes, rowsPerWorkgroup } from "../../wgsl/row-reduction.ts";
import { storageHeader, type StorageType } from "../../wgsl/storage.ts";
import { binding, constants } from "../../wgsl/text.ts";
import { normalizedRow } from "../layer-norm/normalized-row.ts";

export interface EmbeddingShape {
  readonly storage: StorageType;
  readonly width: number;
  readonly stride: number;
  readonly epsilon: number;
  readonly maxPositionEmbeddings: number;
  /** 0: the family has no token types. */
  readonly typeVocabSize: number;
  /** First row of the word embeddings that this shard holds, and how many. */
  readonly firstWord: number;
  readonly words: number;
}

/**
 * Buffers: batch (see batch-layout.ts), word embeddings [words, width], position embeddings f32
 * [maxPositionEmbeddings + typeVocabSize, width] (the token-type embeddings follow those of positions), norm f32 [2, width] (weight, bias), hidden [rows, stride].
 */
export function embeddingProgram(shape: EmbeddingShape): KernelProgram {
  const { storage, width, stride, epsilon, maxPositionEmbeddings, typeVocabSize, firstWord, words } = shape;
  const typeRow =
    typeVocabSize > 0
      ? /* wgsl */ `+ position_embeddings[(MAX_POSITION_EMBEDDINGS + min(position >> 16u, TYPE_VOCAB_SIZE - 1u)) * PARTS + part]`
      : "";
  return {
    label: `embedding ${storage} ${width} words ${firstWord}+${words}`,
    bindings: ["read", "read", "read", "read", "read_write"],
    code: /* wgsl */ `${storageHeader(storage)}
${batchLayoutConstants}
${constants({ STRIDE: stride / 4, MAX_POSITION_EMBEDDINGS: maxPositionEmbeddings, TYPE_VOCAB_SIZE: typeVocabSize, FIRST_WORD: firstWord, WORDS: words })}
${binding(0, "read", "batch", "u32")}
${binding(1, "read", "word_embeddings", "Stored4")}
${binding(2, "read", "position_embeddings", "vec4f")}
${binding(3, "read", "norm", "vec4f")}
${binding(4, "read_write", "hidden", "Stored4")}
${normalizedRow({ width, epsilon, vectorized: true })}
fn embeddingPart(word: u32, position: u32, part: u32) -> vec4f {
  return vec4f(word_embeddings[word * PARTS + part]) + position_embeddings[min(position & 0xffffu, MAX_POSITION_EMBEDDINGS - 1u) * PARTS + part] ${typeRow};
}
@compute @workgroup_size(${rowLanes * rowsPerWorkgroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let tokens = batch[HEADER_TOKENS];
  let index = (group.y * groups.x + group.x) * ROWS + thread / LANES;
  let token = min(index, tokens - 1u);
  let id = batch[TOKENS_AT + token];
  let mine = index < tokens && id >= FIRST_WORD && id - FIRST_WORD < WORDS;
  let word = select(0u, id - FIRST_WORD, mine);
  let position = batch[batch[HEADER_POSITIONS_AT] + token];
  let lane = thread % LANES;
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS) { row[i] = embeddingPart(word, position, part); }
  }
  normalizeRow(embeddingPart(word, position, 0u).x, thread);
  if (!mine) { return; }
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS) { hidden[token * STRIDE + part] = stored4(row[i] * norm[part] + norm[PARTS + part]); }
  }
  for (var part = PARTS + lane; part < STRIDE; part += LANES) { hidden[token * STRIDE + part] = stored4(vec4f(0f)); }
}
`,
  };
}

/** Grid for `tokens` tokens. */
export function embeddingGrid(tokens: number): [number, number, number] {
  return linearGrid(Math.ceil(tokens / rowsPerWorkgroup));
}
