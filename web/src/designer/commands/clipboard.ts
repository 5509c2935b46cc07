/**
 * Copy, cut and paste of what is selected, through the system's clipboard: across pages, rooms and
 * windows.
 *
 * They answer to the browser's own clipboard events, which need no permission. A menu has no such
 * event; it asks the browser for one to copy by, and may read the clipboard only if allowed.
 */
import { type Clip, CLIPBOARD_TYPE, fit, readClip, writeClip } from "../../model/clipboard";
import { type Fragment, FRAGMENT_NODES_MAX, fragmentOf, outermost } from "../../model/fragment";
import { typeTitle } from "../../model/labels";
import type { Target } from "../../model/targets";
import type { Desk } from "../desk";
import { insertFragment, remove, subjects } from "./edits";
import { isMacPlatform, keyText } from "./keys";
import { gapBehind, pasteTarget } from "./places";

/** Text longer than this is no caption of a page, in characters. */
const TEXT_MAX = 20_000;
/** The component that pasted text becomes. */
const TEXT_TYPE = "Text@1";
/** More names than these in one message are counted. */
const NAMES_MAX = 5;

/** Writes the selection into a clipboard event; false, with the event untouched, if there is none. */
export function copyInto(desk: Desk, data: DataTransfer | null): boolean {
  const fragment = fragmentOf(desk.snapshot, outermost(desk.snapshot, desk.selection.get()));
  if (data === null || fragment.roots.length === 0) return false;
  if (fragment.nodes.length > FRAGMENT_NODES_MAX) {
    desk.connection.tell("Too much to copy", `These are ${fragment.nodes.length} elements; at most ${FRAGMENT_NODES_MAX} can be copied at once.`);
    return false;
  }
  const text = writeClip(fragment, desk.snapshot);
  data.setData("text/plain", text);
  data.setData(CLIPBOARD_TYPE, text);
  return true;
}

export function cutInto(desk: Desk, data: DataTransfer | null): boolean {
  if (desk.isReadOnly) {
    desk.connection.tell("Nothing was cut", desk.whyReadOnly);
    return false;
  }
  if (subjects(desk).length === 0 || !copyInto(desk, data)) return false;
  remove(desk);
  return true;
}

/** Pastes what a clipboard event brings; plain text only where `takesText`. */
export function pasteFrom(desk: Desk, data: DataTransfer | null, takesText: boolean): void {
  if (data === null) return;
  const text = data.getData("text/plain");
  pasteText(desk, data.getData(CLIPBOARD_TYPE) || text, takesText ? text : "");
}

/** Copies or cuts by a menu: the browser is asked for a clipboard event, which is filled at once. */
export function copyByMenu(desk: Desk, isCut: boolean): void {
  const fill = (event: ClipboardEvent): void => {
    event.stopImmediatePropagation();
    if (isCut ? cutInto(desk, event.clipboardData) : copyInto(desk, event.clipboardData)) event.preventDefault();
  };
  document.addEventListener("copy", fill, { capture: true, once: true });
  document.execCommand("copy");
  document.removeEventListener("copy", fill, { capture: true });
}

/** Pastes by a menu, for which the browser may ask its user; where it does not let us, says the keys. */
export async function pasteByMenu(desk: Desk): Promise<void> {
  try {
    const text = await navigator.clipboard.readText();
    pasteText(desk, text, text);
  } catch {
    // Not allowed, or no clipboard for a page without HTTPS: the keys work everywhere.
    desk.connection.tell("The browser keeps its clipboard to itself", `Press ${keyText("Mod+V", isMacPlatform())} to paste.`);
  }
}

function pasteText(desk: Desk, words: string, text: string): void {
  const clip = readClip(words) ?? textClip(desk, text);
  if (clip !== null) pasteClip(desk, clip);
  else if (words.trim() === "") desk.connection.tell("Nothing to paste", "The clipboard holds nothing that can stand here.");
  else if (text === "") desk.connection.tell("Nothing to paste here", "What is on the clipboard is text. Paste it on the canvas: it becomes a text of the page.");
  else desk.connection.tell("Nothing to paste here", "What is on the clipboard was not copied in a designer, and is too long for a text of the page.");
}

/** Puts a clip where a paste goes, or says why it cannot, and what it would need. */
function pasteClip(desk: Desk, clip: Clip): void {
  if (desk.isReadOnly) {
    desk.connection.tell("Nothing was pasted", desk.whyReadOnly);
    return;
  }
  const unknown = clip.fragment.nodes.map((node) => node.type).filter((type) => desk.registry.byType(type) === undefined);
  if (unknown.length > 0) {
    desk.connection.tell("Nothing was pasted", `This room does not know: ${titles(desk, unknown)}.`);
    return;
  }
  const { fragment, missing } = fit(clip, desk.snapshot);
  const target = targetOf(desk, fragment);
  if (target === null) {
    const names = titles(desk, rootTypes(fragment));
    desk.connection.tell("Nowhere to paste", `Neither the selection nor what it stands in takes this: ${names}. Select a place that does, then paste again.`);
    return;
  }
  insertFragment(desk, fragment, target);
  if (missing.length > 0) desk.connection.tell("Pasted, but not all it uses is here", `Choose others in the inspector for: ${listed(missing)}.`);
}

function titles(desk: Desk, types: readonly string[]): string {
  return listed([...new Set(types.map((type) => typeTitle(type, desk.registry)))]);
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_MAX;
  return [...names.slice(0, NAMES_MAX), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

// A copy of what is still selected goes behind it, and not into itself.
function targetOf(desk: Desk, fragment: Fragment): Target | null {
  const types = rootTypes(fragment);
  if (fragment.roots.includes(desk.primary)) {
    const behind = gapBehind(desk, desk.snapshot.node(desk.primary), { kind: "types", types });
    if (behind !== null) return behind;
  }
  return pasteTarget(desk, types);
}

function rootTypes(fragment: Fragment): readonly string[] {
  const roots = new Set(fragment.roots);
  return fragment.nodes.filter((node) => roots.has(node.id)).map((node) => node.type);
}

function textClip(desk: Desk, text: string): Clip | null {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > TEXT_MAX || desk.registry.byType(TEXT_TYPE) === undefined) return null;
  const fragment = { roots: ["text"], nodes: [{ id: "text", type: TEXT_TYPE, place: null, props: { text: trimmed } }] };
  return { fragment, outside: new Map() };
}
