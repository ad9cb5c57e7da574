/**
 * Translates a kernel to Metal's and Direct3D's shading languages with naga, the translator of another WebGPU implementation.
 *
 * Nothing here runs on Apple or Windows hardware, so this is what stands between a kernel that one driver happens to accept and a
 * kernel that is WGSL: naga parses and validates it by its own reading of the specification, and has to find a form for it in both
 * languages. It says nothing about results. Subgroup matrices are beyond it: an experiment of the other implementation's.
 */
import { NagaError, parseWgsl, validate, writeHlsl, writeMsl } from "naga-wasm";

/** The lines that naga refuses although it knows what they switch on, and those it has no use for. */
const directives = /^[ \t]*(enable\s+subgroups\s*;|requires\s+[\w\s,]+;|diagnostic\s*\([^)]*\)\s*;)/gm;

/** Simdgroup functions came with Metal 2.4 for all that WGSL knows of them; half precision in structures with shader model 6.2. */
const metalVersion: [number, number] = [2, 4];
const shaderModel = "6_2";

/** The translations, or why there are none. */
export interface Translation {
  /** Metal Shading Language. */
  metal?: string;
  /** High-Level Shader Language, for Direct3D 12. */
  hlsl?: string;
  /** One report a language that failed; one alone when the source does not parse or validate. */
  errors: string[];
}

function report(stage: string, error: unknown): string {
  return `${stage}: ${error instanceof NagaError ? error.formatted : String(error)}`;
}

/**
 * Parses, validates and translates one WGSL module.
 *
 * @param wgsl the text as it is given to createShaderModule; line numbers in reports are those of this text
 */
export function translateWgsl(wgsl: string): Translation {
  const result: Translation = { errors: [] };
  try {
    const module = parseWgsl(wgsl.replaceAll(directives, ""));
    const info = validate(module);
    const write = (language: "metal" | "hlsl", writer: () => string) => {
      try {
        result[language] = writer();
      } catch (error) {
        result.errors.push(report(language, error));
      }
    };
    write("metal", () => writeMsl(module, info, { langVersion: metalVersion }));
    write("hlsl", () => writeHlsl(module, info, { shaderModel: shaderModel }));
    info.free();
    module.free();
  } catch (error) {
    result.errors.push(report("wgsl", error));
  }
  return result;
}
