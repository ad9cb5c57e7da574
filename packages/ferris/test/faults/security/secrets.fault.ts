/** Tokens, keys and passwords that the environment holds: whatever goes wrong, no command prints one, in no log, error or report. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fault } from "@ferris/testing";
import { ferris, startFerris } from "../../cli/support/ferris-process.ts";
import { folderOf } from "../../support/files.ts";

const secrets = ["hf_s3cretToken", "llm-s3cretKey", "s3cretPassword", "serve-s3cretKey"];
const [token, llmKey, password, serveKey] = secrets as [string, string, string, string];

/** A port of this machine where nobody listens. */
const nobody = "127.0.0.1:9";

const environment = {
  HF_TOKEN: token,
  HF_ENDPOINT: `http://user:${password}@${nobody}`,
  HF_HUB_OFFLINE: undefined,
  FERRIS_LLM_API_KEY: llmKey,
  FERRIS_LLM_BASE_URL: `http://user:${password}@${nobody}/v1`,
  FERRIS_LLM_MODEL: "any",
  HTTPS_PROXY: `http://user:${password}@${nobody}`,
};

const commands: readonly (readonly string[])[] = [
  ["doctor", "--device", "cpu"],
  ["doctor", "--device", "cpu", "--json"],
  ["config"],
  ["config", "--json"],
  ["models"],
  ["status", "--json"],
  ["pull", "some/model"],
  ["pull", "some/model", "--json"],
  ["index", "note.md", "--model", "some/model", "--db", "other"],
  ["ask", "what is there?", "--db", "index"],
  ["ask", "what is there?", "--db", "index", "--json"],
  ["search", "note", "--db", "nowhere"],
  ["eval", "--beir", "nowhere"],
  ["serve", "--api-key-file", "keys", "--port", "x"],
];

fault(
  "secrets are not printed by commands",
  { seconds: 1, least: commands.length, most: commands.length },
  async (run) => {
    const cwd = folderOf({ "note.md": "# Note\n\nThere is a note.\n", keys: `${serveKey}\n` });
    await ferris(["index", "note.md", "--db", "index", "--device", "cpu"], { cwd });
    for (const n of run.tries()) {
      const args = commands[n]!;
      const { stdout, stderr, code } = await run.within(120, args.join(" "), ferris(args, { cwd, environment }));
      for (const secret of secrets) {
        if (stdout.includes(secret)) run.lost(`ferris ${args.join(" ")} prints ${secret}: ${lineWith(stdout, secret)}`);
        if (stderr.includes(secret)) run.lost(`ferris ${args.join(" ")} says ${secret}: ${lineWith(stderr, secret)}`);
      }
      run.ended(`exit code ${code}`);
    }
  },
);

fault("secrets are not told by a server", { seconds: 1, least: 1, most: 1 }, async (run) => {
  const cwd = folderOf({ "note.md": "# Note\n" });
  writeFileSync(join(cwd, "keys"), `${serveKey}\n`);
  const child = startFerris(["serve", "--port", "0", "--device", "cpu", "--api-key-file", "keys"], {
    cwd,
    environment,
  });
  let said = "";
  child.stdout!.on("data", (data) => (said += data));
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr!.on("data", (data) => {
      said += data;
      const found = /listening on (http:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.once("exit", () => reject(new Error(said)));
  });
  let told = "";
  for (const key of [serveKey, `${serveKey}x`, ""]) {
    for (const path of ["/status", "/metrics", "/info", "/openapi.json", `/v1/embeddings?key=${serveKey}`, "/search"]) {
      const method = path.startsWith("/v1") || path === "/search" ? "POST" : "GET";
      const body = method === "POST" ? '{"input": 7, "query": 7}' : undefined;
      const response = await fetch(url + path, { method, body, headers: { authorization: `Bearer ${key}` } });
      told += `${JSON.stringify([...response.headers])}${await response.text()}`;
    }
  }
  for (const _ of run.tries()) {
    for (const secret of secrets) {
      if (told.includes(secret)) run.lost(`an answer tells ${secret}: ${lineWith(told, secret)}`);
      if (said.includes(secret)) run.lost(`the log tells ${secret}: ${lineWith(said, secret)}`);
    }
    run.ended("18 answers");
  }
  child.kill("SIGKILL");
  await once(child, "exit");
});

function lineWith(text: string, part: string): string {
  return text
    .split("\n")
    .find((line) => line.includes(part))!
    .slice(0, 200);
}
