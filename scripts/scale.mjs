/**
 * npm run test:scale: many workers on one queue against a single process, on the PostgreSQL that FERRIS_TEST_POSTGRES_URL names. Workers are killed every few
 * seconds, one is stopped past its lease, the server is restarted once; at the end the index equals the single process's, row for row. Also what
 * the queue itself costs for each document, and throughput against the number of workers.
 *
 * With --network, in place of all that: two hosts (network namespaces, Linux and root) whose links to the server are cut for longer than a lease, one after the
 * other, and healed.
 *
 *   node scripts/scale.mjs [--network] [--chunks 20000] [--workers 6] [--kill-every 3] [--lease 5] [--restart "COMMAND"] [--table 1,2,4] [--model FOLDER] [--device cpu]
 *
 * Documents are the Markdown files that came with our dependencies. Without --restart every connection is cut by the server instead.
 */
import { spawn, execSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { connect } from "../packages/ferris/dist/store/postgres/connection.js";
import { collectionNamed, unnamed } from "../packages/ferris/dist/store/postgres/collection.js";
import { queueOf } from "../packages/ferris/dist/queue/open-queue.js";
import { root } from "./steps.mjs";

const { values } = parseArgs({
  options: {
    chunks: { type: "string", default: "20000" },
    workers: { type: "string", default: "6" },
    "kill-every": { type: "string", default: "3" },
    lease: { type: "string", default: "5" },
    restart: { type: "string" },
    table: { type: "string", default: "" },
    network: { type: "boolean", default: false },
    model: { type: "string", default: join(root, "packages/metal-candle/test/goldens/tiny/bert") },
    device: { type: "string", default: "cpu" },
  },
});
const base = process.env.FERRIS_TEST_POSTGRES_URL;
if (!base) {
  console.error("NOT RUN: FERRIS_TEST_POSTGRES_URL names no PostgreSQL with pgvector");
  process.exit(1);
}
const ferris = join(root, "packages/ferris/bin/ferris.js");
const folder = mkdtempSync(join(tmpdir(), "ferris-scale-"));
const lease = Number(values.lease);
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const schemas = [];

function schemaUrl(name) {
  const url = new URL(base);
  url.searchParams.set("schema", `scale_${process.pid}_${name}`);
  schemas.push(url.searchParams.get("schema"));
  return url.href;
}

function start(url, parameters, before = []) {
  const environment = {
    ...process.env,
    FERRIS_STORE: url,
    FERRIS_MODEL: values.model,
    FERRIS_DEVICE: values.device,
    HOME: folder,
  };
  const [command, ...all] = [...before, process.execPath, ferris, ...parameters];
  const child = spawn(command, all, {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (output += data));
  const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal, output })));
  return { child, ended };
}

