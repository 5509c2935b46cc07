/** What a room may be called. */

const PATTERN = /^[A-Za-z0-9._-]{1,64}$/u;

/** Why a name cannot be a room's, or null. */
export function nameFault(name: string): string | null {
  if (name === "") return "A room needs a name.";
  if (name.length > 64) return "At most 64 characters.";
  if (!PATTERN.test(name)) return "Only letters without accents, digits, dots, hyphens and underscores.";
  return null;
}

/** A name made of a title or a file's name: what cannot stay becomes a hyphen. */
export function suggestName(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/gu, "-")
    .replace(/^-+|-+$/gu, "")
    .slice(0, 64);
}
