/**
 * What is put on the system's clipboard: a fragment as JSON that says what it is.
 *
 * It is written as text too, so that it survives programs that know only text, and is read without
 * trust, since anything may be on a clipboard. What the fragment refers to and does not hold goes
 * along by its names: in another room the model `Order` has another id.
 */
import { withIds } from "./editor";
import { type Fragment, readFragment } from "./fragment";
import { ownWords } from "./labels";
import type { Snapshot } from "./snapshot";
import { type Json, type JsonObject, type LiveNode, ROOT } from "./types";
import { isObject } from "./value";

/** The clipboard format that only designers know. */
export const CLIPBOARD_TYPE = "application/x-design-rooms+json";
/** The key that tells a fragment from other JSON; its value is the format's version. */
const MARK = "designRooms";
const VERSION = 1;

/** From the application down to a node: the type and name of each. */
type Route = readonly (readonly [type: string, name: string])[];

export interface Clip {
  readonly fragment: Fragment;
  /** How to find again what is referred to outside of the fragment, by its id where it was copied. */
  readonly outside: ReadonlyMap<string, Route>;
}

/** A fragment as it fits into a room, and the names of what it refers to that is not there. */
export interface Fitted {
  readonly fragment: Fragment;
  readonly missing: readonly string[];
}

export function writeClip(fragment: Fragment, snapshot: Snapshot): string {
  const inside = new Set(fragment.nodes.map((node) => node.id));
  const outside = [...refsIn(fragment)].filter((id) => !inside.has(id)).flatMap((id) => {
    const route = routeTo(id, snapshot);
    return route === null ? [] : [[id, route]];
  });
  return JSON.stringify({ [MARK]: VERSION, fragment, outside: Object.fromEntries(outside) });
}

/** The clip in a text from the clipboard, or null if the text is something else. */
export function readClip(text: string): Clip | null {
  // Most texts are prose; parsing them would only throw.
  if (!text.trimStart().startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    const fragment = isObject(value) && value[MARK] === VERSION ? readFragment(value.fragment) : null;
    return fragment === null ? null : { fragment, outside: readOutside(isObject(value) ? value.outside : undefined) };
  } catch {
    // Text that begins like JSON and is none is pasted as text.
    return null;
  }
}

/** Leads the references that go outside to what has the same names in this room. */
export function fit({ fragment, outside }: Clip, snapshot: Snapshot): Fitted {
  const inside = new Set(fragment.nodes.map((node) => node.id));
  const found = new Map<string, string>();
  const missing: string[] = [];
  for (const id of refsIn(fragment)) {
    if (inside.has(id) || snapshot.isLive(id)) continue;
    const route = outside.get(id);
    const here = route === undefined ? null : follow(route, snapshot);
    if (here !== null) found.set(id, here);
    else missing.push(route === undefined ? id : route.map(([, name]) => name).join(" › "));
  }
  if (found.size === 0) return { fragment, missing };
  const nodes = fragment.nodes.map((node) => ({ ...node, props: withIds(node.props, found) as JsonObject }));
  return { fragment: { roots: fragment.roots, nodes }, missing };
}

function refsIn({ nodes }: Fragment): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (value: Json | undefined): void => {
    if (Array.isArray(value)) value.forEach(look);
    else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) {
        if (key === "ref" && typeof member === "string") found.add(member);
        else look(member);
      }
    }
  };
  for (const { props } of nodes) look(props);
  return found;
}

function routeTo(id: string, snapshot: Snapshot): Route | null {
  const path = snapshot.path(id);
  return path.length === 0 ? null : path.map((node) => [node.type, ownWords(node) ?? ""]);
}

// Names are unique among siblings of one type wherever anything refers to them.
function follow(route: Route, snapshot: Snapshot): string | null {
  let parent: string = ROOT;
  for (const [type, name] of route) {
    const children: readonly LiveNode[] = snapshot.slots(parent).flatMap((slot) => snapshot.children(parent, slot));
    const next = children.find((node) => node.type === type && (ownWords(node) ?? "") === name);
    if (next === undefined) return null;
    parent = next.id;
  }
  return parent === ROOT ? null : parent;
}

function readOutside(value: unknown): ReadonlyMap<string, Route> {
  const found = new Map<string, Route>();
  for (const [id, route] of isObject(value) ? Object.entries(value) : []) {
    if (Array.isArray(route) && route.length > 0 && route.every(isStep)) found.set(id, route);
  }
  return found;
}

function isStep(step: Json): step is [string, string] {
  return Array.isArray(step) && step.length === 2 && step.every((part) => typeof part === "string");
}
