/** The small picture of a section. */
import type { Mark } from "./sketch";
import { SKETCH_HEIGHT, SKETCH_WIDTH } from "./sketch";

export function Sketch({ marks }: { readonly marks: readonly Mark[] }) {
  return (
    <svg className="dr-sketch" viewBox={`0 0 ${SKETCH_WIDTH} ${SKETCH_HEIGHT}`} aria-hidden>
      {marks.map(([kind, x, y, width, height], index) => (
        <rect key={index} data-mark={kind} x={x} y={y} width={width} height={height} rx={kind === "dot" ? width / 2 : Math.min(2, height / 2)} />
      ))}
    </svg>
  );
}
