/**
 * What the centre of a desk of the past shows instead of its canvas: that the revision is being
 * read or could not be, and its pages running.
 */
import { Skeleton } from "@mantine/core";
import { FileX2, ServerOff } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";

import { RetryButton, State } from "../../shared/States";
import { useSelect } from "../../shared/store";
import { useCurrentPage } from "../canvas/page";
import { type History, type Past, useHistory } from "./history";

const PastPlayer = lazy(async () => ({ default: (await import("./PastPlayer")).PastPlayer }));

/** `children`: the centre as on any desk. */
export function PastCentre({ children }: { readonly children: ReactNode }) {
  const history = useHistory();
  const past = useSelect(history.past, (value) => value);
  const isPlaying = useSelect(history.isPlaying, (value) => value);
  if (past?.error != null) return <Unread history={history} past={past} />;
  if (past?.snapshot == null) return <Waiting label="Reading the revision" />;
  return isPlaying ? <Playing past={past} /> : children;
}

function Unread({ history, past }: { readonly history: History; readonly past: Past }) {
  return (
    <section className="dr-centre" aria-label="Canvas">
      <State icon={ServerOff} title="This revision could not be read" role="alert" actions={<RetryButton onRetry={() => history.show(past.revision)} />}>
        {past.error}
      </State>
    </section>
  );
}

function Playing({ past }: { readonly past: Past }) {
  const page = useCurrentPage();
  if (page === undefined || past.snapshot === null) {
    return <section className="dr-centre" aria-label="Preview of the past"><State icon={FileX2} title="No page yet">At this revision the application had no page.</State></section>;
  }
  return (
    <Suspense fallback={<Waiting label="Starting the preview" />}>
      <section className="dr-centre" aria-label="Preview of the past" aria-busy={past.isLoading}>
        <PastPlayer key={past.revision} snapshot={past.snapshot} page={page} />
      </section>
    </Suspense>
  );
}

function Waiting({ label }: { readonly label: string }) {
  return (
    <section className="dr-centre" aria-label="Canvas">
      <div className="dr-skeleton" role="status" aria-label={label}><Skeleton height={260} radius="md" /></div>
    </section>
  );
}
