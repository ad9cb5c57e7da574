/** Milliseconds that some work takes. */
export async function clock(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
