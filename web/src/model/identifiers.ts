/** New ids of nodes and list entries: short, random, never reused. */

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** Ten characters of base 32: fifty random bits. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return Array.from(bytes, (byte) => ALPHABET[byte & 31]).join("");
}
