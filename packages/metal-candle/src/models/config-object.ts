/**
 * One JSON object of a model's files, read with its path in hand: a value of the wrong kind is an error that says where it is.
 *
 * Knows JSON and messages; what the keys mean is the business of whoever asks. Keys are looked up as own properties only.
 */
import { joinPath, readFileBytes } from "#platform/files";
import { ModelFileError } from "../errors.ts";
import { parseJson } from "../json.ts";

/** Bytes that a configuration file may have. */
const largestConfig = 16 << 20;

/** A parsed JSON object and the file it came from. */
export class ConfigObject {
  readonly path: string;
  /** The object as JSON.parse gave it. */
  readonly raw: object;
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #names: Readonly<Record<string, string>>;

  /** @param names keys that this file spells otherwise, by what they are asked for */
  constructor(path: string, values: object, names: Readonly<Record<string, string>> = {}) {
    this.path = path;
    this.raw = values;
    this.#values = new Map(Object.entries(values));
    this.#names = names;
  }

  /** The same object, with keys that it spells otherwise. */
  spelled(names: Readonly<Record<string, string>>): ConfigObject {
    return new ConfigObject(this.path, this.raw, names);
  }

  /** What the file calls a key. */
  nameOf(key: string): string {
    return Object.hasOwn(this.#names, key) ? this.#names[key] : key;
  }

  /** Whether the key is there, and null. */
  isNull(key: string): boolean {
    return this.#values.get(this.nameOf(key)) === null;
  }

  /** Whether the key is there and not null. */
  has(key: string): boolean {
    return this.value(key) !== undefined;
  }

  /** The value as it is; undefined when missing or null, which these files use alike. */
  value(key: string): unknown {
    return this.#values.get(this.nameOf(key)) ?? undefined;
  }

  keys(): string[] {
    return [...this.#values.keys()];
  }

  /** A whole number of at least `least`; `otherwise` when missing, or an error when there is none. */
  integer(key: string, least: number, otherwise?: number): number {
    const value = this.value(key) ?? otherwise;
    if (!Number.isSafeInteger(value) || (value as number) < least) {
      throw this.wrong(key, `a whole number of at least ${least}`);
    }
    return value as number;
  }

  /** A whole number from `least` to `most`: one that decides how much is allocated before any weight is looked at. */
  size(key: string, least: number, most: number): number {
    const value = this.integer(key, least);
    if (value > most) throw this.wrong(key, `at most ${most}`);
    return value;
  }

  /** A finite number above 0. */
  positiveNumber(key: string, otherwise?: number): number {
    const value = this.value(key) ?? otherwise;
    if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) throw this.wrong(key, "a number above 0");
    return value;
  }

  string(key: string, otherwise?: string): string {
    const value = this.value(key) ?? otherwise;
    if (typeof value !== "string") throw this.wrong(key, "a string");
    return value;
  }

  boolean(key: string, otherwise: boolean): boolean {
    const value = this.value(key) ?? otherwise;
    if (typeof value !== "boolean") throw this.wrong(key, "true or false");
    return value;
  }

  strings(key: string): string[] {
    const value = this.value(key) ?? [];
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
      throw this.wrong(key, "a list of strings");
    return value as string[];
  }

  /** A nested object, or null when missing. */
  object(key: string): ConfigObject | null {
    const value = this.value(key);
    if (value === undefined) return null;
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.wrong(key, "an object");
    return new ConfigObject(`${this.path}, "${this.nameOf(key)}"`, value);
  }

  /** The error for a key whose value is not what it must be. */
  wrong(key: string, wanted: string): ModelFileError {
    const value = this.value(key);
    const found = value === undefined ? "is missing" : `is ${shorten(JSON.stringify(value))}`;
    return new ModelFileError(`${this.path}: "${this.nameOf(key)}" ${found}; it must be ${wanted}.`);
  }
}

/**
 * Reads a JSON object from a folder; null where there is no such file.
 * @throws ModelFileError when the file is not a JSON object
 */
export async function readConfig(folder: string, name: string): Promise<ConfigObject | null> {
  const path = joinPath(folder, name);
  const value = await readJson(path);
  if (value === undefined) return null;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ModelFileError(`${path} is not a JSON object.`);
  }
  return new ConfigObject(path, value);
}

/** Reads any JSON file; undefined where there is none. */
export async function readJson(path: string): Promise<unknown> {
  const bytes = await readFileBytes(path, largestConfig);
  if (bytes === null) return undefined;
  return parseJson(bytes, path);
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
