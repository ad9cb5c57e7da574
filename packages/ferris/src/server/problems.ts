/**
 * What a request can be refused for, and how each API's clients expect to be told: the same refusal in the shape of the door it came to.
 *
 * OpenAI: {error: {message, type, param, code}}. text-embeddings-inference: {error, error_type}. Cohere, Jina, Voyage: {message}. Ollama:
 * {error}. Ours: {error: {code, message}}.
 */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { FerrisError } from "../errors.ts";

export type ProblemKind =
  | "invalid"
  | "empty"
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "too-large"
  | "media-type"
  | "beyond-end"
  | "overloaded"
  | "failed"
  | "unavailable"
  | "timeout"
  | "cancelled";

export class Problem extends Error {
  readonly kind: ProblemKind;
  /** The argument to blame. */
  readonly param: string | null;
  /** Seconds after which another try may succeed. */
  readonly retryAfter: number | null;
  /** A code that clients switch on, where the API has one. */
  readonly code: string | null;
  /** Bytes of the file that a range lies beyond. */
  readonly bytes: number | null;

  constructor(
    kind: ProblemKind,
    message: string,
    {
      param = null,
      retryAfter = null,
      code = null,
      bytes = null,
      ...options
    }: ErrorOptions & {
      param?: string | null;
      retryAfter?: number | null;
      code?: string | null;
      bytes?: number | null;
    } = {},
  ) {
    super(message, options);
    this.name = "Problem";
    this.kind = kind;
    this.param = param;
    this.retryAfter = retryAfter;
    this.code = code;
    this.bytes = bytes;
  }
}

export type Door = "openai" | "tei" | "cohere" | "ollama" | "ferris";

/** The door that a path belongs to. */
export function doorOf(path: string): Door {
  if (path.startsWith("/api/")) return "ollama";
  if (/^\/(?:v[12]\/rerank|v2\/embed)/.test(path)) return "cohere";
  if (path.startsWith("/v1/") || path === "/embeddings") return "openai";
  if (
    path === "/" ||
    /^\/(?:invocations|embed|embed_all|embed_sparse|rerank|similarity|predict|tokenize|decode|info)$/.test(path)
  )
    return "tei";
  return "ferris";
}

/** An error as a refusal: our own say what was wrong, of others nothing is told but that they happened. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code = (error as { code?: unknown } | null)?.code;
  const message = error instanceof Error ? error.message : String(error);
  if (code === "INVALID_ARGUMENT" || code === "USAGE") return new Problem("invalid", message, { cause: error });
  if (code === "MODEL_NOT_FOUND" || code === "INDEX_NOT_FOUND")
    return new Problem("not-found", message, { cause: error });
  if (code === "INDEX_BUSY") return new Problem("conflict", message, { cause: error, retryAfter: 5 });
  if (code === "STORE_UNREACHABLE") return new Problem("unavailable", message, { cause: error, retryAfter: 5 });
  if (code === "MODEL_CLOSED") return new Problem("unavailable", "the server is shutting down", { cause: error });
  if (error instanceof FerrisError || typeof code === "string") return new Problem("failed", message, { cause: error });
  if (error instanceof Error && error.name === "AbortError")
    return new Problem("cancelled", "the request was cancelled");
  return new Problem("failed", "the request failed for a reason that is not known; the server's log has it", {
    cause: error,
  });
}

type Statuses = Readonly<Record<ProblemKind, ContentfulStatusCode>>;

const usual: Statuses = {
  invalid: 400,
  empty: 400,
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  "too-large": 413,
  "media-type": 415,
  "beyond-end": 416,
  overloaded: 429,
  failed: 500,
  unavailable: 503,
  timeout: 504,
  cancelled: 499 as ContentfulStatusCode,
};

const statuses: Readonly<Record<Door, Statuses>> = {
  openai: usual,
  tei: { ...usual, invalid: 422, failed: 424 as ContentfulStatusCode },
  cohere: usual,
  ollama: usual,
  ferris: usual,
};

const openAiTypes: Readonly<Partial<Record<ProblemKind, string>>> = {
  unauthorized: "authentication_error",
  forbidden: "permission_error",
  overloaded: "rate_limit_error",
  failed: "server_error",
  unavailable: "server_error",
  timeout: "server_error",
};

const teiTypes: Readonly<Partial<Record<ProblemKind, string>>> = {
  empty: "Empty",
  overloaded: "Overloaded",
  failed: "Backend",
  unavailable: "Unhealthy",
};

const openAiCodes: Readonly<Partial<Record<ProblemKind, string>>> = {
  unauthorized: "invalid_api_key",
  "not-found": "model_not_found",
  overloaded: "rate_limit_exceeded",
};

/** Status, headers and body of a refusal. */
export function refusalOf(
  problem: Problem,
  door: Door,
): { status: ContentfulStatusCode; headers: Record<string, string>; body: object } {
  const { kind, message, param, retryAfter } = problem;
  const headers: Record<string, string> = {};
  if (retryAfter !== null) {
    headers["retry-after"] = String(Math.ceil(retryAfter));
    headers["retry-after-ms"] = String(Math.ceil(retryAfter * 1000));
  }
  // OpenAI's clients repeat what failed with 408, 409, 429 and 5xx, which helps only where the cause may pass.
  headers["x-should-retry"] = String(kind === "overloaded" || kind === "unavailable");
  if (problem.bytes !== null) headers["content-range"] = `bytes */${problem.bytes}`;
  if (kind === "unauthorized") headers["www-authenticate"] = "Bearer";
  return { status: statuses[door][kind], headers, body: bodyOf() };

  function bodyOf(): object {
    const code = problem.code ?? openAiCodes[kind] ?? null;
    if (door === "openai") {
      return { error: { message, type: openAiTypes[kind] ?? "invalid_request_error", param, code } };
    }
    if (door === "tei") return { error: message, error_type: teiTypes[kind] ?? "Validation" };
    if (door === "cohere") return { message };
    if (door === "ollama") return { error: message };
    return { error: { code: problem.code ?? kind, message } };
  }
}
