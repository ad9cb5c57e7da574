/** Servers on this machine that stand for a language model's endpoint, closed after each test. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Endpoint } from "../../../src/answer/endpoint.ts";

/** The base URL of a server on this machine that answers as `listener` says. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

/** A piece of a streamed answer, as a server-sent event. */
export const event = (content: string): string => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;

export function endpointAt(baseUrl: string, settings: Partial<Endpoint> = {}): Endpoint {
  return {
    baseUrl,
    otherBaseUrl: null,
    model: "m",
    authorization: null,
    temperature: null,
    timeoutMs: 5000,
    ...settings,
  };
}
