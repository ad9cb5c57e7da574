/**
 * Remembered self-check verdicts: kernels that passed on this adapter, driver and runtime need not prove themselves again.
 *
 * A verdict is keyed by the kernel's whole text, so a changed kernel is a new one. Only passes are kept: a failure is tried again
 * next time (the driver may have been mended). One small cache entry an adapter; losing it costs a second.
 */
import { readCacheEntry, writeCacheEntry } from "#platform/cache";
import { adapterKey } from "../device/adapter-report.ts";
import type { AdapterReport } from "../../encoder/report.ts";
import type { KernelProgram } from "../device/kernel-program.ts";

const kind = "self-check";

/** Verdicts kept for one adapter; older ones of changed kernels are dropped beyond it. */
const mostVerdicts = 512;

export class VerdictCache {
  readonly #key: string;
  readonly #passed: Set<string>;
  #changed = false;

  private constructor(key: string, passed: Set<string>) {
    this.#key = key;
    this.#passed = passed;
  }

  /** Reads what is remembered for an adapter. */
  static async open(report: AdapterReport): Promise<VerdictCache> {
    const key = adapterKey(report);
    const content = await readCacheEntry(kind, key);
    const lines = content ? new TextDecoder().decode(content).split("\n") : [];
    return new VerdictCache(key, new Set(lines.filter((line) => line !== "")));
  }

  /** Whether this very kernel passed here before. */
  has(program: KernelProgram): boolean {
    return this.#passed.has(fingerprint(program));
  }

  /** Notes a pass. */
  add(program: KernelProgram): void {
    this.#passed.add(fingerprint(program));
    this.#changed = true;
  }

  /** Writes what is new, if anything. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    const kept = [...this.#passed].slice(-mostVerdicts);
    await writeCacheEntry(kind, this.#key, new TextEncoder().encode(kept.join("\n")));
  }
}

/** Two independent 32-bit FNV-1a hashes of the kernel's text, and its length: enough to tell our own kernels apart. */
export function fingerprint({ code }: KernelProgram): string {
  let first = 0x811c9dc5;
  let second = 0x01234567;
  for (let i = 0; i < code.length; i++) {
    const unit = code.charCodeAt(i);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x0100_01b5);
  }
  return `${code.length.toString(36)}-${(first >>> 0).toString(36)}-${(second >>> 0).toString(36)}`;
}
