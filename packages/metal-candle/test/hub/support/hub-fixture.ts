/**
 * A hub, a repository on it and an empty cache for every test of a file that imports this, and what those tests say again and again.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { ModelNotFoundError } from "../../../src/errors.ts";
import type { Patience } from "../../../src/hub/hub-client.ts";
import { pullModel, type PullOptions } from "../../../src/hub/pull.ts";
import { readModel } from "../../../src/models/read-model.ts";
import { tinyModelFolder } from "../../support/goldens.ts";
import { hubCommit, HubServer } from "./hub-server.ts";

export const hubId = "someone/tiny-dense";
export const impatient: Patience = {
  attempts: 3,
  backoffMilliseconds: 1,
  longestWaitMilliseconds: 2000,
  stallMilliseconds: 20_000,
  answerMilliseconds: 20_000,
  leastBytesPerSecond: 200,
};

/** What a repository of this model would hold, with files that are not needed. */
function repositoryFiles(): Map<string, Uint8Array> {
  const folder = tinyModelFolder("bert-dense");
  const names = [
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "model.safetensors",
    "1_Pooling/config.json",
    "2_Dense/config.json",
    "2_Dense/model.safetensors",
  ];
  const files = new Map<string, Uint8Array>(names.map((name) => [name, readFileSync(join(folder, name))]));
  for (const name of [
    "README.md",
    "pytorch_model.bin",
    "onnx/model.onnx",
    "onnx/config.json",
    "openvino/model.safetensors",
  ]) {
    files.set(name, new TextEncoder().encode(`${name} is not needed`));
  }
  return files;
}

export let files: Map<string, Uint8Array>;
export let hub: HubServer;
export let cache: string;

/** Has each test of a file find a hub of its own. To be called once by the file. */
export function useHub(): void {
  beforeEach(async () => {
    files = repositoryFiles();
    hub = new HubServer(hubId, files);
    await hub.start();
    cache = await mkdtemp(join(tmpdir(), "metal-candle-hub-"));
    vi.stubEnv("HF_ENDPOINT", `${hub.endpoint}/`);
    vi.stubEnv("HF_HUB_OFFLINE", "");
    vi.stubEnv("HF_TOKEN", "");
    vi.stubEnv("HF_HOME", join(cache, "home"));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await hub.stop();
    await rm(cache, { recursive: true, force: true });
  });
}

export const pull = (options: PullOptions = {}, id = hubId, patience = impatient) =>
  pullModel(id, { cacheDir: cache, ...options }, patience);
export const repository = (): string => join(cache, "models--someone--tiny-dense");
export const incomplete = (): string[] =>
  existsSync(join(repository(), "blobs"))
    ? readdirSync(join(repository(), "blobs")).filter((name) => name.endsWith(".incomplete"))
    : [];

/** Lets the first `times` requests for a file's content go wrong. */
export function failFirst(
  name: string,
  times: number,
  how: (request: IncomingMessage, response: ServerResponse, bytes: Uint8Array) => void,
): void {
  let left = times;
  const isLarge = name.endsWith(".safetensors");
  hub.fault = (request, response, file) => {
    // Large files are asked for at the hub, and then where it sends us.
    if (file !== name || (isLarge && !request.url!.startsWith("/storage/")) || left === 0) return false;
    left -= 1;
    how(request, response, files.get(name)!);
    return true;
  };
}

export async function expectFailure(
  promise: Promise<unknown>,
  type: new (message: string) => Error,
  message: RegExp,
): Promise<void> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toMatch(message);
}

/** Nothing that a reader would take for a model. */
export async function expectNoModel(): Promise<void> {
  await expect(readModel(hubId, { cacheDir: cache })).rejects.toThrow(ModelNotFoundError);
  expect(existsSync(join(repository(), "snapshots", hubCommit))).toBe(false);
}
