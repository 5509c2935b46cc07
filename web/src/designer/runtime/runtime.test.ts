import { describe, expect, it } from "vitest";

import type { AppError, AppRuntime, QueryState } from "../../library/runtime";
import { EMPTY_SCOPE } from "../../library/scope";
import { Snapshot } from "../../model/snapshot";
import { type LiveNode, ROOT } from "../../model/types";
import { Client } from "../../preview/core/client";
import { Store } from "../../shared/store";
import { modelsOf, revisionOf } from "./feed";
import { parametersWith, recordParameter } from "./parameters";
import { stillOf } from "./still";

const node = (id: string, type: string, place: LiveNode["place"], props: LiveNode["props"]): LiveNode => ({ id, type, place, props });

function pageWith(path: string, record: string): readonly [Snapshot, LiveNode] {
  const page = node("p", "Page@1", [ROOT, "pages", "a0"], { path });
  const form = node("f", "Form@1", ["p", "children", "a0"], { dataSource: { model: { ref: "m" }, record: { expr: record } } });
  return [new Snapshot({}, new Map([["p", page], ["f", form]])), page];
}

describe("the record of a page", () => {
  it("is what its parameter names, wherever on the page that is said", () => {
    const [snapshot, page] = pageWith("/shops/:shop/orders/:id", "params.id");
    const parameter = recordParameter(snapshot, page);
    expect(parameter).toEqual({ name: "id", model: "m" });
    expect(parametersWith(page, parameter, "42")).toEqual({ shop: "", id: "42" });
  });

  it("is none without parameters, and none where nothing reads them", () => {
    expect(recordParameter(...pageWith("/orders", "params.id"))).toBeNull();
    expect(recordParameter(...pageWith("/orders/:id", "params.identity"))).toBeNull();
  });
});

describe("the canvas' requests", () => {
  it("never write, and show no token", async () => {
    const sent: (readonly [string, RequestInit | undefined])[] = [];
    const client = new Client({
      base: "/preview/r/", token: null, isReadOnly: true,
      fetch: (input, init) => {
        sent.push([String(input), init]);
        return Promise.resolve(new Response("{}"));
      },
    });
    for (const [path, method] of [["api/Order", "POST"], ["api/Order/1", "PATCH"], ["api/Order/1", "DELETE"], ["player/run", "POST"], ["player/data/reset", "POST"]] as const) {
      expect(await client.send(path, { method, body: {}, isSafe: true })).toMatchObject({ ok: false, error: { code: "read_only" } });
    }
    expect(sent).toEqual([]);
    expect(await client.ask("query", {})).toMatchObject({ ok: true });
    expect(await client.send("player/schema")).toMatchObject({ ok: true });
    expect(sent.map(([address]) => address)).toEqual(["/preview/r/player/query", "/preview/r/player/schema"]);
    expect(new Headers(sent[0]?.[1]?.headers).has("x-preview-token")).toBe(false);
    expect(sent[0]?.[1]?.credentials).toBe("same-origin");
  });
});

describe("a picture of the application", () => {
  const ready: QueryState = { state: "ready", isRefreshing: false, model: null, records: [], total: 3, error: null };
  const failed = (code: string): QueryState => ({ ...ready, state: "failed", total: null, error: { code, message: code } satisfies AppError });

  it("keeps its last answer while the preview is behind or away, and says what is wrong with the design", () => {
    const source = new Store<QueryState>(ready);
    const performed: string[] = [];
    const player = { query: () => source, perform: () => Promise.resolve(performed.push("done") > 0) } as unknown as AppRuntime;
    const still = stillOf(player);
    const table = node("t", "Table@1", null, {});
    const shown = still.query(table, EMPTY_SCOPE, { sort: [], search: "", filters: {}, page: 0, pageSize: 50 });
    expect(shown.get().total).toBe(3);
    source.set(failed("unreachable"));
    expect(shown.get().total).toBe(3);
    source.set(failed("expression_name"));
    expect(shown.get().error?.code).toBe("expression_name");
    void still.perform(table, "onClick", EMPTY_SCOPE);
    expect(performed).toEqual([]);
  });
});

describe("the preview's events", () => {
  it("are read without trust", () => {
    expect(revisionOf('{"revision": 7, "nodes": {}}')).toBe(7);
    expect(revisionOf('{"revision": "7"}')).toBeNull();
    expect(modelsOf('{"changes": {"a": null}}')).toEqual(new Set(["a"]));
    expect(modelsOf("{")).toBeNull();
  });
});
