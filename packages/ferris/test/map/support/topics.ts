/** Vectors of a few topics, for maps: what belongs together is known. */
import { seededRandom } from "../../../src/map/random.ts";

export interface Topics {
  /** [rows][dimensions], of unit length. */
  readonly vectors: Float32Array;
  readonly topicOf: Uint8Array;
}

export function topicVectors(rows: number, topics: number, dimensions = 32): Topics {
  const random = seededRandom(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const centres = Float32Array.from({ length: topics * dimensions }, normal);
  const vectors = new Float32Array(rows * dimensions);
  const topicOf = Uint8Array.from({ length: rows }, (_, row) => row % topics);
  for (let row = 0; row < rows; row++) {
    const own = Float32Array.from(
      { length: dimensions },
      (_, i) => centres[topicOf[row]! * dimensions + i]! + 0.4 * normal(),
    );
    const length = Math.hypot(...own);
    vectors.set(
      own.map((value) => value / length),
      row * dimensions,
    );
  }
  return { vectors, topicOf };
}
