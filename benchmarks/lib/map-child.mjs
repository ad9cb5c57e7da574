/** Draws one picture of made-up vectors in a process of its own, for bench:map, and prints what it took as JSON. */
import { PointCloud } from "../../packages/ferris/dist/map/point-cloud.js";
import { seededRandom } from "../../packages/ferris/dist/map/random.js";

const points = Number(process.argv[2]);
const dimensions = 384;
const topics = 200;
const blockRows = 1_000;

const random = seededRandom(11);
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const centres = Float32Array.from({ length: topics * dimensions }, normal);

/** Of unit length, around one of the topics. */
function rows(count) {
  const block = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const topic = Math.floor(random() * topics) * dimensions;
    let squares = 0;
    for (let i = 0; i < dimensions; i++) {
      const value = centres[topic + i] + 0.7 * normal();
      block[row * dimensions + i] = value;
      squares += value * value;
    }
    for (let i = 0; i < dimensions; i++) block[row * dimensions + i] /= Math.sqrt(squares);
  }
  return block;
}

const spent = {};
let [wall, cpu] = [0, 0];
const timed = (stage, work) => {
  const [from, used] = [performance.now(), process.cpuUsage()];
  const result = work();
  const { user, system } = process.cpuUsage(used);
  const took = spent[stage] ?? { wall: 0, cpu: 0 };
  spent[stage] = { wall: took.wall + performance.now() - from, cpu: took.cpu + (user + system) / 1000 };
  wall += performance.now() - from;
  cpu += (user + system) / 1000;
  return result;
};

const sample = rows(Math.min(points, 2_000));
const cloud = timed("axes", () => new PointCloud(sample, dimensions));
for (let at = 0; at < points; at += blockRows) {
  const block = rows(Math.min(blockRows, points - at));
  timed("projection", () => cloud.add(block));
}
const drawing = cloud.draw();
let stage = "neighbours";
for (;;) {
  const { done, value } = timed(stage, () => drawing.next());
  if (done) break;
  stage = value.stage;
}
console.log(JSON.stringify({ spent, wall, cpu, megabytes: process.resourceUsage().maxRSS / 1024 }));
