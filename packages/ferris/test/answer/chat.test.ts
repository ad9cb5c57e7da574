/** One streamed completion: pieces, what a server may do wrong, limits of time, and what is asked again or left out. */
import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { type ChatOptions, streamChat } from "../../src/answer/chat.ts";
import type { Endpoint } from "../../src/answer/endpoint.ts";
import { AnswerError } from "../../src/errors.ts";
import { endpointAt, event, serve } from "./support/endpoint-server.ts";

async function chat(
  listener: RequestListener,
  { authorization = null, timeoutMs = 5000, ...options }: ChatOptions & Partial<Endpoint> = {},
): Promise<string> {
  let answer = "";
  const endpoint = endpointAt(await serve(listener), { authorization, timeoutMs });
  const messages = [{ role: "user", content: "?" } as const];
  for await (const piece of streamChat(endpoint, messages, options)) answer += piece;
  return answer;
}

describe("streaming", () => {
  test("joins pieces, wherever the network cuts them", async () => {
    const body = Buffer.from(`: hello\n\n${event("Grüße ")}${event("你好")}data: [DONE]\n\n`);
    const answer = await chat((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      let at = 0;
      const timer = setInterval(() => {
        response.write(body.subarray(at, (at += 7)));
        if (at >= body.length) {
          clearInterval(timer);
          response.end();
        }
      }, 1);
    });
    expect(answer).toBe("Grüße 你好");
  });

  test("sends model, messages and key", async () => {
    let seen: { url?: string; key?: string; body: string } = { body: "" };
    await chat(
      (request, response) => {
        let body = "";
        request.on("data", (data: Buffer) => (body += data.toString()));
        request.on("end", () => {
          seen = { url: request.url, key: request.headers.authorization, body };
          response.end(`${event("yes")}data: [DONE]\n\n`);
        });
      },
      { authorization: "Bearer k" },
    );
    expect(seen.url).toBe("/v1/chat/completions");
    expect(seen.key).toBe("Bearer k");
    expect(JSON.parse(seen.body)).toMatchObject({
      model: "m",
      stream: true,
      messages: [{ role: "user", content: "?" }],
    });
  });

  test.each<[string, RequestListener, string]>([
    [
      "a refusal",
      (_q, r) => void r.writeHead(401).end("no key"),
      "answered 401 (the API key is missing or wrong): no key",
    ],
    ["a break", (_q, r) => void r.end(event("half")), "broke off in the middle"],
    ["nonsense", (_q, r) => void r.end("data: <html>\n\n"), "sent something that is not JSON: <html>"],
    ["an error event", (_q, r) => void r.end('data: {"error":{"message":"overloaded"}}\n\n'), "overloaded"],
    ["an answer without a word", (_q, r) => void r.end("data: [DONE]\n\n"), "gave no answer: the answer is empty"],
    ["an answer of spaces", (_q, r) => void r.end(`${event(" ")}data: [DONE]\n\n`), "gave no answer"],
    ["an event that is null", (_q, r) => void r.end("data: null\n\ndata: [DONE]\n\n"), "gave no answer"],
    [
      "an answer cut before it began",
      (_q, r) => void r.end('data: {"choices":[{"delta":{},"finish_reason":"length"}]}\n\ndata: [DONE]\n\n'),
      "it reached its token limit before the answer began",
    ],
    [
      "a page",
      (_q, r) => void r.end("<html>\n<body>Welcome</body>"),
      'did not answer with a chat completion but with "<html> <body>Welcome</body>"',
    ],
    ["other JSON", (_q, r) => void r.end('{"ok":true}'), "did not answer with a chat completion"],
    ["nothing", (_q, r) => void r.end(), "did not answer with a chat completion but with nothing"],
    ["no content", (_q, r) => void r.writeHead(204).end(), "did not answer with a chat completion but with nothing"],
    ["an error object", (_q, r) => void r.end('{"error":{"message":"no such model"}}'), "no such model"],
    [
      "a reply without end",
      (_q, r) => void r.end("x".repeat(5 * 1024 * 1024)),
      "sent more than 4194304 characters without an answer in them",
    ],
  ])("%s is an error that says so", async (_name, listener, message) => {
    await expect(chat(listener)).rejects.toThrow(AnswerError);
    await expect(chat(listener)).rejects.toThrow(message);
  });

  test.each<[string, RequestListener, string, number]>([
    ["no byte at all", () => {}, "sent no answer for 0.2 s", 200],
    ["headers alone", (_q, r) => r.writeHead(200).flushHeaders(), "sent no answer for 0.2 s", 200],
    [
      "silence after a piece",
      (_q, r) => void r.write(event("half")),
      "fell silent in the middle of the answer, for 0.1 s",
      // The piece has all the time that a busy machine needs.
      60_000,
    ],
    ["a refusal that does not end", (_q, r) => void r.writeHead(500).write("wait"), "sent no answer for 0.2 s", 200],
  ])("%s is not waited for without limit", async (_name, listener, message, timeoutMs) => {
    const answer = chat(listener, { timeoutMs, silenceMs: 100 });
    await expect(answer).rejects.toThrow(AnswerError);
    await expect(answer).rejects.toThrow(message);
  });

  test("an endpoint that keeps sending may take as long as it likes, and so may the reader", async () => {
    const baseUrl = await serve((_request, response) => {
      let sent = 0;
      const timer = setInterval(() => {
        if (++sent <= 5) return void response.write(event(`${sent}`));
        clearInterval(timer);
        response.end("data: [DONE]\n\n");
      }, 400);
    });
    const pieces: string[] = [];
    // All of it takes longer than either limit; a piece comes long before it, also where the machine does much else.
    const endpoint = endpointAt(baseUrl, { timeoutMs: 1500 });
    for await (const piece of streamChat(endpoint, [], { silenceMs: 1500 })) {
      pieces.push(piece);
      if (piece === "2") await new Promise((resolve) => setTimeout(resolve, 1700));
    }
    expect(pieces.join("")).toBe("12345");
  });

  test("a caller that stops is not told of time limits", async () => {
    const controller = new AbortController();
    const answer = chat(() => controller.abort(new Error("stopped")), { signal: controller.signal });
    await expect(answer).rejects.toThrow("stopped");
  });

  test.each([302, 307])("a redirect (%i) is refused, and the passages go nowhere else", async (status) => {
    let reached = 0;
    const elsewhere = await serve((_request, response) => {
      reached++;
      response.end(`${event("stolen")}data: [DONE]\n\n`);
    });
    const answer = chat((_request, response) => void response.writeHead(status, { location: elsewhere }).end());
    await expect(answer).rejects.toThrow(AnswerError);
    await expect(answer).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions redirects to another address/,
    );
    expect(reached).toBe(0);
  });

  test("an answer that was cut is given, with a warning", async () => {
    const warnings: string[] = [];
    const end = 'data: {"choices":[{"delta":{},"finish_reason":"length"}]}\n\ndata: [DONE]\n\n';
    const answer = await chat((_request, response) => void response.end(event("Half of") + end), {
      warn: (message) => void warnings.push(message),
    });
    expect(answer).toBe("Half of");
    expect(warnings).toEqual([expect.stringContaining("the answer was cut: m reached its token limit")]);
  });

  test("a completion that comes whole, as one JSON object, is the answer", async () => {
    const whole = { choices: [{ message: { role: "assistant", content: "All of it." }, finish_reason: "stop" }] };
    expect(await chat((_request, response) => void response.end(JSON.stringify(whole, null, 2)))).toBe("All of it.");
  });

  test("a server that is not there", async () => {
    await expect(streamChat(endpointAt("http://127.0.0.1:9/v1"), []).next()).rejects.toThrow(
      "http://127.0.0.1:9/v1/chat/completions cannot be reached",
    );
  });
});
