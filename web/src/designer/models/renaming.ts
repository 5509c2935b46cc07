/**
 * Renaming what others call by its name: what changes along is shown first, and done as one change.
 *
 * The grid, the tree, the canvas, the lists and the inspector all rename by these.
 */
import { pathAfterNaming } from "../../model/pagePaths";
import { pagePath, pagesOf } from "../../model/routes";
import { typeName } from "../../model/registry";
import type { Snapshot } from "../../model/snapshot";
import type { JsonObject, LiveNode } from "../../model/types";
import { toText } from "../../model/value";
import type { Desk } from "../desk";
import { isName, nameFault } from "./names";
import { questionOf } from "./questions";
import { rename, type Rewrite, rewritesOf } from "./rename";
import { isInWorkflow, referred } from "./scope";
import { isLoopName, loopItemOf, rootOf, subjectOf, variablesOf, variableSubject } from "./subjects";

/** Gives a node another name, after showing what else changes, if anything does. */
export function askRename(desk: Desk, id: string, wanted: string, property = "name"): void {
  const { snapshot } = desk;
  const node = snapshot.node(id);
  if (node === undefined || desk.isReadOnly) return;
  const next = property === "path" && !wanted.startsWith("/") ? `/${wanted}` : wanted;
  const current = nameOf(node, property);
  if (next === current) return;
  const fault = faultOf(snapshot, node, property, next);
  if (fault !== null) {
    desk.connection.tell("Not renamed", `“${next}” cannot be ${property === "path" ? "its path" : "its name"}. ${fault}`);
    return;
  }
  const props = { [property]: next, ...followers(snapshot, node, property, next) };
  offer(desk, `Rename ${current} to ${next}`, rewritesFor(snapshot, node, next, property), (chosen) => perform(desk, id, props, chosen));
}

/** The same for a variable of a page or of a step. */
export function askVariableRename(desk: Desk, id: string, name: string, next: string): void {
  const { snapshot } = desk;
  if (desk.isReadOnly || next === name || variableFault(snapshot, id, next) !== null) return;
  const all = rewritesOf(snapshot, variableSubject(snapshot, id, name), next);
  // Where it is declared it is renamed in any case; that is what was asked for.
  const isOwn = (rewrite: Rewrite): boolean => rewrite.node === id && rewrite.how === "key";
  const own = all.filter(isOwn);
  offer(desk, `Rename ${name} to ${next}`, all.filter((rewrite) => !isOwn(rewrite)), (chosen) => perform(desk, id, {}, [...chosen, ...own]));
}

/** Why a variable cannot be called that, in a sentence, or null. */
export function variableFault(snapshot: Snapshot, id: string, name: string): string | null {
  const node = snapshot.node(id);
  if (!isName(name)) return "Letters, digits and underscores; no digit in front.";
  return node !== undefined && variablesOf(node).includes(name) ? "This name exists." : null;
}

/** What a renaming would rewrite; nothing where there was no name yet. */
export function rewritesFor(snapshot: Snapshot, node: LiveNode, next: string, property = "name"): readonly Rewrite[] {
  if (nameOf(node, property) === "") return [];
  const subject = subjectOf(snapshot, node, property);
  if (subject !== null) return rewritesOf(snapshot, subject, next);
  const path = property === "name" && typeName(node.type) === "Page" ? pathAfterNaming(snapshot, node, next) : null;
  return path === null ? [] : rewritesOf(snapshot, { kind: "page", id: node.id }, path);
}

// A page's path goes with its name for as long as nobody wrote one by hand.
function followers(snapshot: Snapshot, node: LiveNode, property: string, next: string): JsonObject {
  const path = property === "name" && typeName(node.type) === "Page" ? pathAfterNaming(snapshot, node, next) : null;
  return path === null ? {} : { path };
}

function nameOf(node: LiveNode, property: string): string {
  return isLoopName(node, property) ? loopItemOf(node) : toText(node.props[property]);
}

function faultOf(snapshot: Snapshot, node: LiveNode, property: string, next: string): string | null {
  const [parent, slot] = node.place ?? ["", ""];
  switch (typeName(node.type)) {
    case "DataModel":
      return nameFault(snapshot, parent, slot, next, node.id);
    case "Field":
      return property === "inverse" ? nameFault(snapshot, referred(node.props.model), "fields", next, null) : nameFault(snapshot, parent, slot, next, node.id);
    case "Workflow":
      return snapshot.children(parent, slot).some((other) => other.id !== node.id && toText(other.props.name) === next) ? "This name exists." : null;
    case "Page":
      return property === "path" ? pathFault(snapshot, node.id, next) : null;
    default: {
      if (!isName(next)) return "Letters, digits and underscores; no digit in front.";
      const others = property === "name" ? snapshot.subtree(rootOf(snapshot, node.id)) : [];
      return others.some((other) => other.id !== node.id && isInWorkflow(snapshot, other) && toText(other.props.name) === next) ? "Another step has this name." : null;
    }
  }
}

function pathFault(snapshot: Snapshot, page: string, path: string): string | null {
  if (/[\s?#]/u.test(path)) return "An address has no blanks, and neither ? nor #.";
  return pagesOf(snapshot).some((other) => other.id !== page && pagePath(other) === path) ? "Another page has this path." : null;
}

function offer(desk: Desk, title: string, rewrites: readonly Rewrite[], run: (chosen: readonly Rewrite[]) => void): void {
  if (rewrites.length === 0) run([]);
  else questionOf(desk).set({ kind: "rename", title, rewrites, perform: run });
}

function perform(desk: Desk, id: string, props: JsonObject, rewrites: readonly Rewrite[]): void {
  desk.connection.stopCapturing();
  rename(desk.connection.editor, desk.snapshot, id, props, rewrites);
  desk.connection.stopCapturing();
}
