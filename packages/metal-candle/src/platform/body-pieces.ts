/** The pieces of a response's body as they come. Streams can be looped over in Node; of browsers, Safari cannot yet. */

/** Leaving the loop cancels the body. */
export async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    // After an error there is nothing to cancel, and what it was is known.
    if (!ended) await reader.cancel().catch(() => undefined);
  }
}
