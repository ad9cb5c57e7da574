/**
 * What the Vercel AI SDK takes for an embedding model, a reranking model and a provider, by specification version: v2 is what ai 5 takes, v3
 * what ai 6 takes, and ai 7 takes v4 and both before it. Written out here, so that one build serves all three; a test holds them to each
 * version's own types.
 */

export type SpecificationVersion = "v2" | "v3" | "v4";

/** What a model has to say beside its answer; the SDK shows it on the console. */
export interface AiSdkWarning {
  type: "other";
  message: string;
}

export interface AiSdkEmbedCall {
  readonly values: string[];
  /** Asked for by v4 alone. */
  readonly dimensions?: number | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>> | undefined;
}

export interface AiSdkEmbeddingModel<V extends SpecificationVersion = "v3"> {
  readonly specificationVersion: V;
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number;
  readonly supportsParallelCalls: boolean;
  doEmbed(call: AiSdkEmbedCall): Promise<{
    embeddings: number[][];
    usage: { tokens: number };
    warnings: AiSdkWarning[];
  }>;
}

export interface AiSdkRerankCall {
  readonly documents:
    | { readonly type: "text"; readonly values: string[] }
    | { readonly type: "object"; readonly values: object[] };
  readonly query: string;
  readonly topN?: number | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

export interface AiSdkRerankingModel<V extends SpecificationVersion = "v3"> {
  readonly specificationVersion: V;
  readonly provider: string;
  readonly modelId: string;
  doRerank(call: AiSdkRerankCall): Promise<{
    ranking: { index: number; relevanceScore: number }[];
    warnings: AiSdkWarning[];
  }>;
}

export interface AiSdkProvider<V extends SpecificationVersion = "v3"> {
  readonly specificationVersion: V;
  /** `ID`, or `ID:query`, `ID:passage`: see createMetalCandle. */
  embeddingModel(modelId: string, options?: { readonly promptName?: string | undefined }): AiSdkEmbeddingModel<V>;
  /** The same, by the name that ai 5 has for it. */
  textEmbeddingModel(modelId: string, options?: { readonly promptName?: string | undefined }): AiSdkEmbeddingModel<V>;
  rerankingModel(modelId: string): AiSdkRerankingModel<V>;
  /** There is none: throws UnsupportedModelError. */
  languageModel(modelId: string): never;
  /** There is none: throws UnsupportedModelError. */
  imageModel(modelId: string): never;
  /** Closes every model that was loaded. */
  close(): Promise<void>;
}
