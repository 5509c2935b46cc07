/** How many records of a data model the preview has; asked before a destructive change. */
import type { LiveNode } from "../../model/types";
import { isObject, toText } from "../../model/value";
import { previewUrl } from "../../shared/api";

/** Longer than this nobody waits for a number, in milliseconds. */
const PATIENCE_MS = 1_500;

/** Null where the preview does not tell: it is off, or not for this person. */
export async function countRecords(room: string, model: LiveNode | undefined): Promise<number | null> {
  const name = toText(model?.props.name);
  if (name === "") return null;
  try {
    const url = `${previewUrl(room)}api/${encodeURIComponent(name)}?limit=1`;
    const response = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS) });
    const body: unknown = response.ok ? await response.json() : null;
    return isObject(body) && typeof body.total === "number" ? body.total : null;
  } catch {
    return null;
  }
}
