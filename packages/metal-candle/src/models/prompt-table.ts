/**
 * Prompts by model id, for models whose files do not say them. What is here is from the models' own cards; docs/models.md shows the same
 * table, and a test holds the two together.
 */

export interface PromptFamily {
  /** As docs/models.md calls it. */
  readonly name: string;
  readonly query: string;
  readonly document: string;
  /** Hub ids. */
  readonly models: readonly string[];
}

const sized = (pattern: string, ...sizes: string[]): string[] => sizes.map((size) => pattern.replace("SIZE", size));

export const promptFamilies: readonly PromptFamily[] = [
  {
    name: "E5",
    query: "query: ",
    document: "passage: ",
    models: [
      ...sized("intfloat/e5-SIZE", "small", "base", "large"),
      ...sized("intfloat/e5-SIZE-v2", "small", "base", "large"),
      ...sized("intfloat/e5-SIZE-unsupervised", "small", "base", "large"),
      ...sized("intfloat/multilingual-e5-SIZE", "small", "base", "large"),
    ],
  },
  {
    name: "E5 instruct",
    query: "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ",
    document: "",
    models: ["intfloat/multilingual-e5-large-instruct"],
  },
  {
    name: "BGE",
    query: "Represent this sentence for searching relevant passages: ",
    document: "",
    models: [
      ...sized("BAAI/bge-SIZE-en", "small", "base", "large"),
      ...sized("BAAI/bge-SIZE-en-v1.5", "small", "base", "large"),
      "mixedbread-ai/mxbai-embed-large-v1",
      ...sized("Snowflake/snowflake-arctic-embed-SIZE", "xs", "s", "m", "m-long", "l", "m-v1.5"),
      "MongoDB/mdbr-leaf-ir",
    ],
  },
  {
    name: "BGE zh",
    query: "为这个句子生成表示以用于检索相关文章：",
    document: "",
    models: [
      ...sized("BAAI/bge-SIZE-zh", "small", "base", "large"),
      ...sized("BAAI/bge-SIZE-zh-v1.5", "small", "base", "large"),
    ],
  },
  {
    name: "arctic 2",
    query: "query: ",
    document: "",
    models: sized("Snowflake/snowflake-arctic-embed-SIZE-v2.0", "m", "l"),
  },
  {
    name: "Nomic",
    query: "search_query: ",
    document: "search_document: ",
    models: ["nomic-ai/nomic-embed-text-v1", "nomic-ai/nomic-embed-text-v1.5", "nomic-ai/modernbert-embed-base"],
  },
  {
    name: "Qwen3",
    query: "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
    document: "",
    models: sized("Qwen/Qwen3-Embedding-SIZE", "0.6B", "4B", "8B"),
  },
  {
    name: "Gemma",
    query: "task: search result | query: ",
    document: "title: none | text: ",
    models: ["google/embeddinggemma-300m"],
  },
  {
    name: "Jina 5",
    query: "Query: ",
    document: "Document: ",
    models: sized("jinaai/jina-embeddings-v5-text-SIZE", "nano", "nano-retrieval", "small", "small-retrieval"),
  },
];

const familyByModel = new Map(
  promptFamilies.flatMap((family) => family.models.map((id): [string, PromptFamily] => [id.toLowerCase(), family])),
);

/** The prompts of the model with this id, whatever the case of its letters. */
export function promptFamilyOf(id: string | null): PromptFamily | null {
  return familyByModel.get(id?.toLowerCase() ?? "") ?? null;
}
