/** Draws what was measured again and again as curves, one below the other, each on a scale of its own: an SVG. */

const width = 720;
const height = 60;
const left = 190;

/** @param rows measurements in order, @param along the name of what they are in order of */
export function curves(title: string, rows: readonly Readonly<Record<string, number>>[], along: string): string {
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== along);
  const parts = names.map((name, index) => {
    const values = rows.map((row) => row[name] ?? 0);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const top = 40 + index * (height + 16);
    const x = (i: number): string => (left + (i / Math.max(1, rows.length - 1)) * (width - left - 20)).toFixed(1);
    // From nothing up: a curve that looks flat is.
    const y = (value: number): string => (top + height - (most === 0 ? 0 : value / most) * height).toFixed(1);
    const points = values.map((value, i) => `${x(i)},${y(value)}`).join(" ");
    return (
      `<text x="10" y="${top + 20}">${name}</text><text x="10" y="${top + 38}" fill="#666">${least} to ${most}</text>` +
      `<path d="M${left} ${top + height}H${width - 20}" stroke="#ccc"/><polyline points="${points}" fill="none" stroke="#1a6fb5" stroke-width="1.5"/>`
    );
  });
  const whole = 50 + names.length * (height + 16);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" font-family="sans-serif" font-size="13">` +
    `<rect width="${width}" height="${whole}" fill="#fff"/><text x="10" y="22" font-weight="bold">${title}, ${rows.length} times</text>` +
    `${parts.join("")}</svg>\n`
  );
}
