/** The prompt that a call means: given as text, by the model's own name for it, or the model's default. */
import type { PromptOptions } from "./engine.ts";
import { InvalidArgumentError } from "../errors.ts";

/** What a model has to say of its prompts: a description, or what info() gives. */
interface PromptedModel {
  readonly id: string;
  readonly prompts: Readonly<Record<string, string>>;
  readonly defaultPromptName: string | null;
}

/** @throws InvalidArgumentError for a name that the model does not have, or both a text and a name */
export function promptOf(model: PromptedModel, { prompt, promptName }: PromptOptions): string {
  if (prompt !== undefined && promptName !== undefined) {
    throw new InvalidArgumentError(`prompt and promptName were both given; give one of them.`);
  }
  if (prompt !== undefined) return prompt;
  const { id, prompts, defaultPromptName } = model;
  const name = promptName ?? defaultPromptName;
  if (name === null) return "";
  if (!Object.hasOwn(prompts, name)) {
    const names = Object.keys(prompts).map((known) => `"${known}"`);
    throw new InvalidArgumentError(`${id} has no prompt named "${name}"; it has ${names.join(", ")}.`);
  }
  return prompts[name];
}
