import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, describe, expect, it } from "vitest";

import type { JsonObject } from "../model/types";
import { piece, type Piece, snapshotOf } from "../gallery/specimens";
import { Store } from "../shared/store";
import { NodeView } from "./NodeView";
import type { DataRecord, Scope } from "./runtime";
import { EMPTY_SCOPE, ScopeContext } from "./scope";
import { type Stage, StageContext } from "./stage";
import { FakeRuntime } from "./testing/FakeRuntime";
import { loadViews, VIEW_NAMES } from "./views";

interface Options {
  readonly scope?: Partial<Scope>;
  readonly runtime?: FakeRuntime;
  readonly isDesigned?: boolean;
  readonly locale?: string;
}

beforeAll(() => loadViews(VIEW_NAMES));

/** The markup of one component, as the player draws it first. */
function drawn(shown: Piece, { scope = {}, runtime = new FakeRuntime(), isDesigned = false, locale = "en" }: Options = {}): string {
  const stage: Stage = {
    mode: isDesigned ? "design" : "play", runtime: isDesigned ? null : runtime, locale,
    snapshots: new Store(snapshotOf([{ title: "", specimens: [{ state: "", piece: shown }] }])),
    revealed: new Store<ReadonlySet<string>>(new Set()), opened: new Store<ReadonlySet<string>>(new Set()),
    navigate: () => undefined, setOpen: () => undefined, closeAll: () => undefined,
  };
  const view = createElement(NodeView, { id: "s0-0" });
  return renderToStaticMarkup(createElement(StageContext, { value: stage }, createElement(ScopeContext, { value: { ...EMPTY_SCOPE, ...scope } }, view)));
}

const item: DataRecord = { id: "c1", model: "m-Customer", version: 1, values: { name: "Zoë <b>&</b> Söhne", tier: "gold" } };
const expr = (source: string): JsonObject => ({ expr: source });
const bind = (name: string, rest: JsonObject = {}): JsonObject => ({ label: "Größe", bind: name, ...rest });

describe("every component", () => {
  it.each(VIEW_NAMES)("%s is drawn without properties, on the canvas and in the player", (name) => {
    expect(drawn(piece(name), { isDesigned: true })).toContain('data-node="s0-0"');
    const isShown = !["Dialog", "Badge"].includes(name);
    expect(drawn(piece(name)) !== "").toBe(isShown);
  });

  it.each(VIEW_NAMES)("%s is not drawn where its visibility is false or null, and on the canvas is", (name) => {
    expect(drawn(piece(name, { visible: expr("vars.unset") }))).toBe("");
    expect(drawn(piece(name, { visible: expr("wait()") }))).toBe("");
    expect(drawn(piece(name, { visible: expr("vars.unset") }), { isDesigned: true })).not.toBe("");
  });

  it("whose visibility cannot be computed is shown with the reason", () => {
    const markup = drawn(piece("Text", { text: "Größe", visible: expr("fail()") }));
    expect(markup).toContain("Größe");
    expect(markup).toContain("totl");
  });
});

describe("values", () => {
  it("are text, whatever stands in them", () => {
    const markup = drawn(piece("Text", { text: expr("item.name") }), { scope: { item } });
    expect(markup).toContain("Zoë &lt;b&gt;&amp;&lt;/b&gt; Söhne");
    expect(markup).not.toContain("<b>");
  });

  it("keep their place while they are computed, and say why they failed", () => {
    expect(drawn(piece("Metric", { value: expr("wait()") }))).toContain("app-skeleton");
    const failed = drawn(piece("Heading", { text: expr("fail()") }));
    expect(failed).toContain("no field “totl”");
    expect(failed).toMatch(/^<h2/u);
  });

  it("are expressions on the canvas", () => {
    expect(drawn(piece("Text", { text: expr("record.größe") }), { isDesigned: true })).toContain("record.größe</code>");
  });

  it("follow the reader's language", () => {
    const text = piece("Text", { text: "1234.50", format: { style: "currency", currency: "EUR" } });
    expect(drawn(text, { locale: "de" }).replaceAll("\u00a0", " ")).toContain("1.234,50 €");
  });

  it("lead only to safe addresses", () => {
    for (const to of ["javascript:alert(1)", "data:text/html,x", "vbscript:x"]) expect(drawn(piece("Link", { text: "x", to }))).toContain('href="#"');
    expect(drawn(piece("Link", { text: "x", to: "/größe" }))).toContain('href="#/größe"');
    expect(drawn(piece("Image", { source: "javascript:alert(1)" }))).not.toContain("<img");
    expect(drawn(piece("Frame", { url: "http://example.com" }))).not.toContain("<iframe");
    expect(drawn(piece("Frame", { url: "https://example.com" }))).toContain('sandbox="allow-scripts allow-forms"');
  });
});

