/** What the roles are called and what they may do, in the words of the dialogs. */
import type { Role } from "../shared/api";

export const ROLES: readonly { readonly value: Role; readonly label: string; readonly may: string }[] = [
  { value: "viewer", label: "Viewer", may: "sees the model and its preview" },
  { value: "reviewer", label: "Reviewer", may: "sees everything, history and members too" },
  { value: "editor", label: "Editor", may: "edits, imports and renames" },
  { value: "owner", label: "Owner", may: "does everything, members, links and deleting too" },
];

export function roleLabel(role: Role): string {
  return ROLES.find((item) => item.value === role)?.label ?? role;
}

export function roleMay(role: Role): string {
  return ROLES.find((item) => item.value === role)?.may ?? "";
}

/** "an editor", "a viewer". */
export function aRole(role: Role): string {
  return `${/^[aeiou]/u.test(role) ? "an" : "a"} ${role}`;
}

/** How long a link may live, in seconds. */
export const LIVES: readonly { readonly value: string; readonly label: string }[] = [
  { value: "3600", label: "1 hour" },
  { value: "86400", label: "1 day" },
  { value: "604800", label: "7 days" },
  { value: "2592000", label: "30 days" },
  { value: "31536000", label: "1 year" },
];
