/** The views of what is open or closed: loaded with the first page that has one. */
import { MenuView } from "../menu";
import { DialogView } from "../overlays";
import { TabsView } from "../tabs";
import type { Group } from "../view";

export const DISCLOSURES = { Tabs: TabsView, Dialog: DialogView, Menu: MenuView } satisfies Group;
