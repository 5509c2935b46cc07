/** Reading what comes from a model or from data before it gets into a page. */
import type { Json } from "../model/types";
import { isObject, listEntries, toText } from "../model/value";

/** The scalars of a list, whether it is kept as entries or as a plain array. */
export function scalars(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value;
  return listEntries(value).map(([, entry]) => entry.value ?? null);
}

/** The name of a stored file, or of one that was just chosen; an address is called by its end. */
export function fileName(value: Json): string {
  if (isObject(value)) return toText(value.name) || "File";
  const text = toText(value);
  return text.replace(/[?#].*$/u, "").split("/").findLast((part) => part !== "") ?? text;
}

/** Only addresses that cannot run a script are ever put into a link or an image. */
export function safeUrl(url: string): string | null {
  // Browsers leave line breaks and tabs out of an address, also out of the word "javascript".
  const trimmed = url.replace(/\p{Cc}/gu, "").trim();
  if (trimmed === "") return null;
  const scheme = /^([a-z][a-z0-9+.-]*):/iu.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === undefined) return trimmed;
  if (["http", "https", "mailto", "tel"].includes(scheme)) return trimmed;
  return /^data:image\/(png|jpeg|gif|webp|avif);/iu.test(trimmed) ? trimmed : null;
}
