/**
 * Draws what commands print in a terminal as an SVG: the pictures in README and docs are real output, made again by one command.
 *
 *   node scripts/terminal-picture.mjs docs/assets/search.svg 'npx ferris search "a question"' ['another command'…]
 *
 * Runs the commands in this repository with colours on, reads the colour and style codes of their output (stdout and stderr as
 * they come), and sets every run of characters on a grid, so that any monospaced font keeps the columns. No font is embedded. Not
 * a terminal emulator: output that moves the cursor is drawn as its last state of each line.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import fastStringWidth from "fast-string-width";
import { root } from "./steps.mjs";

const columns = 112;
const cell = { width: 8.4, height: 19 };
const padding = 18;
const titleBar = 34;
const font = "ui-monospace, SFMono-Regular, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const background = "#16181d";
const foreground = "#d8dbe2";
const palette = [
  ["#5c6370", "#ef6b73", "#8fcf70", "#e5c07b", "#6cb2f5", "#cf8ef0", "#58c4d0", "#d8dbe2"],
  ["#8b919d", "#ff8f95", "#aee38f", "#f2d694", "#93c9ff", "#e0aeff", "#7fdde8", "#ffffff"],
];

const plain = { bold: false, dim: false, italic: false, underline: false, inverse: false, color: undefined };

/** The style after one "select graphic rendition" sequence, such as "1;31". */
function styleAfter(style, codes) {
  let next = style;
  for (const code of codes.split(";").map(Number)) {
    if (code === 0) next = plain;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 3) next = { ...next, italic: true };
    else if (code === 4) next = { ...next, underline: true };
    else if (code === 7) next = { ...next, inverse: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 23) next = { ...next, italic: false };
    else if (code === 24) next = { ...next, underline: false };
    else if (code === 27) next = { ...next, inverse: false };
    else if (code >= 30 && code <= 37) next = { ...next, color: palette[0][code - 30] };
    else if (code >= 90 && code <= 97) next = { ...next, color: palette[1][code - 90] };
    else if (code === 39) next = { ...next, color: undefined };
  }
  return next;
}

/** Output as lines of runs `{ text, style, column }`, cut where the terminal would wrap. */
function readLines(output) {
  const lines = [];
  let runs = [];
  let column = 0;
  let style = plain;
  const endLine = () => {
    lines.push(runs);
    runs = [];
    column = 0;
  };
  // Hyperlinks (OSC 8) keep their text and lose their address; a style sequence changes what follows; other sequences go.
  const tokens = /\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[([\d;]*)m|\x1b\[[\d;?]*[A-Za-z]|\r?\n|\r|[^\x1b\r\n]+/g;
  for (const [token, codes] of output.matchAll(tokens)) {
    if (codes !== undefined) style = styleAfter(style, codes || "0");
    else if (token === "\n" || token === "\r\n") endLine();
    else if (token === "\r") [runs, column] = [[], 0];
    else if (!token.startsWith("\x1b")) {
      let text = "";
      let start = column;
      for (const { segment } of new Intl.Segmenter().segment(token)) {
        const width = fastStringWidth(segment);
        if (column + width > columns) {
          if (text) runs.push({ text, style, column: start });
          endLine();
          [text, start] = ["", 0];
        }
        text += segment;
        column += width;
      }
      if (text) runs.push({ text, style, column: start });
    }
  }
  if (runs.length > 0) lines.push(runs);
  return lines;
}

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function drawRun({ text, style, column }, y) {
  const width = fastStringWidth(text) * cell.width;
  const x = padding + column * cell.width;
  const color = style.color ?? foreground;
  const attributes = [
    `x="${x.toFixed(1)}"`,
    `y="${y.toFixed(1)}"`,
    `textLength="${width.toFixed(1)}"`,
    `fill="${style.inverse ? background : color}"`,
    style.bold && 'font-weight="700"',
    style.italic && 'font-style="italic"',
    style.underline && 'text-decoration="underline"',
    style.dim && 'opacity="0.65"',
  ];
  const box = `<rect x="${x.toFixed(1)}" y="${(y - 14).toFixed(1)}" width="${width.toFixed(1)}" height="${cell.height}" fill="${color}"/>`;
  return `${style.inverse ? box : ""}<text ${attributes.filter(Boolean).join(" ")}>${escape(text)}</text>`;
}

function draw(lines, title) {
  const width = Math.ceil(columns * cell.width + 2 * padding);
  const height = Math.ceil(titleBar + lines.length * cell.height + 2 * padding);
  const rows = lines.map((runs, row) => {
    const y = titleBar + padding + (row + 0.75) * cell.height;
    return runs
      .filter((run) => run.text.trim() || run.style.inverse)
      .map((run) => drawRun(run, y))
      .join("");
  });
  const dots = ["#ef6b73", "#e5c07b", "#8fcf70"].map(
    (fill, index) => `<circle cx="${padding + 4 + index * 20}" cy="${titleBar / 2 + 3}" r="6" fill="${fill}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">
<style>text{font-family:${font};font-size:14px;white-space:pre}</style>
<rect width="${width}" height="${height}" rx="10" fill="${background}"/>
${dots.join("")}
${rows.filter(Boolean).join("\n")}
</svg>
`;
}

/** What a command prints on both streams, in order, as it would on a terminal with colours. */
function outputOf(command) {
  const environment = { ...process.env, FORCE_COLOR: "1", COLUMNS: String(columns), npm_config_loglevel: "error" };
  delete environment.NO_COLOR;
  const { stdout, status } = spawnSync(`${command} 2>&1`, {
    cwd: root,
    shell: true,
    env: environment,
    encoding: "utf8",
  });
  // Where this clone lies is nobody's business, and would make every picture another one.
  if (status === 0) return stdout.trimEnd().replaceAll(root, "~/ferris");
  console.error(`${command} failed with exit code ${status}; no picture is drawn.\n${stdout}`);
  process.exit(1);
}

const [target, ...commands] = process.argv.slice(2);
if (!target || commands.length === 0) {
  console.error("usage: node scripts/terminal-picture.mjs FILE.svg 'COMMAND' ['COMMAND'…]");
  process.exit(2);
}
const text = commands.map((command) => `\x1b[92m$\x1b[0m \x1b[1m${command}\x1b[0m\n${outputOf(command)}\n`).join("\n");
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, draw(readLines(text), `Terminal: ${commands.join("; ")}`));
console.log(`${target}: ${commands.length} commands, ${text.split("\n").length} lines.`);
