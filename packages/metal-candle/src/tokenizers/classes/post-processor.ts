/** The special tokens that transformers' classes put around texts. */
import { assignIds } from "../added-tokens.ts";
import type { Component, TokenizerJson } from "../tokenizer-json.ts";
import type { TokenizerClass } from "./class-of.ts";
import { contentOf } from "./token-settings.ts";
import type { NamedToken } from "./token-settings.ts";

/** The post-processor that the class sets, with the ids that its tokens have now; tokenizer.json's where it sets none. */
export function postProcessorOf(
  kind: TokenizerClass,
  json: TokenizerJson,
  named: ReadonlyMap<string, NamedToken | null>,
): Component | null {
  if (kind === "file" || kind === "qwen2" || kind === "gemma") return json.postProcessor;
  const { vocab } = json.model;
  const pieces = Array.isArray(vocab) ? new Map(vocab.map((entry: [string, number], id) => [entry[0], id])) : null;
  const inModel = (content: string): number | undefined =>
    pieces !== null
      ? pieces.get(content)
      : Object.hasOwn(vocab as object, content)
        ? (vocab as Record<string, number>)[content]
        : undefined;
  const count = Array.isArray(vocab) ? vocab.length : Object.keys(vocab as object).length;
  const added = assignIds(json.addedTokens, count, inModel);
  const token = (name: string): [string, number] => {
    const content = contentOf(named.get(name)!);
    return [content, added.get(content) ?? inModel(content)!];
  };
  if (kind === "mpnet" || kind === "roberta") {
    return { type: "RobertaProcessing", sep: token("sep_token"), cls: token("cls_token") };
  }
  const isXlmRoberta = kind === "xlm-roberta" || kind === "camembert";
  const [first, last] = isXlmRoberta
    ? [token("bos_token"), token("eos_token")]
    : [token("cls_token"), token("sep_token")];
  const secondType = isXlmRoberta ? 0 : 1;
  const special = ([id]: [string, number], type: number) => ({ SpecialToken: { id, type_id: type } });
  const text = (id: "A" | "B", type: number) => ({ Sequence: { id, type_id: type } });
  const single = [special(first, 0), text("A", 0), special(last, 0)];
  const between = isXlmRoberta ? [special(last, 0)] : [];
  return {
    type: "TemplateProcessing",
    single,
    pair: [...single, ...between, text("B", secondType), special(last, secondType)],
    special_tokens: Object.fromEntries([first, last].map(([id, number]) => [id, { id, ids: [number], tokens: [id] }])),
  };
}
