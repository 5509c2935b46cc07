/** What is unfinished or wrong, with a way to its place in the designer. */
import { useMemo } from "react";

import type { AppError } from "../../library/runtime";
import { ownWords } from "../../model/labels";
import { typeName } from "../../model/registry";
import { words } from "../../model/schema";
import type { Snapshot } from "../../model/snapshot";
import { useApplication, useSnapshot, useValue } from "../context";
import type { Problem } from "../core/problems";
import { designerAddress } from "../place";
import { dataQuestion } from "./answers";
import { brokenExpressions } from "./scan";

export function ProblemsPanel() {
  const { place, player } = useApplication();
  const snapshot = useSnapshot();
  const seen = useValue(player.problems.list);
  const data = useValue(useMemo(() => player.queries.ask(dataQuestion(player.client)), [player]));
  const scanned = useMemo(() => brokenExpressions(snapshot), [snapshot]);
  const problems = unique([...(data.value?.faults ?? []), ...scanned, ...seen]).filter(({ node }) => snapshot.isLive(node));
  if (problems.length === 0) return <p className="player-muted">Nothing is wrong with what was looked at so far.</p>;
  return (
    <ul className="player-problems">
      {problems.map(({ node, path, error }) => (
        <li key={`${node}|${path.join("/")}|${error.message}`}>
          <p>
            <a href={designerAddress(place.room, node)} target="_blank" rel="noopener">{titleOf(snapshot, node)}</a>
            {path[0] !== undefined && <span className="player-muted"> {words(path[0])}</span>}
          </p>
          <p className="player-fault">{error.message}</p>
          {error.source !== undefined && <Source error={error} source={error.source} />}
        </li>
      ))}
    </ul>
  );
}

/** The expression with the part in question marked. */
function Source({ error, source }: { readonly error: AppError; readonly source: string }) {
  const start = Math.max(0, Math.min(error.start ?? 0, source.length));
  const end = Math.max(start, Math.min(error.end ?? source.length, source.length));
  return (
    <pre className="player-source">
      {source.slice(0, start)}
      <mark>{source.slice(start, end)}</mark>
      {source.slice(end)}
    </pre>
  );
}

function titleOf(snapshot: Snapshot, id: string): string {
  const node = snapshot.node(id);
  if (node === undefined) return id;
  return [words(typeName(node.type)), ownWords(node)].filter((part) => part !== null).join(" · ");
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.node}|${problem.path.join("/")}`, problem])).values()];
}
