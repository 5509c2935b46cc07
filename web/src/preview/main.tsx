/** Entry of the preview page. */
import "../library/library.css";
import "./player.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { createApplication } from "./application";
import { readPlace } from "./place";
import { PlayerPage } from "./Player";

const application = createApplication(readPlace(document));
application.feed.open();

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root element");
createRoot(root).render(
  <StrictMode>
    <PlayerPage application={application} />
  </StrictMode>,
);
