/** Standard input on its way to a server in the background: an answer that comes before its end arrives, and input is never lost unsaid. */
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { caller } from "../../src/cli/caller.ts";
import { frame, frameReader, fromCaller, fromServer, type Start } from "../../src/cli/warm/frames.ts";
import { upgradeName } from "../../src/cli/warm/handshake.ts";
import { CommandHost } from "../../src/cli/warm/host.ts";
import { sharedVariables } from "../../src/cli/warm/variables.ts";
import { schemaVersion } from "../../src/store/sqlite/schema-version.ts";
import { ferris, temporaryFolder } from "./support/ferris-process.ts";

/** A server at a socket of its own, where `take` has each connection. Returns its path. */
async function serverOf(take: (visitor: Socket) => void): Promise<string> {
  const home = temporaryFolder("warm-input");
  chmodSync(home, 0o700);
  const path = join(home, "s.sock");
  const server = createServer({ allowHalfOpen: true }, (visitor) => {
    visitor.on("error", () => {});
    take(visitor);
  }).listen(path);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return path;
}

const start: Start = {
  version: "1",
  schema: schemaVersion,
  args: ["embed"],
  folder: "/",
  environment: sharedVariables(process.env),
  stdin: { isTTY: false },
  stdout: { isTTY: false, columns: 0 },
  stderr: { isTTY: false, columns: 0 },
};

test("an answer that the server gives before it has all input arrives, though more is sent after it", async () => {
  const host = new CommandHost({
    warmth: null as never,
    version: "1",
    runProgram: async () => {
      for await (const _ of caller().stdin) break;
      caller().stderr.write("line 1: not JSON\n");
      caller().setExitCode(3);
    },
  });
  let answered: Promise<void> | undefined;
  const path = await serverOf((visitor) => void (answered = host.take(upgradeName, visitor, Buffer.alloc(0))));
  const client = connect(path);
  const errors: unknown[] = [];
  client.on("error", (error) => errors.push(error));
  client.write(frame(fromCaller.start, JSON.stringify(start)));
  client.write(frame(fromCaller.input, "no json\n"));
  await once(client, "readable");
  await answered;
  expect(host.commands).toBe(1);
  // As a slow process does: it has not looked at the answer yet.
  for (let more = 0; more < 3; more++) {
    client.write(frame(fromCaller.input, "more\n".repeat(10_000)));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  client.write(frame(fromCaller.inputEnd));
  const frames: [number, string][] = [];
  const read = frameReader((kind, payload) => {
    frames.push([kind, kind === fromServer.exit ? String(payload[0]) : payload.toString()]);
    if (kind === fromServer.exit) client.destroy();
  });
  let head = true;
  client.on("data", (block: Buffer) => {
    const rest = head ? block.subarray(block.indexOf("\r\n\r\n") + 4) : block;
    head = false;
    read(rest);
  });
  if (!client.destroyed) await once(client, "close");
  expect(errors).toEqual([]);
  expect(frames.filter(([kind]) => kind !== fromServer.wantsInput)).toEqual([
    [fromServer.errors, "line 1: not JSON\n"],
    [fromServer.exit, "3"],
  ]);
});

test("a server that goes away with the input is told: what it took cannot be read again", async () => {
  const path = await serverOf((visitor) => {
    visitor.once("data", () => {
      visitor.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
      visitor.once("data", () => {
        visitor.write(frame(fromServer.wantsInput));
        visitor.once("data", () => visitor.destroy());
      });
    });
  });
  const result = await ferris(["embed", "--device", "cpu"], {
    input: "a text\n",
    environment: { FERRIS_SOCKET: path },
  });
  expect(result).toEqual({
    code: 2,
    stdout: "",
    stderr: "ferris: the server that ran this went away in the middle of it\n",
  });
});
