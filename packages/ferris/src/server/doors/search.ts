/** Our own API over indexes: `/search`, `/ask`, `/related/ID`. */
import { createRoute, z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import type { Answer, AskOptions } from "../../answer/ask.ts";
import { usualPassages } from "../../answer/prompt.ts";
import type { SearchResult } from "../../search/result.ts";
import { makeFilter } from "../../search/filter.ts";
import { asOne, searchIndexes } from "../../several-indexes.ts";
import { globBelow } from "../facets.ts";
import type { DocumentFilter } from "../../store/store.ts";
import { chosenIndex, chosenIndexes, type ServerContext } from "../context.ts";
import { Problem, problemOf } from "../problems.ts";
import { jsonAnswer, jsonBody, newDoor, type RequestContext, signalOf } from "../routes.ts";

const filters = {
  paths: z.array(z.string()).optional().openapi({ description: "globs on paths; one must match" }),
  exclude: z.array(z.string()).optional().openapi({ description: "globs on paths; none may match" }),
  types: z.array(z.string()).optional().openapi({ description: "document types; one must match" }),
  since: z.string().optional().openapi({ description: "2026-01-31, or an age as 12h, 7d, 4w, 1y" }),
};

const index = z.string().optional().openapi({ description: "one of the indexes by name, where several are served" });
const mode = z.enum(["hybrid", "vector", "text"]).default("hybrid");

const searchRequest = z
  .strictObject({
    query: z.string().min(1).max(10_000).openapi({ example: "how do I rotate a key" }),
    index,
    limit: z.number().int().min(1).max(1000).default(10),
    offset: z.number().int().min(0).max(10_000).default(0),
    mode,
    perDocument: z.number().int().min(1).max(1000).optional(),
    minScore: z.number().optional(),
    relevantOnly: z
      .boolean()
      .default(false)
      .openapi({ description: "only passages that are relevant on their own, not the best `limit`" }),
    sort: z.enum(["relevance", "date"]).optional(),
    rerank: z.boolean().default(false),
    brief: z.boolean().default(false).openapi({ description: "without `text`: a passage may be as long as its file" }),
    folder: z.string().max(4096).optional().openapi({ description: "an absolute path: what lies below it" }),
    documents: z
      .array(z.number().int().min(1))
      .max(100_000)
      .optional()
      .openapi({ description: "only in these documents, by the numbers that /documents and the map have" }),
    passages: z
      .array(z.number().int().min(1))
      .max(1_000_000)
      .optional()
      .openapi({ description: "only these passages of one index, by `chunkId`: a part of the map" }),
    ...filters,
  })
  .openapi("SearchRequest");

const askRequest = z
  .strictObject({
    question: z.string().min(1).max(10_000).openapi({ example: "how do I rotate a key" }),
    index,
    limit: z.number().int().min(1).max(50).default(usualPassages),
    mode,
    conversation: z
      .array(z.strictObject({ question: z.string().max(20_000), answer: z.string().max(20_000) }))
      .max(8)
      .optional()
      .openapi({ description: "earlier questions and answers, oldest first: `conversation` of the last answer" }),
    stream: z.boolean().default(true).openapi({ description: "false: one JSON answer in place of events" }),
    ...filters,
  })
  .openapi("AskRequest");

/** The shapes are the library's own types: docs/cli.md says where they are described. */
const anything = z.unknown();

export function searchDoor(context: ServerContext) {
  const door = newDoor();

  door.openapi(
    createRoute({
      method: "post",
      path: "/search",
      tags: ["Documents"],
      summary: "The passages that fit a question best",
      request: jsonBody(searchRequest),
      responses: jsonAnswer(anything),
    }),
    async (c) => {
      const { query, index: name, limit, offset, mode: by, perDocument, minScore, ...rest } = c.req.valid("json");
      const { relevantOnly, sort, rerank, folder, documents, passages, brief, ...written } = rest;
      const shown = brief ? withoutText : (result: SearchResult) => result;
      // Numbers of passages are an index's own.
      const indexes = passages ? [chosenIndex(context, name)] : chosenIndexes(context, name);
      const below = makeFilter({ paths: folder === undefined ? [] : [globBelow(folder)] });
      const filter = both(both(makeFilter(written), below), documents && { documents });
      const signal = signalOf(c);
      const order = { perDocument, minScore, relevantOnly, sort, rerank };
      const wanted = { limit: limit + offset, mode: by, ...order, filter, passages, signal };
      const [only, second] = indexes;
      if (only && !second) {
        const answer = await context.admission.run(1, () => only.ferris.search(query, wanted));
        const nearestMiss = answer.nearestMiss && shown(answer.nearestMiss);
        return c.json({ ...answer, results: answer.results.slice(offset).map(shown), nearestMiss }, 200);
      }
      const {
        found,
        miss,
        vectorShare,
        unread,
        indexes: searched,
      } = await context.admission.run(1, () => searchIndexes(indexes, query, wanted));
      const failures = searched.flatMap(({ from, error }) =>
        error === null ? [] : [{ index: from.name, message: error.message }],
      );
      const results = found.slice(offset).map(({ from, result }) => ({ index: from.name, ...shown(result) }));
      const nearestMiss = miss && { index: miss.from.name, ...shown(miss.result) };
      return c.json({ results, nearestMiss, vectorShare, unread, failures }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "post",
      path: "/ask",
      tags: ["Documents"],
      summary: "An answer from the documents, as server-sent events: passages, piece…, done",
      description:
        "Without `index`, from all that are served: each passage then has its `index`. Events: `passages` (what was found), `endpoint` (the model that is asked), `wait`, `piece` (of the answer), `restart` (the pieces so " +
        "far were reasoning), and at the end `done` or `error`. Which language model answers is the server's setting, never the request's.",
      request: jsonBody(askRequest),
      responses: jsonAnswer(anything),
    }),
    async (c) => {
      const { question, index: name, limit, mode: by, conversation, stream, ...written } = c.req.valid("json");
      const indexes = chosenIndexes(context, name);
      const options = { limit, mode: by, conversation, filter: makeFilter(written), endpoint: context.endpoint };
      // No limit on its time: a language model may take minutes, and has limits of its own.
      const signal = signalOf(c, { untimed: true });
      const answerTo = async (more: AskOptions): Promise<Answer> => {
        const given = { ...options, ...more, signal };
        const [only, second] = indexes;
        if (only && !second) return only.ferris.ask(question, given);
        const { ask } = await import("../../answer/ask.ts");
        return ask(asOne(indexes), question, given);
      };
      if (!stream) return c.json(await context.admission.run(1, () => answerTo({})), 200);
      return events(c, async (send) => {
        const answer = await context.admission.run(1, () =>
          answerTo({
            onEndpoint: (model) => void send("endpoint", { model }),
            onWait: (message) => void send("wait", { message }),
            onRestart: () => void send("restart", {}),
            onPiece: (text) => send("piece", { text }),
          }),
        );
        await send("done", answer);
      });
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/related",
      tags: ["Documents"],
      summary: "What else is near a document, or one of its lines",
      request: {
        query: z.object({
          index,
          path: z.string().min(1).max(4096),
          line: z.coerce.number().int().min(1).optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(10),
        }),
      },
      responses: jsonAnswer(anything),
    }),
    async (c) => {
      const { index: name, path, line, limit } = c.req.valid("query");
      const { ferris } = chosenIndex(context, name);
      const signal = signalOf(c);
      const answer = await context.admission.run(1, () => ferris.related({ path, line }, { limit, signal }));
      if (answer === null)
        throw new Problem("not-found", `the index does not have ${JSON.stringify(path.slice(0, 200))}`);
      return c.json({ ...answer }, 200);
    },
  );

  door.openapi(
    createRoute({
      method: "get",
      path: "/related/{id}",
      tags: ["Documents"],
      summary: "What else is near a passage of a search, by the vectors that are stored",
      request: {
        params: z.object({ id: z.coerce.number().int().min(1) }),
        query: z.object({
          index,
          limit: z.coerce.number().int().min(1).max(1000).default(10),
          ownDocument: z.stringbool().default(false),
          minScore: z.coerce.number().optional(),
        }),
      },
      responses: jsonAnswer(anything),
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const { index: name, ...options } = c.req.valid("query");
      const { ferris } = chosenIndex(context, name);
      const signal = signalOf(c);
      const answer = await context.admission.run(1, () => ferris.related({ chunkId: id }, { ...options, signal }));
      if (answer === null) throw new Problem("not-found", `there is no passage ${id} in the index (any more)`);
      return c.json({ ...answer }, 200);
    },
  );
  return door;
}

function withoutText({ text: _text, lineNumbers: _lineNumbers, ...rest }: SearchResult) {
  return rest;
}

/** Both must hold. */
function both(filter: DocumentFilter | undefined, also: DocumentFilter | undefined): DocumentFilter | undefined {
  return filter && also ? { ...filter, also } : (filter ?? also);
}

type Send = (event: string, data: unknown) => Promise<void>;

/** Server-sent events; what goes wrong after the first is an event too, since the status has been told. */
export function events(c: RequestContext, work: (send: Send) => Promise<void>) {
  // Proxies would hold them back.
  c.header("x-accel-buffering", "no");
  return streamSSE(c, async (stream) => {
    const send: Send = (event, data) => stream.writeSSE({ event, data: JSON.stringify(data) });
    try {
      await work(send);
    } catch (error) {
      const { kind, message } = problemOf(error);
      await send("error", { code: kind, message });
    }
  }) as never;
}
