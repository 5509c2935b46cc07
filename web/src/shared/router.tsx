/** The designer's two addresses, read from and written to the browser's history. */
import { type AnchorHTMLAttributes, type MouseEvent, type ReactNode, useSyncExternalStore } from "react";

export type Route = { readonly page: "rooms" } | { readonly page: "room"; readonly room: string } | { readonly page: "unknown" };

export function parseRoute(path: string): Route {
  if (path === "/" || path === "/index.html" || path === "/rooms" || path === "/rooms/") return { page: "rooms" };
  const match = /^\/rooms\/([^/]+)\/?$/u.exec(path);
  if (match === null) return { page: "unknown" };
  try {
    return { page: "room", room: decodeURIComponent(match[1] as string) };
  } catch {
    // A stray percent sign in the address is nothing that a room could be called.
    return { page: "unknown" };
  }
}

export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, () => window.location.pathname);
  return parseRoute(path);
}

export function go(path: string): void {
  window.history.pushState(null, "", path);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

/** A link within the designer; with a modifier key it stays an ordinary link. */
export function RouteLink(props: AnchorHTMLAttributes<HTMLAnchorElement> & { readonly to: string; readonly children: ReactNode }) {
  const { to, ...rest } = props;
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return <a {...rest} href={to} onClick={follow} />;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  return () => window.removeEventListener("popstate", listener);
}
