/**
 * What an endpoint's reply says: one server-sent event of a stream, or a completion that came whole, in the forms that servers use.
 *
 * Content is a string or a list of parts; reasoning stands in fields of its own (`reasoning_content` of vLLM, llama.cpp and DeepSeek,
 * `reasoning` of Ollama and OpenRouter, `thinking`); a refusal of the model's has its own field too.
 */
import { AnswerError } from "../errors.ts";

/** One choice of a reply, or a piece of one. */
export interface ReplyPart {
  /** Text of the answer. */
  readonly content: string;
  /** Whether it holds reasoning, which is not part of the answer. */
  readonly reasoning: boolean;
  /** Why the model will not answer, in its words. */
  readonly refusal: string;
  /** The name of a tool that it called instead. */
  readonly toolCall: string | null;
  readonly finishReason: string | null;
}

const nothing: ReplyPart = { content: "", reasoning: false, refusal: "", toolCall: null, finishReason: null };

/** @throws AnswerError for data that is not JSON, or an error that the server reports in mid-stream */
export function readEvent(data: string, baseUrl: string): ReplyPart {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch (error) {
    throw new AnswerError(`${baseUrl} sent something that is not JSON: ${data.slice(0, 100)}`, { cause: error });
  }
  return read(event, "delta", baseUrl) ?? nothing;
}

/** A completion that came whole; null for anything else that came with status 200. */
export function readCompletion(text: string, baseUrl: string): ReplyPart | null {
  let reply: unknown;
  try {
    reply = JSON.parse(text);
  } catch {
    return null;
  }
  return read(reply, "message", baseUrl);
}

function read(value: unknown, part: "delta" | "message", baseUrl: string): ReplyPart | null {
  const reply = value as { choices?: unknown; error?: unknown } | null;
  if (reply?.error) throw new AnswerError(`${baseUrl} reports an error: ${JSON.stringify(reply.error).slice(0, 300)}`);
  const choice = (Array.isArray(reply?.choices) ? reply.choices[0] : null) as Record<string, unknown> | null;
  const message = choice?.[part] as Record<string, unknown> | null | undefined;
  if (!choice || (part === "message" && !message)) return null;
  const finishReason = typeof choice.finish_reason === "string" ? choice.finish_reason : null;
  if (!message) return { ...nothing, finishReason };
  return {
    content: textOf(message.content),
    reasoning: ["reasoning_content", "reasoning", "thinking"].some((field) => textOf(message[field]) !== ""),
    refusal: textOf(message.refusal),
    toolCall: toolOf(message.tool_calls) ?? (message.function_call ? nameOf(message.function_call) : null),
    finishReason,
  };
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part: { type?: unknown; text?: unknown } | null) =>
      (part?.type === "text" || part?.type === "output_text") && typeof part.text === "string" ? part.text : "",
    )
    .join("");
}

function toolOf(calls: unknown): string | null {
  if (!Array.isArray(calls) || calls.length === 0) return null;
  return nameOf((calls[0] as { function?: unknown } | null)?.function);
}

function nameOf(called: unknown): string {
  const name = (called as { name?: unknown } | null)?.name;
  return typeof name === "string" ? name.slice(0, 100) : "unnamed";
}
