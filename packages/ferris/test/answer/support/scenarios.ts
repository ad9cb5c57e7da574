/**
 * Ways in which OpenAI-compatible servers answer, and fail to: one request listener per scenario, by name.
 *
 * Each is something that a real server has been seen to do; docs/search.md says how `ask` ends in each.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

type Delta = Readonly<Record<string, unknown>>;
type Scenario = (reply: Reply, body: RequestBody, attempt: number) => void | Promise<void>;

interface RequestBody {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly temperature?: number;
  readonly stream?: boolean;
}

/** What a scenario says with. */
class Reply {
  readonly response: ServerResponse;
  constructor(response: ServerResponse) {
    this.response = response;
  }

  event(value: unknown): this {
    this.response.write(`data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`);
    return this;
  }

  delta(delta: Delta, finish_reason: string | null = null): this {
    return this.event({ object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] });
  }

  words(text: string): this {
    for (const content of text.match(/\S+\s*/g) ?? []) this.delta({ content });
    return this;
  }

  stop(reason = "stop"): void {
    this.delta({}, reason).event("[DONE]").response.end();
  }

  error(status: number, error: unknown, headers: Record<string, string> = {}): void {
    this.response.writeHead(status, { "content-type": "application/json", ...headers });
    this.response.end(error === "" ? "" : JSON.stringify({ error }));
  }

  whole(message: Delta): void {
    this.response.setHeader("content-type", "application/json");
    const choices = [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }];
    this.response.end(JSON.stringify({ choices }));
  }
}

const page = "<!doctype html><html><body><h1>Welcome to nginx</h1></body></html>";

