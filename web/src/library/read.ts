/** Literal values of a node's properties; what is bound to an expression reads as null. */
import type { Json, LiveNode } from "../model/types";
import { isExpression, isObject, listEntries, toText } from "../model/value";

export function literal(node: LiveNode, name: string): Json | undefined {
  const value = node.props[name];
  return isExpression(value) ? undefined : value;
}

export function text(node: LiveNode, name: string, fallback = ""): string {
  const value = literal(node, name);
  return typeof value === "string" || typeof value === "number" ? String(value) : fallback;
}

export function number(node: LiveNode, name: string, fallback: number): number {
  const value = literal(node, name);
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

export function flag(node: LiveNode, name: string, fallback = false): boolean {
  const value = literal(node, name);
  return typeof value === "boolean" ? value : fallback;
}

/** One of the given words; anything else is the fallback. */
export function choice<T extends string>(node: LiveNode, name: string, words: readonly T[], fallback: T): T {
  const value = literal(node, name);
  return words.find((word) => word === value) ?? fallback;
}

/** The scalars of a list, whether it is kept as entries or as a plain array. */
export function scalars(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  return listEntries(value).map(([, entry]) => entry.value ?? null);
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** Options written out in the model: words, or objects of value and label. */
export function options(value: Json | undefined): readonly Option[] {
  const entries: readonly Json[] = Array.isArray(value) ? value : listEntries(value).map(([, entry]) => entry);
  return entries.flatMap((entry): readonly Option[] => {
    if (typeof entry === "string") return [{ value: entry, label: entry }];
    if (!isObject(entry)) return [];
    const option = toText(entry.value ?? entry.label);
    return option === "" ? [] : [{ value: option, label: toText(entry.label) || option }];
  });
}

/** Only addresses that cannot run a script are ever put into a link or an image. */
export function safeUrl(url: string): string | null {
  const trimmed = url.trim();
  if (trimmed === "") return null;
  const scheme = /^([a-z][a-z0-9+.-]*):/iu.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === undefined) return trimmed;
  if (["http", "https", "mailto", "tel"].includes(scheme)) return trimmed;
  return /^data:image\/(png|jpeg|gif|webp|avif);/iu.test(trimmed) ? trimmed : null;
}
