/**
 * Asks V8 for a collection now. For the two occasions where waiting for its own costs something: files that stay open until then, and a
 * process that will be idle with the garbage of a model's loading, which V8 hardly counts, since it lies outside its heap.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
