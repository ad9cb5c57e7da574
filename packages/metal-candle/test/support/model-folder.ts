/**
 * Model folders to break: a tiny model copied into a temporary folder, its JSON and tensors edited there.
 *
 * For tests of what a wrong folder is answered with. The copy is as sound as the original until the test changes it.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSafetensors } from "./read-safetensors.ts";
import { writeSafetensors } from "../../src/weights/safetensors-writer.ts";
import { tinyModelFolder } from "./goldens.ts";

/** An f32 tensor of a model under edit. */
export interface EditableTensor {
  shape: readonly number[];
  data: Float32Array;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** A copy of a tiny model. Remove it when done. */
export class ModelFolder {
  readonly path: string;

  constructor(name: string) {
    this.path = mkdtempSync(join(tmpdir(), `metal-candle-model-`));
    // Files, not links to them: a test must not be able to edit the original.
    cpSync(tinyModelFolder(name), this.path, { recursive: true, dereference: true });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  remove(name = ""): void {
    rmSync(join(this.path, name), { recursive: true, force: true });
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.path, name), content);
  }

  /** Sets keys of a JSON object; undefined removes one. Makes the file where there is none. */
  set(name: string, values: JsonObject): void {
    const path = join(this.path, name);
    const old = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as JsonObject) : {};
    this.write(name, JSON.stringify({ ...old, ...values }));
  }

  /** Replaces a JSON list by what `edit` makes of it. */
  list(name: string, edit: (list: readonly JsonObject[]) => unknown): void {
    const list = JSON.parse(readFileSync(join(this.path, name), "utf8")) as JsonObject[];
    this.write(name, JSON.stringify(edit(list)));
  }

  /** Lets `edit` change the tensors of a safetensors file, by name. */
  async tensors(edit: (tensors: Map<string, EditableTensor>) => void, name = "model.safetensors"): Promise<void> {
    const path = join(this.path, name);
    const file = readSafetensors(readFileSync(path), path);
    const tensors = new Map(
      [...file.tensors].map(([key, { shape, data }]) => [key, { shape, data: data as Float32Array }]),
    );
    edit(tensors);
    const sources = [...tensors].map(([key, { shape, data }]) => ({
      name: key,
      dtype: "F32" as const,
      shape,
      bytes: async () => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    }));
    await writeSafetensors(path, sources, { format: "pt" });
  }
}

/** An f32 tensor of zeros. */
export function zeros(...shape: number[]): EditableTensor {
  return { shape, data: new Float32Array(shape.reduce((product, dimension) => product * dimension, 1)) };
}
