/**
 * Which members of an object matter, given the one that says what it is.
 *
 * An action to navigate has no record, a text no precision. What does not matter is left out of
 * the form unless it has a value, so that nothing is hidden that is there.
 */
import type { JsonObject, Schema } from "../../../model/types";
import { toText } from "../../../model/value";

interface Rule {
  /** The member that decides. */
  readonly by: string;
  readonly members: Readonly<Record<string, readonly string[]>>;
  /** Members that matter in any case. */
  readonly always: readonly string[];
}

const RULES: Readonly<Record<string, Rule>> = {
  action: {
    by: "action",
    always: ["action", "when", "confirm"],
    members: {
      navigate: ["to"],
      openDialog: ["dialog"],
      closeDialog: ["dialog"],
      createRecord: ["model", "values"],
      updateRecord: ["model", "record", "values"],
      deleteRecord: ["model", "record"],
      runWorkflow: ["workflow", "input"],
      setVariable: ["variable", "value"],
      showMessage: ["message", "level"],
    },
  },
  trigger: {
    by: "type",
    always: ["type"],
    members: {
      manual: [],
      recordCreated: ["model", "when"],
      recordUpdated: ["model", "when"],
      recordDeleted: ["model", "when"],
      schedule: ["cron", "timeZone"],
      event: ["event", "when"],
      webhook: ["path", "secret"],
    },
  },
  auth: {
    by: "type",
    always: ["type"],
    members: { none: [], basic: ["user", "secret"], bearer: ["secret"], apiKey: ["secret", "header"], oauth2: ["secret", "user"] },
  },
  format: {
    by: "style",
    always: ["style"],
    members: {
      text: [],
      decimal: ["digits"],
      integer: [],
      currency: ["currency", "digits"],
      percent: ["digits"],
      date: ["pattern"],
      time: ["pattern"],
      dateTime: ["pattern"],
      relative: [],
      bytes: ["digits"],
    },
  },
  retryPolicy: {
    by: "backoff",
    always: ["maxAttempts", "backoff", "initialDelay", "maxDelay", "jitter", "retryOn"],
    members: { constant: [], linear: [], exponential: ["multiplier"] },
  },
  Field: {
    by: "type",
    always: ["name", "type", "title", "description", "required", "unique", "default", "validation", "computed", "tags", "encrypted"],
    members: {
      Decimal: ["precision", "scale"],
      Enum: ["values"],
      Reference: ["model", "onDelete", "inverse"],
    },
  },
  Operation: {
    by: "method",
    always: ["name", "description", "method", "path", "headers", "input", "output", "examples", "statement"],
    members: {},
  },
};

/** Whether a member belongs into the form of an object; `rule` is the editor's hint or the type's name. */
export function isRelevant(rule: string | null, object: JsonObject, member: string): boolean {
  const found = rule === null || !Object.hasOwn(RULES, rule) ? undefined : RULES[rule];
  if (found === undefined || found.always.includes(member)) return true;
  const kind = toText(object[found.by]);
  if (found.members[kind]?.includes(member) === true) return true;
  // Nothing is decided yet (or the word is unknown): all of an action's members would only confuse.
  const known = Object.values(found.members).some((members) => members.includes(member));
  return !known;
}

/** The members of a schema that matter; of an action what decides first, then what that asks for, then the rest. */
export function relevantMembers(rule: string | null, schema: Schema, object: JsonObject): readonly (readonly [string, Schema])[] {
  const found = rule === null || !Object.hasOwn(RULES, rule) ? undefined : RULES[rule];
  const rank = (name: string): number => (found === undefined || rule !== "action" || name === found.by ? 0 : found.always.includes(name) ? 2 : 1);
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => isRelevant(rule, object, name) || isGiven(object[name]))
    .toSorted(([a], [b]) => rank(a) - rank(b));
}

/** Members that may be asked for of any kind, but seldom are: they wait behind a fold. */
export function isAside(rule: string | null, member: string): boolean {
  return rule === "action" && (member === "when" || member === "confirm");
}

function isGiven(value: JsonObject[string] | undefined): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
