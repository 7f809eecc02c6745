/** A line of a plot. */
export interface Line {
  readonly name: string;
  /** A CSS colour. */
  readonly color: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** The horizontal axis. */
export interface Axis {
  readonly name: string;
  readonly marks: readonly number[];
  /** Where a value stands on it, from 0 to 1. */
  place(x: number): number;
}

/** A part of the axis, from one value to another. */
export interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const [width, height] = [960, 460];
const frame = { left: 60, right: 790, top: 40, bottom: 415 };

/** An axis of minutes from 0 on. */
export function minutes(last: number): Axis {
  return { name: 'minutes', marks: marks(last, roundStep(last / 8)), place: (minute) => minute / last };
}

/** An axis on which equal factors have equal lengths. */
export function factors(name: string, values: readonly number[]): Axis {
  const [least, most] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return { name, marks: values, place: (x) => (Math.log(x) - least) / (most - least) };
}

/** An SVG picture of lines; `unit` is that of all their values. */
export function linePlot(
  title: string,
  unit: string,
  lines: readonly Line[],
  axis: Axis,
  spans: readonly Span[] = [],
): string {
  const most = Math.max(...lines.flatMap(({ points }) => points.map(({ y }) => y)));
  const step = roundStep(most / 5);
  const highest = step * Math.ceil(most / step);
  const x = (value: number) => shown(frame.left + (frame.right - frame.left) * axis.place(value));
  const y = (value: number) => shown(frame.bottom - ((frame.bottom - frame.top) * value) / highest);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...marks(highest, step).flatMap((value) => [
      `<path d="M${frame.left} ${y(value)}H${frame.right}" stroke="#ddd"/>`,
      `<text x="${frame.left - 6}" y="${y(value)}" text-anchor="end" dominant-baseline="middle">${value}</text>`,
    ]),
    ...axis.marks.map(
      (value) => `<text x="${x(value)}" y="${frame.bottom + 18}" text-anchor="middle">${value}</text>`,
    ),
    `<text x="${frame.left - 6}" y="${frame.top - 20}" text-anchor="end">${unit}</text>`,
    `<text x="${frame.right}" y="${frame.bottom + 36}" text-anchor="end">${axis.name}</text>`,
    ...spans.flatMap(({ name, from, to }) => [
      `<path d="M${x(from)} ${frame.top - 8}V${frame.bottom}" stroke="#999" stroke-dasharray="4 3"/>`,
      `<text x="${x((from + to) / 2)}" y="${frame.top - 12}" text-anchor="middle">${name}</text>`,
    ]),
    ...lines.map(
      ({ color, points }) =>
        `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${points
          .map((point) => `${x(point.x)},${y(point.y)}`)
          .join(' ')}"/>`,
    ),
    ...lines.flatMap(({ name, color }, at) => [
      `<path d="M${frame.right + 12} ${frame.top + 20 * at}h14" stroke="${color}" stroke-width="3"/>`,
      `<text x="${frame.right + 32}" y="${frame.top + 20 * at}" dominant-baseline="middle">${name}</text>`,
    ]),
    '</svg>\n',
  ].join('\n');
}

/** Pictures one below the other, in one. */
export function stacked(pictures: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height * pictures.length}">`,
    ...pictures.map((picture, at) =>
      picture.replace('<svg ', `<svg y="${height * at}" width="${width}" height="${height}" `).trimEnd(),
    ),
    '</svg>\n',
  ].join('\n');
}

function marks(last: number, step: number): number[] {
  return Array.from({ length: Math.floor(last / step + 1e-9) + 1 }, (_, at) =>
    Number((at * step).toFixed(3)),
  );
}

/** The least of 1, 2, 5, 10, 20, 50 … (and a tenth of them) that is not less than `wish`. */
function roundStep(wish: number): number {
  const ten = 10 ** Math.floor(Math.log10(wish));
  return ten * ([1, 2, 5].find((one) => one * ten >= wish) ?? 10);
}

function shown(pixels: number): string {
  return pixels.toFixed(1);
}
