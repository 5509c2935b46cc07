/**
 * What is put on the system's clipboard: a fragment as JSON that says what it is.
 *
 * It is written as text too, so that it survives programs that know only text, and is read without
 * trust, since anything may be on a clipboard.
 */
import { type Fragment, readFragment } from "./fragment";
import { isObject } from "./value";

/** The clipboard format that only designers know. */
export const CLIPBOARD_TYPE = "application/x-design-rooms+json";
/** The key that tells a fragment from other JSON; its value is the format's version. */
const MARK = "designRooms";
const VERSION = 1;

export function writeClip(fragment: Fragment): string {
  return JSON.stringify({ [MARK]: VERSION, fragment });
}

/** The fragment in a text from the clipboard, or null if the text is something else. */
export function readClip(text: string): Fragment | null {
  // Most texts are prose; parsing them would only throw.
  if (!text.trimStart().startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && value[MARK] === VERSION ? readFragment(value.fragment) : null;
  } catch {
    // Text that begins like JSON and is none is pasted as text.
    return null;
  }
}
