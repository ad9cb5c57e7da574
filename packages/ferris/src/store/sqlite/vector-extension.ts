/** Where sqlite-vec's library for this machine is: a package per platform, which an installation without optional packages lacks. */
import { getLoadablePath } from "sqlite-vec";
import { StorageUnavailableError } from "../../errors.ts";

/**
 * The path that SQLite loads it from.
 * @throws StorageUnavailableError where there is none: a platform without a binary, or a package that was not installed
 */
export function vectorExtensionPath(): string {
  try {
    return getLoadablePath();
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`;
    throw new StorageUnavailableError(
      `sqlite-vec, which an index needs, is not installed for ${platform}. It has binaries for Linux (glibc) and macOS on x64 and arm64, ` +
        "and for Windows on x64, in optional packages: install without leaving those out.",
      { cause },
    );
  }
}
