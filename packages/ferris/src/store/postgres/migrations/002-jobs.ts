/**
 * Documents on their way into a collection: what is to be done, who is at it and until when, and what failed. A job that is done has no row.
 */
import type { Migration } from "./migration.ts";

const statements = [
  `CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE,
    path text COLLATE "C" NOT NULL,
    size bigint NOT NULL,
    modified_time double precision NOT NULL,
    max_tokens integer,
    content bytea,
    priority integer NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    lease bigint NOT NULL DEFAULT 0,
    not_before timestamptz,
    worker text,
    error text,
    created timestamptz NOT NULL DEFAULT now(),
    UNIQUE (collection_id, path)
  )`,
  // What is inside is compressed already, or small.
  `ALTER TABLE jobs ALTER COLUMN content SET STORAGE EXTERNAL`,
  `CREATE INDEX jobs_next ON jobs (collection_id, priority DESC, id) WHERE state <> 'failed'`,
  `CREATE TABLE workers (
    id text COLLATE "C" PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE,
    devices text NOT NULL,
    started timestamptz NOT NULL DEFAULT now(),
    seen timestamptz NOT NULL DEFAULT now(),
    documents bigint NOT NULL DEFAULT 0,
    chunks bigint NOT NULL DEFAULT 0,
    tokens bigint NOT NULL DEFAULT 0
  )`,
];

export const jobs: Migration = { version: 2, name: "jobs", statements };
