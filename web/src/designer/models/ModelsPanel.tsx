/** The data models of the application. */
export function ModelsPanel() {
  return <section className="dr-panel dr-left" aria-label="Data models" />;
}
