/**
 * The canvas: the page as the player would show it, live from the document, with all that is done
 * to it by pointer and keys.
 *
 * React draws the page and says which marks there are; the tracker places them, the gestures listen
 * to the pointer, and the drops find gaps by geometry, so that none of these redraws the page.
 */
import "./canvas.css";

import { FilePlus2 } from "lucide-react";
import { type CSSProperties, memo, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { LiveNode } from "../../model/types";
import { State } from "../../shared/States";
import { Store, useSelect } from "../../shared/store";
import { toolsOf } from "../commands/tools";
import { useDesk, useIsReadOnly, useSelection } from "../desk";
import { ChangedFrames } from "../history/Changed";
import { Artboard } from "./Artboard";
import { Cursors } from "./Cursors";
import { DropMarks, Marquee } from "./DropMarks";
import { dropStore, nodeDraggable, useDropping } from "./drops";
import { FollowFrame } from "./FollowFrame";
import { useFollowing } from "./follow";
import type { Point, Rect } from "./geometry";
import { point, seen, useGestures } from "./gestures";
import { useCanvasKeys } from "./keys";
import { Outlines } from "./Outlines";
import { PageBar } from "./PageBar";
import { useCurrentPage } from "./page";
import { useDesignStage } from "./stage";
import { Surface } from "./surface";
import { type EditableText, editableText } from "./text";
import { TextEdit } from "./TextEdit";
import { Tracker, TrackerContext } from "./tracker";
import { useView, type ViewControls } from "./view";
import { WidthHandle } from "./WidthHandle";

const Page = memo(Artboard);

/** What the canvas remembers while it is open. */
function useParts() {
  return useState(() => {
    const surface = new Surface();
    return {
      surface,
      tracker: new Tracker(surface),
      drops: dropStore(),
      hovered: new Store<string | null>(null),
      marquee: new Store<Rect | null>(null),
      isPanning: new Store(false),
    };
  })[0];
}

/** It reads what it needs from the stores: an edit elsewhere in the centre does not draw it anew. */
export const Canvas = memo(function Canvas() {
  const desk = useDesk();
  const page = useCurrentPage();
  const stage = useDesignStage();
  const parts = useParts();
  const { surface, tracker, drops, isPanning } = parts;
  const view = useView(surface);
  useZoomCommands(view);
  const [editing, setEditing] = useState<{ readonly id: string; readonly text: EditableText } | null>(null);
  const edit = useCallback((id: string): boolean => {
    const node = desk.snapshot.node(id);
    const text = node === undefined || desk.isReadOnly ? null : editableText(node, desk.registry);
    if (text === null || surface.element(id) === null) return false;
    desk.select(id);
    setEditing({ id, text });
    return true;
  }, [desk, surface]);
  const closeEdit = useCallback(() => setEditing(null), []);
  const pageId = page?.id ?? null;
  useGestures({ ...parts, page: pageId, onEdit: edit });
  const onPoint = useCallback((at: Point) => {
    if (pageId !== null) point(desk, surface, pageId, at);
  }, [desk, surface, pageId]);
  useEffect(() => {
    if (pageId !== null) seen(desk, surface, pageId);
  }, [desk, surface, pageId]);
  useDropping({ surface, state: drops, page: pageId, onPoint });
  const keys = useCanvasKeys(isPanning, edit);
  useFollowing(tracker);
  useReveal(surface, pageId);
  const isHeld = useSelect(isPanning, (value) => value);
  return (
    <section className="dr-centre" aria-label="Canvas">
      <PageBar page={page ?? null} view={view} drops={drops} />
      <div className="dr-stage">
        <div
          ref={surface.setViewport}
          className="dr-canvas"
          tabIndex={0}
          role="group"
          aria-label="Page canvas"
          data-panning={isHeld || undefined}
          {...keys}
        >
          {page === undefined ? (
            <State icon={FilePlus2} title="No page yet">
              An application shows itself in pages. Choose Add, then Page, to make the first one.
            </State>
          ) : (
            <TrackerContext value={tracker}>
              <Board page={page} stage={stage} parts={parts} view={view} isQuiet={editing !== null}>
                {editing !== null && <TextEdit key={editing.id} id={editing.id} text={editing.text} zoom={view.zoom} onClose={closeEdit} />}
              </Board>
            </TrackerContext>
          )}
        </div>
        <FollowFrame />
      </div>
    </section>
  );
});

/** The commands zoom the canvas that is there. */
function useZoomCommands({ setZoom, stepZoom, fit }: ViewControls): void {
  const { zoom } = toolsOf(useDesk());
  useEffect(() => {
    zoom.set({ setZoom, stepZoom, fit });
    return () => zoom.set(null);
  }, [zoom, setZoom, stepZoom, fit]);
}

interface BoardProps {
  readonly page: LiveNode;
  readonly stage: ReturnType<typeof useDesignStage>;
  readonly parts: ReturnType<typeof useParts>;
  readonly view: ViewControls;
  /** While a text is written, nothing else asks for attention. */
  readonly isQuiet: boolean;
  readonly children: React.ReactNode;
}

/** The artboard at its zoom, and over it, never scaled, the marks. */
function Board({ page, stage, parts, view, isQuiet, children }: BoardProps) {
  const desk = useDesk();
  const { layoutWidth: width, zoom } = view;
  const { surface, tracker, drops, hovered, marquee, isPanning } = parts;
  const artboard = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const isReadOnly = useIsReadOnly();
  useEffect(() => tracker.watch(), [tracker]);
  useLayoutEffect(() => {
    const element = artboard.current;
    if (element === null) return undefined;
    // A scaled element keeps its room; the frame takes the room that is seen.
    const observer = new ResizeObserver(() => {
      frame.current?.style.setProperty("--height", `${element.offsetHeight}px`);
      tracker.schedule();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [tracker]);
  useLayoutEffect(() => tracker.schedule(), [tracker, zoom, width]);
  useEffect(() => {
    const element = artboard.current;
    if (element === null) return undefined;
    return nodeDraggable(desk, element, (at) => {
      if (isPanning.get() || marquee.get() !== null || isQuiet) return null;
      // The page holds everything and is dragged by nothing: that it is selected says nothing here.
      const path = surface.pathAt(at).filter((drawn) => drawn.id !== page.id);
      const id = path[0]?.id;
      if (id === undefined) return null;
      const selected = desk.selection.get();
      if (path.some((drawn) => selected.includes(drawn.id))) return selected.filter((key) => key !== page.id);
      desk.select(id);
      return [id];
    });
  }, [desk, surface, isPanning, marquee, page.id, isQuiet, isReadOnly]);
  const isDragging = useSelect(drops, ({ data }) => data !== null);
  return (
    <div className="dr-pasteboard">
      <div ref={frame} className="dr-artboard-frame" style={{ "--width": `${width}px`, "--zoom": zoom } as CSSProperties}>
        <div ref={artboard} className="dr-artboard" style={{ width, transform: zoom === 1 ? undefined : `scale(${zoom})` }}>
          <Page page={page} stage={stage} host={surface.setHost} />
        </div>
        <WidthHandle width={width} zoom={zoom} onWidth={view.pullWidth} />
      </div>
      <div ref={surface.setOverlay} className="dr-overlay">
        <div className="dr-outlines" data-still={isDragging || undefined} aria-hidden>
          <Outlines page={page.id} hovered={hovered} isQuiet={isQuiet || isDragging} />
          <ChangedFrames page={page.id} surface={surface} />
          <Marquee marquee={marquee} surface={surface} />
          <DropMarks state={drops} surface={surface} />
          <Cursors page={page.id} />
        </div>
        {children}
      </div>
    </div>
  );
}

/** What one selects comes into sight, if no part of it is; what others do never scrolls. */
function useReveal(surface: Surface, page: string | null): void {
  const selected = useSelection();
  useEffect(() => {
    if (selected === page) return undefined;
    const frame = requestAnimationFrame(() => surface.reveal(selected));
    return () => cancelAnimationFrame(frame);
  }, [surface, selected, page]);
}
