import { describe, expect, it } from "vitest";

import { node, snapshotOf } from "../preview/core/testing/model";
import { pathAfterNaming, pathForName } from "./pagePaths";
import { slugOf } from "./slug";
import type { LiveNode } from "./types";

const page = (id: string, name: string, path: string): LiveNode => node(id, "Page", "application", "pages", { name, path }, `a${id}`);

describe("names as addresses", () => {
  it("are small, without accents and signs", () => {
    expect(slugOf("Überblick & Zahlen")).toBe("uberblick-zahlen");
    expect(slugOf("  Ben's Größe (neu)! ")).toBe("bens-grosse-neu");
    expect(slugOf("Łódź œuvre Ærø")).toBe("lodz-oeuvre-aero");
  });

  it("keep other scripts, with the marks that belong to their letters", () => {
    expect(slugOf("Заказы Йода")).toBe("заказы-йода");
    expect(slugOf("受注 一覧")).toBe("受注-一覧");
    expect(slugOf("が行 한국어")).toBe("が行-한국어");
    expect(slugOf("हिन्दी पृष्ठ")).toBe("हिन्दी-पृष्ठ");
    expect(slugOf("طلبات")).toBe("طلبات");
  });

  it("are cut between words, and empty where nothing is left", () => {
    expect(slugOf("word ".repeat(30)).length).toBeLessThanOrEqual(60);
    expect(slugOf("word ".repeat(30)).endsWith("-word")).toBe(true);
    expect(slugOf("x".repeat(200))).toBe("x".repeat(60));
    expect(slugOf("🙂 !?")).toBe("");
  });
});

describe("paths that follow names", () => {
  it("follow while they are the ones that the name makes", () => {
    const fresh = page("p2", "Page2", "/page2");
    const snapshot = snapshotOf(page("p1", "Page", "/page"), fresh);
    expect(pathAfterNaming(snapshot, fresh, "Kunden & Aufträge")).toBe("/kunden-auftrage");
    const named = page("p2", "Kunden", "/kunden");
    expect(pathAfterNaming(snapshotOf(named), named, "Orders")).toBe("/orders");
  });

  it("stay once they were written by hand", () => {
    const home = page("h", "Dashboard", "/");
    const own = page("o", "Orders", "/sales/orders");
    const withId = page("d", "Order", "/order/:id");
    const snapshot = snapshotOf(home, own, withId);
    for (const each of [home, own, withId]) expect(pathAfterNaming(snapshot, each, "Other")).toBeNull();
    const numbered = page("n", "Year", "/year2026");
    expect(pathAfterNaming(snapshotOf(numbered), numbered, "Other")).toBeNull();
  });

  it("are unique, and follow with the number that made them so", () => {
    const second = page("b", "Orders", "/orders2");
    const snapshot = snapshotOf(page("a", "Orders", "/orders"), second);
    expect(pathForName(snapshot, "x", "Orders")).toBe("/orders3");
    expect(pathAfterNaming(snapshot, second, "Invoices")).toBe("/invoices");
    expect(pathAfterNaming(snapshotOf(second), second, "Invoices")).toBe("/invoices");
  });

  it("are given where there was none, and to names without letters", () => {
    const bare = page("a", "Orders", "");
    expect(pathAfterNaming(snapshotOf(bare), bare, "Orders")).toBe("/orders");
    expect(pathAfterNaming(snapshotOf(bare), bare, "🙂")).toBe("/page");
  });

  it("says nothing where the path is the same", () => {
    const orders = page("a", "Orders", "/orders");
    expect(pathAfterNaming(snapshotOf(orders), orders, "ORDERS")).toBeNull();
  });
});
