/** What happens at a field besides editing: who else is in it, and that its value changed under one. */
import { useEffect, useRef, useState } from "react";

import type { PropPath } from "../../model/editor";
import type { Json } from "../../model/types";
import { useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { propsOf } from "./field";
import { samePath, sameJson, valueAt } from "./logic/paths";

export interface Editing {
  readonly name: string;
  readonly color: string;
}

/** Those who have their caret in the field; only the field itself is meant, not what stands in it. */
export function useEditors(node: string, path: PropPath): readonly Editing[] {
  const { presence } = useDesk().connection;
  return useSelect(
    presence.people,
    (people) =>
      people
        .filter(({ field }) => field !== null && field.node === node && samePath(field.path, path))
        .map(({ name, color }) => ({ name, color })),
    (a, b) => a.length === b.length && a.every((person, index) => person.name === b[index]?.name && person.color === b[index]?.color),
  );
}

/**
 * A number that grows each time somebody else changed the value.
 *
 * Of a group only its own members count, which ones there are: what is in them flashes there.
 */
export function useForeignChange(node: string, path: PropPath, shown: Json | undefined, isGroup: boolean): number {
  const { connection } = useDesk();
  const [count, setCount] = useState(0);
  const last = useRef(shown);
  const place = useRef(path);
  useEffect(() => {
    last.current = shown;
    place.current = path;
  });
  useEffect(
    () =>
      connection.model.remote.subscribe(() => {
        const [key] = place.current;
        const isConcerned = connection.model.remote.get().some((change) => change.node === node && change.key === key);
        if (!isConcerned) return;
        const now = valueAt(propsOf(connection.model.snapshots.get(), node), place.current);
        const before = last.current;
        last.current = now;
        if (!(isGroup ? sameMembers(before, now) : sameJson(before, now))) setCount((previous) => previous + 1);
      }),
    [connection, node, isGroup],
  );
  return count;
}

function sameMembers(a: Json | undefined, b: Json | undefined): boolean {
  const keys = (value: Json | undefined): string => (typeof value === "object" && value !== null ? Object.keys(value).toSorted().join("\n") : "");
  return keys(a) === keys(b);
}
