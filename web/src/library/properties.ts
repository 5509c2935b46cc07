/**
 * Properties as hooks: a literal, or what the runtime computes for an expression.
 *
 * Without a runtime an expression has no value: readers of words, numbers and flags then get their
 * fallback, and `Bound` shows the expression itself.
 */
import { useMemo } from "react";

import type { Json, LiveNode } from "../model/types";
import { isExpression, isObject, toText } from "../model/value";
import { type Readable, sameItems, useSelect } from "../shared/store";
import type { AppRuntime, Resolved, Scope } from "./runtime";
import { useScope } from "./scope";
import { useStage } from "./stage";

const NULL: Resolved = { state: "ready", value: null };

/** A value that never changes, readable like one that does. */
export function constant<T>(value: T): Readable<T> {
  return { get: () => value, subscribe: () => () => undefined };
}

export function useReadable<T>(readable: Readable<T>): T {
  return useSelect(readable, (value) => value);
}

/** The raw value at a path within props: a literal, an expression, or an object of both. */
export function rawAt(node: LiveNode, path: readonly string[]): Json | undefined {
  let value: Json | undefined = node.props;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** Whether any part of a value has to be computed. */
export function isComputed(value: Json | undefined): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isExpression(value)) return true;
  return Object.values(value).some((part) => isComputed(part));
}

function question(runtime: AppRuntime | null, node: LiveNode, path: readonly string[], scope: Scope): Readable<Resolved> {
  const raw = rawAt(node, path);
  if (!isComputed(raw)) return constant(raw === undefined ? NULL : { state: "ready", value: raw });
  return runtime === null ? constant(NULL) : runtime.value(node, path, scope);
}

/** The property at a path within props, in the scope around or in the given one. */
export function useProperty(node: LiveNode, path: readonly string[], within?: Scope): Resolved {
  const { runtime } = useStage();
  const around = useScope();
  const scope = within ?? around;
  // The path is usually written out at the call, so it is a new array each time.
  const key = JSON.stringify(path);
  const readable = useMemo(() => question(runtime, node, JSON.parse(key) as readonly string[], scope), [runtime, node, key, scope]);
  return useReadable(readable);
}

/** Several properties at once, in the order of their paths: for lists whose entries are few. */
export function useProperties(node: LiveNode, paths: readonly (readonly string[])[]): readonly Resolved[] {
  const { runtime } = useStage();
  const scope = useScope();
  const key = JSON.stringify(paths);
  const readable = useMemo(() => {
    const asked = JSON.parse(key) as readonly (readonly string[])[];
    return together(asked.map((path) => question(runtime, node, path, scope)));
  }, [runtime, node, key, scope]);
  return useSelect(readable, (value) => value, sameItems);
}

/** Several readables as one; its value is a new array each time it is read. */
export function together<T>(readables: readonly Readable<T>[]): Readable<readonly T[]> {
  return {
    get: () => readables.map((readable) => readable.get()),
    subscribe: (listener) => {
      const ends = readables.map((readable) => readable.subscribe(listener));
      return () => ends.forEach((end) => end());
    },
  };
}

export function useProp(node: LiveNode, name: string, ...rest: readonly string[]): Resolved {
  return useProperty(node, [name, ...rest]);
}

/** A property's value once it is there; null while it is computed, and where that failed. */
export function useValue(node: LiveNode, name: string, ...rest: readonly string[]): Json {
  const resolved = useProperty(node, [name, ...rest]);
  return resolved.state === "ready" ? resolved.value : null;
}

export function useText(node: LiveNode, name: string, fallback = ""): string {
  const value = useValue(node, name);
  return typeof value === "string" || typeof value === "number" ? toText(value) : fallback;
}

/** A finite number within bounds; exact decimals are read too. */
export function useNumber(node: LiveNode, name: string, fallback: number, min = -Infinity, max = Infinity): number {
  const value = useValue(node, name);
  const number = typeof value === "number" || (typeof value === "string" && value.trim() !== "") ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? Math.min(Math.max(number, min), max) : fallback;
}

export function useFlag(node: LiveNode, name: string, fallback = false): boolean {
  const value = useValue(node, name);
  return typeof value === "boolean" ? value : fallback;
}

/** One of the given words; anything else is the fallback. */
export function useChoice<T extends string>(node: LiveNode, name: string, words: readonly T[], fallback: T): T {
  const value = useValue(node, name);
  return words.find((word) => word === value) ?? fallback;
}

export function useLocale(): string {
  const { locale } = useStage();
  return locale ?? readerLocale();
}

/** What the browser's language is called where it is a locale, once found out. */
const locales = new Map<string, string>();

function readerLocale(): string {
  const language = typeof navigator === "undefined" ? "en" : navigator.language;
  const known = locales.get(language);
  if (known !== undefined) return known;
  let locale = "en";
  try {
    locale = Intl.getCanonicalLocales(language)[0] ?? "en";
  } catch {
    // Some browsers name a language that Intl refuses, such as "c" or an empty word.
  }
  locales.set(language, locale);
  return locale;
}
