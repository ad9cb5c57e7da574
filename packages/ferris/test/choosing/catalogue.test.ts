/** The catalogue says what docs/models.md and the goldens say, and a short name is one model's alone. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { advice, catalogue, catalogued, modelIdOf } from "../../src/choosing/catalogue.ts";
import { withCatalogue } from "../../src/cli/catalogue-page.ts";

const page = readFileSync(new URL("../../../../docs/models.md", import.meta.url), "utf8");
const goldens = new URL("../../../metal-candle/test/goldens/", import.meta.url);

test("docs/models.md has these tables: npm run docs:cli writes them", () => {
  const plain = (text: string): string => text.replace(/[ -]+/g, " ");
  expect(plain(page)).toBe(plain(withCatalogue(page)));
});

describe.each(catalogue.map((model) => [model.name, model] as const))("%s", (name, model) => {
  test("is whole, and its names are its own", () => {
    expect(catalogue.filter((other) => other.name === name || other.id === model.id)).toEqual([model]);
    expect(catalogued(name)).toBe(model);
    expect(modelIdOf(name)).toBe(model.id);
    expect(modelIdOf(model.id)).toBe(model.id);
    expect(name).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
    expect(["English", "many"]).toContain(model.languages);
    expect(model.licence).toMatch(/^[\w.-]+$/);
    const { english, multilingual } = model.quality;
    for (const number of [model.parameters, model.dimensions, model.maxLength, english, multilingual]) {
      expect(number === null || (Number.isFinite(number) && number > 0)).toBe(true);
    }
  });

  test("was checked as it says", () => {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${model.id}\` `));
    const how = row?.split("|").at(-2)!.trim().split(":")[0];
    const { checked } = model;
    if (how !== undefined) expect(typeof checked === "string" ? checked : "parts").toBe(how);
    // Nobody can say "weights" of a model that the table there does not have.
    else expect(typeof checked).not.toBe("string");
    if (typeof checked === "string") return;
    for (const golden of checked)
      expect(existsSync(new URL(golden.includes("/") ? golden : `tiny/${golden}`, goldens)), golden).toBe(true);
  });
});

test("the advice is about models that are there, and open", () => {
  for (const { name } of advice) expect(catalogued(name)?.isOpen).toBe(true);
});

test("anything else is left as it is", () => {
  expect(modelIdOf("someone/else")).toBe("someone/else");
  expect(modelIdOf("constructor")).toBe("constructor");
});
