/** Views of single figures: metric and timeline. */
import { words } from "../model/schema";
import type { LiveNode } from "../model/types";
import { isExpression, listEntries, toText } from "../model/value";
import { Bound, Expression } from "./Bound";
import { change, formatted, numeral, readFormat } from "./formats";
import { Glyph } from "./Glyph";
import { Failure, Skeleton } from "./marks";
import { useChoice, useLocale, useProp, useProperties, useValue } from "./properties";
import { described } from "./records";
import type { Resolved } from "./runtime";
import { useStage } from "./stage";
import type { ViewProps } from "./view";

export function MetricView({ node, root }: ViewProps) {
  const { runtime } = useStage();
  const raw = node.props.value;
  const value = useProp(node, "value");
  const shown = useShown(node, value);
  return (
    <div {...root} className="app-metric" data-tone={useChoice(node, "tone", ["normal", "success", "warning", "danger"], "normal")}>
      {node.props.label !== undefined && (
        <span className="app-metric-label">
          <Bound node={node} name="label" />
        </span>
      )}
      <span className="app-metric-line">
        <strong className="app-metric-value" data-empty={(value.state === "ready" && shown === "") || undefined}>
          {value.state === "pending" ? <Skeleton characters={6} /> : value.state === "failed" ? <Failure error={value.error} /> : shown || "–"}
        </strong>
        {node.props.trend !== undefined && <Trend node={node} />}
      </span>
      {runtime === null && isExpression(raw) && <Expression source={raw.expr} />}
    </div>
  );
}

function useShown(node: LiveNode, value: Resolved): string {
  const format = readFormat(useValue(node, "format"));
  const locale = useLocale();
  if (value.state !== "ready" || value.value === null) return "";
  const reading = { locale, now: Date.now() };
  // A number that nobody gave a format is still written in the reader's notation.
  if (format.style === null && format.pattern === null && typeof value.value === "number") return formatted(value.value, { ...format, style: "decimal" }, null, reading);
  return format.style === null && format.pattern === null ? described(value.value) : formatted(value.value, format, null, reading);
}

function Trend({ node }: { readonly node: LiveNode }) {
  const trend = useProp(node, "trend");
  const format = readFormat(useValue(node, "format"));
  const locale = useLocale();
  const { runtime } = useStage();
  if (runtime === null && isExpression(node.props.trend)) return <Expression source={node.props.trend.expr} />;
  if (trend.state === "pending") return <Skeleton characters={4} />;
  if (trend.state === "failed") return <Failure error={trend.error} />;
  const number = Number(numeral(trend.value) ?? 0);
  const text = change(trend.value, format, locale);
  if (text === null) return null;
  const direction = number > 0 ? "up" : number < 0 ? "down" : "level";
  return (
    <span className="app-trend" data-direction={direction}>
      <Glyph name={direction === "up" ? "trending-up" : direction === "down" ? "trending-down" : "minus"} size={14} label={direction === "level" ? "unchanged" : direction} />
      {text}
    </span>
  );
}

/** The entries of `steps` by their paths, whether kept as entries or as a plain list. */
function stepPaths(node: LiveNode): readonly (readonly string[])[] {
  const { steps } = node.props;
  if (Array.isArray(steps)) return steps.map((_, index) => ["steps", String(index)]);
  return listEntries(steps).map(([entry]) => ["steps", entry, "value"]);
}

export function TimelineView({ node, root }: ViewProps) {
  const { mode, runtime } = useStage();
  const raw = node.props.current;
  const current = useProp(node, "current");
  const orientation = useChoice(node, "orientation", ["horizontal", "vertical"], "horizontal");
  const steps = useProperties(node, stepPaths(node)).map((step) => (step.state === "ready" ? toText(step.value) : ""));
  const at = current.state === "ready" ? steps.indexOf(toText(current.value)) : -1;
  const isElsewhere = current.state === "ready" && at < 0 && toText(current.value) !== "";
  return (
    <div {...root} className="app-timeline" data-orientation={orientation} aria-busy={current.state === "pending" || undefined}>
      {steps.length === 0 ? (
        mode === "design" && <p className="app-empty-note">No steps yet</p>
      ) : (
        <ol>
          {steps.map((step, index) => (
            <li key={index} data-state={index < at ? "done" : index === at ? "current" : "ahead"} aria-current={index === at ? "step" : undefined}>
              {words(step)}
              {index < at && <span className="app-hidden"> (done)</span>}
            </li>
          ))}
        </ol>
      )}
      {/* A state such as "cancelled" is no step on the way, and yet it is where things are. */}
      {isElsewhere && current.state === "ready" && <p className="app-timeline-note">{words(toText(current.value))}</p>}
      {current.state === "failed" && <Failure error={current.error} />}
      {runtime === null && isExpression(raw) && <Expression source={raw.expr} />}
    </div>
  );
}
