/**
 * An assistant that has these tools and nothing else, over HTTP and in both eras of the protocol: it is asked, searches, reads on, and cites a
 * file and a line. The file itself then says whether that was right.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientOf2025 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportOf2025 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { beforeAll, describe, expect, test } from "vitest";
import { useServer } from "./support/server.ts";

const server = useServer();

/** What is asked, and a piece of the line that answers it. */
const questions = [
  { question: "how long does a session token live", file: "security.md", answer: "expires after 45 minutes" },
  { question: "what does a berth for a small boat cost", file: "harbour.html", answer: "nine crowns" },
  { question: "which function retries a failed upload", file: "upload.py", answer: "def send_again" },
  { question: "who is the contact person in Lisbon", file: "offices.csv", answer: "Ana Duarte" },
  { question: "at which temperature is the bread baked", file: "baking.txt", answer: "230 degrees" },
];

const files: Readonly<Record<string, string>> = {
  "security.md":
    "# Security\n\nWho may do what.\n\n## Keys\n\nA key is rotated each year.\n\n## Sessions\n\nEvery session token\nexpires after 45 minutes without a request.\n",
  "harbour.html":
    "<!doctype html>\n<html>\n<head><title>Harbour fees</title></head>\n<body>\n<h1>Fees</h1>\n<p>Berths are let by the night.</p>\n\n<ul>\n<li>A berth for a small boat costs\nnine crowns.</li>\n<li>A large one is twenty.</li>\n</ul>\n</body>\n</html>\n",
  "upload.py":
    '"""Uploads of reports."""\n\nimport time\n\n\ndef send(report):\n    """Sends a report once."""\n    return post("/reports", report)\n\n\ndef send_again(report, times=3):\n    """Retries an upload that failed, after a pause."""\n    for _ in range(times):\n        time.sleep(1)\n        if send(report):\n            return True\n    return False\n',
  "offices.csv":
    "city,street,contact person\nOslo,Storgata 1,Kari Nordmann\nLisbon,Rua Augusta 10,Ana Duarte\nVienna,Ring 3,Max Huber\n",
  // As Windows writes it.
  "baking.txt":
    "Baking\r\n\r\nHeat the oven an hour before.\r\nThe bread is baked at a temperature of\r\n230 degrees for forty minutes.\r\n",
};

interface Place {
  readonly id: number;
  readonly path: string;
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}

interface Tools {
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

async function connected(era: "2025" | "2026"): Promise<Tools> {
  const url = new URL(`${server.url}/mcp`);
  if (era === "2026") {
    const client = new Client({ name: "test", version: "0" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
    await client.connect(new StreamableHTTPClientTransport(url));
    return client as unknown as Tools;
  }
  const client = new ClientOf2025({ name: "test", version: "0" });
  // Its types were made without exactOptionalPropertyTypes.
  await client.connect(new TransportOf2025(url) as never);
  return client as unknown as Tools;
}

async function call<Answer>(tools: Tools, name: string, args: Record<string, unknown>): Promise<Answer> {
  const answer = (await tools.callTool({ name, arguments: args })) as { isError?: boolean; structuredContent: Answer };
  expect(answer.isError ?? false, JSON.stringify(answer)).toBe(false);
  return answer.structuredContent;
}

beforeAll(async () => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(server.docs, name), text);
  const started = await fetch(`${server.url}/index`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  const { id } = (await started.json()) as { id: string };
  await (await fetch(`${server.url}/index/${id}/events`)).text();
});

describe.each(["2025", "2026"] as const)("an assistant of %s", (era) => {
  test.each(questions)("$question", async ({ question, file, answer }) => {
    const tools = await connected(era);
    const { results } = await call<{ results: Place[] }>(tools, "search", { query: question, limit: 1 });
    // It reads the passage whole, as an assistant would before it answers.
    const read = await call<{ lines: Place["lines"]; path: string }>(tools, "read", { id: results[0]!.id });
    await tools.close();
    const cited = read.lines.find(({ text }) => text.includes(answer));
    expect([read.path, cited?.text]).toEqual([join(server.docs, file), expect.stringContaining(answer)]);
    const onDisk = readFileSync(join(server.docs, file), "utf8").split(/\r?\n/)[cited!.number - 1];
    expect(onDisk).toContain(answer);
  });
});
