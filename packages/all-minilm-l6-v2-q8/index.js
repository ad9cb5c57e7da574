/** The model's files by name, one by one: tools that copy what a program needs by reading it (as Next.js does) find them here. */
export const files = [
  new URL("./config.json", import.meta.url),
  new URL("./config_sentence_transformers.json", import.meta.url),
  new URL("./model.safetensors", import.meta.url),
  new URL("./modules.json", import.meta.url),
  new URL("./sentence_bert_config.json", import.meta.url),
  new URL("./tokenizer.json", import.meta.url),
  new URL("./tokenizer_config.json", import.meta.url),
  new URL("./1_Pooling/config.json", import.meta.url),
];
