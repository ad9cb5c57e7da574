/**
 * The models that `ferris models` tells of: what they read, how well they find things by published figures, and what they may be used
 * for. Written once: docs/models.md and the command are made of it.
 *
 * No model is limited to these: any of the families that metal-candle reads will do. Figures are other people's, with their source;
 * what is not known is null and never guessed.
 */

/** Where the figures come from. */
export const sources = {
  /** Mean nDCG@10 × 100 over SciFact, NFCorpus and FiQA. */
  english:
    "embeddings-benchmark/results (MTEB), commit f4cc6c8 of 20 August 2026: mean nDCG@10 over SciFact, NFCorpus and FiQA",
  /** Mean nDCG@10 × 100 over 18 languages. */
  multilingual: "the same, MIRACL with hard negatives: mean nDCG@10 over 18 languages",
  /** nDCG@10 × 100 after reranking the best 100. */
  reranking:
    "huggingface.co/blog/ettin-reranker, 19 May 2026 (its publisher's own figures): mean nDCG@10 over six first stages on MTEB(eng, v2) retrieval; without a reranker 49.3",
} as const;

/**
 * How a model was checked here: "bundled", in every run of the tests with its published weights; "weights", with its published weights; "parts",
 * small models with random weights that have the same parts (these goldens of metal-candle's tests, in tiny/ where no folder is said). See docs/models.md.
 */
export type Checked = "bundled" | "weights" | readonly string[];

export interface CatalogueModel {
  /** What the command line takes as well as the id. */
  readonly name: string;
  readonly id: string;
  readonly kind: "embedder" | "reranker";
  readonly languages: "English" | "many";
  /** In millions; null where that is not known here. */
  readonly parameters: number | null;
  /** Of its vectors; null for a reranker, and where that is not known here. */
  readonly dimensions: number | null;
  /** Tokens that it reads at most; null where that is not known here. */
  readonly maxLength: number | null;
  readonly licence: string;
  /** Whether the licence is an open one: for any use, without further terms. */
  readonly isOpen: boolean;
  /** See `sources`. A reranker's is that of reranking. */
  readonly quality: { readonly english: number | null; readonly multilingual: number | null };
  readonly checked: Checked;
  /** What speaks for or against it; a few words. */
  readonly note: string | null;
}

/**
 * A line per model: parameters in millions, dimensions of its vectors, tokens that it reads, figures as in `sources`. "-" is what is not known or does not
 * apply, "*" a licence that is not open.
 */
