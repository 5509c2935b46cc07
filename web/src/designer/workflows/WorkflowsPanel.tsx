/** The workflows of the application. */
export function WorkflowsPanel() {
  return <section className="dr-panel dr-left" aria-label="Workflows" />;
}
