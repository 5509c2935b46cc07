/** `1482` → `1 482`, with a narrow space that does not break. */
export function groupDigits(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+(?!\d))/gu, "\u202f");
}
