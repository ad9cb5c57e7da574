/** More files whose text is taken out of them (mail, notebooks, JSON, calendars, LaTeX, subtitles), by the same generator. */
import { randomWords } from "./random-sources.ts";

type Random = () => number;

export function randomMail(random: Random): string {
  const { pick, word, many } = randomWords(random);
  const end = pick(["\n", "\r\n"]);
  const space = () => pick([" ", " ", end, end, `${end}${end}`, " > "]);
  const prose = (joint: () => string) => many(40, word, joint);
  const plain = () => `Content-Type: text/plain; charset=utf-8${end}${end}é ${prose(space)}`;
  const flowed = () =>
    `Content-Type: text/plain; format=flowed${end}${end}${prose(() => pick([" ", ` ${end}`, end, `${end}> `, ` ${end}> `]))}`;
  const quoted = () =>
    `Content-Type: text/plain; charset=iso-8859-1${end}Content-Transfer-Encoding: quoted-printable${end}${end}` +
    prose(() => pick([" ", "=E9 ", ` =${end}`, "=20", end, "=0A "]));
  const html = () =>
    `Content-Type: text/html${end}Content-Transfer-Encoding: ${pick(["8bit", "quoted-printable"])}${end}${end}` +
    `<p>${prose(() => pick([" ", end, `</p>${end}<p>`, "<br>", `</p><h2>${word()}</h2><p>`]))}</p>`;
  const inner = () =>
    `Content-Type: message/rfc822${end}${end}Subject: ${word()}${end}To: ${word()}@x.y${end}${end}${prose(space)}`;
  const part = () => pick([plain, flowed, quoted, html, inner])();
  const head = `From: ${word()} <a@b.c>${end}Subject: ${word()}${end} ${end}MIME-Version: 1.0${end}`;
  const body = pick([
    () => `${head}${part()}`,
    () =>
      `${head}Content-Type: multipart/mixed; boundary="b x"${end}${end}--b x${end}${many(4, part, () => `${end}--b x${end}`)}${end}--b x--${end}`,
  ]);
  return body();
}

export function randomMailbox(random: Random): string {
  const { pick, word, many } = randomWords(random);
  const message = () =>
    `From a@b.c Mon Jun  3 09:12:00 2024\nFrom: ${word()}\nSubject: ${word()}\n\n` +
    `${many(20, word, () => pick([" ", "\n", "\n\n", "\n>From ", "\n\nFrom my side "]))}\n`;
  return many(6, message, () => "\n");
}

export function randomJson(random: Random): string {
  const { pick, word, times } = randomWords(random);
  const value = (depth: number): unknown => {
    const list = <T>(make: () => T) => Array.from({ length: times(4) }, make);
    return pick<() => unknown>([
      word,
      () => `${word()} "é"\n${word()} ${"long ".repeat(times(100))}`,
      () => 12.5,
      () => list(word),
      ...(depth > 0
        ? [() => list(() => value(depth - 1)), () => Object.fromEntries(list(() => [`k${random()}`, value(depth - 1)]))]
        : []),
    ])();
  };
  const root = { a: value(4), b: value(4), c: value(4), d: Array.from({ length: 30 }, () => value(2)) };
  const json = JSON.stringify(root, null, pick([1, 2, "\t"]));
  return pick([
    (text: string) => text,
    (text: string) => text.replaceAll(",\n", ", // note\n"),
    (text: string) => text.replace(/"([abcd])":/g, "'$1':"),
  ])(json);
}

export function randomNotebook(random: Random): string {
  const { pick, word, many } = randomWords(random);
  const lines = () => many(8, word, () => pick([" ", "\n", "\n\n", "\n# ", "\n- ", " $x$ "]));
  const source = (text: string) => (pick([true, false]) ? text : text.split(/(?<=\n)/));
  const cell = () => {
    const text = lines();
    if (pick([true, false])) return { cell_type: "markdown", source: source(pick(["# ", ""]) + text) };
    const data = { "text/html": source(`<p>${many(5, word, () => pick([" ", "\n", "</p>\n<p>"]))}</p>`) };
    return {
      cell_type: "code",
      source: source(text),
      outputs: [{ text: source(`\u001b[31m${word()}\u001b[0m\n`) }, { data }],
    };
  };
  return JSON.stringify({ cells: Array.from({ length: 6 }, cell) }, null, pick([1, 2]));
}

export function randomCalendar(random: Random): string {
  const { pick, word, many } = randomWords(random);
  const text = () => many(8, word, () => pick([" ", "\\, ", "\\n", " \r\n ", "\\; "]));
  const event = () =>
    `BEGIN:VEVENT\r\nSUMMARY:${text()}\r\nLOCATION:${word()}\r\nDESCRIPTION;LANGUAGE=en:${text()}\r\nEND:VEVENT`;
  return `BEGIN:VCALENDAR\r\n${many(5, event, () => "\r\n")}\r\nEND:VCALENDAR\r\n`;
}

export function randomContacts(random: Random): string {
  const { pick, word, many } = randomWords(random);
  const card = () =>
    `BEGIN:VCARD\nFN:${word()} ${word()}\nTEL;CELL:${word()}\nADR:;;${word()};${word()};;;${word()}\nNOTE:${many(6, word, () => pick([" ", "\n ", "\\n"]))}\nEND:VCARD`;
  return `${many(5, card, () => "\n")}\n`;
}

export function randomLatex(random: Random): string {
  const { pick, word, many } = randomWords(random);
  const prose = () =>
    many(10, word, () =>
      pick([" ", "\n", "~", " % note\n", "\\'e ", " \\emph{x} ", "\n\n", "\\\\\n", " $x_1$ ", " \\label{l} "]),
    );
  const block = () =>
    pick([
      prose,
      () => `\\section{${word()}}\n${prose()}`,
      () => `\\begin{itemize}\n\\item ${prose()}\n\\item ${word()}\n\\end{itemize}`,
      () => `\\begin{verbatim}\n${word()}\n${word()}\n\\end{verbatim}`,
      () => `\\begin{tabular}{ll}\n${word()} & ${word()} \\\\\n${word()} & ${word()}\n\\end{tabular}`,
    ])();
  return `\\documentclass{article}\n\\begin{document}\n${many(8, block, () => "\n\n")}\n\\end{document}\n`;
}

export function randomSubtitles(random: Random): string {
  const { pick, word, many } = randomWords(random);
  let seconds = 0;
  const cue = () => {
    seconds += pick([2, 3, 10]);
    const time = `00:${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
    return `${seconds}\n${time},000 --> ${time},900\n${many(
      3,
      () => pick([word(), `<i>${word()}</i>`, `- ${word()}`]),
      () => "\n",
    )}`;
  };
  return `${many(12, cue, () => "\n\n")}\n`;
}
