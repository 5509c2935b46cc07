/** A chart: groups of records as a drawing, and as a table for those who cannot see it. */
import { type ReactNode, type RefObject, useId, useLayoutEffect, useMemo, useRef, useState } from "react";

import { words } from "../../model/schema";
import { useSelect } from "../../shared/store";
import { Bound } from "../Bound";
import { type Format, formatted, numeral, readFormat } from "../formats";
import { Unavailable } from "../marks";
import { constant, useChoice, useFlag, useLocale, useNumber, useReadable, useValue } from "../properties";
import type { Group, GroupsState } from "../runtime";
import { useScope } from "../scope";
import { isUnsourced, sourceName } from "../source";
import { useStage } from "../stage";
import type { ViewProps } from "../view";
import { Legend, Plot, type Point, Ring, StackedBar } from "./plots";

const KINDS = ["bar", "line", "area", "pie", "scatter"] as const;
type Kind = (typeof KINDS)[number];

/** Heights of the outlined bars in percent: a shape that is clearly none of the app's data. */
const OUTLINE = [38, 62, 48, 80, 56, 70];
const HEIGHT = 240;

const PENDING = constant<GroupsState>({ state: "pending", groups: [], error: null });

export function ChartView({ node, root }: ViewProps) {
  const stage = useStage();
  const { mode } = stage;
  const titleId = useId();
  const kind = useChoice(node, "kind", KINDS, "bar");
  const hasTitle = node.props.title !== undefined && node.props.title !== "";
  return (
    <figure {...root} className="app-chart" aria-labelledby={hasTitle || mode === "design" ? titleId : undefined}>
      {(hasTitle || mode === "design") && (
        <figcaption id={titleId}>
          <Bound node={node} name="title" fallback="Untitled chart" />
        </figcaption>
      )}
      {isUnsourced(stage, node) ? <Designed node={node} kind={kind} /> : <Played node={node} kind={kind} />}
    </figure>
  );
}

interface KindProps {
  readonly node: ViewProps["node"];
  readonly kind: Kind;
}

function Designed({ node, kind }: KindProps) {
  const source = useSelect(useStage().snapshots, (snapshot) => sourceName(node, snapshot));
  return <Outlined kind={kind} note={source === null ? "No data source yet" : `No ${source} records yet`} />;
}

function Outlined({ kind, note, height = 140 }: { readonly kind: Kind; readonly note: string; readonly height?: number }) {
  return (
    <div className="app-chart-area">
      <svg viewBox="0 0 120 60" aria-hidden preserveAspectRatio="none" style={{ height }}>
        <Outline kind={kind} />
      </svg>
      {note !== "" && <span className="app-chart-note">{note}</span>}
    </div>
  );
}

function Outline({ kind }: { readonly kind: Kind }) {
  if (kind === "pie") return <circle cx="60" cy="30" r="22" className="app-outline" />;
  if (kind === "bar") {
    return OUTLINE.map((height, index) => (
      <rect key={index} x={index * 20 + 4} y={58 - height * 0.6} width="12" height={height * 0.6} rx="1" className="app-outline" />
    ));
  }
  const points = OUTLINE.map((height, index) => `${index * 22 + 5},${58 - height * 0.6}`).join(" ");
  return <polyline points={points} className="app-outline" data-line />;
}

function Played({ node, kind }: KindProps) {
  const { runtime } = useStage();
  const scope = useScope();
  const height = useNumber(node, "height", HEIGHT, 40, 4000);
  const { state, groups, error } = useReadable(useMemo(() => runtime?.groups(node, scope) ?? PENDING, [runtime, node, scope]));
  if (state === "failed") return <Unavailable error={error} what="This chart" />;
  if (state === "pending" && groups.length === 0) return <div role="status" aria-label="Loading" className="app-chart-waiting"><Outlined kind={kind} note="" height={height} /></div>;
  if (groups.length === 0) return <Outlined kind={kind} note="No records yet" height={height} />;
  return <Drawn node={node} kind={kind} groups={groups} height={height} />;
}

interface DrawnProps extends KindProps {
  readonly groups: readonly Group[];
  readonly height: number;
}

function Drawn({ node, kind, groups, height }: DrawnProps) {
  const area = useRef<HTMLDivElement>(null);
  const { width, isRightToLeft } = useArea(area);
  const locale = useLocale();
  const given = useValue(node, "format");
  const format = useMemo(() => readFormat(given), [given]);
  const isStacked = useFlag(node, "stacked");
  const hasLegend = useFlag(node, "legend", true);
  const points = useMemo(() => groups.map((group) => pointOf(group, format, locale)), [groups, format, locale]);
  const showTick = useMemo(() => tickFormat(points, format, locale), [points, format, locale]);
  const isBar = kind === "bar" && isStacked;
  const drawing: ReactNode =
    kind === "pie" ? <Ring points={points} height={height} /> : isBar ? <StackedBar points={points} /> : <Plot kind={kind} points={points} width={width} height={height} isRightToLeft={isRightToLeft} showTick={showTick} />;
  return (
    <div className="app-chart-area" data-kind={kind} ref={area}>
      {drawing}
      {hasLegend && (kind === "pie" || isBar) && <Legend points={points} />}
      <table className="app-hidden">
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {points.map((point, index) => (
            <tr key={index}>
              <th scope="row">{point.label}</th>
              <td>{point.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function pointOf({ key, label, value }: Group, format: Format, locale: string): Point {
  const style = format.style === null && format.pattern === null ? { ...format, style: "decimal" as const } : format;
  return {
    key,
    label: label === "" ? "None" : label === key && /^[a-z][a-zA-Z_-]*$/u.test(label) ? words(label) : label,
    // The drawing is as exact as a pixel; what is written beside it is exact.
    value: Number(numeral(value) ?? 0),
    text: formatted(value, style, null, { locale, now: 0 }),
  };
}

/** Ticks are round, so large ones are written shortly: 20 thousand, not 20,000.00. */
function tickFormat(points: readonly Point[], format: Format, locale: string): (value: number) => string {
  const isLarge = points.some((point) => Math.abs(point.value) >= 10_000);
  const style = format.style === "currency" && format.currency !== null ? { style: "currency" as const, currency: format.currency } : format.style === "percent" ? { style: "percent" as const } : {};
  const number = new Intl.NumberFormat(locale, { ...style, ...(isLarge && { notation: "compact" as const }), minimumFractionDigits: 0, maximumFractionDigits: 2 });
  return (value) => number.format(value);
}

/** The width that there is, followed as it changes; in a test without a page a usual one. */
function useArea(area: RefObject<HTMLDivElement | null>): { readonly width: number; readonly isRightToLeft: boolean } {
  const [box, setBox] = useState({ width: 480, isRightToLeft: false });
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null) return undefined;
    const measure = (): void => setBox({ width: Math.max(Math.floor(element.clientWidth), 120), isRightToLeft: getComputedStyle(element).direction === "rtl" });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [area]);
  return box;
}
