/** `closing-child INDEX`: opens an index, writes a document and closes it, over and over, until it is killed. */
import { openIndexForWriting } from "../../../src/store/index.ts";
import { identity, put } from "./records.ts";

const place = process.argv[2];
for (let i = 0; ; i++) {
  const store = await openIndexForWriting(place, { identity });
  await put(store, `/${i % 5}`, [`text ${i}`, "the same text"]);
  if (i === 2) process.stdout.write("started\n");
  await store.close();
}
