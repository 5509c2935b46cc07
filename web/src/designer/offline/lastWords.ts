/**
 * The notes of a window that was closed or loaded anew before the browser's database had written them.
 *
 * A database's transaction is lost with the page that began it; what goes to `localStorage` is written
 * before the page is gone. The next window that opens the copy takes it from there.
 */
const PREFIX = "design-rooms.last/";

/** Keeps the notes of one window of a copy. */
export function keepWords(copy: string, key: string, text: string): void {
  try {
    localStorage.setItem(itemOf(copy, key), text);
  } catch {
    // Too much for the browser: then only the database may have them.
  }
}

/** What windows of a copy have kept, by their keys. */
export function lastWords(copy: string): ReadonlyMap<string, string> {
  const start = itemOf(copy, "");
  const items = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? "");
  return new Map(items.flatMap((item) => {
    const text = item.startsWith(start) ? localStorage.getItem(item) : null;
    return text === null ? [] : [[item.slice(start.length), text] as const];
  }));
}

/** Lets go of what is in the database by now, or taken over. */
export function dropWords(copy: string, keys: Iterable<string>): void {
  for (const key of keys) localStorage.removeItem(itemOf(copy, key));
}

function itemOf(copy: string, key: string): string {
  return `${PREFIX}${copy}#${key}`;
}
