/** The published models that this project has seen the weights of: golden folder (test/goldens/real) to id. docs/models.md lists them. */
export const publishedModels: Readonly<Record<string, string>> = {
  "all-MiniLM-L6-v2": "sentence-transformers/all-MiniLM-L6-v2",
  "all-mpnet-base-v2": "sentence-transformers/all-mpnet-base-v2",
  "e5-small-v2": "intfloat/e5-small-v2",
  "multilingual-e5-small-4bit": "local/multilingual-e5-small-4bit",
};
