/** `closing-pool WORKER`: closes a pool with files under way and waiting, and says how they ended. The process must then end by itself. */
import { ParsePool } from "../../../src/documents/parse/parse-pool.ts";

const pool = new ParsePool({ worker: process.argv[2] });
const parsing = Array.from({ length: 8 }, (_, i) => pool.parse(`/hangs ${i}.pdf`, Buffer.from("%PDF-")));
const ended = Promise.allSettled(parsing);
await new Promise((resolve) => setTimeout(resolve, 100));
await pool.close();
const outcomes = await ended;
const late = await pool.parse("/after.pdf", Buffer.from("%PDF-")).catch((error: Error) => error.message);
process.stdout.write(JSON.stringify([...new Set(outcomes.map(({ status }) => status)), late]));
