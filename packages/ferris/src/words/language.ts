/**
 * The language of a text, as far as stemming needs it: by its script, and in Latin script by its commonest words.
 *
 * Coarse on purpose: taking Danish for Norwegian costs a few stems. English, and whatever cannot be told, is null: the index stems it as
 * English anyhow.
 */
export type LanguageCode =
  | "ar"
  | "da"
  | "de"
  | "el"
  | "es"
  | "fi"
  | "fr"
  | "hu"
  | "it"
  | "nl"
  | "no"
  | "pt"
  | "ro"
  | "ru"
  | "sv"
  | "tr";

const commonWords: Readonly<Record<string, string>> = {
  en: "of and to in is that for it with as are this be on by an not or from you which how what do does can where",
  ar: "في من على إلى عن مع هذا هذه كل أن ما كيف هل التي الذي و أو",
  da: "og i at det er en til af den for på ikke de som med der et har være hvordan hvad jeg",
  de: "der die und das ist von den mit für auf ein eine einen einer eines nicht des dem zu sich auch werden wird oder wenn bei wie was wo ich kann man im am",
  el: "και το να του η της με που την από για είναι τα στο σε των πως τι πώς",
  es: "de la que el en los se del las un por con una para es al como más su no cómo qué dónde puedo",
  fi: "ja on ei että se oli hän ovat mutta myös kuin tai joka sen olla miten mitä missä",
  fr: "de la le les et des est en un une du dans que pour qui par sur au pas avec ce sont ou comment quel je où puis-je",
  hu: "a az és hogy nem is egy van meg ez csak mint vagy de el hogyan mi hol",
  it: "di che la il un per è una sono con non del le si da gli dei nel alla come cosa dove posso",
  nl: "de het een van en in is dat op te zijn met voor niet aan er ook als worden door hoe wat ik kan",
  no: "og i det er på en til som av for at med ikke de har den et eller være hvordan hva jeg",
  pt: "de que o do da em um para é com não uma os no se na por mais dos como qual onde posso",
  ro: "și de la în cu pe nu care din este o un mai pentru sau ca cum ce unde",
  ru: "и в во на не с со что как для по к ко от из о об у за это или же бы ли где чем при до",
  sv: "och i att det som en på är av för med den till inte har de ett om eller hur vad jag",
  tr: "ve bir bu için ile de da olarak olan daha gibi kadar çok veya ise nasıl ne nerede",
};

const languagesOf = new Map<string, string[]>();
for (const [language, words] of Object.entries(commonWords)) {
  for (const word of words.split(" ")) {
    const known = languagesOf.get(word);
    if (known) known.push(language);
    else languagesOf.set(word, [language]);
  }
}

const scripts: readonly (readonly [script: RegExp, language: LanguageCode])[] = [
  [/\p{Script=Cyrillic}/gu, "ru"],
  [/\p{Script=Greek}/gu, "el"],
  [/\p{Script=Arabic}/gu, "ar"],
];

/** Whether a text from outside is one of ours. */
export function isLanguageCode(code: unknown): code is LanguageCode {
  return (
    typeof code === "string" &&
    code !== "en" &&
    (Object.hasOwn(commonWords, code) || scripts.some(([, known]) => known === code))
  );
}

/** Whether `word` says how a question is put in `language`, not what it is about. */
export function isCommonWord(word: string, language: LanguageCode): boolean {
  return languagesOf.get(word.toLowerCase())?.includes(language) ?? false;
}

const beyondAscii = /[^\x00-\x7f]/;
/** This much of a text tells. */
const looksAt = 2_000;
/** Fewer different common words, or rarer ones, are chance: code says for, in, do and no. */
const fewestDifferent = 3;
const leastShare = 0.08;
/** Words of English and of programs tell of no other language. */
const telling = new Set(
  [...languagesOf.keys()].filter(
    (word) => !languagesOf.get(word)!.includes("en") && !/^(?:no|do|i|as|a|in|or|var|if|el|un|um)$/.test(word),
  ),
);

/** The common words of one language in a text that English does not have, each once, and which language: null where several have them. */
export function commonWordsIn(text: string): {
  readonly language: LanguageCode | null;
  readonly words: readonly string[];
} {
  const all = [...new Set(text.toLowerCase().match(/\p{L}+/gu) ?? [])].filter((word) => telling.has(word));
  const counts = new Map<string, number>();
  for (const word of all) for (const code of languagesOf.get(word)!) counts.set(code, (counts.get(code) ?? 0) + 1);
  const [best, next] = [...counts].toSorted(([, a], [, b]) => b - a);
  if (best === undefined) return { language: null, words: [] };
  const [code, count] = best;
  const isClear = next === undefined || next[1] < count;
  return {
    language: isClear ? (code as LanguageCode) : null,
    words: all.filter((word) => languagesOf.get(word)!.includes(code)),
  };
}

/** The language whose stems help with `text`. `least`: this many different common words tell; of a query one does. */
export function languageOf(text: string, least = fewestDifferent): LanguageCode | null {
  const head = text.slice(0, looksAt);
  // Most texts are ASCII, and this is asked of every passage that a search weighs.
  if (beyondAscii.test(head)) {
    const letters = head.match(/\p{L}/gu)?.length ?? 0;
    for (const [script, language] of scripts) {
      if ((head.match(script)?.length ?? 0) > letters / 3) return language;
    }
  }
  const words = head.toLowerCase().match(/\p{L}+/gu) ?? [];
  const english = words.filter((word) => languagesOf.get(word)?.includes("en")).length;
  const counts = new Map<string, { count: number; different: Set<string> }>();
  for (const word of words) {
    if (!telling.has(word)) continue;
    for (const language of languagesOf.get(word)!) {
      const known = counts.get(language) ?? { count: 0, different: new Set() };
      counts.set(language, { count: known.count + 1, different: known.different.add(word) });
    }
  }
  const [best] = [...counts].toSorted(([, a], [, b]) => b.different.size - a.different.size || b.count - a.count);
  if (best === undefined) return null;
  const [language, { count, different }] = best;
  const isLikely = different.size >= least && count >= words.length * leastShare && count > english / 2;
  return isLikely ? (language as LanguageCode) : null;
}
