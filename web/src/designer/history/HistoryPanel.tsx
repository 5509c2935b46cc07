/** The history: who changed what and when, and the slider that goes back to any of it. */
import "./history.css";

import { Button, Checkbox, Select, Skeleton } from "@mantine/core";
import { History as HistoryIcon, ServerOff } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";

import { nodeLabel } from "../../model/labels";
import { ROOT } from "../../model/types";
import { RetryButton, State } from "../../shared/States";
import { useSelect } from "../../shared/store";
import { useConnection } from "../desk";
import { type Filter, type History, useHistory } from "./history";
import { HistoryList } from "./HistoryList";
import { Scrubber } from "./Scrubber";
import type { Timeline } from "./timeline";

/** Revisions come many a second while somebody types; the list is read again once in a while. */
const REFRESH_MS = 800;
const NOTHING: readonly never[] = [];

export function HistoryPanel() {
  const history = useHistory();
  const { timeline, error } = useSelect(history.reading, (value) => value);
  const filter = useSelect(history.filter, (value) => value);
  useFresh(history);
  return (
    <section className="dr-history" aria-label="History">
      <div className="dr-history-bar">
        <Scrubber history={history} />
        <Filters history={history} filter={filter} timeline={timeline} />
      </div>
      <Content history={history} timeline={timeline} filter={filter} error={error} />
    </section>
  );
}

interface ContentProps {
  readonly history: History;
  readonly timeline: Timeline | null;
  readonly filter: Filter;
  readonly error: string | null;
}

function Content({ history, timeline, filter, error }: ContentProps) {
  if (timeline !== null && (timeline.groups.length > 0 || timeline.next !== null)) {
    return <HistoryList history={history} timeline={timeline} error={error} />;
  }
  if (error !== null) {
    return (
      <State icon={ServerOff} title="The history could not be read" role="alert" actions={<RetryButton onRetry={() => void history.refresh()} />}>
        {error}
      </State>
    );
  }
  if (timeline === null) return <Loading />;
  const isFiltered = filter.author !== null || filter.node !== null;
  const all = <Button size="xs" onClick={() => history.choose({ author: null, node: null })}>Show all changes</Button>;
  return (
    <State icon={HistoryIcon} title={isFiltered ? "No such change" : "Nothing has changed yet"} actions={isFiltered ? all : undefined}>
      {isFiltered ? "Nobody of that choice has changed this." : "Every change of this room is kept here, and you can go back to each of them."}
    </State>
  );
}

function Loading() {
  return (
    <div className="dr-skeleton" role="status" aria-label="Reading the history">
      {Array.from({ length: 5 }, (_, index) => <Skeleton key={index} height={12} mb={16} width={`${76 - (index % 3) * 18}%`} />)}
    </div>
  );
}

interface FiltersProps {
  readonly history: History;
  readonly filter: Filter;
  readonly timeline: Timeline | null;
}

function Filters({ history, filter, timeline }: FiltersProps) {
  const people = usePeople(timeline);
  // What is selected in the past, while one looks at that.
  const desk = useSelect(history.desk, (shown) => shown);
  const selected = useSelect(desk.selection, (keys) => keys.at(-1) ?? ROOT);
  const label = useSelect(desk.connection.model.snapshots, (snapshot) => {
    const node = snapshot.node(selected);
    if (node !== undefined) return nodeLabel(node, desk.registry, snapshot);
    return selected === ROOT ? "the app itself" : null;
  });
  const isOne = filter.node !== null;
  // The choice follows the selection as long as it stands.
  useEffect(() => {
    if (isOne && label !== null) history.choose({ node: selected });
  }, [history, isOne, label, selected]);
  return (
    <>
      <Select
        className="dr-history-people"
        size="xs"
        aria-label="Whose changes"
        placeholder="Everybody"
        clearable
        data={people}
        value={filter.author}
        onChange={(author) => history.choose({ author })}
      />
      <Checkbox
        className="dr-history-one"
        size="xs"
        disabled={label === null && !isOne}
        checked={isOne}
        onChange={({ currentTarget: { checked } }) => history.choose({ node: checked ? selected : null })}
        label={<span className="dr-ellipsis" dir="auto">Only {label ?? "this element"}</span>}
      />
    </>
  );
}

/** Everybody who was seen in the history so far: a filter does not take the others off the list. */
function usePeople(timeline: Timeline | null): readonly { readonly value: string; readonly label: string }[] {
  const [seen, setSeen] = useState<ReadonlyMap<string, string>>(new Map());
  const groups = timeline?.groups ?? NOTHING;
  const found = useMemo(() => new Map(groups.map(({ author }) => [author.user, author.name])), [groups]);
  useEffect(() => {
    setSeen((before) => ([...found].every(([user, name]) => before.get(user) === name) ? before : new Map([...before, ...found])));
  }, [found]);
  return useMemo(() => [...seen].map(([value, label]) => ({ value, label })).toSorted((a, b) => a.label.localeCompare(b.label)), [seen]);
}

/** Reads the newest page when the panel opens and after each new revision, not more often than one can read. */
function useFresh(history: History): void {
  const revision = useConnection((state) => state.revision);
  const isOpened = useRef(false);
  useEffect(() => {
    const read = (): void => {
      isOpened.current = true;
      void history.refresh();
    };
    const timer = setTimeout(read, isOpened.current ? REFRESH_MS : 0);
    return () => clearTimeout(timer);
  }, [history, revision]);
}
