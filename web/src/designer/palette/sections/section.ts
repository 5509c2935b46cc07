/** A section: a ready-made piece of a page, and what the palette shows of it. */
import type { Fragment } from "../../../model/fragment";
import type { Mark } from "./sketch";

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly sketch: readonly Mark[];
  readonly fragment: Fragment;
}
