/** How the properties of a definition are grouped: what it is, its data, its events, how it looks. */
import { editorHint } from "../../../model/schema";
import { typeName } from "../../../model/registry";
import type { Definition, JsonObject, Schema } from "../../../model/types";
import { isRelevant } from "./relevance";

export type TabName = "properties" | "data" | "events" | "style" | "access";

export const TAB_TITLES: Readonly<Record<TabName, string>> = {
  properties: "Properties",
  data: "Data",
  events: "Events",
  style: "Style",
  access: "Access",
};

const ORDER: readonly TabName[] = ["properties", "data", "events", "style", "access"];
const DATA_HINTS: ReadonlySet<string> = new Set(["dataSource", "binding", "options", "tableColumns", "variables"]);
/** Those that roles grant something on. */
const GRANTED: ReadonlySet<string> = new Set(["DataModel", "Workflow", "Page", "Field"]);
/** With so few properties all of them stand in one column. */
const ONE_COLUMN_MAX = 6;
/** With so many a search field stands above them. */
const SEARCH_MIN = 20;

export interface TabContent {
  readonly tab: TabName;
  readonly members: readonly (readonly [string, Schema])[];
}

export function tabOf(name: string, schema: Schema): TabName {
  const hint = editorHint(schema);
  if (hint === "actions") return "events";
  if (hint === "style" || name === "visible") return "style";
  return hint !== null && DATA_HINTS.has(hint) ? "data" : "properties";
}

/** The tabs that a definition has, each with its properties; `access` has none of its own. */
export function tabsOf(definition: Definition, props: JsonObject): readonly TabContent[] {
  const rule = typeName(definition.id);
  const members = Object.entries(definition.schema.properties ?? {}).filter(
    ([name]) => isRelevant(rule, props, name) || (props[name] !== undefined && !isEmpty(props[name])),
  );
  return ORDER.map((tab) => ({ tab, members: members.filter(([name, schema]) => tabOf(name, schema) === tab) })).filter(
    ({ tab, members: own }) => own.length > 0 || (tab === "access" && GRANTED.has(definition.id)),
  );
}

/** Whether the properties stand in one column under headings; grants always have a tab of their own. */
export function isOneColumn(tabs: readonly TabContent[]): boolean {
  if (tabs.some(({ tab }) => tab === "access" || tab === "events")) return tabs.length === 1;
  return tabs.length === 1 || tabs.reduce((sum, { members }) => sum + members.length, 0) <= ONE_COLUMN_MAX;
}

export function isSearched(members: readonly unknown[]): boolean {
  return members.length >= SEARCH_MIN;
}

function isEmpty(value: JsonObject[string]): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
