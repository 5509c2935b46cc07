/** The values that conditions compare with: how one begins, and how it is typed by its field. */
import type { Operand, Operator } from "./filter";
import type { FieldInfo } from "./modelFields";

const ALONE: ReadonlySet<Operator> = new Set(["isSet", "isNotSet", "isTrue", "isFalse"]);

export function takesOperand(operator: Operator): boolean {
  return !ALONE.has(operator);
}

/** What a new condition compares with; null where it compares with nothing. */
export function firstOperand(operator: Operator, field: FieldInfo | null): Operand | null {
  if (!takesOperand(operator)) return null;
  if (operator === "in" || operator === "notIn") return { kind: "list", items: field?.values[0] === undefined ? [] : [{ kind: "text", text: field.values[0] }] };
  switch (field?.type) {
    case "Enum":
      return { kind: "text", text: field.values[0] ?? "" };
    case "Reference":
    case "UUID":
      return { kind: "expression", text: "params.id" };
    case "DateTime":
      return { kind: "expression", text: "now()" };
    default:
      return typedOperand("", field);
  }
}

/** What somebody typed as a fixed value of a field; a number that is none yet stands as zero. */
export function typedOperand(text: string, field: FieldInfo | null): Operand {
  switch (field?.type) {
    case "Integer":
      return { kind: "number", text: /^-?\d+$/u.test(text.trim()) ? text.trim() : "0" };
    case "Decimal":
      return { kind: "decimal", text: /^-?\d+(\.\d+)?$/u.test(text.trim()) ? text.trim() : "0" };
    case "DateTime":
      return { kind: "timestamp", text };
    default:
      return { kind: "text", text };
  }
}

/** The text of an operand as its control shows it. */
export function operandText(operand: Operand): string {
  switch (operand.kind) {
    case "boolean":
      return String(operand.isTrue);
    case "null":
      return "";
    case "list":
      return operand.items.map(operandText).join(", ");
    default:
      return operand.text;
  }
}
