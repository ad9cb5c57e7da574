/**
 * Which files of a repository a model needs: configuration, tokenizer, safetensors (pytorch_model.bin where there are none); of every
 * repository, only those.
 *
 * Repositories carry the same weights many times over (PyTorch, ONNX, OpenVINO, TensorFlow, Rust). Module folders
 * (1_Pooling, 2_Dense, 0_Transformer) are the only folders looked into.
 */
import { UnsupportedModelError } from "../errors.ts";

const configuration =
  /^(config|modules|tokenizer|tokenizer_config|special_tokens_map|added_tokens|config_sentence_transformers|sentence_[\w-]+_config)\.json$/;
/** What a tokenizer is made of where there is no tokenizer.json. */
const vocabulary = /^(vocab\.txt|vocab\.json|merges\.txt)$/;
/** Models have some dozens of files; shards make them a few hundred. */
const mostFiles = 1000;
const moduleFolder = /^\d+_\w+$/;
const torchShard = /^pytorch_model-\d+-of-\d+\.bin$/;
const shard = /^model-\d+-of-\d+\.safetensors$/;

/**
 * The paths to download, small files first.
 * @throws UnsupportedModelError when the repository has no model that can be read
 */
export function neededFiles<Entry extends { readonly path: string; readonly size: number }>(
  id: string,
  entries: readonly Entry[],
): Entry[] {
  const paths = new Set(entries.map((entry) => entry.path));
  if (!paths.has("config.json") && !paths.has("modules.json")) {
    throw new UnsupportedModelError(
      `${id} has neither config.json nor modules.json: it is not a model of transformers.`,
    );
  }
  const needed = entries.filter(({ path }) => {
    const names = path.split("/");
    const name = names.at(-1)!;
    const folder = names.slice(0, -1).join("/");
    if (folder !== "" && !moduleFolder.test(folder)) return false;
    if (configuration.test(name)) return true;
    const tokenizer = folder === "" ? "tokenizer.json" : `${folder}/tokenizer.json`;
    if (!paths.has(tokenizer) && vocabulary.test(name)) return true;
    // One file wins over shards, as transformers reads them.
    const single = folder === "" ? "model.safetensors" : `${folder}/model.safetensors`;
    if (paths.has(single)) return path === single;
    if (paths.has(`${single}.index.json`)) return name === "model.safetensors.index.json" || shard.test(name);
    const torch = folder === "" ? "pytorch_model.bin" : `${folder}/pytorch_model.bin`;
    if (paths.has(torch)) return path === torch;
    return name === "pytorch_model.bin.index.json" || torchShard.test(name);
  });
  if (!needed.some((entry) => /\.(safetensors|bin)$/.test(entry.path))) {
    const other = entries.find((entry) => /\.(h5|msgpack|onnx|ot)$/.test(entry.path))?.path;
    throw new UnsupportedModelError(
      `${id} has no weights as safetensors, and none as pytorch_model.bin${other === undefined ? "" : ` (it has ${other})`}; ` +
        `look for a revision that has them: its pull requests often do, such as refs/pr/1.`,
    );
  }
  if (needed.length > mostFiles) {
    throw new UnsupportedModelError(
      `${id} has ${needed.length} files that a model would need; at most ${mostFiles} are read.`,
    );
  }
  return needed.toSorted((a, b) => a.size - b.size);
}
