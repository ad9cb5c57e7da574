/**
 * Rotary positions as configs describe them: the frequencies of a head, with whatever scaling stretches them.
 *
 * Two spellings: `rope_theta` and `rope_scaling` of old, and transformers 5's `rope_parameters`, flat or by type of layer. All arithmetic
 * is rounded to f32 where PyTorch's is: a frequency that is off by its last bit turns a far token by 5e-4.
 */
import { UnsupportedModelError } from "../../errors.ts";
import { ConfigObject } from "../config-object.ts";
import type { Rotary } from "../encoder-description.ts";

/** What a family knows beside the parameters. */
export interface RopeContext {
  readonly headSize: number;
  /** Where neither the parameters nor the config name a base. */
  readonly theta: number;
  /** max_position_embeddings. */
  readonly positions: number;
}

type Scaling = (parameters: ConfigObject, base: number, context: RopeContext) => Rotary;

const f32 = Math.fround;

const scalings: Readonly<Record<string, Scaling>> = {
  default: (_, base, { headSize }) => ({ inverseFrequencies: frequencies(base, headSize), factor: 1, longest: null }),
  linear: (parameters, base, { headSize }) => {
    const factor = parameters.positiveNumber("factor");
    return { inverseFrequencies: frequencies(base, headSize).map((value) => value / factor), factor: 1, longest: null };
  },
  dynamic: (parameters, base, { headSize, positions }) => {
    parameters.positiveNumber("factor");
    // Up to max_position_embeddings nothing is scaled.
    return { inverseFrequencies: frequencies(base, headSize), factor: 1, longest: positions };
  },
  ntk: readNtk,
  yarn: readYarn,
  llama3: readLlama3,
  longrope: readLongRope,
};

/**
 * The rotation that parameters describe.
 * @param parameters the object that has rope_type, rope_theta, factor and the like; an empty one for the plain rotation
 * @throws UnsupportedModelError for a type that we do not know, or an odd head; ModelFileError for a value that cannot be
 */
export function readRotary(parameters: ConfigObject, context: RopeContext): Rotary {
  const { headSize } = context;
  if (headSize % 2 !== 0) {
    throw new UnsupportedModelError(
      `${parameters.path}: rotary positions need an even head size, and it is ${headSize}.`,
    );
  }
  const key = parameters.has("rope_type") ? "rope_type" : "type";
  const type = parameters.string(key, "default");
  const scaling = Object.hasOwn(scalings, type) ? scalings[type] : undefined;
  if (scaling === undefined) {
    throw new UnsupportedModelError(
      `${parameters.path}: the rope type "${type}" is not supported; supported are ${Object.keys(scalings).join(", ")}.`,
    );
  }
  if (parameters.positiveNumber("partial_rotary_factor", 1) !== 1) {
    throw new UnsupportedModelError(
      `${parameters.path}: "partial_rotary_factor" is ${String(parameters.value("partial_rotary_factor"))}, which is not supported; only 1 is.`,
    );
  }
  return scaling(parameters, parameters.positiveNumber("rope_theta", context.theta), context);
}

/**
 * The parameters of a config whose layers all turn alike: rope_scaling wins over rope_parameters, as in transformers, and rope_theta of
 * the config stands in where neither has one.
 */
export function ropeParameters(config: ConfigObject): ConfigObject {
  const parameters = config.object("rope_scaling") ?? config.object("rope_parameters");
  return withDefaults(parameters, config, ["rope_theta", "partial_rotary_factor", "original_max_position_embeddings"]);
}

/**
 * The parameters of one type of layer, where layers differ: rope_parameters by type, else what the config of old says.
 * @param thetaKey the key of the config that has this type's base
 * @param scaled whether the config's rope_scaling applies to this type
 */
export function layerRopeParameters(
  config: ConfigObject,
  layerType: string,
  thetaKey: string,
  scaled: boolean,
): ConfigObject {
  const own = config.object("rope_parameters")?.object(layerType) ?? null;
  const scaling = scaled ? config.object("rope_scaling") : null;
  const values = { ...own?.raw, ...scaling?.raw };
  const merged = new ConfigObject(own?.path ?? scaling?.path ?? config.path, values);
  return config.has(thetaKey) ? withDefaults(merged, config, [], { rope_theta: config.value(thetaKey) }) : merged;
}

function withDefaults(
  parameters: ConfigObject | null,
  config: ConfigObject,
  keys: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): ConfigObject {
  const defaults = Object.fromEntries(keys.filter((key) => config.has(key)).map((key) => [key, config.value(key)]));
  const given = Object.fromEntries(Object.entries(parameters?.raw ?? {}).filter(([, value]) => value !== null));
  return new ConfigObject(parameters?.path ?? config.path, { ...defaults, ...more, ...given });
}

/** base^(2i / size), in f32. */
function wavelengths(base: number, size: number): Float32Array {
  return Float32Array.from({ length: size / 2 }, (_, index) => base ** f32((2 * index) / size));
}

