/** Triggers and steps as sentences: what a workflow does, read without opening anything. */
import { referenceName } from "../../model/labels";
import { typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import type { Json, JsonObject, LiveNode } from "../../model/types";
import { isExpression, isObject, toText } from "../../model/value";
import { setMembers } from "../../model/value";
import { cronWords } from "./cron";
import { durationWords } from "./durations";

/** What starts a workflow, in a sentence without a full stop. */
export function triggerWords(workflow: LiveNode, snapshot: Snapshot): string {
  const trigger = isObject(workflow.props.trigger) ? workflow.props.trigger : {};
  const model = name(trigger.model, snapshot, "a record");
  const only = value(trigger.when) === "" ? "" : ` and ${value(trigger.when)}`;
  switch (toText(trigger.type)) {
    case "recordCreated":
      return `When ${model} is created${only}`;
    case "recordUpdated":
      return `When ${model} is changed${only}`;
    case "recordDeleted":
      return `When ${model} is deleted${only}`;
    case "schedule": {
      const cron = toText(trigger.cron);
      return cron === "" ? "On a schedule" : (cronWords(cron) ?? `On the schedule ${cron}`);
    }
    case "event":
      return toText(trigger.event) === "" ? "When an event is sent" : `When “${toText(trigger.event)}” is sent`;
    case "webhook":
      return toText(trigger.path) === "" ? "When its address is called" : `When ${toText(trigger.path)} is called`;
    default:
      return "By hand";
  }
}

/** What a step does, in a sentence without a full stop. */
export function stepWords(step: LiveNode, snapshot: Snapshot): string {
  const { props } = step;
  const model = name(props.model, snapshot, "a record");
  switch (typeName(step.type)) {
    case "createRecord":
      return `Create ${model}${withValues(props.values)}`;
    case "updateRecord":
      return `Change ${model}${withValues(props.values)}`;
    case "deleteRecord":
      return `Delete ${model}`;
    case "query":
      return `Find ${model}${where(props.filter)}${props.limit === undefined ? "" : `, at most ${toText(props.limit)}`}`;
    case "condition":
      return value(props.when) === "" ? "If a condition holds" : `If ${value(props.when)}`;
    case "forEach":
      return `For each ${toText(props.as) || "item"} of ${value(props.items) || "a list"}${concurrency(props)}`;
    case "parallel":
      return `At the same time${props.failFast === true ? ", up to the first failure" : ""}`;
    case "wait":
      return waitWords(props);
    case "approval":
      return `Ask ${name(props.role, snapshot, "a role")} to approve${timeout(props)}`;
    case "emitEvent":
      return `Send “${value(props.event) || "an event"}”${withValues(props.data)}`;
    case "apiCall":
      return `Call ${name(props.service, snapshot, "a service")}${props.operation === undefined ? "" : ` · ${name(props.operation, snapshot, "")}`}${retryWords(props.retryPolicy)}`;
    case "callPlugin":
      return `Call ${value(props.plugin) || "a plug-in"}${value(props.function) === "" ? "" : ` · ${value(props.function)}`}${retryWords(props.retryPolicy)}`;
    case "callWorkflow":
      return `Run ${name(props.workflow, snapshot, "a workflow")}${props.waits === false ? " without waiting for it" : ""}`;
    case "set":
      return setWords(props.variables);
    default:
      return typeName(step.type);
  }
}

/** `, retry 5× exponential from 1s`, or nothing without a policy. */
export function retryWords(policy: Json | undefined): string {
  if (!isObject(policy)) return "";
  const isEmpty = Object.entries(policy).every(([key, member]) => (key === "retryOn" ? setMembers(member).length === 0 : member === undefined));
  if (isEmpty) return "";
  const from = toText(policy.initialDelay);
  const words = [`${toText(policy.maxAttempts) || "3"} attempts`, toText(policy.backoff) || "exponential", from === "" ? "" : `from ${durationWords(from)}`];
  return `, ${words.filter((word) => word !== "").join(" ")}`;
}

function waitWords(props: JsonObject): string {
  if (value(props.for) !== "") return `Wait ${durationWords(value(props.for))}`;
  if (value(props.until) !== "") return `Wait until ${value(props.until)}`;
  if (value(props.event) !== "") return `Wait for “${value(props.event)}”${timeout(props)}`;
  return "Wait for a time or an event";
}

function setWords(variables: Json | undefined): string {
  const names = isObject(variables) ? Object.keys(variables) : [];
  if (names.length === 0) return "Set variables";
  const [only] = names;
  if (names.length === 1 && only !== undefined && isObject(variables)) return `Set ${only} to ${value(variables[only]) || "nothing"}`;
  return `Set ${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
}

function withValues(values: Json | undefined): string {
  const entries = isObject(values) && !isExpression(values) ? Object.entries(values) : [];
  const [only] = entries;
  if (entries.length === 0) return "";
  if (entries.length === 1 && only !== undefined) return `: ${only[0]} = ${value(only[1]) || "nothing"}`;
  return ` with ${entries.length} values`;
}

function where(filter: Json | undefined): string {
  return value(filter) === "" ? "" : ` where ${value(filter)}`;
}

function concurrency(props: JsonObject): string {
  return typeof props.concurrency === "number" && props.concurrency > 1 ? `, ${props.concurrency} at once` : "";
}

function timeout(props: JsonObject): string {
  return value(props.timeout) === "" ? "" : `, for at most ${durationWords(value(props.timeout))}`;
}

function name(reference: Json | undefined, snapshot: Snapshot, fallback: string): string {
  return referenceName(reference, snapshot) || fallback;
}

function value(given: Json | undefined): string {
  return isExpression(given) ? given.expr.trim() : toText(given);
}
