/**
 * Every setting there is: its names, where it may come from, how it is checked, and its default.
 *
 * One table, from which flags, environment variables, both kinds of file and `ferris config` all follow. Nothing is read here;
 * `resolve.ts` does that.
 */
import { defaultTimeoutSeconds } from "../../answer/endpoint.ts";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { modelIdOf } from "../../choosing/catalogue.ts";
import { caller } from "../caller.ts";
import { expandHome } from "../io/home.ts";
import { indexNameRule, isIndexName } from "../../store/places.ts";
import { isPostgresUrl, withoutPassword } from "../../store/postgres/address.ts";

/** What a command works with, after all sources were looked at. */
export interface SettingValues {
  db: string | null;
  /** Null: the index is a folder. */
  store: string | null;
  /** Null: the index without a name. */
  index: string | null;
  /** Null: the index's own model, or the bundled one. */
  model: string | null;
  device: "auto" | "gpu" | "cpu";
  /** Null: one device, as `device` says. */
  devices: "all" | "cpu" | readonly (number | "cpu")[] | null;
  dtype: "auto" | "f32" | "f16";
  allowSoftwareAdapter: boolean;
  include: readonly string[];
  exclude: readonly string[];
  maxTokens: number | null;
  maxFileBytes: number | null;
  ocr: "auto" | "off" | readonly string[];
  mode: "hybrid" | "vector" | "text";
  limit: number;
  perFile: number;
  /** "auto": with one that is on this machine and helps; "on": always; else the model to do it with. */
  rerank: string;
  reranker: string | null;
  llmBaseUrl: string | null;
  llmModel: string | null;
  llmApiKey: string | null;
  llmTemperature: number | null;
  llmTimeout: number;
}

export type SettingName = keyof SettingValues;

export interface Setting<Value> {
  /** As on the command line, without a value's placeholder; null where it is set in files and environment alone. */
  readonly flag: string | null;
  readonly variable: string;
  /** Whether a `ferris.json` in a folder may set it. Such a file can come with a clone: only what to index, and how. */
  readonly inFolderFile: boolean;
  readonly defaultValue: Value;
  /** One line, for `ferris config` and the docs. */
  readonly description: string;
  /** The values that a folder's file may give, where those are fewer. */
  readonly inFolderFileOnly?: readonly string[];
  /** All values there are, where they can be listed. */
  readonly choices?: readonly string[];
  /** A key or password: never printed. */
  readonly secret?: boolean;
  /** What of a value is printed, where that is not all of it. */
  readonly show?: (value: string) => string;
  /** Checks a JSON value. Returns what is wrong with it as "must be …", or the value. */
  check(value: unknown): { value: Value } | { mustBe: string };
  /** Turns the text of a flag or variable into what `check` takes. */
  fromText(text: string): unknown;
}

function text<Value extends string | null>(
  defaultValue: Value,
): Pick<Setting<Value>, "defaultValue" | "check" | "fromText"> {
  return {
    defaultValue,
    check: (value) =>
      typeof value === "string" && value !== "" ? { value: value as Value } : { mustBe: "a text that is not empty" },
    fromText: (given) => given,
  };
}

function oneOf<Value extends string>(
  choices: readonly Value[],
  defaultValue: Value,
): Pick<Setting<Value>, "defaultValue" | "check" | "fromText" | "choices"> {
  return {
    defaultValue,
    choices,
    check: (value) =>
      choices.includes(value as Value) ? { value: value as Value } : { mustBe: `one of ${choices.join(", ")}` },
    fromText: (given) => given,
  };
}

function globs(): Pick<Setting<readonly string[]>, "defaultValue" | "check" | "fromText"> {
  return {
    defaultValue: [],
    check: (value) =>
      Array.isArray(value) && value.every((glob) => typeof glob === "string" && glob !== "")
        ? { value: value as string[] }
        : { mustBe: "a list of globs" },
    // Commas and colons stand in globs and file names; line breaks hardly ever do.
    fromText: (given) => given.split("\n").filter((line) => line !== ""),
  };
}

function wholeNumber<Value extends number | null>(
  least: number,
  most: number,
  defaultValue: Value,
): Pick<Setting<Value>, "defaultValue" | "check" | "fromText"> {
  return {
    defaultValue,
    check: (value) =>
      Number.isInteger(value) && (value as number) >= least && (value as number) <= most
        ? { value: value as Value }
        : { mustBe: `a whole number from ${least} to ${most}` },
    fromText: (given) => (/^\d+$/.test(given) ? Number(given) : given),
  };
}

function numberBetween<Value extends number | null>(
  least: number,
  most: number,
  defaultValue: Value,
): Pick<Setting<Value>, "defaultValue" | "check" | "fromText"> {
  return {
    defaultValue,
    check: (value) =>
      typeof value === "number" && value >= least && value <= most
        ? { value: value as Value }
        : { mustBe: `a number from ${least} to ${most}` },
    fromText: (given) => (/^\d+(?:\.\d+)?$/.test(given) ? Number(given) : given),
  };
}

