/** A user name and password in the hub's URL: sent to the hub, in the token's place; to no storage elsewhere, and in no message. */
import { expect, test, vi } from "vitest";
import { DownloadError, InvalidArgumentError } from "../../src/errors.ts";
import { expectFailure, hub, pull, repository, useHub } from "./support/hub-fixture.ts";

useHub();

const password = "pässwort:1";
const withPassword = (endpoint: string): string =>
  endpoint.replace("://", `://some%20one:${encodeURIComponent(password)}@`);

test("are sent to the hub alone, and the model loads", async () => {
  vi.stubEnv("HF_TOKEN", "hf_secret");
  vi.stubEnv("HF_ENDPOINT", withPassword(hub.endpoint));
  await pull();
  const expected = `Basic ${Buffer.from(`some one:${password}`).toString("base64")}`;
  const port = new URL(hub.endpoint).port;
  for (const { host, authorization } of hub.requests) {
    expect(authorization).toBe(host?.endsWith(`:${port}`) ? expected : undefined);
  }
  expect(hub.requests.some(({ host }) => !host?.endsWith(`:${port}`))).toBe(true);
  expect(repository()).toBeTruthy();
});

test("are in no message, whatever is wrong", async () => {
  vi.stubEnv("HF_ENDPOINT", withPassword(hub.endpoint));
  hub.fault = (_, response) => {
    response.writeHead(403).end();
    return true;
  };
  await expectFailure(
    pull(),
    DownloadError,
    /127\.0\.0\.1:\d+ refuses .*the user name and password in the hub's URL may not read it/,
  );
  for (const endpoint of ["http://user:secret@127.0.0.1:9", "ftp://user:secret@there", "http://user:secret@:x"]) {
    vi.stubEnv("HF_ENDPOINT", endpoint);
    const error = await pull().then(
      () => new Error("it worked"),
      (reason: Error) => reason,
    );
    expect([DownloadError, InvalidArgumentError]).toContain(error.constructor);
    expect(error.message).not.toContain("secret");
  }
});
