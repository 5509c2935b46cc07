/** What the browser remembers of how somebody looks at the rooms. */
import { useState } from "react";

/** A value of a fixed choice that is kept under `key`; a browser that keeps nothing gets the first. */
export function useChoice<T extends string>(key: string, choices: readonly T[]): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => read(key, choices));
  const choose = (chosen: T): void => {
    setValue(chosen);
    try {
      window.localStorage.setItem(key, chosen);
    } catch {
      // A browser that keeps nothing shows the choice until the page is left.
    }
  };
  return [value, choose];
}

function read<T extends string>(key: string, choices: readonly T[]): T {
  const first = choices[0] as T;
  try {
    const kept = window.localStorage.getItem(key);
    return choices.find((choice) => choice === kept) ?? first;
  } catch {
    return first;
  }
}
