/**
 * The first-run tour: a card beside each part of the desk, which can be skipped at any time.
 *
 * It is offered once to each browser, in the status bar: whoever does not want it works on.
 */
import "./tour.css";

import { Button, CloseButton } from "@mantine/core";
import { Compass } from "lucide-react";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";

import { useSelect } from "../../shared/store";
import { useDesk } from "../desk";
import { place, type Spot } from "./placing";
import { STEPS } from "./steps";

const KEY = "design-rooms-tour";

/** The step that is shown, if the tour was begun. */
export function Tour() {
  const desk = useDesk();
  const step = useSelect(desk.tour, (value) => value);
  if (step === null || STEPS[step] === undefined) return null;
  return <Step key={step} index={step} onEnd={() => desk.tour.set(null)} />;
}

/** Offers the tour in the status bar to whoever has neither taken nor skipped it yet. */
export function TourOffer() {
  const desk = useDesk();
  const isUnderWay = useSelect(desk.tour, (step) => step !== null);
  const [isNew, setNew] = useState(() => localStorage.getItem(KEY) === null);
  const answer = (step: number | null): void => {
    localStorage.setItem(KEY, "seen");
    setNew(false);
    desk.tour.set(step);
  };
  if (!isNew || isUnderWay) return null;
  return (
    <div className="dr-tour-offer" role="group" aria-label="Tour">
      <Compass size={13} aria-hidden />
      <span>New here?</span>
      <button type="button" className="dr-status-tab" onClick={() => answer(0)}>Take the tour</button>
      <button type="button" className="dr-status-tab" onClick={() => answer(null)}>Skip</button>
    </div>
  );
}

function Step({ index, onEnd }: { readonly index: number; readonly onEnd: () => void }) {
  const desk = useDesk();
  const step = STEPS[index];
  const [spot, setSpot] = useState<Spot | null>(null);
  const card = useRef<HTMLElement>(null);
  const left = step?.left;
  useLayoutEffect(() => {
    if (left === undefined) return;
    desk.left.set(left);
    desk.isLeftOpen.set(true);
  }, [desk, left]);
  const target = step?.target ?? "";
  useEffect(() => {
    const show = (): void => {
      const box = document.querySelector(target)?.getBoundingClientRect();
      if (box !== undefined) setSpot(place(box, { width: window.innerWidth, height: window.innerHeight }));
    };
    // What was just opened or is resized stands in its place some frames later.
    let frame = 0;
    const later = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(show);
      });
    };
    later();
    window.addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("resize", later);
    };
  }, [target]);
  const isShown = spot !== null;
  useEffect(() => {
    if (isShown) card.current?.querySelector<HTMLElement>("[data-next]")?.focus();
  }, [isShown]);
  if (step === undefined || spot === null) return null;
  const go = (by: number): void => {
    if (index + by >= STEPS.length) onEnd();
    else desk.tour.set(Math.max(index + by, 0));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape") onEnd();
    else if (event.key === "ArrowRight") go(1);
    else if (event.key === "ArrowLeft") go(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div className="dr-tour-ring" style={spot.ring} aria-hidden />
      <section ref={card} className="dr-tour" role="dialog" aria-label={step.title} style={spot.card} onKeyDown={onKey}>
        <div className="dr-tour-head">
          <h2>{step.title}</h2>
          <CloseButton size="sm" aria-label="End the tour" onClick={onEnd} />
        </div>
        <p>{step.text}</p>
        <div className="dr-tour-foot">
          <span className="dr-muted">{index + 1} of {STEPS.length}</span>
          <span className="dr-spring" />
          {index > 0 && <Button onClick={() => go(-1)}>Back</Button>}
          <Button variant="filled" data-next onClick={() => go(1)}>{index + 1 === STEPS.length ? "Done" : "Next"}</Button>
        </div>
      </section>
    </>
  );
}
