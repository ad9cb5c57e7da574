/** Whether the process that left something behind still runs. For the Node side of other doors alone. */

/** Also for a process of another user, which may be asked for but not signalled. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
