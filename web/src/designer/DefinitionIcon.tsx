/** The icon that a definition names; the set that the built-in definitions use is bundled. */
import {
  AlignLeft, AppWindow, ArrowRightLeft, Box, Calendar, ChartColumn, ChevronsUpDown, Cloud, Columns3, FilePen, FilePlus,
  FileText, FileX, Folder, FormInput, Frame, Gauge, GitFork, Hash, Heading, Hourglass, Image, LayoutDashboard,
  LayoutGrid, Link, List, ListTree, type LucideIcon, Menu, Milestone, Minus, MousePointerClick, PanelsTopLeft,
  Paperclip, Plug, Puzzle, Repeat, Rows3, Search, Send, ShieldCheck, Split, Square, SquareCheck, SquareMenu, Star,
  Table, Table2, Tag, TextCursorInput, ToggleLeft, Trash2, Type, UserCheck, Users, Variable, Workflow,
} from "lucide-react";
import { memo } from "react";

export const DEFINITION_ICONS: ReadonlyMap<string, LucideIcon> = new Map([
  ["align-left", AlignLeft], ["app-window", AppWindow], ["arrow-right-left", ArrowRightLeft], ["calendar", Calendar],
  ["chart-column", ChartColumn], ["chevrons-up-down", ChevronsUpDown], ["cloud", Cloud], ["columns-3", Columns3],
  ["file-pen", FilePen], ["file-plus", FilePlus], ["file-text", FileText], ["file-x", FileX], ["folder", Folder],
  ["form-input", FormInput], ["frame", Frame], ["gauge", Gauge], ["git-fork", GitFork], ["hash", Hash],
  ["heading", Heading], ["hourglass", Hourglass], ["image", Image], ["layout-dashboard", LayoutDashboard],
  ["layout-grid", LayoutGrid], ["link", Link], ["list", List], ["list-tree", ListTree], ["menu", Menu],
  ["milestone", Milestone], ["minus", Minus], ["mouse-pointer-click", MousePointerClick],
  ["panels-top-left", PanelsTopLeft], ["paperclip", Paperclip], ["plug", Plug], ["puzzle", Puzzle],
  ["repeat", Repeat], ["rows-3", Rows3], ["search", Search], ["send", Send], ["shield-check", ShieldCheck],
  ["split", Split], ["square", Square], ["square-check", SquareCheck], ["square-menu", SquareMenu], ["star", Star],
  ["table", Table], ["table-2", Table2], ["tag", Tag], ["text-cursor-input", TextCursorInput],
  ["toggle-left", ToggleLeft], ["trash", Trash2], ["type", Type], ["user-check", UserCheck], ["users", Users],
  ["variable", Variable], ["workflow", Workflow],
]);

/** The icons of the sections, which are slots and not definitions. */
const SECTION_ICONS: Readonly<Record<string, string>> = {
  pages: "panels-top-left",
  dataModels: "table-2",
  workflows: "workflow",
  connectors: "plug",
  roles: "users",
  policies: "shield-check",
  trash: "trash",
};

/** Rows are drawn anew with every change of their node, and their pictures stay. */
export const DefinitionIcon = memo(function DefinitionIcon({ name }: { readonly name: string | undefined }) {
  const Icon = DEFINITION_ICONS.get(name ?? "") ?? Box;
  return <Icon size={14} strokeWidth={1.75} aria-hidden />;
});

export function sectionIcon(slot: string): string {
  return SECTION_ICONS[slot] ?? "folder";
}
