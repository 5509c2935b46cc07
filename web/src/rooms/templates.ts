/** The templates that a room can begin with, asked for once a visit. */
import { useEffect, useState } from "react";

import { api, type Template } from "../shared/api";

/** Null until they are here; none if the server cannot be asked: an empty room can be made without. */
export function useTemplates(): readonly Template[] | null {
  const [templates, setTemplates] = useState<readonly Template[] | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const show = (found: readonly Template[]): void => {
      if (isCurrent) setTemplates(found);
    };
    api.templates().then(show, () => show([]));
    return () => {
      isCurrent = false;
    };
  }, []);
  return templates;
}

/** What is in a template, in one line: `4 data models, 4 pages, 2 workflows, 2 roles`. */
export function contents({ dataModels, pages, workflows, roles }: Template): string {
  const parts = [
    count(dataModels.length, "data model"),
    count(pages.length, "page"),
    count(workflows.length, "workflow"),
    count(roles.length, "role"),
  ];
  return parts.join(", ");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