const embedders = `
name                  | id                                             | languages | M    | dims | tokens | licence        | eng  | multi | checked                                | note
denseon               | lightonai/DenseOn                              | English   | 149  | 768  | 8192   | Apache-2.0     | 56.3 | -     | modernbert, modernbert-rope-parameters | was trained on FiQA, one of the three sets
gte-base-v1.5         | Alibaba-NLP/gte-base-en-v1.5                   | English   | 137  | 768  | 8192   | Apache-2.0     | 53.8 | -     | gte-new                                | -
gte-modernbert        | Alibaba-NLP/gte-modernbert-base                | English   | 149  | 768  | 8192   | Apache-2.0     | 53.4 | -     | modernbert, modernbert-rope-parameters | -
granite-english       | ibm-granite/granite-embedding-english-r2       | English   | 149  | 768  | 8192   | Apache-2.0     | 53.2 | -     | modernbert, modernbert-rope-parameters | -
gte-base              | thenlper/gte-base                              | English   | 110  | 768  | 512    | MIT            | 51.6 | -     | bert                                   | -
granite-small         | ibm-granite/granite-embedding-small-english-r2 | English   | 47.7 | 384  | 8192   | Apache-2.0     | 51.1 | -     | modernbert, modernbert-rope-parameters | the best of its size
bge-base              | BAAI/bge-base-en-v1.5                          | English   | 109  | 768  | 512    | MIT            | 50.8 | -     | bert-head64-cls                        | -
arctic-m              | Snowflake/snowflake-arctic-embed-m-v1.5        | English   | 109  | 768  | 512    | Apache-2.0     | 50.2 | -     | bert-head64-cls, bert-prompt-excluded  | -
mpnet                 | sentence-transformers/all-mpnet-base-v2        | English   | 110  | 768  | 384    | Apache-2.0     | 49.6 | -     | weights                                | -
gte-small             | thenlper/gte-small                             | English   | 33   | 384  | 512    | MIT            | 48.9 | -     | bert                                   | -
mdbr-leaf-ir          | MongoDB/mdbr-leaf-ir                           | English   | 22.7 | 768  | 512    | Apache-2.0     | 48.8 | -     | bert-dense-expand                      | the bundled one's encoder with another head, and finds more
bge-small             | BAAI/bge-small-en-v1.5                         | English   | 33   | 384  | 512    | MIT            | 48.6 | -     | bert-head64-cls                        | -
modernbert-embed      | nomic-ai/modernbert-embed-base                 | English   | 149  | 768  | 8192   | Apache-2.0     | 47.9 | -     | modernbert, modernbert-rope-parameters | -
nomic                 | nomic-ai/nomic-embed-text-v1.5                 | English   | 137  | 768  | 8192   | Apache-2.0     | 47.5 | -     | nomic-bert                             | -
arctic-s              | Snowflake/snowflake-arctic-embed-s             | English   | 33   | 384  | 512    | Apache-2.0     | 47.4 | -     | bert-head64-cls, bert-prompt-excluded  | -
e5-small              | intfloat/e5-small-v2                           | English   | 33   | 384  | 512    | MIT            | 46.2 | -     | weights                                | -
minilm                | sentence-transformers/all-MiniLM-L6-v2         | English   | 22.7 | 384  | 256    | Apache-2.0     | 44.3 | 8.8   | weights                                | -
minilm-q8             | all-minilm-l6-v2-q8                            | English   | 22.7 | 384  | 256    | Apache-2.0     | -    | -     | bundled                                | comes with ferris: minilm with 8-bit weights, for which nobody has published figures
static-retrieval      | sentence-transformers/static-retrieval-mrl-en-v1 | English   | -    | -    | -      | Apache-2.0     | 36.5 | -     | static/saved, static/folder            | a table of vectors without an encoder; words alone (BM25) have 42.0
potion-base-8m        | minishlab/potion-base-8M                       | English   | 8    | -    | -      | MIT            | 30.5 | -     | static/potion                          | a table of vectors without an encoder; words alone (BM25) have 42.0
potion-retrieval-32m  | minishlab/potion-retrieval-32M                 | English   | 32   | -    | -      | MIT            | -    | -     | static/potion                          | a table of vectors without an encoder; its figures for these sets are not known here
bge-m3                | BAAI/bge-m3                                    | many      | 568  | 1024 | 8192   | MIT            | -    | 69.6  | xlm-roberta                            | large; only its dense vectors
arctic-l-v2           | Snowflake/snowflake-arctic-embed-l-v2.0        | many      | 568  | 1024 | 8192   | Apache-2.0     | -    | 66.5  | xlm-roberta, bert-prompt-excluded      | large
embeddinggemma        | google/embeddinggemma-300m                     | many      | 308  | 768  | 2048   | Gemma *        | -    | 66.2  | gemma3-text                            | Google's terms of use have to be accepted
gte-multilingual      | Alibaba-NLP/gte-multilingual-base              | many      | 305  | 768  | 8192   | Apache-2.0     | -    | 64.2  | gte-new                                | -
multilingual-e5-base  | intfloat/multilingual-e5-base                  | many      | 278  | 768  | 512    | MIT            | -    | 62.8  | xlm-roberta                            | -
qwen3                 | Qwen/Qwen3-Embedding-0.6B                      | many      | 596  | 1024 | 32768  | Apache-2.0     | 51.0 | 61.2  | qwen3                                  | large, and slow without a GPU
multilingual-e5-small | intfloat/multilingual-e5-small                 | many      | 118  | 384  | 512    | MIT            | -    | 60.1  | weights                                | the best of its size
jina-v5-nano          | jinaai/jina-embeddings-v5-text-nano            | many      | 212  | -    | -      | CC-BY-NC-4.0 * | 54.1 | -     | eurobert                               | not for commercial use
`;

