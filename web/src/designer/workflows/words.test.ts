import { describe, expect, it } from "vitest";

import { SNAPSHOT } from "../models/testing";
import type { JsonObject } from "../../model/types";
import { stepWords, triggerWords } from "./words";

const step = (type: string, props: JsonObject) => stepWords({ id: "x", type: `${type}@1`, place: null, props }, SNAPSHOT);
const trigger = (props: JsonObject) => triggerWords({ id: "x", type: "Workflow@1", place: null, props: { trigger: props } }, SNAPSHOT);

describe("steps in words", () => {
  it("name what they do, and to what", () => {
    expect(step("createRecord", { model: { ref: "customer" }, values: { name: "Zoë", tier: "gold", a: 1, b: 2 } })).toBe("Create Customer with 4 values");
    expect(step("updateRecord", { model: { ref: "order" }, values: { status: "confirmed" } })).toBe("Change Order: status = confirmed");
    expect(step("condition", { when: { expr: "order.total > 1000" } })).toBe("If order.total > 1000");
    expect(step("forEach", { items: { expr: "steps.old.items" }, as: "one", concurrency: 4 })).toBe("For each one of steps.old.items, 4 at once");
    expect(step("wait", { for: "1d" })).toBe("Wait 1 day");
    expect(step("apiCall", { retryPolicy: { maxAttempts: 5, backoff: "exponential", initialDelay: "1s", retryOn: {} } })).toBe("Call a service, 5 attempts exponential from 1 second");
  });

  it("say what is missing, and nothing of an empty policy", () => {
    expect(step("apiCall", { retryPolicy: { retryOn: {} } })).toBe("Call a service");
    expect(step("approval", {})).toBe("Ask a role to approve");
    expect(step("condition", {})).toBe("If a condition holds");
    expect(step("unheardOf", {})).toBe("unheardOf");
  });
});

describe("triggers in words", () => {
  it("say when", () => {
    expect(trigger({ type: "recordUpdated", model: { ref: "order" }, when: { expr: "record.total > 0" } })).toBe("When Order is changed and record.total > 0");
    expect(trigger({ type: "schedule", cron: "0 3 * * *" })).toBe("Every day at 03:00");
    expect(trigger({ type: "schedule", cron: "0 3 1 1 *" })).toBe("On the schedule 0 3 1 1 *");
    expect(trigger({})).toBe("By hand");
  });
});
