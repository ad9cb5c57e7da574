/**
 * A process for fuzz.ts: a few characters of some format again and again, parsed and cut, then four times as many of them. What takes by far
 * more than four times as long has a step that is quadratic.
 */
import { fuzzLoop } from "@ferris/testing/fuzz";
import { parseDocument } from "../../../dist/documents/parse/parse.js";
import { parserFor } from "../../../dist/documents/parsers/index.js";
import { millisecondsFor } from "../../../dist/documents/parsers/source-code/declarations.js";
import { DocumentError } from "../../../dist/errors.js";

const extensions =
  "md html eml mbox csv tsv json jsonl txt tex rst adoc org bib ics vcf po srt vtt rtf xml svg opml ipynb plist py ts c cpp java go rs rb yaml sh css sql".split(
    " ",
  );
const beginnings = {
  eml: "From: a@b\nSubject: x\nContent-Type: text/plain\n\n",
  mbox: "From a@b Mon Jan  1 00:00:00 2024\nFrom: a@b\n\n",
  html: "<!doctype html><body>",
  rtf: "{\\rtf1\\ansi ",
  xml: "<?xml version='1.0'?><a>",
  svg: "<svg>",
  opml: "<opml><body>",
  plist: "<?xml version='1.0'?><plist>",
  tex: "\\documentclass{article}\\begin{document}",
  ics: "BEGIN:VCALENDAR\n",
  vcf: "BEGIN:VCARD\n",
};
const pieces =
  '# |## |- |* |> |1. |``` |~~~ |` |[ |]( |![ |< |<h1 |<p> |<div> |<table><tr><td> |</div> |<!-- |<!----> |--> |<![CDATA[ |& |&amp; |&#x |{ |} |[ |] |( |) |" |\' |\\ |\\{ |\\par |\\begin{x} |\\item[a]  |\\end{x} |$ |$$ |% |% a\\n |[a]  |   x|@ |@a{b, |: |:: |; |, |= |== |== |.. |.. x:: |--- |+++ |\\n |\\n\\n |\\t | |a |a b |0 |-1 |// |/* |*/ |def f():\\n |class A { |if (a) { |=> |template<a |a<b |BEGIN:VEVENT\\n |SUMMARY:x\\n |msgid "a"\\n |1\\n00:00:01,000 --> 00:00:02,000\\nx\\n |From a@b\\n |> From |--x\\n |Content-Type: multipart/mixed; boundary=x\\n |=?utf-8?q?a?= |begin 644 a\\n |<a b="c |<outline text="x"> |<dict><key>a</key> |é|東|\u{1f600}|\u200d|\r'
    .split("|")
    .map((piece) => piece.replaceAll("\\n", "\n").replaceAll("\\t", "\t").replace(/ $/, ""))
    .filter((piece) => piece !== "");

/** Milliseconds that are no sign of anything: a collection of garbage, a first compilation. */
const noise = 300;

/** Text that is not of its language takes a grammar longer, up to what it is given; then it is cut at blank lines, which is quick. */
const promised = (name, text) =>
  parserFor(name, new Uint8Array()).type === "source-code" ? millisecondsFor(text.length) : 0;

async function milliseconds(name, text) {
  const bytes = new TextEncoder().encode(text);
  const started = process.cpuUsage();
  await parseDocument(name, bytes).catch((error) => {
    if (!(error instanceof DocumentError)) throw error;
  });
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

await fuzzLoop({
  make(random) {
    const extension = random.of(extensions);
    const unit = Array.from({ length: 1 + random.below(4) }, () => random.of(pieces)).join(random() < 0.3 ? " " : "");
    const count = Math.ceil(30_000 / unit.length);
    const text = (times) => `${beginnings[extension] ?? ""}${unit.repeat(count * times)}`;
    return {
      input: `a.${extension} of ${JSON.stringify(unit)} × ${count}`,
      async work() {
        let once = await milliseconds(`/a.${extension}`, text(1));
        let often = await milliseconds(`/a.${extension}`, text(4));
        for (let tries = 0; tries < 2 && often > noise + 9 * once; tries++) {
          once = Math.max(once, await milliseconds(`/a.${extension}`, text(1)));
          often = Math.min(often, await milliseconds(`/a.${extension}`, text(4)));
        }
        if (often > noise + 9 * once + promised(`/a.${extension}`, text(4)))
          throw new Error(`${Math.round(once)} ms, and four times as much ${Math.round(often)} ms`);
        return "in proportion";
      },
    };
  },
  expected: () => null,
});
