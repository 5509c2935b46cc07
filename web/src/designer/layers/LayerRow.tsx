/** One row of the layer tree. */
import { ChevronRight, CircleAlert } from "lucide-react";
import { type CSSProperties, memo, type MouseEvent } from "react";

import { typeTitle } from "../../model/labels";
import type { TreeRow } from "../../model/tree";
import { DefinitionIcon, sectionIcon } from "../DefinitionIcon";
import { useDesk } from "../desk";
import { useFlash } from "../flash";
import type { Person } from "../presence";

export interface LayerRowProps {
  readonly row: TreeRow;
  readonly label: string;
  readonly isSelected: boolean;
  readonly problems: number;
  readonly people: readonly Person[];
  readonly isRefused: boolean;
}

export function rowElementId(key: string): string {
  return `layer-${key}`;
}

export const LayerRow = memo(function LayerRow({ row, label, isSelected, problems, people, isRefused }: LayerRowProps) {
  const desk = useDesk();
  const flash = useFlash(row.key);
  const type = row.node === null ? null : typeTitle(row.node.type, desk.registry);
  const toggle = (event: MouseEvent): void => {
    event.stopPropagation();
    desk.setExpanded(row.key, !row.isExpanded);
  };
  return (
    <div
      id={rowElementId(row.key)}
      role="treeitem"
      className="dr-row"
      aria-label={rowName(label, type, row, problems)}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.size}
      aria-selected={isSelected}
      aria-expanded={row.hasChildren ? row.isExpanded : undefined}
      data-kind={row.kind}
      data-trash={row.isTrash || undefined}
      data-refused={isRefused || undefined}
      data-key={row.key}
      style={{ "--level": row.level } as CSSProperties}
      onClick={() => desk.select(row.key)}
      onDoubleClick={() => desk.setExpanded(row.key, !row.isExpanded)}
    >
      {flash > 0 && <span key={flash} className="dr-flash" aria-hidden />}
      <span className="dr-row-chevron" data-open={row.isExpanded} onClick={toggle} aria-hidden>
        {row.hasChildren && <ChevronRight size={12} />}
      </span>
      <DefinitionIcon name={iconOf(row, desk.registry.byType(row.node?.type ?? "")?.icon)} />
      <span className="dr-row-label" dir="auto">{label}</span>
      {row.slotTitle !== null && <span className="dr-row-slot">{row.slotTitle}</span>}
      {type !== null && type !== label && row.slotTitle === null && <span className="dr-row-type">{type}</span>}
      {people.slice(0, 3).map((person) => (
        <span key={person.client} className="dr-row-person" style={{ background: person.color }} title={person.name} />
      ))}
      {problems > 0 && (
        <span className="dr-row-problems" title={`${problems} problems`}>
          <CircleAlert size={12} aria-hidden />
          {problems}
        </span>
      )}
    </div>
  );
}, sameRow);

// Rows are built anew after each edit; most of them say what they said before.
function sameRow(a: LayerRowProps, b: LayerRowProps): boolean {
  return sameMembers({ ...a, row: null }, { ...b, row: null }) && sameMembers(a.row, b.row);
}

function sameMembers<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(a) as (keyof T)[];
  return keys.every((key) => Object.is(a[key], b[key]));
}

// A label alone would make two buttons called "Save" and a text "Save" the same to a listener.
function rowName(label: string, type: string | null, row: TreeRow, problems: number): string {
  const parts = [label];
  if (type !== null && type !== label) parts.push(type);
  if (row.slotTitle !== null) parts.push(row.slotTitle);
  if (problems > 0) parts.push(problems === 1 ? "1 problem" : `${problems} problems`);
  return parts.join(", ");
}

function iconOf(row: TreeRow, icon: string | undefined): string | undefined {
  if (row.kind === "application") return "layout-dashboard";
  return row.kind === "section" ? sectionIcon(row.slot) : icon;
}
