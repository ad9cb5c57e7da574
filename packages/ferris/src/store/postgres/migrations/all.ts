/** Every step of the schema, oldest first. A new one goes to the end; what was released stays as it is. */
import { collections } from "./001-collections.ts";
import { jobs } from "./002-jobs.ts";
import { longPaths } from "./003-long-paths.ts";
import { wordCounts } from "./004-word-counts.ts";
import { queueHashesAndRates } from "./005-queue-hashes-and-rates.ts";
import type { Migration } from "./migration.ts";

export const migrations: readonly Migration[] = [collections, jobs, longPaths, wordCounts, queueHashesAndRates];

/** What this program works with. */
export const schemaVersion = migrations.length;
