/** Where things lie: in the repository, or in an unpacked bundle on a GPU machine (gpu-machine/run.sh), which has its own layout. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const first = (...paths) => paths.map((path) => `${root}${path}`).find((path) => existsSync(path));

export const goldens = first("goldens", "packages/metal-candle/test/goldens");

/** The default model's folder, or undefined where the bundle came without it. */
export function modelFolder() {
  const folder = first("packages/all-minilm-l6-v2-q8", "node_modules/all-minilm-l6-v2-q8");
  return folder && existsSync(`${folder}/model.safetensors`) ? folder : undefined;
}

/** A folder with the default model's tokenizer.json. */
export function tokenizerFolder() {
  return first("packages/all-minilm-l6-v2-q8", "node_modules/all-minilm-l6-v2-q8");
}
