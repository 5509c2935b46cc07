/** From values to places in a drawing: round ticks, positions, wedges. */

/** Round numbers from at or below the least to at or above the greatest value, zero among them. */
export function ticksOf(values: readonly number[], wanted = 5): readonly number[] {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  if (low === high) return [0, 1];
  const rough = roundStep((high - low) / Math.max(wanted - 1, 1));
  // Half an order is nowhere on an axis that counts orders.
  const step = values.every(Number.isInteger) ? Math.max(rough, 1) : rough;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  // Multiples of the step, not sums of it: 0.1 + 0.2 would be drawn where nobody looks for it.
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** 1, 2 or 5 times a power of ten, at or above the rough step. */
export function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  return (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10) * power;
}

export type Scale = (value: number) => number;

/** A straight line from a domain to a range; a domain of one value is its middle. */
export function linear([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  if (low === high) return () => (from + to) / 2;
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}

/** The places of n equal bands in a width: where each begins, and how wide its bar is. */
export function bands(count: number, width: number, share = 0.64, widest = 72): readonly { readonly start: number; readonly middle: number; readonly size: number }[] {
  const step = width / Math.max(count, 1);
  const size = Math.min(step * share, widest);
  return Array.from({ length: count }, (_, index) => ({ start: index * step + (step - size) / 2, middle: index * step + step / 2, size }));
}

/** Numbers or ISO dates as places on a continuous axis; null if any key is neither. */
export function continuous(keys: readonly unknown[]): readonly number[] | null {
  const places = keys.map((key) => {
    if (typeof key === "number") return key;
    if (typeof key !== "string") return Number.NaN;
    if (/^-?\d+(\.\d+)?$/u.test(key)) return Number(key);
    return /^\d{4}-\d{2}-\d{2}/u.test(key) ? Date.parse(key) : Number.NaN;
  });
  return places.length > 0 && places.every(Number.isFinite) ? places : null;
}

export interface Wedge {
  readonly path: string;
  readonly share: number;
}

/** The wedges of a ring, clockwise from the top; what is not above zero has none. */
export function wedges(values: readonly number[], radius: number, hole: number): readonly Wedge[] {
  const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  let from = 0;
  return values.map((value) => {
    const share = total > 0 ? Math.max(value, 0) / total : 0;
    const wedge = { path: share === 0 ? "" : ring(from, from + share, radius, hole), share };
    from += share;
    return wedge;
  });
}

function ring(from: number, to: number, radius: number, hole: number): string {
  // An arc that ends where it begins is drawn as nothing, so a whole ring is two halves.
  if (to - from > 0.9999) return `${ring(0, 0.5, radius, hole)} ${ring(0.5, 1, radius, hole)}`;
  const at = (share: number, distance: number): string => {
    const angle = share * 2 * Math.PI - Math.PI / 2;
    return `${(Math.cos(angle) * distance).toFixed(2)} ${(Math.sin(angle) * distance).toFixed(2)}`;
  };
  const large = to - from > 0.5 ? 1 : 0;
  return `M${at(from, radius)} A${radius} ${radius} 0 ${large} 1 ${at(to, radius)} L${at(to, hole)} A${hole} ${hole} 0 ${large} 0 ${at(from, hole)} Z`;
}

/** Text that fits about so many pixels; a character of two code units is never halved. */
export function fitting(text: string, width: number, character = 6.6): string {
  const letters = [...text];
  const room = Math.floor(width / character);
  return letters.length <= room ? text : room < 2 ? "" : `${letters.slice(0, room - 1).join("")}…`;
}
