/** The first-run tour: what it shows, one place of the desk after the other. */
import type { LeftTab } from "../desk";

export interface TourStep {
  readonly title: string;
  readonly text: string;
  /** Finds the element that the step is about. */
  readonly target: string;
  /** The left panel that has to be open for it. */
  readonly left?: LeftTab;
}

export const STEPS: readonly TourStep[] = [
  {
    title: "Put things onto a page",
    text: "Drag a component from here onto the canvas, or press Enter on it to add it to what is selected. Where it may stand is shown while you drag.",
    target: '[aria-label="Palette"]',
    left: "insert",
  },
  {
    title: "The page, as people will see it",
    text: "Click to select, double-click to write, drag to move. Others' pointers and selections are here too, in their colours.",
    target: '.dr-canvas, [aria-label="Page canvas"]',
  },
  {
    title: "Everything about what is selected",
    text: "Each property takes a fixed value or an expression. Events hold what happens, data says which records are shown.",
    target: '[aria-label="Inspector"]',
  },
  {
    title: "Data models and workflows",
    text: "What the application knows, and what it does by itself. Both open in the middle when you choose one.",
    target: '[aria-label="Panels"]',
    left: "models",
  },
  {
    title: "Nothing is ever lost",
    text: "Every change is stored and numbered. The history tells who did what, shows the application as it was, and brings it back.",
    target: '[aria-label="Status"]',
  },
  {
    title: "Try it",
    text: "The preview runs the application, always up to date. Ctrl K finds every command, and ? lists the keys.",
    target: 'a[href^="/preview/"]',
    left: "layers",
  },
];
