/**
 * The HTTP application: who may come in, what is told of each request, and all doors behind that. Knows no socket.
 */
import { randomUUID } from "node:crypto";
import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { readBody } from "./body.ts";
import type { ServerContext } from "./context.ts";
import { cohereDoor } from "./doors/cohere.ts";
import { type Control, controlDoor } from "./doors/control.ts";
import { docsDoor, docsPaths } from "./doors/docs.ts";
import { documentsDoor } from "./doors/documents.ts";
import { facetsDoor } from "./doors/facets.ts";
import { filesDoor } from "./doors/files.ts";
import { indexingDoor } from "./doors/indexing.ts";
import { deviceDoor } from "./doors/device.ts";
import { indexesDoor } from "./doors/indexes.ts";
import { mapDoor } from "./doors/map.ts";
import { mcpDoor } from "./doors/mcp.ts";
import { ollamaDoor } from "./doors/ollama.ts";
import { openAiDoor } from "./doors/openai.ts";
import { isForPage, pageDoor } from "./doors/page.ts";
import { rerankDoor } from "./doors/rerank.ts";
import { searchDoor } from "./doors/search.ts";
import { teiDoor } from "./doors/tei.ts";
import { teiPredictDoor } from "./doors/tei-predict.ts";
import { teiTokensDoor } from "./doors/tei-tokens.ts";
import type { HostCheck } from "./hosts.ts";
import type { KeyRing } from "./keys.ts";
import { doorOf, Problem, problemOf, refusalOf } from "./problems.ts";
import type { RequestContext, RequestVariables } from "./routes.ts";
import type { Telemetry } from "./telemetry.ts";

/** One line of the log. */
export interface RequestLog {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  /** Why it was refused or failed. */
  readonly error?: string;
}

const doors = [
  openAiDoor,
  rerankDoor,
  teiDoor,
  teiTokensDoor,
  teiPredictDoor,
  cohereDoor,
  ollamaDoor,
  searchDoor,
  documentsDoor,
  facetsDoor,
  filesDoor,
  indexingDoor,
  indexesDoor,
  mapDoor,
  deviceDoor,
  mcpDoor,
  docsDoor,
];

export interface AppOptions {
  readonly context: ServerContext;
  readonly keys: KeyRing;
  /** Null: what asks here is not a browser's page. */
  readonly hosts: HostCheck | null;
  /** Most bytes of a body. */
  readonly maxBodyBytes: number;
  /** Milliseconds until an answer must be there. */
  readonly answerMs: number;
  /** For the user's own socket alone. */
  readonly control?: Control | null;
  readonly telemetry?: Telemetry | null;
  /** Where the built page lies. */
  readonly page: string;
  readonly onRequest: (entry: RequestLog, cause?: unknown) => void;
}

/** What pages of an allowed origin may send; the last four are MCP's. */
const allowedHeaders =
  "authorization, content-type, x-api-key, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name";
/** What such pages may read of an answer's head, beside what every page may. */
const exposedHeaders = "mcp-session-id, retry-after, x-request-id";

/** Answered without a key: they say that the server is there, and how to speak with it. */
const open = new Set(["/health", "/ping", ...docsPaths]);