/** 1 / base^(2i / size), in f32. */
function frequencies(base: number, size: number): Float32Array {
  return wavelengths(base, size).map((value) => 1 / value);
}

/** Fixed NTK scaling, as Alibaba's `new` models have it: the base times the factor, and all frequencies a little lower. */
function readNtk(parameters: ConfigObject, base: number, { headSize }: RopeContext): Rotary {
  const factor = parameters.positiveNumber("factor");
  if (factor <= 1) return { inverseFrequencies: frequencies(base, headSize), factor: 1, longest: null };
  if (parameters.has("mixed_b")) {
    const exponent = parameters.positiveNumber("mixed_b");
    const a = f32(f32(Math.log(factor)) / (headSize / 2) ** exponent);
    const stretched = frequencies(base, headSize).map(
      (value, index) => value / f32(Math.exp(f32(a * f32((index + 1) ** exponent)))),
    );
    return { inverseFrequencies: stretched, factor: 1, longest: null };
  }
  const divisor = factor ** (2 / headSize);
  const stretched = frequencies(base * factor, headSize).map((value) => value / divisor);
  return { inverseFrequencies: stretched, factor: 1, longest: null };
}

/** Peng et al. 2023: high frequencies stay, low ones are divided, with a ramp between. */
function readYarn(parameters: ConfigObject, base: number, { headSize, positions }: RopeContext): Rotary {
  const original = parameters.positiveNumber("original_max_position_embeddings", positions);
  const factor = parameters.positiveNumber("factor", positions / original);
  const turnsAt = (rotations: number): number =>
    (headSize * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(base));
  const truncate = parameters.boolean("truncate", true);
  const fast = turnsAt(parameters.positiveNumber("beta_fast", 32));
  const slow = turnsAt(parameters.positiveNumber("beta_slow", 1));
  const low = Math.max(truncate ? Math.floor(fast) : fast, 0);
  const high = Math.min(truncate ? Math.ceil(slow) : slow, headSize - 1);
  const span = low === high ? 0.001 : high - low;
  const inverseFrequencies = wavelengths(base, headSize).map((wavelength, index) => {
    const ramp = Math.min(1, Math.max(0, f32(f32(index - low) / span)));
    const kept = f32(1 - ramp);
    return f32(f32(1 / f32(factor * wavelength)) * f32(1 - kept)) + f32(f32(1 / wavelength) * kept);
  });
  return { inverseFrequencies, factor: yarnAttentionFactor(parameters, factor), longest: null };
}

function yarnAttentionFactor(parameters: ConfigObject, factor: number): number {
  if (parameters.has("attention_factor")) return parameters.positiveNumber("attention_factor");
  const scale = (mscale: number): number => (factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1);
  const given = ["mscale", "mscale_all_dim"].map((key) => (parameters.has(key) ? Number(parameters.value(key)) : 0));
  return given[0] && given[1] ? scale(given[0]) / scale(given[1]) : scale(1);
}

/** Llama 3.1's: long waves are divided by the factor, short ones stay, those between are blended. */
function readLlama3(parameters: ConfigObject, base: number, { headSize, positions }: RopeContext): Rotary {
  const factor = parameters.positiveNumber("factor");
  const low = parameters.positiveNumber("low_freq_factor");
  const high = parameters.positiveNumber("high_freq_factor");
  const original = parameters.positiveNumber("original_max_position_embeddings", positions);
  const inverseFrequencies = frequencies(base, headSize).map((frequency) => {
    const wavelength = f32((2 * Math.PI) / frequency);
    const divided = wavelength > original / low ? f32(frequency / factor) : frequency;
    if (wavelength > original / low || wavelength < original / high) return divided;
    const smooth = f32(f32(f32(original / wavelength) - low) / (high - low));
    return f32(f32(f32(1 - smooth) * frequency) / factor) + f32(smooth * frequency);
  });
  return { inverseFrequencies, factor: 1, longest: null };
}

/** LongRoPE's short factors, which hold up to the length of its pre-training. */
function readLongRope(parameters: ConfigObject, base: number, { headSize, positions }: RopeContext): Rotary {
  const original = parameters.integer("original_max_position_embeddings", 1, positions);
  const short = parameters.value("short_factor");
  if (
    !Array.isArray(short) ||
    short.length !== headSize / 2 ||
    !short.every((value) => Number.isFinite(value) && value > 0)
  ) {
    throw parameters.wrong("short_factor", `a list of ${headSize / 2} numbers above 0`);
  }
  const factor = parameters.positiveNumber("factor", positions / original);
  const usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
  return {
    inverseFrequencies: wavelengths(base, headSize).map(
      (value, index) => 1 / f32(f32((short as number[])[index]) * value),
    ),
    factor: parameters.positiveNumber("attention_factor", usual),
    longest: original,
  };
}
