/** The views in which records are read beside tables: loaded with the first page that has one. */
import { DetailView } from "../detail";
import { ListView } from "../list";
import type { Group } from "../view";

export const READINGS = { List: ListView, DetailView } satisfies Group;
