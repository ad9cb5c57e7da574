/**
 * Electron, whose binary its npm package fetches from elsewhere: the CPU device in the main process, in a worker thread of it, and the engine in a
 * renderer, bundled as for a page. NOT RUN where the binary cannot be fetched.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { tinyModel } from "./page.mjs";
import { NotRun } from "./report.mjs";
import { makeFolder, runIn, said } from "./stranger.mjs";
import { npmInstall } from "./tools.mjs";

const vector = `import { EmbeddingModel } from "metal-candle";

export async function firstOfVector() {
  const model = await EmbeddingModel.load("all-minilm-l6-v2-q8", { device: "cpu", onNotice: () => {} });
  const [first] = await model.embed("a text");
  await model.close();
  return first;
}
`;
/** A software adapter, for machines without a GPU. */
const switches =
  "--no-sandbox --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader --enable-features=Vulkan --use-vulkan=swiftshader --use-angle=swiftshader --ignore-gpu-blocklist";

const files = {
  "vector.mjs": vector,
  "worker.mjs": `import { parentPort } from "node:worker_threads";
import { firstOfVector } from "./vector.mjs";

parentPort.postMessage(await firstOfVector());
`,
  "main.mjs": `import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { app, BrowserWindow, protocol, net } from "electron";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { firstOfVector } from "./vector.mjs";

protocol.registerSchemesAsPrivileged([{ scheme: "app", privileges: { standard: true, secure: true, supportFetchAPI: true } }]);

// Not awaited here: Electron is ready only when its main module has been evaluated.
app.whenReady().then(main).then(
  () => app.quit(),
  (error) => {
    console.error(error);
    app.exit(1);
  },
);

async function main() {
  console.log("main", (await firstOfVector()).toFixed(4));
  const [inWorker] = await once(new Worker(new URL("./worker.mjs", import.meta.url)), "message");
  console.log("worker", inWorker.toFixed(4));
  protocol.handle("app", (request) => {
    const { pathname } = new URL(request.url);
    const file = pathname.startsWith("/model/")
      ? join(${JSON.stringify(tinyModel)}, pathname.slice(7))
      : join(import.meta.dirname, "page", pathname);
    return net.fetch(pathToFileURL(file).href).catch(() => new Response("", { status: 404 }));
  });
  const window = new BrowserWindow({ show: false });
  await window.loadURL("app://page/index.html");
  console.log("renderer", await window.webContents.executeJavaScript("globalThis.outcome"));
}
`,
  "renderer.js": `import { EmbeddingModel } from "metal-candle";
globalThis.outcome = (async () => {
  const model = await EmbeddingModel.load("/model", { device: "gpu", dtype: "f32", allowSoftwareAdapter: true });
  const { length } = await model.embed("a text");
  await model.close();
  return length;
})();
`,
  "page/index.html": `<!doctype html><meta charset="utf-8"><script type="module" src="/app.js"></script>\n`,
};
const bundle = [
  "node_modules/esbuild/bin/esbuild",
  ..."app=renderer.js metal-candle-worker=metal-candle/metal-candle-worker --bundle --format=esm --outdir=page".split(
    " ",
  ),
];

/** Main process, worker thread and renderer. On Linux without a display it needs xvfb-run. */
export async function checkElectron({ report, work, url }) {
  await report.row("electron", "main process, worker thread, renderer", async () => {
    const folder = join(work, "electron");
    makeFolder(folder, files, { main: "main.mjs" });
    const run = (argv, options) => runIn(folder, folder, url, argv, { timeout: 300_000, ...options });
    const wanted = ["metal-candle", "all-minilm-l6-v2-q8", "esbuild@0.28", "electron"];
    const added = await run([...npmInstall, "--ignore-scripts", ...wanted]);
    if (added.status !== 0) throw new Error(said(added));
    const fetched = await run(["node", "node_modules/electron/install.js"]);
    const binary = process.platform === "win32" ? "electron.exe" : "electron";
    if (fetched.status !== 0 || !existsSync(join(folder, "node_modules/electron/dist", binary))) {
      const [reason] = /.*(ENOTFOUND|ECONN|EAI_AGAIN|Response code|status code|fetch failed|timeout).*/i.exec(
        fetched.stderr,
      ) ?? [fetched.stderr];
      throw new NotRun(`its binary cannot be fetched here: ${reason.trim().slice(0, 120)}`);
    }
    const bundled = await run(["node", ...bundle]);
    if (bundled.status !== 0) throw new Error(said(bundled));
    const program = [join(folder, "node_modules/electron/dist", binary), ...switches.split(" "), "."];
    const display = process.platform === "linux" && !process.env.DISPLAY ? ["xvfb-run", "-a"] : [];
    const ran = await run([...display, ...program]);
    if (!/main -0\.0104\s[^]*worker -0\.0104\s[^]*renderer \d+/.test(ran.stdout)) throw new Error(said(ran));
    return ran.stdout.trim().replaceAll("\n", ", ");
  });
}
