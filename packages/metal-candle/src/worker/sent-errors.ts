/** Errors over the boundary between a page and its worker: what was thrown there is thrown here, with its class, code and message. */
import * as errors from "../errors.ts";
import type { SentError } from "./messages.ts";

type KnownError = new (message: string, options?: object) => Error;

const classes: ReadonlyMap<string, KnownError> = new Map(
  (Object.values(errors).filter((value) => value !== errors.MetalCandleError) as KnownError[]).map(
    (known): [string, KnownError] => [(new known("") as errors.MetalCandleError).code, known],
  ),
);

/** Errors of the language and the browser that calls may end with. */
const plainClasses: ReadonlyMap<string, KnownError> = new Map<string, KnownError>([
  ["RangeError", RangeError],
  ["SyntaxError", SyntaxError],
  ["TypeError", TypeError],
]);

/** Causes of causes that are told. */
const deepest = 5;

/** An error as plain data. */
export function sentError(error: unknown, depth = 0): SentError {
  if (!(error instanceof Error)) {
    return { name: "Error", message: String(error), code: null, stack: null, cause: null, downloadable: null };
  }
  const { code, downloadable } = error as { code?: unknown; downloadable?: SentError["downloadable"] };
  return {
    name: error.name,
    message: error.message,
    code: typeof code === "string" ? code : null,
    stack: error.stack ?? null,
    cause: error.cause === undefined || depth >= deepest ? null : sentError(error.cause, depth + 1),
    downloadable: downloadable ?? null,
  };
}

/** The error again. Its stack is the worker's, where it happened. */
export function receivedError({ name, message, code, stack, cause, downloadable }: SentError): Error {
  const options = { ...(cause !== null && { cause: receivedError(cause) }), downloadable };
  const known = code === null ? plainClasses.get(name) : classes.get(code);
  const error = known === undefined ? new Error(message, options) : new known(message, options);
  if (known === undefined) Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  if (stack !== null) Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  return error;
}
