/** The history: who changed what, and when. */
export function HistoryPanel() {
  return <section aria-label="History" />;
}
