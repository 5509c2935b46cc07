/** Entry of the gallery: every component in every state, with data that is made up. */
import "../library/library.css";
import "./gallery.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { loadViews, VIEW_NAMES } from "../library/views";
import { Gallery } from "./Gallery";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root element");
await loadViews(VIEW_NAMES);
createRoot(root).render(
  <StrictMode>
    <Gallery />
  </StrictMode>,
);
