/**
 * The checks of what callers hand over, before any work: JavaScript keeps none of the promises that the types make, and a number for
 * a prompt would be embedded as its digits.
 *
 * Ranges that depend on the model (dimensions, maxLength) are checked where the model is known.
 */
import { checkDevice } from "./check-device.ts";
import { checkDevices } from "./devices/device-list.ts";
import { describe } from "./describe.ts";
import { InvalidArgumentError } from "./errors.ts";
import type { EmbedOptions, LoadOptions } from "./options.ts";

/** More threads than this are a mistake: the device is what is slow long before. */
const mostThreads = 64;

/** @throws InvalidArgumentError when what load() was given is not what it takes */
export function checkLoad(idOrFolder: string, options: LoadOptions): void {
  checkString(idOrFolder, "The model's id or folder");
  checkOptions(options);
  checkDevice(options);
  checkDevices(options);
  const { tokenBudget, tokenizerThreads = 0, prompts, files, onBatch, cpuThread } = options;
  checkCallback(onBatch, "onBatch");
  if (files !== undefined && !(Array.isArray(files) && files.every((file) => typeof file === "string"))) {
    throw new InvalidArgumentError(`files is ${describe(files)}; it must be a list of paths, such as "config.json".`);
  }
  if (cpuThread !== undefined && typeof cpuThread !== "boolean") {
    throw new InvalidArgumentError(`cpuThread is ${describe(cpuThread)}; it must be true or false.`);
  }
  if (tokenBudget !== undefined && (!Number.isInteger(tokenBudget) || tokenBudget < 1)) {
    throw new InvalidArgumentError(`tokenBudget is ${tokenBudget}; it must be a whole number of at least 1.`);
  }
  if (!Number.isInteger(tokenizerThreads) || tokenizerThreads < 0 || tokenizerThreads > mostThreads) {
    throw new InvalidArgumentError(
      `tokenizerThreads is ${tokenizerThreads}; it must be a whole number from 0 to ${mostThreads}.`,
    );
  }
  if (prompts === undefined) return;
  if (typeof prompts !== "object" || prompts === null) {
    throw new InvalidArgumentError(`prompts is ${describe(prompts)}; it must be an object of strings.`);
  }
  for (const [name, prompt] of Object.entries(prompts)) checkString(prompt, `The prompt "${name}"`);
}

/** @throws InvalidArgumentError when the options of a call are not what it takes */
export function checkEmbed(options: EmbedOptions): void {
  checkOptions(options);
  const { prompt, promptName, normalize, onProgress, onCost } = options;
  if (prompt !== undefined) checkString(prompt, "prompt");
  if (promptName !== undefined) checkString(promptName, "promptName");
  if (normalize !== undefined && typeof normalize !== "boolean") {
    throw new InvalidArgumentError(`normalize is ${describe(normalize)}; it must be true or false.`);
  }
  checkCallback(onProgress, "onProgress");
  checkCallback(onCost, "onCost");
}

/** @throws InvalidArgumentError for anything but a function, or nothing */
export function checkCallback(value: unknown, name: string): void {
  if (value === undefined || typeof value === "function") return;
  throw new InvalidArgumentError(`${name} is ${describe(value)}; it must be a function.`);
}

/** @throws InvalidArgumentError for options that are not an object, or with a signal that is not an AbortSignal */
export function checkOptions(options: object): void {
  if (typeof options !== "object" || options === null) {
    throw new InvalidArgumentError(`The options are ${describe(options)}; they must be an object, or left out.`);
  }
  const { signal } = options as { readonly signal?: Partial<AbortSignal> | null };
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function") {
    throw new InvalidArgumentError(`signal is ${describe(signal)}; it must be an AbortSignal.`);
  }
}

/** @throws InvalidArgumentError for anything but a string */
export function checkString(value: string, name: string): void {
  if (typeof value !== "string") {
    throw new InvalidArgumentError(`${name} is ${describe(value)}; it must be a string.`);
  }
}

/**
 * How many dimensions a caller gets who asked for `wanted` of a model with `full`, or did not ask.
 *
 * @throws InvalidArgumentError
 */
export function checkedDimensions(wanted: number | undefined, usual: number, full: number): number {
  if (wanted === undefined) return usual;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > full) {
    throw new InvalidArgumentError(
      `dimensions is ${wanted}; it must be a whole number from 1 to ${full}, the model's own.`,
    );
  }
  return wanted;
}
