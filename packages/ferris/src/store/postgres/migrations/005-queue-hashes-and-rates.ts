/**
 * The queue knows contents by their hash, so that a crawl finds what is queued already without sending it or reading it, and how fast each worker
 * was in its last minutes of work, for who asks how long it will take.
 */
import type { Migration } from "./migration.ts";

const statements = [
  `ALTER TABLE jobs ADD COLUMN content_hash bytea GENERATED ALWAYS AS (pg_catalog.sha256(content)) STORED`,
  ...["tokens", "bytes", "seconds"].map(
    (column) => `ALTER TABLE workers ADD COLUMN recent_${column} double precision NOT NULL DEFAULT 0`,
  ),
];

export const queueHashesAndRates: Migration = { version: 5, name: "queue-hashes-and-rates", statements };
