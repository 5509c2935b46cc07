/** Names as parts of an address: `Überblick & Zahlen` becomes `uberblick-zahlen`. */

/** Letters that no accent explains; the others lose theirs by decomposition. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ı: "i", ħ: "h", ŧ: "t",
};
/** An address is read and typed by people; longer names are cut between words. */
const LENGTH_MAX = 60;

/** Small letters and digits joined by `-`; scripts other than Latin stay as they are. Empty where nothing is left. */
export function slugOf(name: string): string {
  const small = name.toLowerCase().replace(/['’`]/gu, "").replace(/[ßæœøđðþłıħŧ]/gu, (letter) => LETTERS[letter] ?? letter);
  // Only Latin letters lose their marks: elsewhere a mark is a vowel, or another letter.
  const plain = small.normalize("NFKD").replace(/(\p{Script=Latin})\p{M}+/gu, "$1").normalize("NFC");
  const words = plain.split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => word !== "");
  const kept: string[] = [];
  let length = 0;
  for (const word of words) {
    length += Array.from(word).length + 1;
    if (length > LENGTH_MAX + 1 && kept.length > 0) break;
    kept.push(word);
  }
  return Array.from(kept.join("-")).slice(0, LENGTH_MAX).join("");
}
