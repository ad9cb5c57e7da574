/**
 * The ways of ordering one query's candidates that ../ranking.mjs compares: each gives their chunks, best first.
 *
 * Ours is the product's own `fuse`; a part is taken out by giving it candidates without what the part goes by.
 */
import { fuse } from "../../packages/ferris/dist/search/fuse.js";

const rrfConstant = 60;
const usual = { textShare: 0.45, siblingShare: 0.05 };

/** Without names, standing and what else is said of a chunk beside its two scores and coverage. */
const bare = { isNamed: false, share: 1, titled: 0, isForSystem: false };

function ours({ change = {}, weights = {}, believed = false } = {}) {
  return (candidates, confidence) =>
    fuse(
      candidates.map((candidate) => ({ ...candidate, ...change })),
      "hybrid",
      believed ? 1 : confidence,
      { ...usual, ...weights },
    ).map(({ chunk }) => chunk);
}

/** By one number of each candidate, the larger the better. */
function by(score) {
  return (candidates) =>
    candidates
      .map((candidate) => ({ chunk: candidate.chunk, score: score(candidate) }))
      .filter((one) => one.score > 0)
      .toSorted((a, b) => b.score - a.score || a.chunk.id - b.chunk.id)
      .map(({ chunk }) => chunk);
}

const inverse = (rank, constant) => (rank === null ? 0 : 1 / (constant + rank));
const minMax = { ...bare, coverage: 1 };
const halves = { textShare: 0.5, siblingShare: 0 };

export const variants = [
  { name: "by meaning alone", order: by(({ vectorRank }) => inverse(vectorRank, 0)) },
  { name: "by words alone", order: by(({ textRank }) => inverse(textRank, 0)) },
  {
    name: `published RRF (constant ${rrfConstant})`,
    order: by(({ vectorRank, textRank }) => inverse(vectorRank, rrfConstant) + inverse(textRank, rrfConstant)),
  },
  {
    name: "1/(1+r) + 2·coverage²/(1+r)",
    order: by(
      ({ vectorRank, textRank, coverage }) => inverse(vectorRank, 1) + 2 * coverage ** 2 * inverse(textRank, 1),
    ),
  },
  {
    name: "min-max, half each, without coverage",
    order: ours({ change: minMax, weights: halves, believed: true }),
  },
  { name: "– with coverage", order: ours({ change: bare, weights: halves, believed: true }) },
  {
    name: "– and confidence, and siblings",
    order: ours({ change: bare, weights: { textShare: 0.5 } }),
  },
  { name: "**ours**", order: ours() },
  { name: "– with half each", order: ours({ weights: { textShare: 0.5 } }) },
  { name: "– without standing", order: ours({ change: { share: 1 } }) },
  { name: "– without titled", order: ours({ change: { titled: 0 } }) },
  { name: "– without systems", order: ours({ change: { isForSystem: false } }) },
  { name: "– without confidence", order: ours({ believed: true }) },
  { name: "– without siblings", order: ours({ weights: { siblingShare: 0 } }) },
];
