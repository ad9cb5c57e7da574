/**
 * Cases of wrong model folders: how each is made out of a sound one, and the check that readModel answers with the right error.
 *
 * For tests/models. Every case starts from a tiny model that loads, and differs from it in what its name says.
 */
import { describe, expect, test } from "vitest";
import type { ModelFileError, UnsupportedModelError } from "../../src/errors.ts";
import { readModel } from "../../src/models/read-model.ts";
import { ModelFolder, type JsonObject } from "./model-folder.ts";

type Edit = (folder: ModelFolder) => void | Promise<void>;

/** What is wrong, how it is made, the class of the error, and what its message says. */
export type WrongFolder = [string, Edit, typeof ModelFileError | typeof UnsupportedModelError, RegExp];

/** Sets keys of config.json. */
export const config =
  (values: JsonObject): Edit =>
  (folder) =>
    folder.set("config.json", values);

/** Sets keys of the Pooling module's config. */
export const pooling =
  (values: JsonObject): Edit =>
  (folder) =>
    folder.set("1_Pooling/config.json", values);

/** Replaces modules.json. */
export const modules =
  (edit: (list: readonly JsonObject[]) => unknown): Edit =>
  (folder) =>
    folder.list("modules.json", edit);

/** One suite: the tiny model loads as it is, and each case of it is refused as it says. */
export function describeWrongFolders(name: string, cases: readonly WrongFolder[]): void {
  describe(`${name} with`, () => {
    test("nothing wrong loads", async () => {
      const folder = new ModelFolder(name);
      const description = await readModel(folder.path);
      expect(description.folder).toBe(folder.path);
      await description.close();
      folder.remove();
    });

    test.each([...cases])("%s", async (_, edit, errorClass, message) => {
      const folder = new ModelFolder(name);
      await edit(folder);
      const error = await readModel(folder.path).then(
        () => null,
        (reason: unknown) => reason,
      );
      folder.remove();
      expect(error).toBeInstanceOf(errorClass);
      expect((error as Error).message).toMatch(message);
    });
  });
}