function yesOrNo(): Pick<Setting<boolean>, "defaultValue" | "check" | "fromText"> {
  return {
    defaultValue: false,
    check: (value) => (typeof value === "boolean" ? { value } : { mustBe: "true or false" }),
    fromText: (given) => (/^(1|true|yes)$/i.test(given) ? true : /^(0|false|no)$/i.test(given) ? false : given),
  };
}

/** "all", "cpu", or GPU numbers and "cpu" with commas between them. */
function devicesSetting(): Pick<Setting<SettingValues["devices"]>, "defaultValue" | "check" | "fromText"> {
  return {
    defaultValue: null,
    check: (value) => {
      if (value === "all" || value === "cpu") return { value };
      const isList = Array.isArray(value) && value.length > 0 && value.length <= 64;
      const areDevices = isList && value.every((one) => one === "cpu" || (Number.isInteger(one) && one >= 0));
      return areDevices ? { value } : { mustBe: "all, cpu, or GPU numbers such as 0,1" };
    },
    fromText: (given) =>
      given === "all" || given === "cpu"
        ? given
        : given.split(",").map((one) => (/^\d{1,3}$/.test(one.trim()) ? Number(one) : one.trim())),
  };
}

/** "auto", "off", or names of languages: a list, or with "+" between them as Tesseract has it. */
function ocrSetting(): Pick<Setting<SettingValues["ocr"]>, "defaultValue" | "check" | "fromText"> {
  return {
    defaultValue: "auto",
    check: (value) => {
      if (value === "auto" || value === "off") return { value };
      const languages = typeof value === "string" ? value.split("+") : value;
      const areNames =
        Array.isArray(languages) &&
        languages.length > 0 &&
        languages.every((name) => /^[a-z]{3}(?:_[a-z]+)*$/i.test(String(name)));
      return areNames ? { value: languages as string[] } : { mustBe: "auto, off, or languages such as eng+deu" };
    },
    fromText: (given) => given,
  };
}

/** A model: a folder, an id, or a short name of the catalogue (`ferris models`). A folder of that name comes first. */
function modelText(): Pick<Setting<string | null>, "defaultValue" | "check" | "fromText"> {
  return {
    ...pathText(),
    check: (value) => {
      if (typeof value !== "string" || value === "") return { mustBe: "a text that is not empty" };
      return { value: modelNamed(value) };
    },
  };
}

/** "auto", "on", "off", or a model. A flag without a value says yes or no. */
function rerankSetting(): Pick<Setting<string>, "defaultValue" | "check" | "fromText"> {
  return {
    defaultValue: "off",
    check: (value) => {
      if (typeof value === "boolean") return { value: value ? "on" : "off" };
      if (typeof value !== "string" || value === "") return { mustBe: "auto, on, off or a model" };
      return { value: ["auto", "on", "off"].includes(value) ? value : modelNamed(value) };
    },
    fromText: (given) => given,
  };
}

/** The folder, id or short name of a model as the engine takes it. */
export function modelNamed(name: string): string {
  const path = expandHome(name);
  return existsSync(resolve(caller().folder, path)) ? path : modelIdOf(path);
}

/** A path; a leading `~` is the user's folder, wherever no shell has replaced it. */
function pathText(): Pick<Setting<string | null>, "defaultValue" | "check" | "fromText"> {
  return {
    defaultValue: null,
    check: (value) =>
      typeof value === "string" && value !== "" ? { value: expandHome(value) } : { mustBe: "a text that is not empty" },
    fromText: (given) => given,
  };
}

/** A file is read as one string, and this is the longest that Node has. */
const longestText = 2 ** 29 - 24;

