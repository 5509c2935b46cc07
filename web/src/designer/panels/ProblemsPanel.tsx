/** The bottom panel: what the server found wrong, each a click away from its place. */
import { Check, CircleAlert, TriangleAlert } from "lucide-react";
import { nodeLabel } from "../../model/labels";
import { words } from "../../model/schema";
import type { Json, LiveNode, Problem } from "../../model/types";
import { isObject, listEntries } from "../../model/value";
import { useConnection, useDesk, useSnapshot } from "../desk";

export function ProblemsPanel() {
  const problems = useConnection((state) => state.problems);
  return (
    <section className="dr-problems" aria-label="Problems">
      {problems.length === 0 ? (
        <p className="dr-hint dr-problems-none"><Check size={13} aria-hidden /> No problems: everything that is named is there, and everything required is set.</p>
      ) : (
        <ul>
          {problems.map((problem, index) => (
            <ProblemRow key={`${problem.node}/${problem.code}/${index}`} problem={problem} />
          ))}
        </ul>
      )}
    </section>
  );
}

function ProblemRow({ problem }: { readonly problem: Problem }) {
  const desk = useDesk();
  const snapshot = useSnapshot();
  const node = snapshot.node(problem.node);
  const Icon = problem.severity === "error" ? CircleAlert : TriangleAlert;
  const place = node === undefined ? "" : problemPlace(problem, node);
  return (
    <li>
      <button type="button" className="dr-problem" data-severity={problem.severity} onClick={() => desk.select(problem.node)}>
        <Icon size={13} aria-hidden />
        <span className="dr-problem-node dr-ellipsis" dir="auto">{node === undefined ? words(problem.node) : nodeLabel(node, desk.registry, snapshot)}</span>
        <span className="dr-problem-message">{problem.message}</span>
        {place !== "" && <span className="dr-muted dr-ellipsis">{place}</span>}
      </button>
    </li>
  );
}

/** Where in the node, in words; an entry of a list is named by its number and not by its id. */
function problemPlace(problem: Problem, node: LiveNode): string {
  let value: Json | undefined = node.props;
  const steps = problem.path.filter((step, index) => index > 0 || step !== "props").map(String);
  return steps
    .map((step) => {
      const parent: Json | undefined = value;
      value = isObject(parent) ? parent[step] : undefined;
      const position = isObject(value) && "order" in value ? listEntries(parent).findIndex(([id]) => id === step) : -1;
      return position >= 0 ? String(position + 1) : words(step);
    })
    .join(" › ");
}
