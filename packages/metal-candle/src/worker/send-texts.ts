/** Sends texts to the worker before the call that needs them, in parts: copying a hundred thousand at once would hold the page up. */
import type { EngineConnection } from "./engine-connection.ts";
import type { SentTexts } from "./messages.ts";

/** UTF-16 units and texts of one part: some milliseconds of copying. */
const unitsOfPart = 1 << 20;
const textsOfPart = 8192;

/** All parts but the last, which goes with the call. The array may change afterwards. */
export async function sendTexts(
  connection: EngineConnection,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<SentTexts> {
  const of = connection.number();
  // The caller's array may change while parts go out.
  const own = [...texts];
  let start = 0;
  try {
    for (;;) {
      const end = endOfPart(own, start);
      const part = { of, texts: own.slice(start, end) };
      if (end === own.length) return part;
      // The page gets its turn while the worker answers.
      await connection.call("texts", part, { signal });
      start = end;
    }
  } catch (error) {
    void connection.call("forget", { of }).catch(() => undefined);
    throw error;
  }
}

function endOfPart(texts: readonly string[], start: number): number {
  let end = start;
  for (let units = 0; end < texts.length && end - start < textsOfPart && units < unitsOfPart; end++) {
    units += texts[end].length;
  }
  return end;
}
