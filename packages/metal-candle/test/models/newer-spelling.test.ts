/** The names that sentence-transformers 6.2 gives to modules and settings, against those of older releases. */
import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import type { ModelDescription } from "../../src/models/description.ts";
import { readModel } from "../../src/models/read-model.ts";
import { ModelFolder } from "../support/model-folder.ts";

async function read(path: string): Promise<ModelDescription> {
  const description = await readModel(path);
  await description.close();
  return description;
}

test("what sentence-transformers 6.2 writes is read as what older releases wrote", async () => {
  const folder = new ModelFolder("bert");
  onTestFinished(() => folder.remove());
  const old = await read(folder.path);
  const types = ["base.modules.transformer.Transformer", "sentence_transformer.modules.pooling.Pooling"];
  folder.list("modules.json", (list) =>
    list.map((module, i) => ({
      ...module,
      type: `sentence_transformers.${types[i] ?? "base.modules.normalize.Normalize"}`,
    })),
  );
  folder.write("1_Pooling/config.json", '{"embedding_dimension":64,"pooling_mode":"mean","include_prompt":true}');
  // The maximum length is the tokenizer's now.
  const { max_seq_length } = JSON.parse(readFileSync(folder.file("sentence_bert_config.json"), "utf8")) as {
    max_seq_length: number;
  };
  folder.set("tokenizer_config.json", { model_max_length: max_seq_length, backend: "tokenizers", is_local: true });
  folder.write(
    "sentence_bert_config.json",
    JSON.stringify({
      transformer_task: "feature-extraction",
      modality_config: { text: { method: "forward", method_output_name: "last_hidden_state" } },
      module_output_name: "token_embeddings",
      unpad_inputs: null,
    }),
  );
  folder.set("config_sentence_transformers.json", {
    __version__: { sentence_transformers: "6.2.0", transformers: "5.24.0", pytorch: "2.15.0" },
    model_type: "SentenceTransformer",
    prompts: { query: "", document: "" },
    default_prompt_name: null,
    similarity_fn_name: "cosine",
  });
  const { head, maxLength, prompts, kind, warnings } = await read(folder.path);
  expect({ head, maxLength, kind, warnings, prompts: { ...prompts } }).toEqual({
    head: old.head,
    maxLength: old.maxLength,
    kind: "embedding",
    warnings: [],
    prompts: { ...old.prompts },
  });
});
