/**
 * The prompts of a model, by name: what the caller gives, what its files say, and, where those are silent, the table by model id.
 *
 * `query` and `document` are the names that sentence-transformers gives them; `passage` is ours for `document`. A folder that looks like
 * E5 without a known id is a warning, not a guess.
 */
import { ModelFileError } from "../errors.ts";
import type { ConfigObject } from "./config-object.ts";
import { promptFamilyOf } from "./prompt-table.ts";

export interface Prompts {
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultPromptName: string | null;
  readonly warnings: readonly string[];
}

/**
 * Puts the prompts together. A name that the caller gives wins over the files', the files' over the table's; `query`,
 * `document` and `passage` are always there.
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
  const family = silent ? promptFamilyOf(id) : null;
  const warnings: string[] = [];
  if (silent && family === null && given === undefined && names.some(looksLikeE5)) {
    warnings.push(
      `${names[0]} looks like a model of the E5 family, which needs prompts ("query: " and "passage: "), and neither its files ` +
        `nor its name say which. Pass \`prompts\`, or { query: "", passage: "" } if it was trained without.`,
    );
  }
  const prompts: Record<string, string> = Object.assign(
    Object.create(null) as Record<string, string>,
    { query: "", document: "", passage: "" },
    withBothNames(fromFiles),
    family === null ? {} : withBothNames({ query: family.query, document: family.document }),
    withBothNames(given ?? {}),
  );
  const defaultPromptName = saved?.has("default_prompt_name") ? saved.string("default_prompt_name") : null;
  if (defaultPromptName !== null && prompts[defaultPromptName] === undefined) {
    throw saved!.wrong("default_prompt_name", `one of the prompts: ${Object.keys(prompts).join(", ")}`);
  }
  return { prompts, defaultPromptName, warnings };
}

/** `document` and `passage` stand for each other; sentence-transformers takes the first of these three names that exists. */
function withBothNames(prompts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { document, passage, corpus } = prompts as Readonly<Record<string, string | undefined>>;
  const text = document ?? passage ?? corpus;
  return text === undefined ? prompts : { document: text, passage: text, ...prompts };
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
