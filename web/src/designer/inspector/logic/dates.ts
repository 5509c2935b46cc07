/** Dates and times between the model's form and that of the browser's own controls. */

/** Kinds of control, as HTML calls them. */
export type DateKind = "date" | "time" | "datetime-local";

const SHAPES: Readonly<Record<DateKind, RegExp>> = {
  date: /^\d{4}-\d{2}-\d{2}$/u,
  time: /^\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/u,
  "datetime-local": /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/u,
};
/** Before this a year is still being typed: 2, 20, 202. */
const FIRST_YEAR = 1000;

/** The kind of a schema's format, or of a field's type; null for what is no date or time. */
export function dateKind(name: string | undefined): DateKind | null {
  switch (name) {
    case "date":
    case "Date":
      return "date";
    case "time":
    case "Time":
      return "time";
    case "date-time":
    case "DateTime":
      return "datetime-local";
    default:
      return null;
  }
}

/** What a control shows of a value, in UTC; null for a text that is no such date. */
export function shownDate(kind: DateKind, text: string): string | null {
  if (text === "") return "";
  if (!SHAPES[kind].test(text)) return null;
  if (kind !== "datetime-local") return kind === "time" ? text.replace(/\.\d+$/u, "") : text;
  const time = Date.parse(/(Z|[+-]\d{2}:\d{2})$/u.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? null : new Date(time).toISOString().slice(0, 19);
}

/** The model's text for what a control holds. */
export function writtenDate(kind: DateKind, shown: string): string {
  if (shown === "" || kind === "date") return shown;
  // A control leaves the seconds out where they are zero.
  const whole = /:\d{2}:\d{2}/u.test(shown) ? shown : `${shown}:00`;
  return kind === "time" ? whole : `${whole}Z`;
}

/** Whether the year is written out, so that no date of the year 2 is stored on the way to 2026. */
export function isWholeYear(kind: DateKind, shown: string): boolean {
  return kind === "time" || shown === "" || Number(shown.slice(0, shown.indexOf("-"))) >= FIRST_YEAR;
}
