/**
 * What an evaluation is made of: questions, and which documents answer them. Types only.
 */
import type { Relevant } from "./metrics.ts";

export interface Question {
  readonly id: string;
  readonly text: string;
  /** Grades by document id. */
  readonly relevant: Relevant;
}

export interface CorpusDocument {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}
