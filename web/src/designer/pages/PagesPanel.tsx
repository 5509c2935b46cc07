/** The pages of the application. */
export function PagesPanel() {
  return <section className="dr-panel dr-left" aria-label="Pages" />;
}
