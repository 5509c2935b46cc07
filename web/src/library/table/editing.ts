/** Editing within a table: loaded when somebody is about to, and from then on there at once. */
import { Store, useSelect } from "../../shared/store";
import { persistently } from "../persistently";
import type * as Loaded from "./editors";

type Editors = typeof Loaded;

const editors = new Store<Editors | null>(null);
let isAsked = false;

/** For the moment before: a pointer or the focus has come to a table that may be edited. */
export function prepareEditing(): void {
  if (isAsked) return;
  isAsked = true;
  void persistently(() => import("./editors")).then(editors.set);
}

/** What a table is edited with; null until it has been loaded. */
export function useEditors(): Editors | null {
  return useSelect(editors, (loaded) => loaded);
}
