/**
 * Keys as the table of commands writes them: `Mod+Shift+G`, `Alt+ArrowUp`, `?`.
 *
 * `Mod` is Command on Apple's machines and Ctrl elsewhere. They are matched against key events, and
 * written for people.
 */

/** The members of a key event that a chord is compared with. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", Delete: "Del", Backspace: "Backspace", ContextMenu: "Menu",
};
const MAC_NAMES: Readonly<Record<string, string>> = {
  ...NAMES, Enter: "↩", Escape: "esc", Delete: "⌦", Backspace: "⌫", Mod: "⌘", Shift: "⇧", Alt: "⌥",
};
/** Codes of the keys that sit elsewhere, or give another character, with Alt and in other layouts. */
const CODES: Readonly<Record<string, string>> = { "\\": "Backslash", "0": "Digit0" };

// The last plus is the key itself: `Mod++`.
function partsOf(chord: string): readonly string[] {
  return chord.split(/\+(?!$)/u);
}

/** Whether a pressed key is the chord. */
export function matchesKey(press: KeyPress, chord: string): boolean {
  const parts = partsOf(chord);
  const name = parts.at(-1) ?? "";
  const has = (modifier: string): boolean => parts.slice(0, -1).includes(modifier);
  if ((press.ctrlKey || press.metaKey) !== has("Mod") || press.altKey !== has("Alt")) return false;
  // A mark such as `?` needs Shift on one keyboard and none on another.
  const isMark = name.length === 1 && !/[a-z0-9\\]/iu.test(name);
  if (!isMark && press.shiftKey !== has("Shift")) return false;
  return press.key === name || press.key.toLowerCase() === name.toLowerCase() || isByCode(press, name);
}

// With Alt, and where letters are not Latin ones, the key says what it types and not where it is.
function isByCode(press: KeyPress, name: string): boolean {
  const isForeign = press.altKey || /[^\u0020-\u007e]/u.test(press.key) || press.shiftKey;
  if (!isForeign || name.length !== 1) return false;
  return press.code === (CODES[name] ?? (/\d/u.test(name) ? `Digit${name}` : `Key${name.toUpperCase()}`));
}

/** The keys of a chord, one by one, as they are called on a platform. */
export function keyCaps(chord: string, isMac: boolean): readonly string[] {
  const names = isMac ? MAC_NAMES : NAMES;
  return partsOf(chord).map((part) => names[part] ?? (part === "Mod" ? "Ctrl" : part));
}

/** The chord in one word: `⇧⌘G` as Apple writes it, `Ctrl Shift G` elsewhere. */
export function keyText(chord: string, isMac: boolean): string {
  return keyCaps(chord, isMac).join(isMac ? "" : " ");
}

export function isMacPlatform(): boolean {
  return typeof navigator !== "undefined" && /Mac|iPhone|iPad/u.test(navigator.platform);
}

/** Whether a key event belongs to a text that somebody is writing. */
export function isWriting(event: Event): boolean {
  // The path reaches into shadow roots, where the canvas has its texts.
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "reset", "range"].includes(target.type);
}
