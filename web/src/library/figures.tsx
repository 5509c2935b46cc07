/** Views of numbers: chart, metric, timeline. Without data each shows its outline. */
import { words } from "../model/schema";
import { isExpression, toText } from "../model/value";
import { useSelect } from "../shared/store";
import { Bound, Expression } from "./Bound";
import { sourceName } from "./data";
import { choice, literal, scalars } from "./read";
import { useStage } from "./stage";
import type { ViewProps } from "./view";

/** Heights of the outlined bars in percent: a shape that is clearly none of the app's data. */
const OUTLINE = [38, 62, 48, 80, 56, 70];

export function ChartView({ node, root }: ViewProps) {
  const kind = choice(node, "kind", ["bar", "line", "area", "pie", "scatter"], "bar");
  const source = useSelect(useStage().snapshots, (snapshot) => sourceName(node, snapshot));
  return (
    <figure {...root} className="app-chart">
      <figcaption>
        <Bound value={node.props.title} fallback="Untitled chart" />
      </figcaption>
      <div className="app-chart-area">
        <svg viewBox="0 0 120 60" aria-hidden preserveAspectRatio="none">
          <Outline kind={kind} />
        </svg>
        <span className="app-chart-note">{source === null ? "No data source yet" : `No ${source} records yet`}</span>
      </div>
    </figure>
  );
}

function Outline({ kind }: { readonly kind: string }) {
  if (kind === "pie") return <circle cx="60" cy="30" r="22" className="app-outline" />;
  if (kind === "bar") {
    return OUTLINE.map((height, index) => (
      <rect key={index} x={index * 20 + 4} y={58 - height * 0.6} width="12" height={height * 0.6} rx="1" className="app-outline" />
    ));
  }
  const points = OUTLINE.map((height, index) => `${index * 22 + 5},${58 - height * 0.6}`).join(" ");
  return <polyline points={points} className="app-outline" data-line />;
}

export function MetricView({ node, root }: ViewProps) {
  const value = node.props.value;
  const shown = isExpression(value) ? "" : toText(value);
  return (
    <div {...root} className="app-metric" data-tone={choice(node, "tone", ["normal", "success", "warning", "danger"], "normal")}>
      {node.props.label !== undefined && (
        <span className="app-metric-label">
          <Bound value={node.props.label} />
        </span>
      )}
      <strong className="app-metric-value" data-empty={shown === "" || undefined}>{shown || "–"}</strong>
      {isExpression(value) && <Expression source={value.expr} />}
    </div>
  );
}

export function TimelineView({ node, root }: ViewProps) {
  const current = node.props.current;
  const orientation = choice(node, "orientation", ["horizontal", "vertical"], "horizontal");
  const steps = scalars(literal(node, "steps")).map(toText);
  const at = isExpression(current) ? -1 : steps.indexOf(toText(current));
  return (
    <div {...root} className="app-timeline" data-orientation={orientation}>
      {steps.length === 0 ? (
        <p className="app-empty-note">No steps yet</p>
      ) : (
        <ol>
          {steps.map((step, index) => (
            <li key={index} data-state={index < at ? "done" : index === at ? "current" : "ahead"} aria-current={index === at ? "step" : undefined}>
              {words(step)}
            </li>
          ))}
        </ol>
      )}
      {isExpression(current) && <Expression source={current.expr} />}
    </div>
  );
}
