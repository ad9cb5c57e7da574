/** Whether a model is on this machine, for people who choose one: looks and never downloads. */
import { ModelNotFoundError } from "../errors.ts";
import { locateModel, type LocateOptions } from "./cache.ts";

/**
 * The folder of the bundled model, of a folder that exists, or of an id's snapshot in the hub cache; null where it is not on this machine.
 *
 * @example
 * import { findModel } from "metal-candle/tools";
 * console.log(await findModel("intfloat/e5-small-v2"));
 */
export async function findModel(idOrFolder: string, options: LocateOptions = {}): Promise<string | null> {
  try {
    return (await locateModel(idOrFolder, options)).folder;
  } catch (error) {
    if (error instanceof ModelNotFoundError) return null;
    throw error;
  }
}
