/** `ferris pull` from a hub on this machine, and `ferris quantize`, as processes; both end in a model that embeds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hubCommit, HubServer } from "../../../../metal-candle/test/hub/support/hub-server.ts";
import { ferris, temporaryFolder } from "../support/ferris-here.ts";

const tiny = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert/", import.meta.url));

describe("pull", () => {
  const names = [
    "config.json",
    "modules.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "model.safetensors",
    "1_Pooling/config.json",
  ];
  const files = new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(tiny, name)))]));
  const hub = new HubServer("someone/tiny", files);
  const cache = temporaryFolder("hub");
  let environment: Record<string, string>;
  beforeAll(async () => {
    await hub.start();
    environment = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache, HF_HUB_OFFLINE: "", HF_TOKEN: "" };
  });
  afterAll(() => hub.stop());

  test("brings a model that other commands then find by its id, and never before", async () => {
    const embed = ["embed", "--device", "cpu", "--model", "someone/tiny"];
    const offline = { ...environment, HF_HUB_OFFLINE: "1" };
    expect((await ferris(embed, { input: "a", environment: offline })).code).toBe(10);
    const { code, stdout, stderr } = await ferris(["pull", "someone/tiny"], { environment });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`someone/tiny at ${hubCommit.slice(0, 12)}: ${names.length} files`);
    const embedded = await ferris(embed, { input: "a", environment: offline });
    expect(embedded.code, embedded.stderr).toBe(0);
    expect(embedded.stdout).toMatch(/^\{"embedding":\[/);
  });

  test("says what was fetched as JSON, too", async () => {
    const { stdout } = await ferris(["pull", "someone/tiny", "--json"], { environment });
    expect(JSON.parse(stdout)).toMatchObject({ id: "someone/tiny", commit: hubCommit });
  });

  test("a model that the hub does not have, and an invalid id", async () => {
    const unknown = await ferris(["pull", "someone/else"], { environment });
    expect(unknown.code).toBe(10);
    expect(unknown.stderr).toContain("someone/else");
    expect((await ferris(["pull", "../etc"], { environment })).code).toBe(2);
  });
});

describe("quantize", () => {
  test("writes a folder that loads, near the original", async () => {
    const out = join(temporaryFolder("quantize"), "tiny-q8");
    const { code, stdout, stderr } = await ferris([
      "quantize",
      tiny,
      "--out",
      out,
      "--check",
      "--device",
      "cpu",
      "--json",
    ]);
    expect(code, stderr).toBe(0);
    const { quantized, cosines } = JSON.parse(stdout) as { quantized: number; cosines: number[] };
    expect(quantized).toBeGreaterThan(0);
    for (const cosine of cosines) expect(cosine).toBeGreaterThan(0.99);
    const again = await ferris(["quantize", tiny, "--out", out]);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("is not empty");
  });

  test("needs to be told where to", async () => {
    const { code, stderr } = await ferris(["quantize", tiny]);
    expect(code).toBe(2);
    expect(stderr).toContain("required option '-o, --out <dir>' not specified");
  });
});
