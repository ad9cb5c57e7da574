/** `ferris serve` gets a signal while it works: it ends, the port is free, and the next one answers as if nothing had been. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { fault, randomFrom } from "@ferris/testing";
import { startFerris } from "../../cli/support/ferris-process.ts";
import { examine } from "../../indexing/support/examine.ts";
import { folderOf } from "../../support/files.ts";
import { addDocuments } from "../support/corpus.ts";
import { noSignals, timed } from "../support/disturb.ts";

const model = fileURLToPath(new URL("../../../../metal-candle/test/goldens/tiny/bert", import.meta.url));

fault("serve, ended while it answers and indexes", { seconds: 12, least: 3, unless: noSignals }, async (run) => {
  const [docs, place] = [folderOf(), folderOf()];
  addDocuments(docs, randomFrom(1), 30);
  await timed(["index", docs, "--db", place, "--model", model, "--device", "cpu", "--quiet"]);
  const start = async (port: string) => {
    const args = ["serve", "--port", port, "--db", place, "--model", model, "--device", "cpu", "--allow-index", docs];
    const child = startFerris(args);
    const url = await run.within(
      60,
      "serve's start",
      new Promise<string>((resolve, reject) => {
        let said = "";
        child.stderr!.on("data", (data) => {
          said += data;
          const found = /listening on (http:\S+)/.exec(said)?.[1];
          if (found) resolve(found);
        });
        child.once("exit", () => reject(new Error(said)));
      }),
    );
    return { child, url };
  };
  const post = (url: string, path: string, body: object) =>
    fetch(url + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  let port = "0";
  let first = "";
  for (const n of run.tries()) {
    const { child, url } = await start(port);
    port = new URL(url).port;
    const answer = (await (await post(url, "/search", { query: "kalo mine", limit: 5, mode: "vector" })).json()) as {
      results: { path: string }[];
    };
    const paths = answer.results.map((result) => result.path).join();
    first ||= paths;
    if (paths !== first) run.lost("another answer than before the signal");
    addDocuments(docs, randomFrom(7), 5, "again");
    const work = [
      ...Array.from({ length: 8 }, () =>
        post(url, "/v1/embeddings", { input: Array.from({ length: 50 }, (_, i) => `text ${i}`) }),
      ),
      post(url, "/index", { paths: [docs] }),
    ].map((request) => request.then((response) => response.text()).catch(() => "cut"));
    await sleep(run.random() * 600);
    const signal = (["SIGKILL", "SIGTERM", "SIGINT"] as const)[n % 3]!;
    const ended = once(child, "exit") as Promise<[number | null]>;
    child.kill(signal);
    const [code] = await run.within(30, `serve after ${signal}`, ended);
    if (signal !== "SIGKILL" && code !== 0) run.lost(`serve ended with ${code} after ${signal}`);
    await Promise.all(work);
    try {
      examine(place);
    } catch (error) {
      run.lost(`unsound: ${String(error).split("\n")[0]}`);
    }
    first = "";
    run.ended(signal);
  }
  const { child, url } = await start(port);
  if (!(await fetch(`${url}/status`)).ok) run.lost("no server afterwards");
  child.kill("SIGKILL");
  await once(child, "exit");
});
