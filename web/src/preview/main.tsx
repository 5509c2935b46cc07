/** Entry of the preview page. */
import "../library/library.css";
import "./player.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Feed, readPlaceOfFeed } from "./feed";
import { Player } from "./Player";

const { room, address } = readPlaceOfFeed(document);
const feed = new Feed(address);
feed.open();

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root element");
createRoot(root).render(
  <StrictMode>
    <Player feed={feed} room={room} />
  </StrictMode>,
);
