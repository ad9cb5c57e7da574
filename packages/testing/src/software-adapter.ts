/**
 * A Vulkan adapter out of npm alone: SwiftShader, as Chromium ships it, for Dawn in Node on Linux x64. No root, no driver.
 *
 * It is a correctness adapter (one workgroup after another on the CPU: f32, subgroups of 4, 256 threads), never a yardstick
 * for speed. The variables must stand in the environment before the process starts, because the loader reads them then:
 * the test runner's global setup does that for the tests.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unpackedFolder } from "./unpack.ts";

/** What a process needs in its environment to find SwiftShader, and nothing but SwiftShader. */
export interface SoftwareAdapterEnvironment {
  /** Where the Vulkan loader, libvulkan.so.1, is. */
  LD_LIBRARY_PATH: string;
  /** The driver's manifest, by absolute path. */
  VK_DRIVER_FILES: string;
}

/** True where `@sparticuz/chromium` has binaries. */
export function hasBundledBinaries(): boolean {
  return process.platform === "linux" && process.arch === "x64";
}

/**
 * Unpacks SwiftShader on the first call on a machine, and says how to find it.
 *
 * @throws Error on anything but Linux x64, where the package has no binary
 */
export async function swiftShaderEnvironment(): Promise<SoftwareAdapterEnvironment> {
  if (!hasBundledBinaries()) {
    throw new Error(
      `SwiftShader is bundled for linux-x64 only, this is ${process.platform}-${process.arch}: use its own adapter.`,
    );
  }
  const folder = await unpackedFolder("swiftshader", ["swiftshader.tar.br"], async (partial, final) => {
    // The manifest in the archive names the library relative to the working folder of the process.
    const manifest = {
      file_format_version: "1.0.0",
      ICD: { library_path: join(final, "libvk_swiftshader.so"), api_version: "1.3.0" },
    };
    await writeFile(join(partial, "swiftshader_icd.json"), JSON.stringify(manifest));
  });
  const inherited = process.env.LD_LIBRARY_PATH;
  return {
    LD_LIBRARY_PATH: inherited ? `${folder}:${inherited}` : folder,
    VK_DRIVER_FILES: join(folder, "swiftshader_icd.json"),
  };
}
