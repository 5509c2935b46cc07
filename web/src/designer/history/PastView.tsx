/**
 * A revision of the past in the centre: its page, read-only, with what it changed outlined, or the
 * running pages of then. Layers and inspector stay with the application as it is now.
 */
import "../canvas/canvas.css";
import "./history.css";

import { Button, Select, Skeleton, Switch } from "@mantine/core";
import { FileX2, RotateCcw, ServerOff } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";

import { nodeLabel } from "../../model/labels";
import { pagesOf } from "../../model/routes";
import type { Snapshot } from "../../model/snapshot";
import type { LiveNode } from "../../model/types";
import { RetryButton, State } from "../../shared/States";
import { useSelect } from "../../shared/store";
import { useConnection, useDesk, useIsReadOnly } from "../desk";
import type { History, Past } from "./history";
import { PastPage } from "./PastPage";
import { RestoreDialog } from "./RestoreDialog";
import { spotText } from "./timeline";

const PastPlayer = lazy(async () => ({ default: (await import("./PastPlayer")).PastPlayer }));
const NONE: readonly string[] = [];

export function PastView({ history, past }: { readonly history: History; readonly past: Past }) {
  const desk = useDesk();
  const [isPlaying, setPlaying] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const section = useRef<HTMLElement>(null);
  const current = useSelect(desk.page, (id) => id);
  const [chosen, setChosen] = useState<{ readonly revision: number; readonly page: string } | null>(null);
  const { snapshot, revision } = past;
  const nodes = past.spot?.entry.nodes ?? NONE;
  const page = useMemo(() => {
    if (snapshot === null) return undefined;
    const picked = chosen?.revision === revision ? snapshot.node(chosen.page) : undefined;
    return picked ?? pageOf(snapshot, nodes, current);
  }, [snapshot, chosen, revision, nodes, current]);
  useEscape(section, !isAsking, () => (isPlaying ? setPlaying(false) : history.leave()));
  return (
    <section ref={section} className="dr-centre dr-past" aria-label="Canvas of the past" aria-busy={past.isLoading}>
      <PastBar history={history} past={past} isPlaying={isPlaying} onPlay={setPlaying} onRestore={() => setAsking(true)}>
        {snapshot !== null && page !== undefined && !isPlaying && (
          <PagePicker snapshot={snapshot} page={page} onPage={(id) => setChosen({ revision, page: id })} />
        )}
      </PastBar>
      <PastContent history={history} past={past} page={page} nodes={nodes} isPlaying={isPlaying} />
      {isAsking && <RestoreDialog history={history} past={past} onClose={() => setAsking(false)} />}
    </section>
  );
}

interface PastBarProps {
  readonly history: History;
  readonly past: Past;
  readonly isPlaying: boolean;
  readonly onPlay: (isPlaying: boolean) => void;
  readonly onRestore: () => void;
  readonly children: React.ReactNode;
}

function PastBar({ history, past, isPlaying, onPlay, onRestore, children }: PastBarProps) {
  const isReadOnly = useIsReadOnly();
  const isNow = useConnection((state) => state.revision) === past.revision;
  const text = spotText(past.revision, past.spot, Date.now());
  return (
    <div className="dr-past-bar" role="region" aria-label="Revision of the past">
      <p className="dr-past-text dr-ellipsis" role="status">
        <strong dir="auto">{text}</strong>
        <span> · read-only</span>
        {past.spot !== null && <span className="dr-past-words" dir="auto"> · {past.spot.entry.words}</span>}
      </p>
      {children}
      <Switch size="xs" label="Preview" checked={isPlaying} disabled={past.snapshot === null} onChange={(event) => onPlay(event.currentTarget.checked)} />
      {!isReadOnly && (
        <Button size="compact-sm" variant="default" leftSection={<RotateCcw size={13} aria-hidden />} disabled={isNow || past.isLoading || past.error !== null} onClick={onRestore}>
          Restore
        </Button>
      )}
      <Button size="compact-sm" variant="filled" onClick={history.leave}>Back to now</Button>
    </div>
  );
}

interface PagePickerProps {
  readonly snapshot: Snapshot;
  readonly page: LiveNode;
  readonly onPage: (id: string) => void;
}

function PagePicker({ snapshot, page, onPage }: PagePickerProps) {
  const { registry } = useDesk();
  const data = useMemo(() => pagesOf(snapshot).map((one) => ({ value: one.id, label: nodeLabel(one, registry, snapshot) })), [snapshot, registry]);
  return <Select className="dr-past-pages" size="xs" aria-label="Page of then" data={data} value={page.id} allowDeselect={false} onChange={(id) => id !== null && onPage(id)} />;
}

interface PastContentProps {
  readonly history: History;
  readonly past: Past;
  readonly page: LiveNode | undefined;
  readonly nodes: readonly string[];
  readonly isPlaying: boolean;
}

function PastContent({ history, past, page, nodes, isPlaying }: PastContentProps) {
  if (past.error !== null) {
    return (
      <State icon={ServerOff} title="This revision could not be read" role="alert" actions={<RetryButton onRetry={() => history.show(past.revision)} />}>
        {past.error}
      </State>
    );
  }
  if (past.snapshot === null) return <div className="dr-skeleton" role="status" aria-label="Reading the revision"><Skeleton height={260} radius="md" /></div>;
  if (page === undefined) return <State icon={FileX2} title="No page yet">At this revision the application had no page.</State>;
  if (!isPlaying) return <PastPage snapshot={past.snapshot} page={page} nodes={nodes} />;
  return (
    <Suspense fallback={<div className="dr-skeleton" role="status" aria-label="Starting the preview"><Skeleton height={260} radius="md" /></div>}>
      <PastPlayer key={past.revision} snapshot={past.snapshot} page={page} />
    </Suspense>
  );
}

/** The page of now, unless what was changed stands on another one alone. */
export function pageOf(snapshot: Snapshot, nodes: readonly string[], current: string | null): LiveNode | undefined {
  const pages = pagesOf(snapshot);
  const now = pages.find(({ id }) => id === current);
  const changed = new Set(nodes.flatMap((id) => snapshot.path(id)[0]?.id ?? []));
  if (now !== undefined && (changed.size === 0 || changed.has(now.id))) return now;
  return pages.find(({ id }) => changed.has(id)) ?? now ?? pages[0];
}

/** Esc goes back, from the centre, from the slider and the list, and from nowhere in particular. */
function useEscape(section: React.RefObject<HTMLElement | null>, isOn: boolean, onEscape: () => void): void {
  const latest = useRef(onEscape);
  useEffect(() => {
    latest.current = onEscape;
  });
  useEffect(() => {
    if (!isOn) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      const target = event.target;
      const isHere = target instanceof Element && (section.current?.contains(target) === true || target === document.body || target.closest(".dr-history") !== null);
      if (!isHere || (target instanceof Element && target.getAttribute("aria-expanded") === "true" && target.getAttribute("aria-haspopup") !== null)) return;
      event.preventDefault();
      event.stopPropagation();
      latest.current();
    };
    // Before the panel at the bottom, which closes by the same key.
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, [section, isOn]);
}
