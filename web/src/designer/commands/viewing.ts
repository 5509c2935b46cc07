/** The commands that look and go: walking with the selection, panels, dialogs, preview and export. */
import { exportUrl, previewUrl } from "../../shared/api";
import { go } from "../../shared/router";
import type { Desk, LeftTab } from "../desk";
import { type Command, group } from "./command";
import { deletedOf, restoreSelected } from "./editing";
import { goToCentre, goToInspector, goToLeft, toggleBottom, toggleInspector, toggleLeft } from "./panels";
import { toolsOf } from "./tools";
import { type Arrow, extend, selectFirstChild, selectParent, selectSibling, selectSiblings, siblingsOf, walk } from "./walk";

/** The panels at the left, in the order of their marks. */
export const LEFT_TABS: readonly (readonly [LeftTab, string])[] = [
  ["insert", "Insert"],
  ["pages", "Pages"],
  ["layers", "Layers"],
  ["models", "Data models"],
  ["workflows", "Workflows"],
];

const hasNode = (desk: Desk): boolean => desk.snapshot.node(desk.primary) !== undefined;
const hasCanvas = (desk: Desk): boolean => toolsOf(desk).zoom.get() !== null;
const arrow = (key: Arrow, title: string) => ({ id: `walk-${key}`, title, keys: [key], isListed: false, run: (desk: Desk) => walk(desk, key) });

export const VIEWING: readonly Command[] = [
  ...group("Select", [
    { id: "select-parent", title: "Select the parent", keys: ["Escape", "Shift+Enter"], run: selectParent },
    { id: "select-child", title: "Select the first child, or restore from the Trash", keys: ["Enter"], isListed: false, run: enter },
    { id: "select-first-child", title: "Select the first child", isEnabled: hasNode, run: selectFirstChild },
    { id: "select-next", title: "Select the next sibling", isEnabled: hasNode, run: (desk) => selectSibling(desk, 1) },
    { id: "select-previous", title: "Select the previous sibling", isEnabled: hasNode, run: (desk) => selectSibling(desk, -1) },
    { id: "select-siblings", title: "Select all siblings", keys: ["Mod+A"], isEnabled: (desk) => siblingsOf(desk).length > 1, run: selectSiblings },
    { id: "extend-up", title: "Extend the selection upwards", keys: ["Shift+ArrowUp"], isListed: false, run: (desk) => extend(desk, -1) },
    { id: "extend-down", title: "Extend the selection downwards", keys: ["Shift+ArrowDown"], isListed: false, run: (desk) => extend(desk, 1) },
    arrow("ArrowUp", "Go to the row above"),
    arrow("ArrowDown", "Go to the row below"),
    arrow("ArrowRight", "Unfold, or go to the first row inside"),
    arrow("ArrowLeft", "Fold, or go to the parent"),
    arrow("Home", "Go to the first row"),
    arrow("End", "Go to the last row"),
  ]),
  ...group("View", [
    ...LEFT_TABS.map(([tab, title], index) => ({
      id: `panel-${tab}`, title: `Panel: ${title}`, keys: [`Alt+${index + 1}`], scope: "window" as const, run: (desk: Desk) => goToLeft(desk, tab),
    })),
    { id: "go-centre", title: "Go to the canvas, the model or the workflow", keys: ["Alt+6"], scope: "window", run: goToCentre },
    { id: "go-inspector", title: "Go to the inspector", keys: ["Alt+7"], scope: "window", run: goToInspector },
    { id: "toggle-left", title: "Fold or unfold the left panel", keys: ["Mod+\\"], scope: "window", run: toggleLeft },
    { id: "toggle-inspector", title: "Fold or unfold the inspector", keys: ["Mod+Shift+\\"], scope: "window", run: toggleInspector },
    { id: "problems", title: "Problems", keys: ["Alt+8"], scope: "window", run: (desk) => toggleBottom(desk, "problems") },
    { id: "history", title: "History", keys: ["Alt+9"], scope: "window", run: (desk) => toggleBottom(desk, "history") },
    { id: "theme", title: "Light or dark theme", scope: "window", run: (desk) => toolsOf(desk).toggleTheme.get()?.() },
    { id: "zoom-in", title: "Zoom in", keys: ["Mod++", "Mod+="], isEnabled: hasCanvas, run: (desk) => toolsOf(desk).zoom.get()?.stepZoom(1) },
    { id: "zoom-out", title: "Zoom out", keys: ["Mod+-"], isEnabled: hasCanvas, run: (desk) => toolsOf(desk).zoom.get()?.stepZoom(-1) },
    { id: "zoom-reset", title: "Zoom to 100 %", keys: ["Mod+0"], isEnabled: hasCanvas, run: (desk) => toolsOf(desk).zoom.get()?.setZoom(1) },
    { id: "zoom-fit", title: "Zoom until the page fits", keys: ["Shift+1"], isEnabled: hasCanvas, run: (desk) => toolsOf(desk).zoom.get()?.fit() },
    { id: "menu", title: "Menu of the selection", keys: ["Shift+F10", "ContextMenu"], isListed: false, run: openMenu },
  ]),
  ...group("Go to", [
    { id: "preview", title: "Open the preview", keys: ["Mod+Enter"], scope: "window", run: (desk) => void window.open(previewUrl(desk.room), "_blank", "noopener") },
    { id: "export-json", title: "Export as JSON", run: (desk) => window.location.assign(exportUrl(desk.room, "json")) },
    { id: "export-yaml", title: "Export as YAML", run: (desk) => window.location.assign(exportUrl(desk.room, "yaml")) },
    { id: "rooms", title: "All rooms", run: () => go("/") },
  ]),
  ...group("Help", [
    { id: "finder", title: "Find anything", keys: ["Mod+K"], scope: "window", isListed: false, run: (desk) => toolsOf(desk).isFinderOpen.update((isOpen) => !isOpen) },
    { id: "tour", title: "Take the tour", scope: "window", run: (desk) => desk.tour.set(0) },
    { id: "shortcuts", title: "Keyboard shortcuts", keys: ["?"], scope: "window", run: (desk) => toolsOf(desk).isShortcutsOpen.set(true) },
  ]),
];

// In the Trash there is nothing to work on but bringing things back.
function enter(desk: Desk): void {
  if (deletedOf(desk).length > 0) restoreSelected(desk);
  else selectFirstChild(desk);
}

// The row stands where the eye is; on the canvas there is none, and the middle of the window has to do.
function openMenu(desk: Desk): void {
  const row = document.querySelector("[data-active-row]") ?? document.activeElement;
  const box = row?.getBoundingClientRect();
  const place = box === undefined ? { x: innerWidth / 2, y: innerHeight / 3 } : { x: box.left + Math.min(box.width / 2, 120), y: box.top + Math.min(box.height, 200) };
  toolsOf(desk).menu.set(place);
}