/** By name, in the order that `ferris config` prints. */
export const settings: { readonly [Name in SettingName]: Setting<SettingValues[Name]> } = {
  db: {
    ...pathText(),
    flag: "--db",
    variable: "FERRIS_DB",
    inFolderFile: false,
    description: "folder of the index; else the nearest .ferris above the working folder",
  },
  store: {
    ...text<string | null>(null),
    check: (value) =>
      typeof value === "string" && isPostgresUrl(value)
        ? { value }
        : { mustBe: "a URL such as postgres://user@host:5432/database" },
    flag: "--store",
    variable: "FERRIS_STORE",
    inFolderFile: false,
    show: withoutPassword,
    description: "PostgreSQL with pgvector that holds the index, in place of a folder",
  },
  index: {
    ...text<string | null>(null),
    check: (value) =>
      typeof value === "string" && isIndexName(value) ? { value } : { mustBe: `a name of ${indexNameRule}` },
    flag: "--index",
    variable: "FERRIS_INDEX",
    inFolderFile: false,
    description: "name of one of several indexes in that folder, such as one of another model",
  },
  model: {
    ...modelText(),
    flag: "--model",
    variable: "FERRIS_MODEL",
    inFolderFile: false,
    description:
      "Hugging Face id, folder, or a name of ferris models; else the index's own model, for a new index the bundled one",
  },
  device: {
    ...oneOf(["auto", "gpu", "cpu"] as const, "auto"),
    flag: "--device",
    variable: "FERRIS_DEVICE",
    inFolderFile: false,
    description: "where the model runs",
  },
  devices: {
    ...devicesSetting(),
    flag: "--devices",
    variable: "FERRIS_DEVICES",
    inFolderFile: false,
    description: "several devices at once, a process on each: all (GPUs), cpu, or GPU numbers such as 0,1",
  },
  dtype: {
    ...oneOf(["auto", "f32", "f16"] as const, "auto"),
    flag: "--dtype",
    variable: "FERRIS_DTYPE",
    inFolderFile: false,
    description: "how the GPU stores numbers",
  },
  allowSoftwareAdapter: {
    ...yesOrNo(),
    flag: "--allow-software-adapter",
    variable: "FERRIS_ALLOW_SOFTWARE_ADAPTER",
    inFolderFile: false,
    description: "lets a GPU emulated on the CPU count as a GPU",
  },
  include: {
    ...globs(),
    flag: "--include",
    variable: "FERRIS_INCLUDE",
    inFolderFile: true,
    description: "globs: index only files that match one",
  },
  exclude: {
    ...globs(),
    flag: "--exclude",
    variable: "FERRIS_EXCLUDE",
    inFolderFile: true,
    description: "globs: leave out files that match one",
  },
  maxTokens: {
    ...wholeNumber<number | null>(16, 100_000, null),
    flag: "--max-tokens",
    variable: "FERRIS_MAX_TOKENS",
    inFolderFile: true,
    description: "longest chunk in tokens; else 256, or what the model reads if that is less",
  },
  maxFileBytes: {
    ...wholeNumber<number | null>(1, longestText, null),
    flag: null,
    variable: "FERRIS_MAX_FILE_BYTES",
    inFolderFile: true,
    description: "files above this size are left out; else 64 MiB",
  },
  ocr: {
    ...ocrSetting(),
    flag: "--ocr",
    variable: "FERRIS_OCR",
    inFolderFile: true,
    description: "how scans and pictures are read: auto (where OCR is installed), off, or languages such as eng+deu",
  },
  mode: {
    ...oneOf(["hybrid", "vector", "text"] as const, "hybrid"),
    flag: "--mode",
    variable: "FERRIS_MODE",
    inFolderFile: false,
    description: "how to search: by meaning, by words, or both",
  },
  limit: {
    ...wholeNumber<number>(1, 1000, 10),
    flag: "--limit",
    variable: "FERRIS_LIMIT",
    inFolderFile: false,
    description: "most results of a search",
  },
  perFile: {
    ...wholeNumber<number>(1, 1000, 3),
    flag: "--per-file",
    variable: "FERRIS_PER_FILE",
    inFolderFile: false,
    description: "most results from one file",
  },
  rerank: {
    ...rerankSetting(),
    flag: "--rerank",
    variable: "FERRIS_RERANK",
    inFolderFile: true,
    // A file that came with a clone must not choose a model, nor have one downloaded.
    inFolderFileOnly: ["auto", "off"],
    description: "auto (with a reranker that is on this machine and helps), on, off, or the model to do it with",
  },
  reranker: {
    ...modelText(),
    flag: "--reranker",
    variable: "FERRIS_RERANKER",
    inFolderFile: false,
    description: "model to rerank with; else cross-encoder/ms-marco-MiniLM-L6-v2",
  },
  llmBaseUrl: {
    ...text<string | null>(null),
    flag: null,
    variable: "FERRIS_LLM_BASE_URL",
    inFolderFile: false,
    description: "OpenAI-compatible endpoint for ask; else Ollama or LM Studio on this machine",
  },
  llmModel: {
    ...text<string | null>(null),
    flag: null,
    variable: "FERRIS_LLM_MODEL",
    inFolderFile: false,
    description: "the endpoint's model; else the first that it lists and that can chat",
  },
  llmApiKey: {
    ...text<string | null>(null),
    flag: null,
    variable: "FERRIS_LLM_API_KEY",
    inFolderFile: false,
    secret: true,
    description: "the endpoint's key",
  },
  llmTemperature: {
    ...numberBetween<number | null>(0, 2, null),
    flag: null,
    variable: "FERRIS_LLM_TEMPERATURE",
    inFolderFile: false,
    description: "the model's temperature; else its own",
  },
  llmTimeout: {
    ...wholeNumber<number>(1, 86_400, defaultTimeoutSeconds),
    flag: null,
    variable: "FERRIS_LLM_TIMEOUT",
    inFolderFile: false,
    description: "seconds until the answer of ask must have begun",
  },
};

export const settingNames = Object.keys(settings) as SettingName[];
