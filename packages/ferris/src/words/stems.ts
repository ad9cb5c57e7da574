/**
 * Stems: of English as FTS5's own (Porter), of other languages by Snowball's algorithms.
 *
 * What is stemmed has been folded (fold.ts) and is in lower case.
 */
import { stemmer as arabic } from "@orama/stemmers/arabic";
import { stemmer as danish } from "@orama/stemmers/danish";
import { stemmer as dutch } from "@orama/stemmers/dutch";
import { stemmer as finnish } from "@orama/stemmers/finnish";
import { stemmer as french } from "@orama/stemmers/french";
import { stemmer as german } from "@orama/stemmers/german";
import { stemmer as greek } from "@orama/stemmers/greek";
import { stemmer as hungarian } from "@orama/stemmers/hungarian";
import { stemmer as italian } from "@orama/stemmers/italian";
import { stemmer as norwegian } from "@orama/stemmers/norwegian";
import { stemmer as portuguese } from "@orama/stemmers/portuguese";
import { stemmer as romanian } from "@orama/stemmers/romanian";
import { stemmer as russian } from "@orama/stemmers/russian";
import { stemmer as spanish } from "@orama/stemmers/spanish";
import { stemmer as swedish } from "@orama/stemmers/swedish";
import { stemmer as turkish } from "@orama/stemmers/turkish";
import { stemmer as english } from "stemmer";
import { fold } from "./fold.ts";
import type { LanguageCode } from "./language.ts";

const stemmers: Readonly<Record<LanguageCode, (word: string) => string>> = {
  ar: arabic,
  da: danish,
  de: german,
  el: greek,
  es: spanish,
  fi: finnish,
  fr: french,
  hu: hungarian,
  it: italian,
  nl: dutch,
  no: norwegian,
  pt: portuguese,
  ro: romanian,
  ru: russian,
  sv: swedish,
  tr: turkish,
};

/** Longer ones are not words. */
const longestWord = 60;
/** Words repeat; the few that do not must not fill the memory of a process that searches for months. */
const mostKept = 50_000;
const kept = new Map<string, string>();

/** The stem of `word`, in lower case and folded; `language` is null for English. */
export function stemOf(word: string, language: LanguageCode | null = null): string {
  const key = `${language ?? ""} ${word}`;
  let stem = kept.get(key);
  if (stem === undefined) {
    stem = stemNew(fold(word.toLowerCase()).trim(), language);
    if (kept.size >= mostKept) kept.clear();
    kept.set(key, stem);
  }
  return stem;
}

function stemNew(word: string, language: LanguageCode | null): string {
  if (word.length > longestWord) return word;
  return language === null ? english(word) : stemmers[language](word);
}

/** A stem as a word of the full-text index that no text holds: its language is part of it. */
export function stemWord(word: string, language: LanguageCode): string {
  return `\u{E000}${language}${stemOf(word, language)}`;
}
