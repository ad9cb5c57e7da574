/**
 * `node --import` this, and the wall clock jumps many times a second, by seconds up to years, forwards and back; the monotonic clock goes on as
 * ever. So does a machine's that gets its time from a network, or wakes up. FERRIS_TEST_CLOCK is the seed.
 */
import { randomFrom } from "@ferris/testing/fuzz";

const random = randomFrom(Number(process.env.FERRIS_TEST_CLOCK));
const reaches = [1e3, 60e3, 3.6e6, 86.4e6, 1e11];
let offset = 0;
setInterval(() => (offset = (2 * random() - 1) * random.of(reaches)), 20).unref();

const RealDate = Date;
const now = () => Math.trunc(RealDate.now() + offset);
globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, values, made) => Reflect.construct(target, values.length === 0 ? [now()] : values, made),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});
