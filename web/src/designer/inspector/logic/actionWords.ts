/** Actions in words: what a card says of one before it is opened. */
import { oneLine, referenceName } from "../../../model/labels";
import { words } from "../../../model/schema";
import type { Snapshot } from "../../../model/snapshot";
import type { Json, JsonObject } from "../../../model/types";
import { isExpression, isObject, toText } from "../../../model/value";
import { readTarget } from "./pageTargets";

export interface ActionKind {
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

/** The kinds in the order of the menu: what people need most stands first. */
export const ACTION_KINDS: readonly ActionKind[] = [
  { name: "navigate", title: "Navigate", description: "Go to a page or an address" },
  { name: "createRecord", title: "Create record", description: "Store a new record of a model" },
  { name: "updateRecord", title: "Update record", description: "Change fields of one record" },
  { name: "deleteRecord", title: "Delete record", description: "Remove one record" },
  { name: "runWorkflow", title: "Run workflow", description: "Start a workflow on the server" },
  { name: "openDialog", title: "Open dialog", description: "Show a dialog of this page" },
  { name: "closeDialog", title: "Close dialog", description: "Close one dialog, or all" },
  { name: "setVariable", title: "Set variable", description: "Remember a value on this page" },
  { name: "showMessage", title: "Show message", description: "Tell the user something" },
];

/** One sentence: "Navigate to /orders/new", "Create Order with 3 values". */
export function actionWords(action: JsonObject, snapshot: Snapshot): string {
  const name = (member: string, missing: string): string => referenceName(action[member], snapshot) || missing;
  const text = (): string => {
    switch (toText(action.action)) {
      case "navigate":
        return `Navigate to ${targetWords(action.to, snapshot)}`;
      case "openDialog":
        return `Open ${name("dialog", "a dialog")}`;
      case "closeDialog":
        return action.dialog === undefined ? "Close all dialogs" : `Close ${name("dialog", "a dialog")}`;
      case "createRecord":
        return `Create ${name("model", "a record")}${valuesWords(action.values)}`;
      case "updateRecord":
        return `Update ${name("model", "a record")}${valuesWords(action.values)}`;
      case "deleteRecord":
        return `Delete ${name("model", "a record")}`;
      case "runWorkflow":
        return `Run workflow ${name("workflow", "…")}`;
      case "setVariable":
        return `Set ${toText(action.variable) || "a variable"} to ${valueWords(action.value)}`;
      case "showMessage":
        return `Show ${isExpression(action.message) ? toText(action.message) : `“${toText(action.message)}”`}`;
      default:
        return words(toText(action.action)) || "Choose an action";
    }
  };
  return oneLine(text());
}

function targetWords(value: Json | undefined, snapshot: Snapshot): string {
  if (value === undefined || value === null || value === "") return "…";
  const target = isExpression(value) ? readTarget(value, snapshot) : null;
  return target === null ? toText(value) : `${toText(target.page.props.name)}, ${Object.values(target.values).map(({ text }) => text).join(", ")}`;
}

function valuesWords(value: Json | undefined): string {
  const count = isObject(value) ? Object.keys(value).length : 0;
  return count === 0 ? "" : ` with ${count} ${count === 1 ? "value" : "values"}`;
}

function valueWords(value: Json | undefined): string {
  if (value === undefined || value === null) return "nothing";
  if (value === "") return "an empty text";
  return typeof value === "string" ? `“${value}”` : toText(value);
}