export function makeApp({
  context,
  keys,
  hosts,
  maxBodyBytes,
  answerMs,
  control = null,
  telemetry = null,
  page,
  onRequest,
}: AppOptions) {
  const app = new OpenAPIHono<RequestVariables>();
  // What is mounted below, once all of it is: patterns of paths are not names.
  let firsts: ReadonlySet<string> | null = null;
  const routeOfPath = (path: string): string =>
    routeOf(
      path,
      (firsts ??= new Set(
        app.routes.map((route) => route.path.split("/")[1]!).filter((first) => /^[\w.]*$/.test(first)),
      )),
    );

  app.use(async (c, next) => {
    const started = performance.now();
    c.set("requestId", givenId(c.req.header("x-request-id")) ?? randomUUID());
    // On the answer itself: headers of Hono's make a Headers object for each request.
    c.env.outgoing.setHeader("x-request-id", c.get("requestId"));
    await next();
    const { method, path } = c.req;
    const milliseconds = performance.now() - started;
    const problem = c.error === undefined ? null : asProblem(c.error, c);
    const { status } = c.res;
    const failure = problem?.kind ?? (status < 400 ? null : `status-${status}`);
    context.metrics.request(`${method} ${routeOfPath(path)}`, milliseconds / 1000, failure);
    telemetry?.request({
      method,
      route: routeOfPath(path),
      status,
      startedTime: Date.now() - milliseconds,
      milliseconds,
      requestId: c.get("requestId"),
      traceparent: c.req.header("traceparent"),
    });
    const entry = { id: c.get("requestId"), method, path, status, milliseconds: Math.round(milliseconds) };
    onRequest(problem === null ? entry : { ...entry, error: problem.message }, problem?.cause);
  });

  app.use(async (c, next) => {
    if (context.closing.signal.aborted) {
      throw new Problem("unavailable", "the server is shutting down", { retryAfter: 1 });
    }
    c.set("answerMs", answerMs);
    const origin = c.req.header("origin");
    hosts?.check(c.req.header("host"), origin);
    if (origin !== undefined && hosts?.allows(origin)) {
      c.header("access-control-allow-origin", origin);
      c.header("vary", "origin");
      c.header("access-control-expose-headers", exposedHeaders);
      if (c.req.method === "OPTIONS") {
        c.header("access-control-allow-methods", "GET, POST, DELETE");
        c.header("access-control-allow-headers", allowedHeaders);
        return c.body(null, 204);
      }
    }
    const { method, path } = c.req;
    const isOpen = open.has(path) || isForPage(method, path, c.req.header("accept"));
    if (!isOpen && !keys.admits((name) => c.req.header(name))) {
      throw new Problem("unauthorized", "the API key is missing or wrong");
    }
    return next();
  });

  const limitBody = bodyLimit({
    maxSize: maxBodyBytes,
    onError: () => {
      throw new Problem("too-large", `the body is larger than ${maxBodyBytes} bytes, the limit`);
    },
  });
  app.use(async (c, next) => {
    // MCP's handler wants the whole Request.
    if (c.req.path === "/mcp") return limitBody(c, next);
    if (c.req.method === "POST") await readBody(c, maxBodyBytes);
    // Ollama reads JSON whatever it is called, and its documentation's `curl -d` calls it a form.
    if (c.req.path.startsWith("/api/")) c.req.raw.headers.set("content-type", "application/json");
    return next();
  });

  // Before Ollama's greeting at the same address.
  app.route("/", pageDoor(page));
  for (const door of doors) app.route("/", door(context));
  if (control !== null) app.route("/", controlDoor(control));
  app.doc31("/openapi.json", { openapi: "3.1.0", info: { title: "ferris", version: context.version } });

  app.notFound((c) => {
    const { status, headers, body } = refusalOf(
      new Problem("not-found", `there is no ${c.req.path.slice(0, 200)} here`, { code: "not_found" }),
      doorOf(c.req.path),
    );
    return c.json(body, status, headers);
  });
  app.onError((error, c) => {
    const { status, headers, body } = refusalOf(asProblem(error, c), doorOf(c.req.path));
    return c.json(body, status, headers);
  });
  return app;
}

/** Hono's own refusals: invalid JSON, and bodies that do not say that they are JSON. */
function asProblem(error: unknown, c: RequestContext): Problem {
  if (error instanceof HTTPException && error.status === 415) {
    const given = c.req.header("content-type")?.slice(0, 100);
    const named = given === undefined ? "the body has no content type" : `the body's content type is ${given}`;
    return new Problem("media-type", `${named}: send JSON, with the header content-type: application/json`);
  }
  if (error instanceof HTTPException && error.status < 500)
    return new Problem("invalid", error.message, { cause: error });
  return problemOf(error);
}

/** An id that a client gave its request, where it is fit to be repeated. */
function givenId(id: string | undefined): string | null {
  return id !== undefined && /^[\w.-]{1,100}$/.test(id) ? id : null;
}

/** A path as a metric's label: what a client makes up must not become a new one each time. */
function routeOf(path: string, known: ReadonlySet<string>): string {
  const [, first = "", second = ""] = path.split("/");
  if (/^v\d$/.test(first) && /^(?:embeddings|models|rerank|embed)$/.test(second)) return `/${first}/${second}`;
  if (first === "api" && /^[a-z]{1,12}$/.test(second)) return `/api/${knownApi.has(second) ? second : "other"}`;
  return known.has(first) ? `/${first}` : "other";
}
const knownApi = new Set(["embed", "embeddings", "tags", "show", "ps", "version"]);
