/** Which editor a property has: by the definition's hint where there is one for it, else by its schema. */
import { editorHint, editorKind, isExpressionOnly, referenceRule, typesOf } from "../../../model/schema";
import type { Json, Schema } from "../../../model/types";
import { toText } from "../../../model/value";

export type EditorName =
  | "text" | "string" | "number" | "boolean" | "enum" | "segments" | "date" | "duration" | "icon" | "timeZone" | "cron"
  | "reference" | "fieldPath" | "page" | "variable" | "binding"
  | "set" | "map" | "style" | "list" | "actions" | "columns" | "plainList" | "sort" | "object" | "forms"
  | "filter" | "expression" | "any" | "json";

const BY_HINT: Readonly<Record<string, EditorName>> = {
  duration: "duration", icon: "icon", timeZone: "timeZone", cron: "cron", page: "page", variable: "variable", binding: "binding",
  style: "style", actions: "actions", tableColumns: "columns", sort: "sort",
};

const DATES: ReadonlySet<string> = new Set(["date", "date-time", "time"]);

/** Editors that are groups of controls: the label names the group. */
const GROUPS: ReadonlySet<EditorName> = new Set(["set", "map", "style", "list", "actions", "columns", "plainList", "sort", "object", "forms", "filter", "segments"]);

export function isGroup(editor: EditorName): boolean {
  return GROUPS.has(editor);
}

export function editorOf(name: string, schema: Schema): EditorName {
  const hint = editorHint(schema);
  const wanted = hint === null ? undefined : BY_HINT[hint];
  if (wanted !== undefined) return wanted;
  const kind = editorKind(schema);
  switch (kind) {
    case "integer":
      return "number";
    case "enum":
      return isShort(schema.enum ?? []) ? "segments" : "enum";
    case "reference":
      return referenceRule(schema)?.isPath === true ? "fieldPath" : "reference";
    case "string":
      return DATES.has(schema.format ?? "") ? "date" : "string";
    case "boolean":
      // Unset means that nothing is asked, which no switch can say.
      if (hint !== "expression") return "boolean";
      return name === "filter" && (schema.description ?? "").includes("user") === false ? "filter" : "expression";
    case "json":
      return unspecified(schema);
    default:
      return kind;
  }
}

function unspecified(schema: Schema): EditorName {
  if (isExpressionOnly(schema)) return "expression";
  if (schema.anyOf !== undefined || schema.oneOf !== undefined) return (schema.anyOf ?? schema.oneOf ?? []).every(isScalar) ? "any" : "forms";
  const types = typesOf(schema);
  if (types.length === 0) return "any";
  if (types.length > 1 || types[0] !== "array") return "json";
  return schema.items === undefined ? "expression" : "plainList";
}

function isScalar(schema: Schema): boolean {
  const types = typesOf(schema);
  return types.length > 0 && schema.enum === undefined && types.every((type) => type !== "object" && type !== "array");
}

/** Few short words stand side by side, so that all are seen. */
function isShort(words: readonly Json[]): boolean {
  const length = words.reduce((sum: number, word) => sum + toText(word).length + 3, 0);
  return words.length > 1 && words.length <= 4 && length <= 42;
}

/** Those that edit an expression by a form as well. */
export function isBuilder(editor: EditorName): boolean {
  return editor === "filter" || editor === "page";
}
