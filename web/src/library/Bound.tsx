/**
 * A property as text: a literal, a computed value, or on the canvas the expression as a chip.
 */
import type { LiveNode } from "../model/types";
import { isExpression } from "../model/value";
import { type Format, formatted } from "./formats";
import { Failure, Skeleton } from "./marks";
import { rawAt, useLocale, useProperty } from "./properties";
import { described } from "./records";
import { useStage } from "./stage";

interface BoundProps {
  readonly node: LiveNode;
  /** The property's name, or the path to it within props. */
  readonly name: string | readonly string[];
  /** What the canvas shows in place of nothing. */
  readonly fallback?: string;
  readonly format?: Format;
  /** How much room to keep while the value is on its way. */
  readonly characters?: number;
  /** Within a button or a link: the mark of a failure takes no focus of its own. */
  readonly isWithinControl?: boolean;
}

export function Bound({ node, name, fallback = "", format, characters = 8, isWithinControl = false }: BoundProps) {
  const path = typeof name === "string" ? [name] : name;
  const { mode, runtime } = useStage();
  const locale = useLocale();
  const raw = rawAt(node, path);
  const resolved = useProperty(node, path);
  if (runtime === null && isExpression(raw)) return <Expression source={raw.expr} />;
  switch (resolved.state) {
    case "pending":
      return <Skeleton characters={characters} />;
    case "failed":
      return <Failure error={resolved.error} isWithinControl={isWithinControl} />;
    case "ready": {
      const isFormatted = format !== undefined && (format.style !== null || format.pattern !== null);
      const shown = isFormatted ? formatted(resolved.value, format, null, { locale, now: Date.now() }) : described(resolved.value);
      // What has no value for this record still has to be found on the canvas.
      if (shown === "" && mode === "design" && isExpression(raw)) return <Expression source={raw.expr} />;
      return <>{shown === "" && !isExpression(raw) ? fallback : shown}</>;
    }
  }
}

export function Expression({ source }: { readonly source: string }) {
  return (
    <code className="app-expression" title={source}>
      {source === "" ? "empty expression" : source}
    </code>
  );
}
