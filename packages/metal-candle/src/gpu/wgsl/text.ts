/**
 * Small builders for WGSL text: constants, unrolled statements, bindings. Not a preprocessor: what differs between variants
 * is a `const`, an `alias`, or a block of statements repeated a fixed number of times.
 */
import type { BindingUse } from "../device/kernel-program.ts";

/** `const NAME = 4u;` lines. Integers become u32; everything else is written as given (e.g. "1e-12f"). */
export function constants(values: Readonly<Record<string, number | string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `const ${name} = ${typeof value === "number" ? `${value}u` : value};`)
    .join("\n");
}

/** A float literal that WGSL reads back exactly. */
export function floatLiteral(value: number): string {
  return `${Math.fround(value)}f`;
}

/** Statements unrolled: registers indexed by a constant stay registers, which a loop over an array does not promise. */
export function repeat(count: number, statement: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => statement(index)).join("\n");
}

/** One storage binding of group 0. */
export function binding(index: number, use: BindingUse, name: string, type: string): string {
  return `@group(0) @binding(${index}) var<storage, ${use}> ${name}: array<${type}>;`;
}
