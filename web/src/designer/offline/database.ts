/**
 * The database of one local copy: opened, looked over, and emptied.
 *
 * Its two stores are those of `y-indexeddb`, which keeps the document's updates in one and leaves the
 * other to its users; ours keeps the notes of each window in it. Emptying takes the place of deleting,
 * because a deletion would close the database under the other windows that write to it.
 */
import * as Y from "yjs";

const UPDATES = "updates";
const NOTES = "custom";

/** What was found in a copy: its notes by their keys, and whether its document can be read. */
export interface Inspection {
  readonly isWhole: boolean;
  readonly notes: ReadonlyMap<string, string>;
}

/** Opens and reads a copy, making it if there is none; it rejects where the browser keeps nothing. */
export async function inspectCopy(name: string): Promise<Inspection> {
  const database = await open(name);
  try {
    const isComplete = [UPDATES, NOTES].every((store) => database.objectStoreNames.contains(store));
    return isComplete ? { isWhole: await isReadable(database), notes: await readNotes(database) } : { isWhole: false, notes: new Map() };
  } finally {
    database.close();
  }
}

/** Takes everything out of a copy, whatever state it is in. */
export async function emptyCopy(name: string): Promise<void> {
  const database = await open(name);
  const isComplete = [UPDATES, NOTES].every((store) => database.objectStoreNames.contains(store));
  if (isComplete) await Promise.all([UPDATES, NOTES].map((store) => asked(database.transaction(store, "readwrite").objectStore(store).clear())));
  database.close();
  if (!isComplete) await asked(indexedDB.deleteDatabase(name));
}

export async function readNotes(database: IDBDatabase): Promise<ReadonlyMap<string, string>> {
  const store = database.transaction(NOTES).objectStore(NOTES);
  const [keys, values] = await Promise.all([asked(store.getAllKeys()), asked(store.getAll())]);
  return new Map(keys.flatMap((key, index) => {
    const value: unknown = values[index];
    return typeof key === "string" && typeof value === "string" ? [[key, value] as const] : [];
  }));
}

/** Writes the notes of one window, and lets go of those that were taken over from others. */
export async function writeNotes(database: IDBDatabase, key: string, text: string, gone: readonly string[]): Promise<void> {
  const transaction = database.transaction(NOTES, "readwrite");
  const store = transaction.objectStore(NOTES);
  const requests = [asked(store.put(text, key)), ...gone.map((other) => asked(store.delete(other)))];
  transaction.commit();
  await Promise.all(requests);
}

async function isReadable(database: IDBDatabase): Promise<boolean> {
  const updates: readonly unknown[] = await asked(database.transaction(UPDATES).objectStore(UPDATES).getAll());
  try {
    for (const update of updates) {
      if (!(update instanceof Uint8Array)) return false;
      Y.decodeUpdate(update);
    }
    return true;
  } catch {
    // Bytes that are no update: half written, or of something else.
    return false;
  }
}

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(UPDATES, { autoIncrement: true });
    request.result.createObjectStore(NOTES);
  };
  return asked(request);
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = (event) => {
      event.preventDefault();
      reject(request.error ?? new DOMException("The browser's database did not answer."));
    };
  });
}
