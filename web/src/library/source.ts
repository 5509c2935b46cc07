/** What the structure alone says of a data source: names for the canvas and for messages. */
import { referenceName } from "../model/labels";
import { words } from "../model/schema";
import type { Snapshot } from "../model/snapshot";
import type { Json, JsonObject, LiveNode } from "../model/types";
import { isExpression, isObject, isReference, listEntries, toText } from "../model/value";
import type { Stage } from "./stage";

export function columnTitles(node: LiveNode, snapshot: Snapshot): readonly string[] {
  const columns = listEntries(node.props.columns ?? node.props.fields);
  return columns.filter(([, column]) => column.hidden !== true).map(([, column]) => columnTitle(column, snapshot));
}

function columnTitle(column: JsonObject, snapshot: Snapshot): string {
  if (isExpression(column.title)) return column.title.expr;
  const title = toText(column.title);
  if (title !== "") return title;
  const name = referenceName(column.field ?? column.value, snapshot);
  return name === "" ? "Untitled" : words(name.split(".").at(-1) ?? name);
}

/** The name of the data model that a node's `dataSource` names, or null. */
export function sourceName(node: LiveNode, snapshot: Snapshot): string | null {
  const source: Json | undefined = node.props.dataSource;
  if (!isObject(source) || source.model === undefined || source.model === null) return null;
  return referenceName(source.model, snapshot) || null;
}

/** The id of that data model, or empty. */
export function sourceModel(node: LiveNode): string {
  const source = node.props.dataSource;
  if (!isObject(source)) return "";
  return isReference(source.model) ? source.model.ref : toText(source.model);
}

/** Whether a view is drawn without records: nothing runs, or on the canvas nobody has said which records yet. */
export function isUnsourced({ mode, runtime }: Pick<Stage, "mode" | "runtime">, node: LiveNode): boolean {
  return runtime === null || (mode === "design" && sourceModel(node) === "");
}
