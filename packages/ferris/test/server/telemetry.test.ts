/** Spans to a collector that is a server of the test's own, over OTLP's HTTP and JSON. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Telemetry } from "../../src/server/telemetry.ts";

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly spans: readonly Record<string, unknown>[];
}

const received: Received[] = [];
let status = 200;
const collector = createServer((request, response) => {
  const blocks: Buffer[] = [];
  request.on("data", (block: Buffer) => blocks.push(block));
  request.on("end", () => {
    const { resourceSpans } = JSON.parse(Buffer.concat(blocks).toString()) as {
      resourceSpans: [{ scopeSpans: [{ spans: Record<string, unknown>[] }] }];
    };
    received.push({ path: request.url, headers: request.headers, spans: resourceSpans[0].scopeSpans[0].spans });
    response.writeHead(status).end("{}");
  });
});
let endpoint: string;
beforeAll(async () => {
  collector.listen(0, "127.0.0.1");
  await once(collector, "listening");
  endpoint = `http://127.0.0.1:${(collector.address() as { port: number }).port}`;
});
afterAll(() => void collector.close());

const span = {
  method: "POST",
  route: "/embed",
  status: 200,
  startedTime: 1_800_000_000_000.25,
  milliseconds: 12.5,
  requestId: "r-1",
  traceparent: undefined,
};

test("a span per request, within the trace that the client named", async () => {
  const said: string[] = [];
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/`, OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%20b, x=1" };
  const telemetry = Telemetry.open({ environment, version: "1", say: (line) => said.push(line) })!;
  telemetry.request(span);
  const [trace, parent] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
  telemetry.request({ ...span, status: 500, traceparent: `00-${trace}-${parent}-01` });
  await telemetry.close();
  const [{ path, headers, spans }] = received as [Received];
  expect([path, headers["api-key"], headers.x, headers["content-type"]]).toEqual([
    "/v1/traces",
    "a b",
    "1",
    "application/json",
  ]);
  expect(spans[0]).toMatchObject({
    name: "POST /embed",
    kind: 2,
    traceId: expect.stringMatching(/^[\da-f]{32}$/) as string,
    startTimeUnixNano: "1800000000000250000",
    endTimeUnixNano: "1800000000012750000",
    status: {},
  });
  expect(spans[1]).toMatchObject({ traceId: trace, parentSpanId: parent, status: { code: 2 } });
  expect(said).toEqual([]);
});

test("a collector that refuses is said once, and costs nothing else", async () => {
  status = 503;
  const said: string[] = [];
  const environment = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint };
  const telemetry = Telemetry.open({ environment, version: "1", say: (line) => said.push(line) })!;
  for (let i = 0; i < 3; i++) {
    telemetry.request(span);
    await telemetry.flush();
  }
  await telemetry.close();
  status = 200;
  expect(said).toEqual([`spans cannot be sent to ${endpoint}: it answers 503`]);
});

test("where it is not configured, or cannot be spoken to, there is none", () => {
  const said: string[] = [];
  const open = (environment: Record<string, string>) =>
    Telemetry.open({ environment, version: "1", say: (line) => said.push(line) });
  expect(open({})).toBeNull();
  expect(open({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "true" })).toBeNull();
  expect(said).toEqual([]);
  expect(open({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toBeNull();
  expect(open({ OTEL_EXPORTER_OTLP_ENDPOINT: "nonsense" })).toBeNull();
  expect(said).toHaveLength(2);
});
