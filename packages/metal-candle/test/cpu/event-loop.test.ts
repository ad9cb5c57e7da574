/** What the CPU device leaves of the event loop: a server's new connections must not wait for one batch each. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { EmbeddingModel } from "../../src/index.ts";
import { tinyModelFolder } from "../support/goldens.ts";

test("connections are accepted within a few batches, not one per batch", async () => {
  await using model = await EmbeddingModel.load(tinyModelFolder("bert"), { device: "cpu" });
  const clients = 40;
  let accepted = 0;
  let acceptedInTime = 0;
  const server = createServer(() => accepted++).listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets = Array.from({ length: clients }, () => connect((server.address() as AddressInfo).port, "127.0.0.1"));
  try {
    const texts = Array.from({ length: 8 }, (_, index) => `text number ${index}`);
    // One call after the other: each is a batch of its own. Those that a busy machine keeps apart follow no other, so there are more than a few.
    for (let batch = 0; batch < clients / 2 && accepted < clients; batch++) await model.embed(texts);
    acceptedInTime = accepted;
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  expect(acceptedInTime).toBe(clients);
});