describe("fields", () => {
  const scope = (): Partial<Scope> => ({ record: new FakeRuntime().controller("m-Order", "state:refused") });

  it("show their value, their label and that they are required", () => {
    const markup = drawn(piece("TextField", bind("record.orderNo")), { scope: scope() });
    expect(markup).toContain('value="2026-1001"');
    expect(markup).toContain("required");
    expect(markup).toMatch(/<label for="([^"]+)".*<input id="\1"/u);
  });

  it("tie the server's refusal to the control", () => {
    const markup = drawn(piece("TextField", bind("record.orderNo", { help: "Wie auf der Rechnung" })), { scope: scope() });
    const described = /aria-describedby="([^" ]+) ([^" ]+)"/u.exec(markup);
    expect(markup).toContain('aria-invalid="true"');
    expect(markup).toContain(`id="${described?.[1]}" class="app-help">Wie auf der Rechnung`);
    expect(markup).toContain(`id="${described?.[2]}" class="app-error">Order number 2026-1001 is already taken.`);
  });

  it("of something computed take no input", () => {
    expect(drawn(piece("NumberField", bind("record.totalAmount")), { scope: scope() })).toContain("readOnly");
  });

  it("offer an enumeration without being told", () => {
    const markup = drawn(piece("Select", bind("record.status")), { scope: scope() });
    expect(markup).toContain('<option value="backordered">Backordered</option>');
  });

  it("show numbers in the reader's notation", () => {
    const runtime = new FakeRuntime();
    runtime.vars.set({ price: "9007199254740993.10" });
    const markup = drawn(piece("NumberField", bind("vars.price", { format: { style: "decimal", digits: 2 } })), { runtime, locale: "de" });
    expect(markup).toContain('value="9.007.199.254.740.993,10"');
  });
});

describe("records", () => {
  const source = (filter?: string): JsonObject => ({ model: { ref: "m-Customer" }, ...(filter !== undefined && { filter: expr(filter) }) });

  it("fill a table, by the names of their fields", () => {
    const markup = drawn(piece("Table", { dataSource: source(), columns: [{ field: { ref: "f-Customer-name" } }, { field: { ref: "f-Customer-tier" }, as: "Badge" }], pageSize: 2 }));
    expect(markup).toContain("Müller &amp; Söhne GmbH");
    expect(markup).toContain('data-tone="success">Gold');
    expect(markup).toContain("1–2 of 8");
  });

  it("repeat a list's content, each with its own item", () => {
    const markup = drawn(piece("List", { dataSource: source() }, [piece("Text", { text: expr("item.name") })]));
    expect(markup.match(/<li /gu)).toHaveLength(8);
    expect(markup).toContain("Łódź Textil");
  });

  it.each(["Table", "List", "Chart"])("of a %s wait, are missing or fail in place", (name) => {
    expect(drawn(piece(name, { dataSource: source("wait()") }))).toMatch(/aria-busy="true"|role="status"/u);
    expect(drawn(piece(name, { dataSource: source("none()") }))).toContain("No records yet");
    expect(drawn(piece(name, { dataSource: source("fail()") }))).toContain("The server does not answer.");
  });

  it("stand beside a chart as a table", () => {
    const markup = drawn(piece("Chart", { kind: "pie", dataSource: { ...source(), groupBy: "tier" } }));
    expect(markup).toContain('<th scope="row">Gold</th><td>2</td>');
  });
});
