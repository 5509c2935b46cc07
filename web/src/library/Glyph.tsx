/**
 * Icons by name, drawn by `lucide-react`.
 *
 * A fixed set is bundled, since names come from the model and the whole collection is large; any
 * other name is drawn as a neutral shape. Those that the library itself draws come with it, one by
 * one; the others are loaded with the first of them, and until then their place is kept.
 */
import type { LucideIcon } from "lucide-react";
import AlertTriangle from "lucide-react/icons/alert-triangle";
import ArrowDown from "lucide-react/icons/arrow-down";
import ArrowUp from "lucide-react/icons/arrow-up";
import ArrowUpDown from "lucide-react/icons/arrow-up-down";
import Check from "lucide-react/icons/check";
import ChevronDown from "lucide-react/icons/chevron-down";
import ChevronLeft from "lucide-react/icons/chevron-left";
import ChevronRight from "lucide-react/icons/chevron-right";
import ExternalLink from "lucide-react/icons/external-link";
import File from "lucide-react/icons/file";
import Filter from "lucide-react/icons/filter";
import Image from "lucide-react/icons/image";
import Minus from "lucide-react/icons/minus";
import Plus from "lucide-react/icons/plus";
import Search from "lucide-react/icons/search";
import Table from "lucide-react/icons/table";
import Trash from "lucide-react/icons/trash";
import TrendingDown from "lucide-react/icons/trending-down";
import TrendingUp from "lucide-react/icons/trending-up";
import X from "lucide-react/icons/x";
import { lazy, Suspense } from "react";

import { persistently } from "./persistently";

const OWN: Readonly<Record<string, LucideIcon>> = {
  "alert-triangle": AlertTriangle, "arrow-down": ArrowDown, "arrow-up": ArrowUp, "arrow-up-down": ArrowUpDown,
  check: Check, "chevron-down": ChevronDown, "chevron-left": ChevronLeft, "chevron-right": ChevronRight,
  "external-link": ExternalLink, file: File, filter: Filter, image: Image, minus: Minus, plus: Plus, search: Search,
  table: Table, trash: Trash, "trending-down": TrendingDown, "trending-up": TrendingUp, x: X,
};

const OtherGlyph = lazy(async () => ({ default: (await persistently(() => import("./OtherGlyph"))).OtherGlyph }));

export interface GlyphProps {
  readonly name: string;
  /** In pixels. */
  readonly size?: number;
  /** What it says; without one it is an ornament. */
  readonly label?: string;
}

export function Glyph({ name, size = 16, label = "" }: GlyphProps) {
  const bounded = Math.min(Math.max(size, 8), 256);
  const Icon = Object.hasOwn(OWN, name) ? OWN[name] : undefined;
  if (Icon !== undefined) return label === "" ? <Icon size={bounded} aria-hidden /> : <Icon size={bounded} role="img" aria-label={label} />;
  return (
    <Suspense fallback={<svg width={bounded} height={bounded} aria-hidden />}>
      <OtherGlyph name={name} size={bounded} label={label} />
    </Suspense>
  );
}
