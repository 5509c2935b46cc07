/** What was used in the finder lately, kept by the browser; the newest first. */
const KEY = "design-rooms-finder";
const RECENT_MAX = 12;

export function readRecent(storage: Pick<Storage, "getItem">): readonly string[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string").slice(0, RECENT_MAX) : [];
  } catch {
    // Something else wrote there; it is only a convenience.
    return [];
  }
}

export function remember(storage: Pick<Storage, "getItem" | "setItem">, id: string): void {
  const next = [id, ...readRecent(storage).filter((other) => other !== id)].slice(0, RECENT_MAX);
  storage.setItem(KEY, JSON.stringify(next));
}
