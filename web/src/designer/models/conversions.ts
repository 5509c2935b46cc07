/** The types of fields: what belongs to each, and which changes of type lose nothing. */

export const FIELD_TYPES = [
  "Text", "Integer", "Decimal", "Boolean", "Date", "Time", "DateTime", "Enum", "Reference", "Email", "Url", "UUID", "Json", "File",
] as const;

/** Properties that only fields of one type have. */
export const TYPE_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  Decimal: ["precision", "scale"],
  Enum: ["values"],
  Reference: ["model", "onDelete", "inverse"],
};

const TEXTS: ReadonlySet<string> = new Set(["Text", "Email", "Url", "UUID", "Enum"]);

/** Types whose values are always values of the other type, too. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  Integer: ["Decimal", "Text"],
  Decimal: ["Text"],
  Boolean: ["Text"],
  Date: ["DateTime", "Text"],
  Time: ["Text"],
  DateTime: ["Text"],
  Reference: ["Text", "UUID"],
};

/** Whether no value is lost or rounded when a field changes its type. */
export function isLossless(from: string, to: string): boolean {
  if (from === to || to === "Json") return from !== "File" || to === "File";
  if (to === "Text" && TEXTS.has(from)) return true;
  return WIDER[from]?.includes(to) === true;
}

/** Named rules of validation, by the type that they are for. */
export const NAMED_RULES: Readonly<Record<string, readonly (readonly [rule: string, words: string])[]>> = {
  Text: [["RFC5322", "E-mail address (RFC 5322)"], ["RFC3986", "Web address (RFC 3986)"], ["E164", "Telephone number (E.164)"], ["ISO4217", "Currency (ISO 4217)"]],
  Email: [["RFC5322", "E-mail address (RFC 5322)"]],
  Url: [["RFC3986", "Web address (RFC 3986)"]],
};

/** Limits that a validation may set, by type; types that are not here have none. */
export const LIMITS: Readonly<Record<string, readonly string[]>> = {
  Text: ["minLength", "maxLength", "pattern"],
  Email: ["minLength", "maxLength", "pattern"],
  Url: ["minLength", "maxLength", "pattern"],
  Integer: ["min", "max"],
  Decimal: ["min", "max"],
  Date: ["min", "max"],
  Time: ["min", "max"],
  DateTime: ["min", "max"],
};
