/**
 * The prompts of a model, by name: what its files say, what the caller gives, and the one table that we keep ourselves.
 *
 * E5 was trained with `query: ` and `passage: ` and its files do not say so; that is the only built-in knowledge here, and it is
 * keyed by model id. A folder that looks like E5 without a known id is a warning, not a guess.
 */
import { ModelFileError } from "../errors.ts";
import type { ConfigObject } from "./config-object.ts";

export interface Prompts {
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultPromptName: string | null;
  readonly warnings: readonly string[];
}

const e5Prompts: Readonly<Record<string, string>> = { query: "query: ", passage: "passage: " };

/** From the model card of multilingual-e5-large-instruct: a task for the query, nothing for the passage. */
const e5InstructPrompts: Readonly<Record<string, string>> = {
  query: "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ",
  passage: "",
};

const builtInPrompts: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([
  ...["small", "base", "large"].flatMap((size): [string, Readonly<Record<string, string>>][] => [
    [`intfloat/e5-${size}`, e5Prompts],
    [`intfloat/e5-${size}-v2`, e5Prompts],
    [`intfloat/e5-${size}-unsupervised`, e5Prompts],
    [`intfloat/multilingual-e5-${size}`, e5Prompts],
  ]),
  ["intfloat/multilingual-e5-large-instruct", e5InstructPrompts],
]);

/**
 * Puts the prompts together. A name that the caller gives wins over the files', the files' over the table's; `query` and
 * `passage` are always there.
 * @param saved config_sentence_transformers.json, or null
 * @param id the hub id, where it is known
 * @param names all names by which the model may be known: id, folder, `_name_or_path`
 * @throws ModelFileError when a prompt is not text, or the default one does not exist
 */
export function readPrompts(
  saved: ConfigObject | null,
  id: string | null,
  names: readonly string[],
  given: Readonly<Record<string, string>> | undefined,
): Prompts {
  const fromFiles = savedPrompts(saved);
  const silent = Object.values(fromFiles).every((prompt) => prompt === "");
  const builtIn = silent ? builtInPrompts.get(id?.toLowerCase() ?? "") : undefined;
  const warnings: string[] = [];
  if (silent && builtIn === undefined && given === undefined && names.some(looksLikeE5)) {
    warnings.push(
      `${names[0]} looks like a model of the E5 family, which needs prompts ("query: " and "passage: "), and neither its files ` +
        `nor its name say which. Pass \`prompts\`, or { query: "", passage: "" } if it was trained without.`,
    );
  }
  const prompts: Record<string, string> = Object.assign(
    Object.create(null) as Record<string, string>,
    fromFiles,
    builtIn,
    given,
  );
  prompts["query"] ??= "";
  // sentence-transformers' encode_document takes the first of these names that exists.
  prompts["passage"] ??= prompts["document"] ?? prompts["corpus"] ?? "";
  const defaultPromptName = saved?.has("default_prompt_name") ? saved.string("default_prompt_name") : null;
  if (defaultPromptName !== null && prompts[defaultPromptName] === undefined) {
    throw saved!.wrong("default_prompt_name", `one of the prompts: ${Object.keys(prompts).join(", ")}`);
  }
  return { prompts, defaultPromptName, warnings };
}

function savedPrompts(saved: ConfigObject | null): Record<string, string> {
  const object = saved?.object("prompts");
  if (object == null) return {};
  const entries = object.keys().map((name): [string, string] => {
    const prompt = object.value(name) ?? "";
    if (typeof prompt !== "string") throw new ModelFileError(`${object.path}: the prompt "${name}" is not text.`);
    return [name, prompt];
  });
  return Object.fromEntries(entries);
}

/** Whether a name has "e5" as a word of its own: `my-e5-small`, `intfloat/e5-base`; not `type5`. */
function looksLikeE5(name: string): boolean {
  return /(^|[^a-z0-9])m?e5([^a-z0-9]|$)/i.test(name);
}
