/** Loading parts of the program when they are first needed, over a network that may be away. */

/** How long after a failed load the next is tried, in milliseconds. */
export const RETRY_MS = 2_000;

/** Loads until it has succeeded: what was asked for once is needed, however long it takes. */
export async function persistently<Part>(load: () => Promise<Part>): Promise<Part> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
