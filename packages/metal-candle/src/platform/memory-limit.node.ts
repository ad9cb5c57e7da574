/**
 * Whether the system lets this process have the memory that a GPU's driver takes (ulimit, prlimit).
 *
 * Asked beforehand: a driver whose small allocations fail, in threads of its own, ends the process. SwiftShader was seen to take 930 MB beyond what
 * Node has, and to crash at every limit below; those of graphics cards take more addresses.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** In megabytes, with what each thread has for its stack and its allocator. */
const limits = [
  { limit: "Max data size", used: "VmData", option: "-d", base: 1_024, eachThread: 16 },
  { limit: "Max address space", used: "VmSize", option: "-v", base: 1_024, eachThread: 256 },
] as const;

/** Why there is too little, in a part of a sentence; null where there is enough, no limit, or nobody who tells. */
export function memoryShortage(
  read: (file: "limits" | "status") => string = (file) => readFileSync(`/proc/self/${file}`, "utf8"),
  threads = availableParallelism(),
): string | null {
  let [given, taken] = ["", ""];
  try {
    [given, taken] = [read("limits"), read("status")];
  } catch {
    return null;
  }
  for (const { limit, used, option, base, eachThread } of limits) {
    const bytes = new RegExp(`^${limit} +(\\d+)`, "m").exec(given)?.[1];
    const kilobytes = new RegExp(`^${used}:\\s+(\\d+) kB`, "m").exec(taken)?.[1];
    if (bytes === undefined || kilobytes === undefined) continue;
    const left = Math.floor(Number(bytes) / 2 ** 20 - Number(kilobytes) / 2 ** 10);
    const needed = base + eachThread * threads;
    if (left < needed) {
      return `a GPU's driver takes up to ${needed} MB and ends a process that runs out of them, and this one may have ${Math.max(0, left)} MB more (ulimit ${option})`;
    }
  }
  return null;
}
