/** What names a model's content where there is no commit. */
import { sampleWeights, sha256 } from "../weights/fingerprint.ts";
import type { WeightFiles } from "../weights/weight-files.ts";
import type { ConfigObject } from "./config-object.ts";
import type { Head, TokenizerFiles } from "./description.ts";

/**
 * The revision of a folder without a commit: its configs, its head, its tokenizer and samples of its weights. What only some models
 * have is added only there, so that an index which was made before it was known still fits.
 */
export async function folderRevision(
  opened: readonly WeightFiles[],
  configs: readonly (ConfigObject | null)[],
  head: Head,
  tokenizer: TokenizerFiles,
): Promise<string> {
  const { specialTokensMap, addedTokens } = tokenizer;
  const rowSteps = head.rowSteps.map((steps) => steps.map(({ kind }) => kind));
  const rarer = [
    ...[specialTokensMap, addedTokens].filter((file) => file !== undefined),
    ...(rowSteps.flat().length > 0 ? [rowSteps] : []),
  ];
  const text = JSON.stringify([
    configs.map((config) => config?.raw ?? null),
    head.poolings,
    head.includePrompt,
    head.normalize,
    head.dense.map((layer) => layer.activation),
    await sha256([tokenizer.json]),
    ...rarer,
  ]);
  const samples = await Promise.all(opened.flatMap((files) => files.files.map((file) => sampleWeights(file))));
  return (await sha256([new TextEncoder().encode(text), ...samples.flat()])).slice(0, 40);
}
