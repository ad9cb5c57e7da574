/**
 * Loaded into every test process (NODE_OPTIONS --import) where the adapter is software: Dawn asks once a millisecond whether work is done.
 *
 * Left to itself it asks in every turn of the event loop, as long as anything is awaited: that takes a whole core, and a software adapter
 * computes on the same cores. Only how often it asks changes. Dawn schedules the next turn with the global `setImmediate`, and its callback is
 * the one kind that is native and has no name.
 */
import { promisify } from "node:util";

const { setImmediate } = globalThis;

function isDawns(callback) {
  return typeof callback === "function" && callback.name === "" && `${callback}`.includes("[native code]");
}

function patientSetImmediate(callback, ...parameters) {
  if (parameters.length === 0 && isDawns(callback)) return setTimeout(() => callback(), 1);
  return setImmediate(callback, ...parameters);
}

patientSetImmediate[promisify.custom] = setImmediate[promisify.custom];
globalThis.setImmediate = patientSetImmediate;
