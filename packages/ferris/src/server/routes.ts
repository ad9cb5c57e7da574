/** What the routes of doors/ are made with: schemas that check what comes in and describe themselves in the OpenAPI document. app.ts mounts them. */
import { OpenAPIHono, type z } from "@hono/zod-openapi";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { Problem } from "./problems.ts";

/** What a request carries along. */
export interface RequestVariables {
  readonly Bindings: HttpBindings;
  readonly Variables: { requestId: string; answerMs: number };
}

export type RequestContext = Context<RequestVariables>;

/**
 * Aborts when the client is gone, or an answer takes longer than it may. Ask once per request.
 *
 * Not the request's own signal: to have one, a whole Request of the web's kind is made, which costs more than all the rest.
 */
export function signalOf(c: RequestContext, { untimed = false } = {}): AbortSignal {
  const { outgoing } = c.env;
  const controller = new AbortController();
  const milliseconds = c.get("answerMs");
  const timer = untimed
    ? undefined
    : setTimeout(() => {
        controller.abort(new Problem("timeout", `there is no answer after ${milliseconds / 1000} seconds, the limit`));
      }, milliseconds);
  const end = (): void => {
    clearTimeout(timer);
    if (!outgoing.writableFinished) controller.abort(new Problem("cancelled", "the client is gone"));
  };
  if (outgoing.destroyed) end();
  else outgoing.once("close", end);
  return controller.signal;
}

/** An app whose schemas refuse with a Problem that names the argument. */
export function newDoor(): OpenAPIHono<RequestVariables> {
  return new OpenAPIHono<RequestVariables>({
    defaultHook: (result) => {
      if (!result.success) throw problemOfIssues(result.error.issues);
    },
  });
}

function problemOfIssues(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): Problem {
  const [issue] = issues;
  const param = issue?.path.map(String).join(".") || null;
  return new Problem("invalid", param === null ? (issue?.message ?? "invalid") : `${param}: ${issue!.message}`, {
    param,
  });
}

/** A JSON body of this shape, required. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { body: { required: true, content: { "application/json": { schema } } } } as const;
}

/** The answer to a request that went well. */
export function jsonAnswer<Schema extends z.ZodType>(schema: Schema, description = "The answer") {
  return { 200: { description, content: { "application/json": { schema } } } } as const;
}

/** What says how many texts were cut. */
export const truncatedHeader = "x-ferris-truncated";

/** Says how many texts were cut to the model's length, where there are any. */
export function tellTruncated(c: RequestContext, truncated: number): void {
  if (truncated > 0) c.header(truncatedHeader, String(truncated));
}
