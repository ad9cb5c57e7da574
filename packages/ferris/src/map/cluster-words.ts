/**
 * Names for clusters: the words that are frequent in their texts and rare in the others', as the texts have them.
 *
 * A word counts once a text, by its stem. How telling it is: the share of the cluster's texts that have it, times the logarithm of how much more often that is
 * than in all of them; words that stand everywhere come to nothing without any list of them.
 */
import { fold } from "../words/fold.ts";
import { languageOf } from "../words/language.ts";
import { stemOf } from "../words/stems.ts";
import { isStopWord } from "../words/stop-words.ts";
import { isUnspaced, wordsIn } from "../words/unspaced.ts";

/** This much of a text is looked at. */
const mostCharacters = 800;
const shortestWord = 3;
const longestWord = 28;
/** A word of one text says what that text is about. */
const fewestTexts = 2;
const mostForms = 8;
/** This many times as often as everywhere. */
const leastLift = 1.25;

interface Stem {
  /** Texts that have it. */
  count: number;
  /** As it is written, with how often. */
  readonly forms: Map<string, number>;
}

export class ClusterWords {
  /** For each cluster its texts, and how many of them have each stem. */
  readonly #clusters: { texts: number; readonly counts: Map<string, number> }[];
  readonly #stems = new Map<string, Stem>();

  constructor(clusters: number) {
    this.#clusters = Array.from({ length: clusters }, () => ({ texts: 0, counts: new Map<string, number>() }));
  }

  /** @param clusters those that the text is in */
  add(text: string, clusters: readonly number[]): void {
    const found = wordsOf(text);
    for (const [stem, form] of found) {
      const known = this.#stems.get(stem) ?? { count: 0, forms: new Map<string, number>() };
      this.#stems.set(stem, known);
      known.count++;
      if (known.forms.has(form) || known.forms.size < mostForms)
        known.forms.set(form, (known.forms.get(form) ?? 0) + 1);
    }
    for (const place of clusters) {
      const cluster = this.#clusters[place]!;
      cluster.texts++;
      for (const stem of found.keys()) cluster.counts.set(stem, (cluster.counts.get(stem) ?? 0) + 1);
    }
  }

  /**
   * The most telling words of a cluster against its neighbours, `others`, of which it is one.
   *
   * @param sizes how many points each of `others` has: texts are a sample, and a small cluster's the larger part of it
   */
  wordsOf(place: number, others: readonly number[], sizes: readonly number[], count: number): string[] {
    const { texts, counts } = this.#clusters[place]!;
    if (texts === 0) return [];
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const scored = [...counts]
      .filter(([, having]) => having >= Math.min(fewestTexts, texts))
      .map(([stem, having]) => {
        const everywhere = others.reduce((sum, other, i) => sum + (sizes[i]! / total) * this.#share(other, stem), 0);
        return { stem, share: having / texts, lift: this.#share(place, stem) / everywhere };
      });
    const telling = scored.filter(({ lift }) => lift > leastLift);
    // A cluster that is nearly all there is differs from nothing: then what is frequent says what it is about.
    const ranked = (telling.length > 0 ? telling : scored.map((word) => ({ ...word, lift: Math.E }))).toSorted(
      (a, b) => b.share * Math.log(b.lift) - a.share * Math.log(a.lift) || (a.stem < b.stem ? -1 : 1),
    );
    const words: string[] = [];
    for (const { stem } of ranked) {
      const word = this.#commonest(stem);
      const bare = fold(word).toLowerCase();
      const repeats = words.some(
        (known) => fold(known).toLowerCase().includes(bare) || bare.includes(fold(known).toLowerCase()),
      );
      if (!repeats) words.push(word);
      if (words.length === count) break;
    }
    return words;
  }

  #share(place: number, stem: string): number {
    const { texts, counts } = this.#clusters[place]!;
    return ((counts.get(stem) ?? 0) + 0.1) / (texts + 1);
  }

  /** As it is written most often; of two the one without capitals. */
  #commonest(stem: string): string {
    const [[form]] = [...this.#stems.get(stem)!.forms].toSorted(
      ([a, countA], [b, countB]) => countB - countA || (b < a ? -1 : 1),
    ) as [[string, number]];
    return form;
  }
}

/** The words of a text that could be a name's, each by its stem, as it is written first. */
function wordsOf(text: string): Map<string, string> {
  const head = text.slice(0, mostCharacters);
  const language = languageOf(head);
  const found = new Map<string, string>();
  for (const [run] of head.matchAll(/\p{L}[\p{L}\p{M}\p{N}]*(?:['’]\p{L}+)?/gu)) {
    for (const piece of isUnspaced(run) ? wordsIn(run) : [run]) {
      const word = piece.replace(/['’]s?$/u, "");
      if (word.length > longestWord || word.length < (isUnspaced(word) ? 2 : shortestWord)) continue;
      if (isStopWord(word) || isCommon(word) || (language !== null && isStopWord(word, language))) continue;
      const stem = stemOf(word, language);
      if (!found.has(stem)) found.set(stem, sentenceCase.test(word) ? word.toLowerCase() : word);
    }
  }
  return found;
}

/** One capital at the start says where a word stood, or that it is a name; counting would take either for the other. */
const sentenceCase = /^\p{Lu}\p{Ll}+$/u;

/** English words that join sentences; search must find them, and no cluster is about them. */
const common = new Set(
  (
    "about above after again all also although always among another any anything because before being below between both but cannot case " +
    "come comes each either else even ever every few first get gets give given gives got had has having here however just keep last least less " +
    "let like made make makes many may might more most much must need needs never new next nor not nothing now off often once one only other others " +
    "out over own per same see seen several shall since some something still such take takes than then there thing things though three through thus " +
    "too two under unless until upon use used uses using very want way well whether while within without yet"
  ).split(" "),
);

function isCommon(word: string): boolean {
  return common.has(word.toLowerCase());
}
