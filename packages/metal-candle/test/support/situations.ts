/**
 * Situations that published models are in, each a model folder with sentence-transformers 6.2's vectors: goldens/situations. model/ has
 * what most share; the folder of a situation has what it adds or replaces, and its expected.npy, for the texts of model/texts.json.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmbedOptions } from "../../src/options.ts";
import { goldensFolder } from "./goldens.ts";

const situations = join(goldensFolder, "situations");

/** One situation as a folder of its own. Remove it when done. */
export class Situation {
  readonly path: string;
  readonly texts: readonly string[];
  /** f32 [texts, dimensions] */
  readonly expected: Float32Array;
  /** Options of `embed`. */
  readonly embed: EmbedOptions;

  constructor(situation: string) {
    this.path = mkdtempSync(join(tmpdir(), "metal-candle-situation-"));
    for (const part of ["model", situation]) cpSync(join(situations, part), this.path, { recursive: true });
    this.texts = JSON.parse(readFileSync(join(this.path, "texts.json"), "utf8")) as string[];
    this.expected = readNpy(join(this.path, "expected.npy"));
    // What it lacks of model/, and how it is embedded; most need no such file.
    const file = join(this.path, "case.json");
    const { without = [], embed = {} } = (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}) as {
      without?: string[];
      embed?: EmbedOptions;
    };
    for (const name of without) rmSync(join(this.path, name));
    this.embed = embed;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** The values of an f32 array that numpy.save wrote (version 1.0). */
export function readNpy(path: string): Float32Array {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, start);
  if (!header.includes("'<f4', 'fortran_order': False")) throw new Error(`${path} is not f32 in C order: ${header}`);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.byteLength));
}
