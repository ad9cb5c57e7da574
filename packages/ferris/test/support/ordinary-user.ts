/** Tests of what may not be read or written, also where the superuser runs them. */

/** Without the rights of the superuser, for whom nothing is read-only. */
export async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid!(65_534);
  try {
    return await work();
  } finally {
    process.seteuid!(0);
  }
}
