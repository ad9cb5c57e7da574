/**
 * Paths of any length, and leases that a clock that was put back does not prolong.
 *
 * A path may be longer than what an index of paths takes (2,704 bytes): documents, jobs and roots are known by its hash. And a lease says how long
 * it was given for: one that ends later than that from now was given by another clock.
 */
import type { Migration } from "./migration.ts";

const statements = [
  `CREATE FUNCTION path_key(path text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
   AS $$ SELECT pg_catalog.sha256(pg_catalog.convert_to(path, 'UTF8')) $$`,
  ...["documents", "jobs"].flatMap((table) => [
    `ALTER TABLE ${table} DROP CONSTRAINT ${table}_collection_id_path_key`,
    `CREATE UNIQUE INDEX ${table}_by_path ON ${table} (collection_id, path_key(path))`,
  ]),
  `ALTER TABLE roots DROP CONSTRAINT roots_pkey`,
  `CREATE UNIQUE INDEX roots_by_path ON roots (collection_id, path_key(path))`,
  `ALTER TABLE jobs ADD COLUMN lease_seconds double precision NOT NULL DEFAULT 60`,
];

export const longPaths: Migration = { version: 3, name: "long-paths", statements };
