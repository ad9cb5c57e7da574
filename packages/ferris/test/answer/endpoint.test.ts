/** Which endpoint is asked: one that was named, or one that runs here; its models, its address, its credentials. */
import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { findEndpoint } from "../../src/answer/endpoint.ts";
import { AnswerError, UsageError } from "../../src/errors.ts";
import { serve } from "./support/endpoint-server.ts";

describe("which endpoint", () => {
  const none = {};
  const lists: RequestListener = (request, response) => {
    if (request.url === "/v1/models") response.end('{"data":[{"id":"small-model"}]}');
    else response.writeHead(404).end();
  };

  test("without a named or a local endpoint there is none", async () => {
    expect(await findEndpoint(none, { local: ["http://127.0.0.1:9/v1"] })).toBeNull();
  });
  test("one that runs here is found, with its first model", async () => {
    const url = await serve(lists);
    expect(await findEndpoint(none, { local: ["http://127.0.0.1:9/v1", url] })).toEqual({
      baseUrl: url,
      otherBaseUrl: null,
      model: "small-model",
      authorization: null,
      temperature: null,
      timeoutMs: 600_000,
    });
  });
  test("one that is named is used as it is", async () => {
    const settings = { baseUrl: "https://example.com/v1/", model: "big", apiKey: "k", temperature: 0.5, timeout: 5 };
    expect(await findEndpoint(settings)).toEqual({
      baseUrl: "https://example.com/v1",
      otherBaseUrl: null,
      model: "big",
      authorization: "Bearer k",
      temperature: 0.5,
      timeoutMs: 5000,
    });
  });
  test("a named one without a model is asked for its models, or that is an error", async () => {
    const url = await serve(lists);
    expect(await findEndpoint({ baseUrl: url })).toMatchObject({ model: "small-model" });
    const silent = await serve((_request, response) => void response.writeHead(404).end());
    await expect(findEndpoint({ baseUrl: silent })).rejects.toThrow("does not list its models; name one");
  });
  test.each<[string, RequestListener, string, typeof AnswerError]>([
    ["a refusal", (_q, r) => void r.writeHead(401).end("no"), "answered 401 (the API key is", AnswerError],
    ["silence", () => {}, "/v1/models did not answer within 0.2 s", AnswerError],
    ["a page", (_q, r) => void r.end("<html>"), 'did not answer with a list of models but with "<html>"', AnswerError],
    ["a break", (_q, r) => void r.write("{", () => r.destroy()), "/v1/models broke off", AnswerError],
    ["a redirect", (_q, r) => void r.writeHead(302, { location: "/x" }).end(), "redirects to another", AnswerError],
    ["an empty list", (_q, r) => void r.end('{"data":[]}'), "lists no models", AnswerError],
  ])("%s in place of a list of models is said as it is", async (_name, listener, message, kind) => {
    const baseUrl = await serve(listener);
    const found = findEndpoint({ baseUrl }, { listMs: 200 });
    await expect(found).rejects.toThrow(kind);
    await expect(found).rejects.toThrow(message);
    expect(await findEndpoint(none, { local: [baseUrl] })).toBeNull();
  });
  test("a named one that is not there is said to be unreachable", async () => {
    const found = findEndpoint({ baseUrl: "http://127.0.0.1:9/v1" });
    await expect(found).rejects.toThrow(AnswerError);
    await expect(found).rejects.toThrow("http://127.0.0.1:9/v1/models cannot be reached: ");
  });
  test.each(["localhost:1234", "file:///etc/passwd", "not a url"])("%s is not an endpoint", async (baseUrl) => {
    await expect(findEndpoint({ baseUrl })).rejects.toThrow(UsageError);
  });

  test("a model that embeds, reranks or listens is not chosen", async () => {
    const names = ["nomic-embed-text:latest", "bge-m3", "whisper-1", "llama3.2:3b", "qwen3"];
    const data = names.map((id) => ({ id }));
    const url = await serve((_request, response) => void response.end(JSON.stringify({ data })));
    expect(await findEndpoint({ baseUrl: url })).toMatchObject({ model: "llama3.2:3b" });
    const others = await serve((_q, r) => void r.end(JSON.stringify({ data: data.slice(0, 3) })));
    await expect(findEndpoint({ baseUrl: others })).rejects.toThrow(
      "lists no model that can chat, only nomic-embed-text:latest, bge-m3, whisper-1",
    );
  });
  test("the /v1 may be left out, or too much be given", async () => {
    const url = await serve(lists);
    for (const baseUrl of [url.slice(0, -3), `${url}/`, `${url}/chat/completions`, `${url}/models`]) {
      expect(await findEndpoint({ baseUrl }), baseUrl).toMatchObject({ baseUrl: url, model: "small-model" });
    }
    expect(await findEndpoint({ baseUrl: url.slice(0, -3), model: "m" })).toMatchObject({ otherBaseUrl: url });
    expect(await findEndpoint({ baseUrl: "https://x.test/api/v1beta", model: "m" })).toMatchObject({
      otherBaseUrl: null,
    });
  });
  test("a name and password in the URL are sent as such, and shown nowhere", async () => {
    const found = await findEndpoint({ baseUrl: "http://user:p%40ss@127.0.0.1:9/v1", model: "m" });
    expect(found).toMatchObject({
      baseUrl: "http://127.0.0.1:9/v1",
      authorization: `Basic ${Buffer.from("user:p@ss").toString("base64")}`,
    });
    await expect(findEndpoint({ baseUrl: "ftp://user:secret@host" })).rejects.not.toThrow("secret");
    const unreachable = findEndpoint({ baseUrl: "http://user:secret@127.0.0.1:9/v1" });
    await expect(unreachable).rejects.not.toThrow("secret");
    await expect(unreachable).rejects.toThrow("http://127.0.0.1:9/v1/models cannot be reached");
  });
});
