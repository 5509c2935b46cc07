/** Ready-made pieces of a page, put in whole: fragments of the components that every room has. */
import { PAGE_SECTIONS } from "./sections/pages";
import { RECORD_SECTIONS } from "./sections/records";
import type { Section } from "./sections/section";

export const SECTIONS: readonly Section[] = [...PAGE_SECTIONS, ...RECORD_SECTIONS];