const rerankers = `
name               | id                                                | languages | M    | dims | tokens | licence    | eng  | multi | checked                     | note
ettin-150m         | cross-encoder/ettin-reranker-150m-v1              | English   | 150  | -    | -      | Apache-2.0 | 59.9 | -     | modernbert-reranker-modules | -
qwen3-reranker     | Qwen/Qwen3-Reranker-0.6B                          | many      | 600  | -    | 32768  | Apache-2.0 | 59.4 | -     | families/qwen3-reranker     | large, and slow without a GPU
gte-reranker       | Alibaba-NLP/gte-reranker-modernbert-base          | English   | 149  | -    | 8192   | Apache-2.0 | 58.4 | -     | modernbert-reranker         | -
ettin-32m          | cross-encoder/ettin-reranker-32m-v1               | English   | 32   | -    | -      | Apache-2.0 | 57.8 | -     | modernbert-reranker-modules | -
granite-reranker   | ibm-granite/granite-embedding-reranker-english-r2 | English   | 149  | -    | 8192   | Apache-2.0 | 56.6 | -     | modernbert-reranker         | -
ettin-17m          | cross-encoder/ettin-reranker-17m-v1               | English   | 17   | -    | -      | Apache-2.0 | 55.8 | -     | modernbert-reranker-modules | the smallest, and better than the larger old ones
bge-reranker-v2-m3 | BAAI/bge-reranker-v2-m3                           | many      | 568  | -    | 8192   | Apache-2.0 | 55.3 | -     | xlm-roberta-reranker-1      | large
ms-marco-minilm    | cross-encoder/ms-marco-MiniLM-L6-v2               | English   | 22.7 | -    | 512    | Apache-2.0 | 50.8 | -     | bert-reranker-1             | hardly better than none, and worse behind a good embedder
bge-reranker-base  | BAAI/bge-reranker-base                            | English   | 278  | -    | 512    | MIT        | 48.9 | -     | xlm-roberta-reranker-1      | worse than none
`;

function parsed(table: string, kind: CatalogueModel["kind"]): CatalogueModel[] {
  const [, ...rows] = table.trim().split("\n");
  return rows.map((row) => {
    const cells = row.split("|").map((cell) => cell.trim());
    const [name, id, languages, parameters, dimensions, tokens, licence, english, multilingual, checked, note] = cells;
    const number = (cell: string | undefined): number | null => (cell === "-" ? null : Number(cell));
    return {
      name: name!,
      id: id!,
      kind,
      languages: languages as CatalogueModel["languages"],
      parameters: number(parameters),
      dimensions: number(dimensions),
      maxLength: number(tokens),
      licence: licence!.replace(" *", ""),
      isOpen: !licence!.endsWith("*"),
      quality: { english: number(english), multilingual: number(multilingual) },
      checked: checked === "bundled" || checked === "weights" ? checked : checked!.split(", "),
      note: note === "-" ? null : note!,
    };
  });
}

/** Within each kind and reach the best first. */
export const catalogue: readonly CatalogueModel[] = [
  ...parsed(embedders, "embedder"),
  ...parsed(rerankers, "reranker"),
];

/** What most people should take, and why. */
export const advice: readonly { readonly name: string; readonly when: string }[] = [
  { name: "minilm-q8", when: "English, and nothing to download: it is here already" },
  { name: "mdbr-leaf-ir", when: "English, an encoder of that size and better" },
  { name: "granite-small", when: "English, the best for its size" },
  { name: "multilingual-e5-small", when: "other languages, or several" },
  { name: "bge-m3", when: "other languages, where size and time do not matter" },
  { name: "ettin-17m", when: "a reranker for English" },
];

const byName = new Map(catalogue.flatMap((model) => [[model.name, model] as const, [model.id, model] as const]));

/** A model of the catalogue by its short name or its id; undefined for any other. */
export function catalogued(nameOrId: string): CatalogueModel | undefined {
  return byName.get(nameOrId);
}

/** Whether a model is known to be for English alone. */
export function isForEnglish(nameOrId: string): boolean {
  return catalogued(nameOrId)?.languages === "English";
}

/** The id that a short name stands for; anything else as it is. */
export function modelIdOf(nameOrId: string): string {
  return byName.get(nameOrId)?.id ?? nameOrId;
}
