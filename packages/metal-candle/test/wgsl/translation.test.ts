/**
 * Every kernel is WGSL that another implementation understands, and has a form in Metal's and Direct3D's languages.
 *
 * Text that only the driver at hand accepts would be found on somebody else's machine otherwise.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { translateWgsl } from "@ferris/testing";
import { expect, test } from "vitest";
import { everyProgram } from "./every-program.ts";

const kernels = join(import.meta.dirname, "../../src/gpu/kernels");

/** Functions in the kernel folders whose result is a program. */
function programFunctions(): string[] {
  const files = readdirSync(kernels, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const sources = files.map((file) => readFileSync(join(kernels, file), "utf8"));
  const names = sources.flatMap((source) =>
    [...source.matchAll(/^export function (\w+(?:Program|Gemm))\(/gm)].map((match) => match[1]),
  );
  // These choose a family by the variant they are given; the families are in the list themselves.
  return names.filter((name) => !["gemmProgram", "attentionProgram"].includes(name)).toSorted();
}

test("the list of programs is complete", () => {
  // The activation functions by themselves: products alone apply them, and the tests have a program that shows them.
  expect(Object.keys(everyProgram).toSorted()).toEqual(["activationProgram", ...programFunctions()].toSorted());
});

test.each(
  Object.values(everyProgram)
    .flat()
    .map((program) => [program.label, program.code]),
)("%s", (_, code) => {
  const { errors, metal, hlsl } = translateWgsl(code);
  expect(errors).toEqual([]);
  expect(metal).toContain("kernel void main_(");
  expect(hlsl).toContain("[numthreads(");
});
