/** Entry of the designer. */
import "@mantine/core/styles.css";
import "./shared/tool.css";
import "./designer/designer.css";

import { MantineProvider } from "@mantine/core";
import { Signpost } from "lucide-react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { DesignerPage } from "./designer/DesignerPage";
import { RoomsPage } from "./rooms/RoomsPage";
import { RouteLink, useRoute } from "./shared/router";
import { State } from "./shared/States";
import { cssVariables, theme } from "./shared/theme";
import { Tips } from "./shared/Tips";

function Designer() {
  const route = useRoute();
  switch (route.page) {
    case "rooms":
      return <RoomsPage />;
    case "room":
      return <DesignerPage key={route.room} room={route.room} />;
    case "unknown":
      return (
        <main className="dr-page">
          <State icon={Signpost} title="Nothing is at this address" isWholePage actions={<RouteLink to="/">All rooms</RouteLink>}>
            The address may have a slip of the pen.
          </State>
        </main>
      );
  }
}

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root element");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Designer />
      <Tips />
    </MantineProvider>
  </StrictMode>,
);
