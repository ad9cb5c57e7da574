/** Files of formats whose file is not their text, by a seeded generator: every word such as w17 stands in them once. */

type Random = () => number;

export function randomWords(random: Random) {
  let count = 0;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const times = (most: number) => 1 + Math.floor(random() * most);
  const word = () => `w${count++}`;
  const many = (most: number, make: () => string, joint: () => string) => {
    let text = make();
    for (let i = times(most); i > 1; i--) text += joint() + make();
    return text;
  };
  return { pick, times, word, many };
}

export function randomHtml(random: Random): string {
  const { pick, word, many } = randomWords(random);
  const space = () => pick([" ", " ", "\n", "  \n   ", "\r\n", "&nbsp;", " &amp; ", "<br>", "<br\n/>", "\t", "&#10;"]);
  const inline = () =>
    pick([
      word,
      word,
      word,
      () => `<b>${word()}</b>`,
      () => `<a\n href="x">${word()}\n${word()}</a>`,
      () => `${word()}&lt;${word()}&hellip;`,
      () => `<img\n  alt="${word()} ${word()}"\n src="x">`,
      () => `<!-- a\ncomment -->${word()}`,
      () => `<script>\nvar x;\n</script>${word()}`,
    ])();
  const prose = () => many(12, inline, space);
  const cell = () => pick([prose, word, () => `\n${word()}\n`, () => `<p>\n${word()}</p><p>${word()}</p>`])();
  const block = (): string =>
    pick([
      () => `<h2>\n${prose()}</h2>`,
      () => `<p>${prose()}</p>`,
      () => `<p>\n ${prose()}\n</p>`,
      () => `<pre>${many(8, word, () => pick([" ", "\n", "\n  ", "\n\n"]))}\n</pre>`,
      () =>
        `<ul>\n${many(
          5,
          () => `<li>${pick(["", "\n"])}${prose()}</li>`,
          () => pick(["", "\n"]),
        )}</ul>`,
      () => `<dl><dt>${word()}</dt>\n<dd>${prose()}</dd></dl>`,
      () =>
        `<table>\n<tr><th>head one</th>\n<th>head two</th></tr>\n${many(
          5,
          () => `<tr>${pick(["", "\n"])}<td>${cell()}</td>${pick(["", "\n"])}<td>${cell()}</td></tr>`,
          () => pick(["", "\n"]),
        )}</table>`,
      () => `<blockquote>\n<p>${prose()}</p>\n</blockquote>`,
      () => `<div>${prose()}<div>\n\n${prose()}</div></div>`,
    ])();
  return `<!doctype html>\n<html><head>\n<title>T</title></head>\n<body>\n${many(12, block, () => pick(["", "\n", "\n\n\n"]))}</body></html>`;
}

export function randomCsv(random: Random): string {
  const { pick, word, many } = randomWords(random);
  const cell = () =>
    pick([
      word,
      () => `"${many(20, word, () => pick([" ", "\n", '""', ",", "\r\n"]))}"`,
      () => `"${word()}"`,
      () => "",
    ])();
  const row = () => `${word()},${cell()},${cell()}`;
  const end = pick(["\n", "\r\n"]);
  return `head one,head two,head three${end}${many(12, row, () => pick([end, end, end + end]))}${end}`;
}
