/** Tells others which field has the focus: one listener for all fields within an element. */
import type { FocusEvent } from "react";

import type { PropPath } from "../../model/editor";
import type { Desk } from "../desk";

export interface FieldFocus {
  readonly onFocus: (event: FocusEvent) => void;
  readonly onBlur: (event: FocusEvent) => void;
}

/**
 * Handlers for the element around the fields of a node; the innermost field around the control is meant.
 *
 * `rest`: what is edited as long as the focus stays within, though in none of its fields.
 */
export function fieldFocus(desk: Desk, node: () => string, rest: PropPath | null = null): FieldFocus {
  const { presence } = desk.connection;
  return {
    onFocus: ({ target }) => {
      const field = target instanceof Element ? target.closest<HTMLElement>("[data-field]") : null;
      const path: unknown = field?.dataset.field === undefined ? rest : JSON.parse(field.dataset.field);
      if (Array.isArray(path)) presence.focus({ node: node(), path: path.map(String) });
    },
    onBlur: ({ relatedTarget, currentTarget }) => {
      const isWithin = relatedTarget instanceof Element && currentTarget.contains(relatedTarget);
      const isStill = isWithin && (rest !== null || relatedTarget.closest("[data-field]") !== null);
      if (!isStill) presence.focus(null);
    },
  };
}
