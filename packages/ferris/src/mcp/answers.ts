/**
 * How tools answer: text within a budget beside the same as structured content, and our own errors as text too, since the client can
 * act on them.
 */
import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/server";
import { z } from "zod";
import { FerrisError, IndexNotFoundError } from "../errors.ts";

/** What a tool has to say. */
export interface ToolAnswer<Structured> {
  readonly text: string;
  readonly structured: Structured;
  readonly links?: readonly ContentBlock[];
}

/** Runs a tool's work; a refusal of ours is an answer that says so, anything else is a fault of the server's. */
export async function answered<Structured extends object>(
  work: () => Promise<ToolAnswer<Structured>>,
): Promise<CallToolResult> {
  try {
    const { text, structured, links = [] } = await work();
    return { content: [{ type: "text", text }, ...links], structuredContent: { ...structured } };
  } catch (error) {
    if (!(error instanceof FerrisError)) throw error;
    const hint = error instanceof IndexNotFoundError ? " Ask the user to run: ferris index FOLDER" : "";
    return { content: [{ type: "text", text: error.message + hint }], isError: true };
  }
}

export const readOnly = { readOnlyHint: true, idempotentHint: true, openWorldHint: false } as const;

/** Bytes of text that an answer has unless more is asked for: assistants pay for each of them. */
const usualBytes = 4096;

/** The argument that asks for longer answers. */
export const maxBytes = z
  .number()
  .int()
  .min(512)
  .max(200_000)
  .default(usualBytes)
  .describe("most bytes of document text in the answer; what does not fit is said, with how to get it");

/** The argument that chooses an index; where there is one alone, there is nothing to choose. */
export function indexArgument(names: readonly string[]): { index: z.ZodOptional<z.ZodString> } {
  if (names.length < 2) return {} as ReturnType<typeof indexArgument>;
  return {
    index: z
      .string()
      .optional()
      .describe(`one of: ${names.join(", ")}; all of them unless given`),
  };
}

/** A line of a document, with its number. */
export const numberedLine = z.object({ number: z.number().int(), text: z.string() });

export type NumberedLine = z.infer<typeof numberedLine>;

/** The lines that fit into `bytes`, at least one of them, cut where it is longer. Numbers and breaks count too. */
export function linesWithin(
  lines: readonly NumberedLine[],
  bytes: number,
): { readonly lines: NumberedLine[]; readonly left: number; readonly isCut: boolean } {
  const fitting: NumberedLine[] = [];
  let used = 0;
  for (const line of lines) {
    const size = Buffer.byteLength(line.text) + String(line.number).length + 2;
    if (used + size > bytes) break;
    used += size;
    fitting.push(line);
  }
  const isCut = fitting.length === 0 && lines.length > 0;
  if (isCut) fitting.push({ ...lines[0]!, text: `${startOf(lines[0]!.text, Math.max(16, bytes))}…` });
  return { lines: fitting, left: lines.length - fitting.length, isCut };
}

/** The start of `text` within `bytes` of UTF-8, never half a character. */
function startOf(text: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true });
}

export function linesText(lines: readonly NumberedLine[]): string {
  return lines.map(({ number, text }) => `${number}\t${text}`).join("\n");
}