async function run(url, parameters) {
  const { code, output } = await start(url, parameters).ended;
  if (code !== 0) throw new Error(`ferris ${parameters.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

/** Real Markdown until there are about so many chunks of it, as the tiny model reads them. */
function documents(chunks) {
  const target = join(folder, "documents");
  mkdirSync(target);
  const names = readdirSync(join(root, "node_modules"), { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".md"),
  );
  let characters = 0;
  let count = 0;
  for (const name of names.sort()) {
    if (characters > chunks * 130) break;
    const text = readFileSync(join(root, "node_modules", name), "utf8");
    if (text.length > 200_000) continue;
    characters += text.length;
    writeFileSync(join(target, `${String(count++).padStart(5, "0")}.md`), text);
  }
  return { target, count };
}

async function drained(url) {
  const connection = await connect(url);
  try {
    const [row] = await connection.query(
      "SELECT count(*) FILTER (WHERE state <> 'failed') AS left, count(*) FILTER (WHERE state = 'failed') AS failed FROM jobs",
    );
    return row;
  } finally {
    await connection.close();
  }
}

async function withTrouble(url, count) {
  const workers = new Set();
  const seen = { killed: 0, stopped: 0, restarted: 0, lost: 0 };
  const ends = [];
  const add = () => {
    const worker = start(url, ["worker", "--drain", "--lease", values.lease, "--budget", "4096", "--json"]);
    workers.add(worker);
    ends.push(
      worker.ended.then(({ output }) => {
        workers.delete(worker);
        return (seen.lost += output.match(/documents? had been taken over/g)?.length ?? 0);
      }),
    );
  };
  for (let i = 0; i < count; i++) add();
  await wait(Number(values["kill-every"]));
  const [paused] = workers;
  paused.child.kill("SIGSTOP");
  seen.stopped++;
  const until = performance.now() + lease * 2500;
  for (let turn = 0; ; turn++) {
    if (performance.now() > until) paused.child.kill("SIGCONT");
    const { left } = await drained(url).catch(() => ({ left: 1 }));
    if (left === 0) break;
    const victims = [...workers].filter((worker) => worker !== paused);
    if (victims.length > 0) {
      victims[turn % victims.length].child.kill("SIGKILL");
      seen.killed++;
    }
    if (turn === 2) {
      if (values.restart) execSync(values.restart, { stdio: "ignore" });
      else {
        const connection = await connect(url);
        await connection.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = 'ferris'",
        );
        await connection.close();
      }
      seen.restarted++;
    }
    while (workers.size < count) add();
    await wait(Number(values["kill-every"]));
  }
  paused.child.kill("SIGCONT");
  await Promise.all(ends);
  return seen;
}

/** Two hosts with a link each to this one, which relays to the server; their links are cut in turn. */
async function withCutLinks(url) {
  const server = new URL(url);
  const hosts = [1, 2].map((n) => ({
    name: `ferris${process.pid % 1000}h${n}`,
    link: `fv${process.pid % 1000}h${n}`,
    here: `10.231.${n}.1`,
    there: `10.231.${n}.2`,
  }));
  const relay = createServer((from) => {
    const to = createConnection(Number(server.port || 5432), server.hostname);
    from.pipe(to).pipe(from);
    for (const socket of [from, to]) socket.on("error", () => [from, to].forEach((one) => one.destroy()));
  });
  await new Promise((resolve) => relay.listen(0, "0.0.0.0", resolve));
  const { port } = relay.address();
  const seen = { cuts: 0, failures: 0, lost: 0 };
  try {
    for (const { name, link, here, there } of hosts) {
      execSync(
        `ip netns add ${name} && ip link add ${link} type veth peer name eth0 netns ${name} && ip addr add ${here}/24 dev ${link} && ip link set ${link} up && ` +
          `ip -n ${name} addr add ${there}/24 dev eth0 && ip -n ${name} link set eth0 up && ip -n ${name} link set lo up`,
      );
    }
    const workers = hosts.flatMap(({ name, here }) => {
      const reached = new URL(url);
      reached.hostname = here;
      reached.port = String(port);
      const parameters = ["worker", "--drain", "--lease", values.lease, "--budget", "2048", "--json"];
      return [0, 1].map(() => start(reached.href, parameters, ["ip", "netns", "exec", name]));
    });
    await wait(8);
    for (const { link } of hosts) {
      execSync(`ip link set ${link} down`);
      seen.cuts++;
      await wait(lease * 3);
      execSync(`ip link set ${link} up`);
      await wait(lease);
    }
    for (const { code, output } of await Promise.all(workers.map(({ ended }) => ended))) {
      if (code !== 0) {
        seen.failures++;
        console.log(output.slice(-500));
      }
      seen.lost += [...output.matchAll(/documents? had been taken over/g)].length;
    }
    // A worker whose link was gone for too long has said so and ended: what it had is still in the queue.
    await run(url, ["worker", "--drain"]);
  } finally {
    for (const { name, link } of hosts) execSync(`ip link del ${link}; ip netns del ${name}`, { stdio: "ignore" });
    relay.close();
  }
  return seen;
}

/** Rows that one has and the other does not, of everything an index is made of; vectors within rounding (the CPU device's depend on a batch's shape). */
async function differences(one, other) {
  const connection = await connect(one);
  const [a, b] = [one, other].map((url) => new URL(url).searchParams.get("schema"));
  const documentRow =
    "path, type, title, line_basis, fields::text, size, modified_time, content_hash, recipe, chunks, tokens, missing";
  const chunkRow =
    "d.path, c.ordinal, c.hash, c.heading_path, c.text, c.start_line, c.end_line, c.tokens, w.words::text, w.size";
  const rows = (schema) =>
    `SELECT ${chunkRow} FROM ${schema}.chunks c JOIN ${schema}.documents d ON d.id = c.document_id LEFT JOIN ${schema}.chunk_words w ON w.chunk_id = c.id`;
  const both = (query) => `(${query(a)} EXCEPT ALL ${query(b)}) UNION ALL (${query(b)} EXCEPT ALL ${query(a)})`;
  const count = async (query) => (await connection.query(`SELECT count(*) AS n FROM (${query}) AS different`))[0].n;
  const at = (schema) =>
    `SELECT d.path, c.ordinal, v.vector FROM ${schema}.chunks c JOIN ${schema}.documents d ON d.id = c.document_id JOIN ${schema}.vectors v ON v.chunk_id = c.id`;
  const found = {
    documents: await count(both((schema) => `SELECT ${documentRow} FROM ${schema}.documents`)),
    chunks: await count(both(rows)),
    vectors: await count(
      `SELECT 1 FROM (${at(a)}) AS x FULL JOIN (${at(b)}) AS y USING (path, ordinal) WHERE x.vector IS NULL OR y.vector IS NULL OR x.vector <-> y.vector > 1e-4`,
    ),
    vocabulary: await count(both((schema) => `SELECT word FROM ${schema}.vocabulary`)),
  };
  const [{ n: chunks }] = await connection.query(`SELECT count(*) AS n FROM ${a}.chunks`);
  await connection.close();
  return { found, chunks };
}

/** Milliseconds that adding, claiming and finishing take for a document, without reading or embedding it. */
async function overhead(url, count) {
  const connection = await connect(url);
  const { id } = await collectionNamed(connection, unnamed);
  const { queue, intake } = queueOf(connection, id);
  const content = new TextEncoder().encode("x".repeat(4_000));
  const began = performance.now();
  for (let i = 0; i < count; i += 64) {
    const jobs = Array.from({ length: 64 }, (_, k) => ({
      path: `/overhead/${i + k}`,
      size: 4_000,
      modifiedTime: 1,
      maxTokens: null,
      content,
      priority: -1,
    }));
    await intake.add(jobs);
  }
  const added = performance.now();
  let done = 0;
  for (;;) {
    const claims = await queue.claim({ worker: "overhead", bytes: 262_144, most: 256, seconds: 60, readsBelow: [] });
    if (claims.length === 0) break;
    done += (await connection.write((sql) => queue.complete(sql, claims))).size;
  }
  const ended = performance.now();
  await connection.close();
  return { add: (added - began) / done, work: (ended - added) / done };
}

const { target, count } = documents(Number(values.chunks));
console.log(`${count} documents`);
try {
  const single = schemaUrl("single");
  const began = performance.now();
  await run(single, ["index", target]);
  const alone = (performance.now() - began) / 1000;
  const many = schemaUrl("many");
  await run(many, ["index", target, "--enqueue"]);
  const cost = await overhead(single, 2048);
  console.log(
    `the queue's own cost per document: ${cost.add.toFixed(2)} ms to add, ${cost.work.toFixed(2)} ms to claim and finish`,
  );
  const started = performance.now();
  const seen = values.network ? await withCutLinks(many) : await withTrouble(many, Number(values.workers));
  const seconds = (performance.now() - started) / 1000;
  const { found, chunks } = await differences(single, many);
  const { failed } = await drained(many);
  console.log(`one process: ${alone.toFixed(1)} s, ${(chunks / alone).toFixed(0)} chunks/s, loading included`);
  console.log(
    `${values.network ? "two hosts with two" : values.workers} workers in trouble: ${seconds.toFixed(1)} s; ${JSON.stringify(seen)}; ${failed} failed`,
  );
  console.log(`${chunks} chunks; rows that differ: ${JSON.stringify(found)}`);
  const table = [];
  for (const workers of values.table.split(",").filter(Boolean).map(Number)) {
    const url = schemaUrl(`of_${workers}`);
    await run(url, ["index", target, "--enqueue"]);
    const at = performance.now();
    await Promise.all(Array.from({ length: workers }, () => run(url, ["worker", "--drain"])));
    const took = (performance.now() - at) / 1000;
    table.push({ workers, seconds: Number(took.toFixed(1)), "chunks/s": Math.round(chunks / took) });
  }
  if (table.length > 0) console.table(table);
  const problems =
    Object.values(found).reduce((sum, n) => sum + n, 0) + failed + ((seen.killed ?? seen.cuts) === 0 ? 1 : 0);
  process.exitCode = problems === 0 ? 0 : 1;
  if (seen.killed === 0) console.log("nobody was killed: it was over too soon to say anything; give --chunks");
} finally {
  const connection = await connect(base);
  for (const schema of schemas) await connection.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await connection.close();
  rmSync(folder, { recursive: true });
}
