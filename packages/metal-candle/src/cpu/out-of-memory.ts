/** What onnxruntime and JavaScript say when a process may have no more memory, as an error of ours. */
import { CpuOutOfMemoryError } from "../errors.ts";

/** Their words: C++'s, onnxruntime's own, the system's for threads, V8's for arrays and WebAssembly's for its memory. */
const words =
  /bad_alloc|Failed to allocate memory|PosixThread|Cannot allocate memory|out of memory|Array buffer allocation failed|Invalid typed array length|could not allocate memory/i;

/** Runs `work`, which is done `during` something. @throws CpuOutOfMemoryError where memory is what it lacks; else its own error */
export async function withMemory<T>(during: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!words.test(message)) throw error;
    throw new CpuOutOfMemoryError(
      `There was not enough memory while ${during} (${message.split("\n")[0].slice(0, 200)}). Close other programs, raise the limit of ` +
        "this process (ulimit -a, or its container's), or take a smaller model.",
      { cause: error },
    );
  }
}
