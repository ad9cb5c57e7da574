/**
 * Gives a connection the cosine distance of vectors as an SQL function: sqlite-vec's, or our own where sqlite-vec has no binary (Windows on ARM, Alpine),
 * or none that loads.
 */
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { getLoadablePath } from "sqlite-vec";
import { cosineDistance, distanceFunction } from "./vector-distance.ts";

/** Returns why it is our own; null where it is sqlite-vec's. */
export function addVectorFunctions(connection: DatabaseSyncInstance): string | null {
  connection.enableLoadExtension(true);
  try {
    connection.loadExtension(getLoadablePath());
    return null;
  } catch (error) {
    connection.function(distanceFunction, { deterministic: true, directOnly: true }, cosineDistance);
    return error instanceof Error ? error.message : String(error);
  } finally {
    connection.enableLoadExtension(false);
  }
}
