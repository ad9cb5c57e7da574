/** The built page with a map of made-up points, in headless Chromium: what it asks the server is answered here. For bench:map. */
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { pack } from "../../packages/ferris/dist/map/packed.js";
import { seededRandom } from "../../packages/ferris/dist/map/random.js";
import { findBrowser, startBrowser } from "../../packages/testing/dist/chromium.js";

const page = new URL("../../packages/ferris/web/", import.meta.url);
const types = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".html": "text/html; charset=utf-8",
};
const topics = 40;

/** Processor time of this process's children, all of a browser; null where the system does not tell. */
function processorSeconds() {
  if (process.platform !== "linux") return null;
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap(statOf);
  const parents = new Set([process.pid]);
  for (let before = 0; before !== parents.size;) {
    before = parents.size;
    for (const { pid, parent } of all) if (parents.has(parent)) parents.add(pid);
  }
  parents.delete(process.pid);
  return all.filter(({ pid }) => parents.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0) / 100;
}

/** Fields of proc(5): the parent is the fourth, processor time the 14th and 15th. */
function statOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
    return [{ pid: Number(pid), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    return [];
  }
}

/** Points in heaps, as a map has them. */
function syntheticMap(points) {
  const random = seededRandom(5);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const centres = Array.from({ length: topics }, () => [random() * 1.8 - 0.9, random() * 1.8 - 0.9]);
  const positions = new Float32Array(points * 2);
  const clusterOf = new Uint16Array(points);
  for (let point = 0; point < points; point++) {
    const topic = Math.floor(random() * topics);
    clusterOf[point] = topic;
    positions[point * 2] = centres[topic][0] + 0.06 * normal();
    positions[point * 2 + 1] = centres[topic][1] + 0.06 * normal();
  }
  const clusters = centres.map(([x, y], i) => ({ words: [`topic ${i}`, "of", "forty"], x, y, size: points / topics }));
  const summary = {
    points,
    passages: points,
    added: 0,
    removed: 0,
    isTrue: true,
    drawnTime: 0,
    levels: [{ clusters }],
  };
  const documents = Array.from({ length: 1_000 }, (_, id) => ({
    id: id + 1,
    path: `/w/folder-${id % 12}/${id}.md`,
    type: "markdown",
  }));
  const bytes = pack({ ...summary, documents }, [
    Float64Array.from({ length: points }, (_, i) => i + 1),
    positions,
    Uint32Array.from({ length: points }, (_, i) => i % 1_000),
    clusterOf,
  ]);
  return { summary, bytes };
}

/** `gpu`: the browser draws on the emulated GPU that its WebGPU computes on, else without one. */
export async function openSyntheticMap(points, { gpu }) {
  const { summary, bytes } = syntheticMap(points);
  const assets = new Map(
    readdirSync(new URL("assets/", page)).map((name) => [`/assets/${name}`, new URL(`assets/${name}`, page)]),
  );
  const json = {
    "/about": { version: "bench", indexes: ["bench"], opensFiles: false },
    "/status": {
      index: "bench",
      indexes: ["bench"],
      documents: 1_000,
      chunks: points,
      types: {},
      roots: [],
      freshness: { changed: 0, gone: 0 },
    },
    "/map": { index: "bench", map: summary, drawing: null },
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = pathname === "/" ? new URL("index.html", page) : assets.get(pathname);
    if (file) {
      response.setHeader("content-type", types[extname(file.pathname)] ?? "application/octet-stream");
      return response.end(readFileSync(file));
    }
    if (pathname === "/map/points") return response.end(bytes);
    response.setHeader("content-type", "application/json");
    if (json[pathname] === undefined) response.statusCode = 404;
    return response.end(JSON.stringify(json[pathname] ?? { error: { message: "only a bench" } }));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(null)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const program = await findBrowser();
  if (program.found === false) throw new Error(program.reason);
  const running = await startBrowser(program, { gpu });
  const tab = await running.browser.newPage({ viewport: { width: 1280, height: 800 } });
  await tab.goto(`http://127.0.0.1:${port}/#/map`);
  await tab.waitForSelector(".map-label:not([hidden])");
  const box = await tab.locator(".map-frame").boundingBox();

  return {
    /** Moves the map for so long, as often as the browser takes events. */
    async move(how, milliseconds) {
      await tab.evaluate(() => performance.clearMarks());
      const used = processorSeconds();
      // In the page: a driver that sends events from outside would be measured with it.
      await tab.evaluate(
        async ([kind, time, x, y]) => {
          const frame = document.querySelector(".map-frame");
          const send = (type, more) =>
            frame.dispatchEvent(
              type === "wheel"
                ? new WheelEvent(type, { bubbles: true, cancelable: true, clientX: x, clientY: y, ...more })
                : new PointerEvent(type, { bubbles: true, pointerId: 1, button: 0, ...more }),
            );
          frame.setPointerCapture = () => {};
          if (kind === "pan") send("pointerdown", { clientX: x, clientY: y });
          const started = performance.now();
          for (let i = 0; performance.now() - started < time; i++) {
            const turn = i / 12;
            if (kind === "pan")
              send("pointermove", { clientX: x + 120 * Math.sin(turn), clientY: y + 80 * Math.cos(turn) });
            else send("wheel", { deltaY: 30 * Math.sin(turn) });
            await new Promise((next) => requestAnimationFrame(next));
          }
          if (kind === "pan") send("pointerup", { clientX: x, clientY: y });
        },
        [how, milliseconds, box.x + box.width / 2, box.y + box.height / 2],
      );
      const times = await tab.evaluate(() =>
        performance.getEntriesByName("map:frame").map(({ startTime }) => startTime),
      );
      const gaps = times
        .slice(1)
        .map((time, i) => time - times[i])
        .toSorted((a, b) => a - b);
      const at = (share) => gaps[Math.floor(share * (gaps.length - 1))];
      const processor = used === null ? null : ((processorSeconds() - used) * 1000) / times.length;
      return { processor, perSecond: (gaps.length * 1000) / (times.at(-1) - times[0]), p50: at(0.5), p95: at(0.95) };
    },
    async close() {
      await running.close();
      server.close();
    },
  };
}
