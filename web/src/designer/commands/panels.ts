/**
 * Panels and the focus: a key leads into a panel, and out of one that is folded away.
 *
 * Whoever works by keyboard is somewhere at all times: a panel that goes never leaves the focus on
 * the page itself, from where the next Tab would begin at the top of the window.
 */
import type { BottomTab, Desk, LeftTab } from "../desk";

/** What gets the focus in each part of the desk, the best first. */
const ENTRANCES = {
  left: [".dr-left [role=combobox]", ".dr-left [role=tree]", ".dr-left [role=listbox]", ".dr-left button:not(:disabled)"],
  centre: [".dr-centre .dr-canvas", ".dr-centre [role=grid] [tabindex='0']", ".dr-centre button:not(:disabled)"],
  inspector: [
    ".dr-inspector [role=tab][aria-selected=true]",
    ".dr-inspector [data-field] :is(input, textarea, select, .cm-content, button):not(:disabled)",
    ".dr-inspector button:not(:disabled)",
  ],
  bottom: [".dr-bottom [role=tab][aria-selected=true]"],
} as const;

type Part = keyof typeof ENTRANCES;

/** Shows a panel at the left, or folds it away if it is the one that is shown. */
export function showLeft(desk: Desk, tab: LeftTab): void {
  desk.isLeftOpen.set(tab !== desk.left.get() || !desk.isLeftOpen.get());
  desk.left.set(tab);
}

/** Shows a panel and moves the focus into it; from inside the panel, folds it away. */
export function goToLeft(desk: Desk, tab: LeftTab): void {
  const isShown = desk.isLeftOpen.get() && desk.left.get() === tab;
  const isInside = hasFocus(".dr-left");
  if (!isShown || isInside) showLeft(desk, tab);
  enter(isShown && isInside ? "centre" : "left");
}

export function goToCentre(): void {
  enter("centre");
}

/** Unfolds the inspector and moves the focus into it. */
export function goToInspector(desk: Desk): void {
  desk.isRightOpen.set(true);
  enter("inspector");
}

/** Folds a side panel or unfolds it; a focus that was inside goes to the centre. */
export function toggleLeft(desk: Desk): void {
  if (desk.isLeftOpen.get() && hasFocus(".dr-left")) enter("centre");
  desk.isLeftOpen.update((isOpen) => !isOpen);
}

export function toggleInspector(desk: Desk): void {
  if (desk.isRightOpen.get() && hasFocus(".dr-inspector")) enter("centre");
  desk.isRightOpen.update((isOpen) => !isOpen);
}

/** Opens a panel at the bottom and goes there; once more closes it. */
export function toggleBottom(desk: Desk, tab: BottomTab): void {
  const isClosed = desk.bottom.get() === tab;
  const isInside = hasFocus(".dr-bottom");
  desk.bottom.set(isClosed ? null : tab);
  if (!isClosed) enter("bottom");
  else if (isInside) enter("centre");
}

/** Closes the panel at the bottom; the focus goes from it to the centre. */
export function closeBottom(desk: Desk): void {
  const isInside = hasFocus(".dr-bottom");
  desk.bottom.set(null);
  if (isInside) enter("centre");
}

function hasFocus(panel: string): boolean {
  return document.activeElement?.closest(panel) != null;
}

// The panel is drawn by then.
function enter(part: Part): void {
  requestAnimationFrame(() => {
    const found = ENTRANCES[part].flatMap((selector) => [...document.querySelectorAll<HTMLElement>(selector)]);
    found.find((element) => element.checkVisibility())?.focus();
  });
}
