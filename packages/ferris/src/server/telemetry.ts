/**
 * OpenTelemetry, where the environment configures it: a span per request, sent to a collector as OTLP over HTTP in JSON, with the trace that
 * the client said it belongs to (W3C `traceparent`). Metrics are Prometheus', at `/metrics`.
 *
 * https://opentelemetry.io/docs/specs/otlp  The variables are OpenTelemetry's own.
 */
import { randomBytes } from "node:crypto";

/** A request that has ended. */
export interface RequestSpan {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** Milliseconds since 1970. */
  readonly startedTime: number;
  readonly milliseconds: number;
  readonly requestId: string;
  /** As the client sent it. */
  readonly traceparent: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface TelemetryOptions {
  readonly environment: Environment;
  readonly version: string;
  /** Told what a user should hear, once. */
  readonly say: (line: string) => void;
}

/** How many spans wait at most: a collector that is away costs memory no further. */
const mostWaiting = 2048;
const mostAtOnce = 512;
const everyMs = 5000;
const answerMs = 10_000;

export class Telemetry {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #options: TelemetryOptions;
  readonly #timer: NodeJS.Timeout;
  #waiting: object[] = [];
  #sending: Promise<void> | null = null;
  #failed = false;

  private constructor(url: string, options: TelemetryOptions) {
    this.#url = url;
    this.#options = options;
    this.#headers = headersOf(options.environment.OTEL_EXPORTER_OTLP_HEADERS ?? "");
    this.#timer = setInterval(() => void this.flush(), everyMs);
    this.#timer.unref();
  }

  /** Null where the environment names no collector, or one that speaks something else, which is said. */
  static open(options: TelemetryOptions): Telemetry | null {
    const { environment, say } = options;
    const base = environment.OTEL_EXPORTER_OTLP_ENDPOINT;
    const url =
      environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || (base ? `${base.replace(/\/+$/, "")}/v1/traces` : undefined);
    if (url === undefined || environment.OTEL_SDK_DISABLED === "true") return null;
    if (!URL.canParse(url) || !/^https?:/.test(url)) {
      say(`no telemetry: ${url} is not an HTTP address`);
      return null;
    }
    const protocol =
      environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? environment.OTEL_EXPORTER_OTLP_PROTOCOL ?? "http/json";
    if (protocol !== "http/json") {
      say(`no telemetry: OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}"; spans are sent as http/json only`);
      return null;
    }
    return new Telemetry(url, options);
  }

  request(span: RequestSpan): void {
    if (this.#waiting.length >= mostWaiting) return;
    this.#waiting.push(spanOf(span));
    if (this.#waiting.length >= mostAtOnce) void this.flush();
  }

  /** Sends what waits. Never rejects: a collector that is away is not a reason for a server to fail. */
  flush(): Promise<void> {
    return (this.#sending ??= this.#send().finally(() => (this.#sending = null)));
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const spans = this.#waiting.splice(0, mostAtOnce);
      try {
        const response = await fetch(this.#url, {
          method: "POST",
          headers: { ...this.#headers, "content-type": "application/json" },
          body: JSON.stringify(this.#batch(spans)),
          signal: AbortSignal.timeout(answerMs),
        });
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`it answers ${response.status}`);
        this.#failed = false;
      } catch (error) {
        if (!this.#failed) this.#options.say(`spans cannot be sent to ${this.#url}: ${(error as Error).message}`);
        this.#failed = true;
        return;
      }
    }
  }

  #batch(spans: readonly object[]): object {
    const { environment, version } = this.#options;
    const name = environment.OTEL_SERVICE_NAME || "ferris";
    const attributes = [text("service.name", name), text("service.version", version)];
    return {
      resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: "ferris", version }, spans }] }],
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}

const serverKind = 2;
const errorStatus = 2;

function spanOf({ method, route, status, startedTime, milliseconds, requestId, traceparent }: RequestSpan): object {
  const [, traceId, parentSpanId] = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}/.exec(traceparent ?? "") ?? [];
  return {
    traceId: traceId ?? randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: `${method} ${route}`,
    kind: serverKind,
    startTimeUnixNano: nanoseconds(startedTime),
    endTimeUnixNano: nanoseconds(startedTime + milliseconds),
    attributes: [
      text("http.request.method", method),
      text("http.route", route),
      { key: "http.response.status_code", value: { intValue: String(status) } },
      text("ferris.request_id", requestId),
    ],
    // As OpenTelemetry has it for servers: what a client did wrong is not our error.
    status: status >= 500 ? { code: errorStatus } : {},
  };
}

function text(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}

/** As text: more digits than a number of JSON has. */
function nanoseconds(milliseconds: number): string {
  return `${BigInt(Math.round(milliseconds * 1000)) * 1000n}`;
}

/** `a=1,b=2`, values percent-encoded, as OpenTelemetry writes headers in a variable. */
function headersOf(written: string): Record<string, string> {
  const pairs = written.split(",").flatMap((pair) => {
    const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    return name === undefined ? [] : [[name.toLowerCase(), decoded(value!)] as const];
  });
  return Object.fromEntries(pairs);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
