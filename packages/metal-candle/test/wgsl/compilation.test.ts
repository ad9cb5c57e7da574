/**
 * Every kernel compiles in Dawn for every configuration of matrix units that an adapter may list, f16 included.
 *
 * On Dawn's null backend, which compiles anything and runs nothing: what SwiftShader has no features for, and what only Apple's or
 * NVIDIA's units would run, is at least no nonsense. Results are for the kernel checks.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { create } from "webgpu";
import { describeGpu } from "@ferris/testing";
import { Pipelines } from "../../src/gpu/device/pipelines.ts";
import { everyProgram, matrixPrograms } from "./every-program.ts";

/** Held for the life of the process: it aborts if the object that create() returns is collected. */
const gpu = create(["backend=null", "enable-dawn-features=allow_unsafe_apis"]);

/** The null backend's subgroups are 128 wide, and a workgroup with matrix units has to hold whole ones. */
const nullBackendSubgroup = 128;

const wordBytes: Record<string, number> = { f32: 4, vec4f: 16, vec4u: 16 };

/** Bytes of workgroup memory, by the declarations in the text. */
function workgroupBytes(code: string): number {
  const declared = [...code.matchAll(/var<workgroup> \w+: array<(\w+), (\d+)>/g)];
  return declared.reduce((bytes, [, type, count]) => bytes + wordBytes[type] * Number(count), 0);
}

function wholeSubgroups(code: string): boolean {
  return Number(/@workgroup_size\((\d+)\)/.exec(code)?.[1]) % nullBackendSubgroup === 0;
}

const programs = [...Object.values(everyProgram).flat(), ...matrixPrograms];

describeGpu("on Dawn's null backend", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    const adapter = await gpu.requestAdapter();
    device = await adapter!.requestDevice({ requiredFeatures: [...adapter!.features] as GPUFeatureName[] });
  });
  afterAll(() => device.destroy());

  test("every kernel's text is accepted", async () => {
    for (const { label, code } of programs) {
      const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
      expect(messages.filter(({ type }) => type === "error").map(({ message }) => `${label}: ${message}`)).toEqual([]);
    }
  });

  test("every kernel that fits this backend becomes a pipeline", async () => {
    const limit = device.limits.maxComputeWorkgroupStorageSize;
    const fitting = programs.filter(
      (program) =>
        workgroupBytes(program.code) <= limit && (!matrixPrograms.includes(program) || wholeSubgroups(program.code)),
    );
    expect(fitting.some((program) => matrixPrograms.includes(program))).toBe(true);
    const pipelines = new Pipelines(device);
    for (const program of fitting) await pipelines.get(program);
    expect(pipelines.compiled).toBe(new Set(fitting.map(({ code }) => code)).size);
  });
});
