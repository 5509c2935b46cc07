/**
 * Finding by a few letters: those of the query in their order, at word beginnings and together best.
 *
 * The score is what a reader would give: a whole word before its beginning, a beginning before letters
 * strewn over the text, and of two equals the shorter text.
 */

/** A better match has a larger score; null: the letters are not all there. */
export function fuzzyScore(query: string, text: string): number | null {
  const wanted = fold(query);
  const found = fold(text);
  if (wanted === "") return 0;
  const at = found.indexOf(wanted);
  if (at >= 0) return together(wanted, found, at);
  const words = wanted.split(" ");
  if (words.length > 1) return allWords(words, found);
  return strewn(wanted, found);
}

/** Small letters without accents, so that `ubersicht` finds `Übersicht`. */
export function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

function together(wanted: string, found: string, first: number): number {
  let at = first;
  // A later occurrence at the beginning of a word is better than an earlier one within one.
  while (at >= 0 && !isWordStart(found, at)) at = found.indexOf(wanted, at + 1);
  const length = found.length;
  if (found === wanted) return 1_000;
  if (first === 0) return 900 - Math.min(length, 90);
  return (at >= 0 ? 700 : 500) - Math.min(length, 90);
}

function allWords(words: readonly string[], found: string): number | null {
  const scores = words.filter((word) => word !== "").map((word) => (found.includes(word) ? (isWordStart(found, found.indexOf(word)) ? 1 : 0) : null));
  if (scores.includes(null)) return null;
  return 300 + 20 * scores.reduce<number>((sum, score) => sum + (score ?? 0), 0) - Math.min(found.length, 90);
}

// Greedy from the left; good enough for names, and linear.
function strewn(wanted: string, found: string): number | null {
  let at = -1;
  let score = 0;
  for (const letter of wanted) {
    const next = found.indexOf(letter, at + 1);
    if (next < 0) return null;
    const isNear = next === at + 1;
    score += isWordStart(found, next) ? 12 : isNear ? 8 : Math.max(0, 3 - (next - at));
    at = next;
  }
  // Letters strewn far apart are no match that anybody meant.
  return score < wanted.length * 4 ? null : score - Math.min(found.length, 90) / 10;
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
}
