/** What the controls of fields and of table cells have in common. */
import type { KeyboardEvent } from "react";

import type { Json } from "../../model/types";

/** Attributes that tie a control to its label, its notes and its state. */
export interface Attributes {
  readonly id?: string;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly readOnly?: boolean;
  readonly tabIndex?: number | undefined;
  readonly "aria-label"?: string;
  readonly "aria-describedby"?: string | undefined;
  readonly "aria-invalid"?: true | undefined;
}

export interface InputProps {
  readonly attributes: Attributes;
  readonly value: Json;
  /** While typing; `problem` says why what stands there is no value yet. */
  readonly onChange: (value: Json, problem: string | null) => void;
  readonly onLeave: () => void;
  readonly onKeyDown?: ((event: KeyboardEvent<HTMLElement>) => void) | undefined;
  /** In a cell that was just opened for editing. */
  readonly autoFocus?: boolean;
}

/** Controls without a read-only state of their own are disabled instead. */
export function withoutReadOnly({ readOnly, disabled, ...rest }: Attributes): Attributes {
  return { ...rest, disabled: (disabled ?? false) || (readOnly ?? false) };
}
