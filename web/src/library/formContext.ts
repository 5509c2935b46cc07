/** What a form and the fields inside it know of each other. */
import { createContext, useContext } from "react";

/** A field that stands in a form, as the form asks it when it is to be sent. */
export interface Member {
  /** The record's field that it edits; empty for a variable. */
  readonly name: string;
  readonly label: () => string;
  /** Why what stands in the control cannot be sent, or null. */
  readonly problem: () => string | null;
}

export interface FormSurroundings {
  readonly isReadOnly: boolean;
  /** While it is being saved its fields take no changes that the answer would overwrite. */
  readonly isBusy: boolean;
  /** Counts refused attempts: from the first on, fields show what is wrong with them. */
  readonly attempts: number;
  /** Makes a field known; call what is returned when it goes. */
  readonly join: (control: string, member: Member) => () => void;
}

export const FormContext = createContext<FormSurroundings | null>(null);

export function useForm(): FormSurroundings | null {
  return useContext(FormContext);
}
