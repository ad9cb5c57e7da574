/**
 * Embeddings: hidden[t] = norm(scale · word_embeddings[id] + position_embeddings[position] + token_type_embeddings[type]), with the tables and
 * the norm that the model has.
 *
 * The word table may be larger than a binding: it is sharded by rows, one dispatch per shard, and each token's row is written by
 * the one shard that holds its id. Ids, positions and types were range-checked on the host; they are clamped here again, because
 * with Dawn's robustness off a wild index reads any memory of the process.
 */
import { linearGrid, type BindingUse, type KernelProgram } from "../../device/kernel-program.ts";
import { batchLayoutConstants } from "../../wgsl/batch-layout.ts";
import { rowLanes, rowsPerWorkgroup } from "../../wgsl/row-reduction.ts";
import { overflowFlag, storageHeader, type StorageType } from "../../wgsl/storage.ts";
import { binding, constants, floatLiteral } from "../../wgsl/text.ts";
import { rowNorms, type RowNorm } from "../norm/row-norm.ts";

export interface EmbeddingShape {
  /** Of the word embeddings. */
  readonly storage: StorageType;
  /** Of what is written: f32 where it is the residual stream of residual-norms.ts. */
  readonly target: StorageType;
  readonly width: number;
  readonly stride: number;
  /** On the word embeddings. */
  readonly scale: number;
  readonly norm: RowNorm | null;
  /** Rows of the position table; 0: the model has none. */
  readonly positions: number;
  /** 0: the model has no token types. */
  readonly typeVocabSize: number;
  /** First row of the word embeddings that this shard holds, and how many. */
  readonly firstWord: number;
  readonly words: number;
}

/** Whether something is written in f16 that no norm bounds. */
function mayOverflow({ target, norm }: EmbeddingShape): boolean {
  return target === "f16" && norm === null;
}

/**
 * Buffers: batch (see batch-layout.ts), word embeddings [words, roundUp(width, 4)], hidden [rows, stride]; then, where the model has them,
 * position embeddings f32 [positions + typeVocabSize, roundUp(width, 4)] (the token-type embeddings follow those of positions), the norm's
 * weight and bias (row-norm.ts), and overflow, where f16 is written without a norm.
 */
export function embeddingProgram(shape: EmbeddingShape): KernelProgram {
  const { storage, target, width, stride, scale, norm, positions, typeVocabSize, firstWord, words } = shape;
  const tables = positions > 0 || typeVocabSize > 0;
  const named: [string, BindingUse][] = [
    ["batch", "read"],
    ["words", "read"],
    ["hidden", "read_write"],
    ...(tables ? [["tables", "read"] as [string, BindingUse]] : []),
    ...(norm ? [["norm", "read"] as [string, BindingUse]] : []),
    ...(mayOverflow(shape) ? [["overflow", "read_write"] as [string, BindingUse]] : []),
  ];
  const at = (name: string): number => named.findIndex(([other]) => other === name);
  const terms = [
    `vec4f(word_embeddings[word * PARTS + part])${scale === 1 ? "" : ` * ${floatLiteral(scale)}`}`,
    ...(positions > 0 ? ["tables[min(position & 0xffffu, POSITIONS - 1u) * PARTS + part]"] : []),
    ...(typeVocabSize > 0 ? ["tables[(POSITIONS + min(position >> 16u, TYPE_VOCAB_SIZE - 1u)) * PARTS + part]"] : []),
  ];
  const own = target === storage;
  return {
    label: `embedding ${storage}${own ? "" : `->${target}`} ${width} words ${firstWord}+${words}`,
    bindings: named.map(([, use]) => use),
    code: /* wgsl */ `${storageHeader(storage)}
${batchLayoutConstants}
${constants({ STRIDE: stride / 4, POSITIONS: positions, TYPE_VOCAB_SIZE: typeVocabSize, FIRST_WORD: firstWord, WORDS: words })}
${binding(0, "read", "batch", "u32")}
${binding(1, "read", "word_embeddings", "Stored4")}
${binding(2, "read_write", "hidden", own ? "Stored4" : "vec4f")}
${tables ? binding(at("tables"), "read", "tables", "vec4f") : ""}
${norm ? binding(at("norm"), "read", "norm_weights", "vec4f") : ""}
${overflowFlag(mayOverflow(shape) ? "f16" : "f32", at("overflow"))}
fn target4(value: vec4f) -> ${own ? "Stored4" : "vec4f"} { return ${own ? "stored4(value)" : "value"}; }
${rowNorms(width, { norm })}
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
    if (part < PARTS) { row[i] = ${terms.join(" + ")}; }
  }
  ${norm ? "norm(thread);" : ""}
  if (!mine) { return; }
  for (var i = 0u; i < PER_LANE; i++) {
    let part = lane + i * LANES;
    if (part < PARTS) { noteOverflow(token, row[i]); hidden[token * STRIDE + part] = target4(row[i]); }
  }
  for (var part = PARTS + lane; part < STRIDE; part += LANES) { hidden[token * STRIDE + part] = target4(vec4f(0f)); }
}
`,
  };
}

/** Grid for `tokens` tokens. */
export function embeddingGrid(tokens: number): [number, number, number] {
  return linearGrid(Math.ceil(tokens / rowsPerWorkgroup));
}