export const scenarios: Readonly<Record<string, Scenario>> = {
  ok: (reply) => reply.words("Run deployctl rollback [1]. Then wait for health checks [1][2].").stop(),
  plain: (reply) => reply.whole({ content: "Not streamed [1]." }),
  crlf: ({ response }) => {
    for (const content of ["Run ", "it ", "[1]."]) {
      const data = JSON.stringify({ choices: [{ delta: { content } }] });
      response.write(`: keepalive\r\n\r\nevent: message\r\ndata: ${data}\r\n\r\n`);
    }
    response.end("data: [DONE]\r\n\r\n");
  },
  think: (reply) =>
    reply
      .words(
        "<think>\nPassage [7] seems off. I might say: The documents do not answer this. But [1] does.\n</think>\n\n",
      )
      .words("Run `deployctl rollback` [1].")
      .stop(),
  thinkWithoutOpening: (reply) => reply.words("Hm, [2] perhaps.\n</think>\n\nRun it [1].").stop(),
  thinkWithoutEnd: (reply) => reply.words("<think>\nThis goes on and on").stop("length"),
  reasoning: (reply) => {
    for (const word of ["Let ", "me ", "think"]) reply.delta({ reasoning_content: word, content: null });
    reply.words("Run it [1].").stop();
  },
  reasoningField: (reply) => reply.delta({ reasoning: "Let me think", content: "" }).words("Run it [1].").stop(),
  reasoningOnly: (reply) => reply.delta({ reasoning_content: "all in here: run it [1]" }).stop(),
  parts: (reply) => reply.delta({ content: [{ type: "text", text: "Run it [1]." }] }).stop(),
  partsWhole: (reply) => reply.whole({ content: [{ type: "text", text: "Run it [1]." }] }),
  toolCall: (reply) =>
    reply
      .delta({ content: null, tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "search" } }] })
      .stop("tool_calls"),
  refusal: (reply) => reply.delta({ refusal: "I cannot help " }).delta({ refusal: "with that." }).stop(),
  contentFilter: (reply) => reply.delta({ content: "Run it [1]. And " }).stop("content_filter"),
  contentFilterAtOnce: (reply) => reply.stop("content_filter"),
  noAnswer: (reply) => reply.words("The documents do not answer this.").stop(),
  noAnswerMarked: (reply) => reply.words("Nothing in the passages speaks of that. [0]").stop(),
  noAnswerGerman: (reply) => reply.words("Die Dokumente beantworten das nicht.").stop(),
  noAnswerInPart: (reply) =>
    reply.words("It is deployctl [1]. The documents do not answer this for the second part.").stop(),
  noCitation: (reply) => reply.words("Run deployctl rollback.").stop(),
  wrongCitation: (reply) => reply.words("Run deployctl rollback [9].").stop(),
  citationForms: (reply) =>
    reply.words("A [1-2]. B [1, 2]. C 【2】. D (passage 2). E [^1]. F [passage 2]. G [[1]]. H array[0].").stop(),
  code: (reply) => reply.words("Use `argv[2]` and `x[9]`; see the docs.").stop(),
  unauthorized: (reply) => reply.error(401, { message: "Incorrect API key provided: sk-abc" }),
  rateLimitedOnce: (reply, _body, attempt) =>
    attempt === 1 ? reply.error(429, { message: "Rate limit" }, { "retry-after": "0" }) : reply.words("ok [1].").stop(),
  rateLimited: (reply) => reply.error(429, { message: "Rate limit reached" }, { "retry-after-ms": "1" }),
  rateLimitedForLong: (reply) => reply.error(429, { message: "Quota" }, { "retry-after": "3600" }),
  serverError: (reply) => reply.error(500, ""),
  loading: (reply, _body, attempt) =>
    attempt < 3 ? reply.error(503, { message: "Loading model", code: 503 }) : reply.words("ok [1].").stop(),
  page: ({ response }) => void response.setHeader("content-type", "text/html").end(page),
  badGateway: ({ response }) =>
    void response.writeHead(502, { "content-type": "text/html" }).end("<title>502 Bad Gateway</title>\u001B[31mred"),
  temperature: (reply, { temperature }) =>
    temperature === undefined || temperature === 1
      ? reply.words("ok [1].").stop()
      : reply.error(400, { message: "Unsupported value: 'temperature' does not support 0 with this model." }),
  noSystemRole: (reply, { messages }) =>
    messages[0]!.role === "system"
      ? reply.error(400, { message: "System role not supported" })
      : reply.words("ok [1].").stop(),
  noStreaming: (reply, { stream }) =>
    stream ? reply.error(400, { message: "stream is not supported" }) : reply.whole({ content: "ok [1]." }),
  slow: async (reply) => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    reply.words("slow [1].").stop();
  },
  pings: async (reply) => {
    for (let i = 0; i < 6; i++) {
      reply.response.write(": ping\n\n");
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    reply.words("after pings [1].").stop();
  },
  drops: async (reply) => {
    reply.delta({ content: "Run deployctl" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    reply.response.destroy();
  },
  errorInTheMiddle: (reply) =>
    void reply
      .delta({ content: "Run " })
      .event({ error: { message: "CUDA out of memory" } })
      .response.end(),
  cutByLength: (reply) => reply.delta({ content: "Run deployctl [1]" }).stop("length"),
  redirect: ({ response }) => void response.writeHead(307, { location: "http://127.0.0.1:9/elsewhere" }).end(),
  escapes: (reply) => reply.words("\u001B]0;pwned\u0007\u001B[31mRed\u001B[0m [1]\u202E\u200B.").stop(),
  long: (reply) => {
    for (let i = 0; i < 3000; i++) reply.delta({ content: `word${i} [1] ` });
    reply.stop();
  },
  notFound: ({ response }) => void response.writeHead(404).end("404 page not found"),
  unknownModel: (reply) => reply.error(404, { message: "model 'fake-1' not found, try pulling it first" }),
};

/** Answers `/SCENARIO/v1/…` as the scenario of that name does. */
export async function answerScenario(
  request: IncomingMessage,
  response: ServerResponse,
  attempts: Map<string, number>,
): Promise<void> {
  let text = "";
  for await (const block of request) text += String(block);
  const [, name, ...rest] = request.url!.split("/");
  const scenario = scenarios[name!];
  const path = rest.join("/");
  if (path === "v1/models") {
    const ids = name === "ok" ? ["nomic-embed-text", "fake-1"] : ["fake-1"];
    return void response.end(JSON.stringify({ object: "list", data: ids.map((id) => ({ id })) }));
  }
  if (path !== "v1/chat/completions" || !scenario) return void response.writeHead(404).end("404 page not found");
  const attempt = (attempts.get(name!) ?? 0) + 1;
  attempts.set(name!, attempt);
  await scenario(new Reply(response), JSON.parse(text) as RequestBody, attempt);
}
