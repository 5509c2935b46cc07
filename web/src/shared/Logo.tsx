/** The mark of Design Rooms: a room with something placed in it. */
export function Logo() {
  return (
    <svg width="20" height="20" viewBox="0 0 16 16" aria-hidden focusable="false">
      <rect width="16" height="16" rx="4" fill="var(--mantine-primary-color-filled)" />
      <path d="M4 4h5v5H4zM10 10h2v2h-2z" fill="#fff" />
    </svg>
  );
}
