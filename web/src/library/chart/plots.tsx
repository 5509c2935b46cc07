/** The drawings of a chart: axes with bars, a line, an area or points; a ring; one stacked bar. */
import { useMemo } from "react";

import { bands, continuous, fitting, linear, type Scale, ticksOf, wedges } from "./scales";

/** One group as it is drawn; `text` is its exact value in the reader's notation. */
export interface Point {
  readonly key: unknown;
  readonly label: string;
  readonly value: number;
  readonly text: string;
}

export type PlotKind = "bar" | "line" | "area" | "scatter";

interface PlotProps {
  readonly points: readonly Point[];
  readonly width: number;
  readonly height: number;
  readonly isRightToLeft: boolean;
  readonly showTick: (value: number) => string;
}

const TOP = 20;
const BOTTOM = 26;
/** Room for names that stand aslant because they are wider than their bars are apart. */
const BOTTOM_ASLANT = 70;
const ASLANT_MAX = 24;
/** About how wide a digit and a letter are, in pixels. */
const CHARACTER = 6.6;
const LETTER = 7.2;
/** How many series colours there are; beyond them they begin again. */
export const COLOURS = 8;

export function Plot({ kind, ...props }: PlotProps & { readonly kind: PlotKind }) {
  const { points, width, height, isRightToLeft, showTick } = props;
  const ticks = useMemo(() => ticksOf(points.map((point) => point.value)), [points]);
  const margin = Math.max(...ticks.map((tick) => showTick(tick).length)) * CHARACTER + 12;
  const inner = Math.max(width - margin - 4, 40);
  const places = placesOf(kind, points, inner);
  const isAslant = kind === "bar" && points.length <= ASLANT_MAX && height >= 160 && longestOf(points) > roomOf(places, inner);
  const floor = height - (isAslant ? BOTTOM_ASLANT : BOTTOM);
  const y = linear([ticks[0] ?? 0, ticks.at(-1) ?? 1], [floor, TOP]);
  // In a page that runs from right to left so does the axis.
  const x = (place: number): number => (isRightToLeft ? width - margin - place : margin + place);
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden className="app-plot">
      <Axis ticks={ticks} y={y} width={width} margin={margin} isRightToLeft={isRightToLeft} showTick={showTick} />
      <Marks kind={kind} points={points} places={places} x={x} y={y} />
      {isAslant ? <AslantLabels points={points} places={places} x={x} top={floor + 14} /> : <Labels points={points} places={places} x={x} top={height - 8} inner={inner} />}
    </svg>
  );
}

interface Spot {
  readonly middle: number;
  readonly size: number;
}

function placesOf(kind: PlotKind, points: readonly Point[], inner: number): readonly Spot[] {
  const keys = kind === "bar" ? null : continuous(points.map((point) => point.key));
  if (keys === null || points.length < 2) return bands(points.length, inner);
  const scale = linear([Math.min(...keys), Math.max(...keys)], [24, inner - 24]);
  return keys.map((key) => ({ middle: scale(key), size: inner / points.length }));
}

function Axis({ ticks, y, width, margin, isRightToLeft, showTick }: { readonly ticks: readonly number[]; readonly y: Scale; readonly width: number; readonly margin: number; readonly isRightToLeft: boolean; readonly showTick: (value: number) => string }) {
  return ticks.map((tick) => (
    <g key={tick}>
      <line className="app-plot-grid" data-zero={tick === 0 || undefined} x1={isRightToLeft ? 4 : margin} x2={isRightToLeft ? width - margin : width - 4} y1={y(tick)} y2={y(tick)} />
      <text className="app-plot-text" x={isRightToLeft ? width : margin - 8} y={y(tick)} dy="0.32em" textAnchor="end" direction="ltr">{showTick(tick)}</text>
    </g>
  ));
}

interface MarksProps {
  readonly kind: PlotKind;
  readonly points: readonly Point[];
  readonly places: readonly Spot[];
  readonly x: Scale;
  readonly y: Scale;
}

function Marks({ kind, points, places, x, y }: MarksProps) {
  const at = points.map((point, index) => [x(places[index]?.middle ?? 0), y(point.value)] as const);
  const line = at.map(([left, top], index) => `${index === 0 ? "M" : "L"}${left.toFixed(1)} ${top.toFixed(1)}`).join(" ");
  if (kind === "bar") return <Bars points={points} places={places} x={x} y={y} />;
  return (
    <>
      {kind === "area" && at.length > 0 && <path className="app-plot-area" d={`${line} L${at.at(-1)?.[0]} ${y(0)} L${at[0]?.[0]} ${y(0)} Z`} />}
      {kind !== "scatter" && <path className="app-plot-line" d={line} />}
      {at.map(([left, top], index) => (
        <circle key={index} className="app-plot-point" data-large={kind === "scatter" || undefined} cx={left} cy={top} r={kind === "scatter" ? 5 : 3.5}>
          <title>{titleOf(points[index])}</title>
        </circle>
      ))}
    </>
  );
}

