import { expect, test } from "vitest";

import { fakeServer } from "./testing/server";

test("the page's token and the viewed role go with every request, no cookie does", async () => {
  const server = fakeServer(() => ({ ok: true }));
  await server.client.send("api/Order");
  server.client.role = "clerk";
  await server.client.ask("query", { node: "n" });
  expect(server.asked[0]?.headers["x-preview-token"]).toBe("täglich");
  expect(server.asked[0]?.headers["x-view-as"]).toBeUndefined();
  expect(server.asked[1]?.headers["x-view-as"]).toBe("clerk");
  server.client.role = "Büro 7";
  await server.client.send("api/Order");
  expect(server.asked[2]?.headers["x-view-as"]).toBe("B%C3%BCro%207");
});

test("a problem becomes an error with its code, and its faults go to the fields", async () => {
  const server = fakeServer(() => ({
    status: 422,
    body: { code: "record_invalid", detail: "the record is not valid", errors: [{ field: "email", code: "format", message: "this is no e-mail address" }, { field: "email", code: "unique", message: "Größe is taken" }] },
  }));
  const outcome = await server.client.send("api/Customer", { method: "POST", body: {} });
  expect(outcome).toEqual({
    ok: false,
    status: 422,
    error: { code: "record_invalid", message: "The record is not valid." },
    fields: { email: "This is no e-mail address. Größe is taken." },
  });
});

test("what changes nothing is tried again, a write is not", async () => {
  let failures = 2;
  const server = fakeServer(() => (failures-- > 0 ? { status: 503, body: { code: "preview_busy", detail: "starting" } } : { items: [] }));
  expect((await server.client.ask("query", {})).ok).toBe(true);
  expect(server.asked).toHaveLength(3);
  failures = 1;
  const write = await server.client.send("api/Order/1", { method: "PATCH", body: {} });
  expect(write.ok).toBe(false);
  expect(server.asked).toHaveLength(4);
});

test("a refusal is final, and an unreachable server is told as such", async () => {
  const server = fakeServer(() => ({ status: 403, body: { code: "forbidden", detail: "no" } }));
  await server.client.send("api/Order");
  expect(server.asked).toHaveLength(1);
  server.isAway = true;
  const outcome = await server.client.send("api/Order");
  expect(outcome.ok ? "" : outcome.error.code).toBe("unreachable");
  expect(server.asked).toHaveLength(4);
});

test("a request that is given up says so", async () => {
  const abort = new AbortController();
  const server = fakeServer(() => {
    abort.abort();
    return { ok: true };
  });
  const outcome = await server.client.send("api/Order", { signal: abort.signal });
  expect(outcome.ok ? "" : outcome.error.code).toBe("aborted");
  expect(server.asked).toHaveLength(1);
});
