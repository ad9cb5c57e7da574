/** Time as a test may bound it: what this process has worked, which other processes on a busy machine do not lengthen as they do a clock's. */

/** Milliseconds of processor time that this process has used, all its threads together. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