function titleOf(point: Point | undefined): string {
  return point === undefined ? "" : `${point.label}: ${point.text}`;
}

function Bars({ points, places, x, y }: Omit<MarksProps, "kind">) {
  return points.map((point, index) => {
    const { middle, size } = places[index] ?? { middle: 0, size: 0 };
    const top = Math.min(y(point.value), y(0));
    const tall = Math.abs(y(point.value) - y(0));
    const left = x(middle) - size / 2;
    const fits = point.text.length * CHARACTER <= size * 1.5;
    return (
      <g key={index}>
        <rect className="app-plot-bar" x={left} y={top} width={size} height={Math.max(tall, point.value === 0 ? 0 : 1)} rx={Math.min(3, tall / 2)}>
          <title>{titleOf(point)}</title>
        </rect>
        {fits && <text className="app-plot-value" x={x(middle)} y={point.value < 0 ? top + tall + 14 : top - 6} textAnchor="middle" direction="ltr">{point.text}</text>}
      </g>
    );
  });
}

/** How far apart the closest labels stand. */
function roomOf(places: readonly Spot[], inner: number): number {
  const middles = places.map((place) => place.middle).sort((a, b) => a - b);
  return Math.min(...middles.slice(1).map((middle, index) => middle - (middles[index] ?? 0)), inner);
}

function longestOf(points: readonly Point[]): number {
  return Math.min(Math.max(...points.map((point) => [...point.label].length)) * LETTER + 10, 96);
}

interface LabelsProps {
  readonly points: readonly Point[];
  readonly places: readonly Spot[];
  readonly x: Scale;
  readonly top: number;
}

function Labels({ points, places, x, top, inner }: LabelsProps & { readonly inner: number }) {
  const room = roomOf(places, inner);
  // Labels that would all be cut to nothing are left out evenly instead.
  const every = Math.max(Math.ceil(longestOf(points) / Math.max(room, 1)), 1);
  return points.map((point, index) =>
    index % every === 0 ? (
      <text key={index} className="app-plot-text" x={x(places[index]?.middle ?? 0)} y={top} textAnchor="middle">
        {fitting(point.label, room * every - 8, LETTER)}
        <title>{point.label}</title>
      </text>
    ) : null,
  );
}

function AslantLabels({ points, places, x, top }: LabelsProps) {
  return points.map((point, index) => {
    const left = x(places[index]?.middle ?? 0) + 4;
    return (
      <text key={index} className="app-plot-text" x={left} y={top} textAnchor="end" direction="ltr" transform={`rotate(-38 ${left} ${top})`}>
        {fitting(point.label, 80, LETTER)}
        <title>{point.label}</title>
      </text>
    );
  });
}

export function Ring({ points, height }: { readonly points: readonly Point[]; readonly height: number }) {
  const radius = Math.min(height, 320) / 2 - 4;
  const parts = wedges(points.map((point) => point.value), radius, radius * 0.58);
  const size = radius * 2 + 8;
  return (
    <svg viewBox={`${-size / 2} ${-size / 2} ${size} ${size}`} width={size} height={size} aria-hidden className="app-plot">
      {parts.map((part, index) => part.path !== "" && (
        <path key={index} className="app-plot-wedge" data-series={index % COLOURS} d={part.path}>
          <title>{titleOf(points[index])}</title>
        </path>
      ))}
    </svg>
  );
}

/** All groups as parts of one bar: what share each has of the whole. */
export function StackedBar({ points }: { readonly points: readonly Point[] }) {
  return (
    <div className="app-stacked" aria-hidden>
      {points.map((point, index) => point.value > 0 && (
        <span key={index} data-series={index % COLOURS} style={{ flexGrow: point.value }} title={titleOf(point)} />
      ))}
    </div>
  );
}

export function Legend({ points }: { readonly points: readonly Point[] }) {
  return (
    <ul className="app-legend" aria-hidden>
      {points.map((point, index) => (
        <li key={index} data-series={index % COLOURS}>
          <span className="app-legend-label">{point.label}</span>
          <span className="app-legend-value">{point.text}</span>
        </li>
      ))}
    </ul>
  );
}
