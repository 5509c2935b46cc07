/** Where the player stands: what the server wrote into the page's head. */

export interface PagePlace {
  readonly room: string;
  readonly token: string;
  /** `/preview/{room}/`, the base of every request. */
  readonly base: string;
  readonly feed: string;
}

export function readPlace(document: Document): PagePlace {
  const content = (name: string): string => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
  const fromPath = /^\/preview\/([^/]+)/u.exec(document.location.pathname)?.[1] ?? "";
  const room = content("preview-room") || decodeURIComponent(fromPath);
  const token = content("preview-token");
  const base = `/preview/${encodeURIComponent(room)}/`;
  return { room, token, base, feed: `${base}feed?token=${encodeURIComponent(token)}` };
}

/** The designer's address for a node; generated pages lead to the data model that they are made for. */
export function designerAddress(room: string, node: string): string {
  const id = node.startsWith("~") ? node.slice(1).split("-", 1)[0] : node;
  return `/rooms/${encodeURIComponent(room)}#node=${encodeURIComponent(id ?? "")}`;
}
