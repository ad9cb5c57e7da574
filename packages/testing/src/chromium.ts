/**
 * A headless browser with WebGPU: Chromium out of npm on Linux x64, the installed Chrome elsewhere.
 *
 * The bundled one draws and computes on SwiftShader, lives in our cache folder with the libraries that it needs beside
 * it (no root, no distribution package), and is given a HOME and a temporary folder there too, so that neither its profile nor its caches
 * appear anywhere else.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { testingCacheFolder } from "./cache-folder.ts";
import type { Available } from "./available.ts";
import { hasBundledBinaries } from "./software-adapter.ts";
import { unpackedFolder } from "./unpack.ts";

/** How a browser can be started here. */
export interface BrowserProgram {
  /** For people. */
  name: string;
  /** The folder with the bundled Chromium, or nothing for the installed Chrome. */
  bundledFolder?: string;
}

const commonFlags = ["--enable-unsafe-webgpu", "--disable-background-networking", "--disable-quic"];

/** WebGPU on SwiftShader, and a browser that starts as root in a container: the sandbox needs rights that none of them has. */
const bundledFlags = [
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--ignore-gpu-blocklist",
  "--no-sandbox",
];

/** No GPU, and none emulated: Chromium's own way to draw without one, as on a machine that has none. */
const withoutGpuFlags = ["--disable-gpu", "--no-sandbox"];

/** Unpacks Chromium, its libraries and a font on the first call on a machine. */
async function bundledChromium(): Promise<string> {
  const archives = ["chromium.br", "swiftshader.tar.br", "al2023.tar.br", "fonts.tar.br"];
  return unpackedFolder("chromium", archives, async (partial, final) => {
    // The archive's own fonts.conf names folders under /tmp.
    const fonts = join(final, "fonts");
    const cache = join(final, "font-cache");
    await writeFile(
      join(partial, "fonts.conf"),
      `<?xml version="1.0"?>\n<fontconfig><dir>${fonts}</dir><cachedir>${cache}</cachedir></fontconfig>\n`,
    );
  });
}

/** Where Chrome's own installers put it; playwright-core's channel "chrome" looks in the same places. */
function installedChrome(): string | undefined {
  const places =
    process.platform === "darwin"
      ? ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
      : process.platform === "win32"
        ? [process.env.LOCALAPPDATA, process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"]].flatMap((folder) =>
            folder ? [join(folder, "Google", "Chrome", "Application", "chrome.exe")] : [],
          )
        : ["/opt/google/chrome/chrome"];
  return places.find((place) => existsSync(place));
}

/** The browser for this machine, unpacked and ready to start, or why there is none. */
export async function findBrowser(): Promise<Available<BrowserProgram>> {
  if (hasBundledBinaries()) {
    return { found: true, name: "bundled headless Chromium", bundledFolder: await bundledChromium() };
  }
  const chrome = installedChrome();
  if (chrome) return { found: true, name: chrome };
  return { found: false, reason: "Google Chrome is not installed (https://www.google.com/chrome)" };
}

/** A running browser, and the way to end it that leaves no file behind. */
export interface RunningBrowser {
  browser: Browser;
  close(): Promise<void>;
}

/**
 * Starts the browser that `findBrowser` found.
 *
 * @param options `gpu: false`: without a GPU and without WebGPU, which draws pages faster than an emulated one
 */
export async function startBrowser(program: BrowserProgram, { gpu = true } = {}): Promise<RunningBrowser> {
  // Not with the module: it takes a process most of a second, and most processes start no browser.
  const { chromium } = await import("playwright-core");
  const folder = program.bundledFolder;
  if (!folder) {
    const browser = await chromium.launch({ channel: "chrome", args: commonFlags });
    return { browser, close: () => browser.close() };
  }
  await mkdir(testingCacheFolder(), { recursive: true });
  const home = await mkdtemp(join(testingCacheFolder(), "browser-"));
  const browser = await chromium.launch({
    executablePath: join(folder, "chromium"),
    args: [...commonFlags, ...(gpu ? bundledFlags : withoutGpuFlags)],
    env: {
      PATH: process.env.PATH ?? "",
      HOME: home,
      TMPDIR: home,
      LD_LIBRARY_PATH: join(folder, "lib"),
      FONTCONFIG_FILE: join(folder, "fonts.conf"),
    },
  });
  const close = async () => {
    await browser.close();
    await rm(home, { recursive: true, force: true });
  };
  return { browser, close };
}
