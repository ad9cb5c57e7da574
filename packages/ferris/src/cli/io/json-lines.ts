/**
 * JSON objects, one per line: texts coming in with their ids, embeddings going out.
 */
import { InputError } from "../../errors.ts";
import type { Line } from "../../files/read-lines.ts";

/** A text to embed; `id` is handed through as it came. */
export interface TextRecord {
  readonly text: string;
  readonly id?: string | number;
}

/**
 * Reads `{"id": …, "text": "…"}`; the id may be missing, other members are ignored.
 *
 * @throws InputError naming the line and what is wrong with it
 */
export function parseTextRecord({ text: line, number }: Line): TextRecord {
  const wrong = (problem: string, cause?: unknown): InputError =>
    new InputError(
      `standard input, line ${number}: ${problem}; each line must be an object such as {"id": "a", "text": "…"}`,
      {
        cause,
      },
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    throw wrong(line.trim() === "" ? "empty" : `not JSON (${(error as Error).message})`, error);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw wrong("not a JSON object");
  const { id, text } = parsed as { id?: unknown; text?: unknown };
  if (typeof text !== "string") throw wrong(text === undefined ? 'no "text"' : '"text" is not a string');
  if (id !== undefined && typeof id !== "string" && typeof id !== "number")
    throw wrong('"id" is neither string nor number');
  // JSON.parse has rounded it already, and two ids could come out as one.
  if (Number.isInteger(id) && !Number.isSafeInteger(id))
    throw wrong(`"id" is a number above ${Number.MAX_SAFE_INTEGER}, which would be rounded: put it in quotes`);
  return { text, id };
}

/** One line of output. Numbers have the nine digits that bring back the same f32. */
export function embeddingLine(
  id: string | number | undefined,
  embedding: Float32Array,
  tokens: number,
  truncated: boolean,
): string {
  const numbers: string[] = Array.from({ length: embedding.length });
  for (let i = 0; i < embedding.length; i++) numbers[i] = String(Number(embedding[i]!.toPrecision(9)));
  const start = id === undefined ? "{" : `{"id":${JSON.stringify(id)},`;
  return `${start}"embedding":[${numbers.join(",")}],"tokens":${tokens},"truncated":${truncated}}\n`;
}
