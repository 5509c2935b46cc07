/** The tool's look: dense, grey, one accent; the application being built is the loudest thing. */
import { ActionIcon, Button, Combobox, createTheme, type CSSVariablesResolver, FileInput, Input, Menu, Modal, Portal, Tooltip } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 7 },
  // From the ink down to the ground, in the cool grey of the rest of the chrome.
  colors: {
    dark: ["#e6e9ee", "#c5cad3", "#a0a8b5", "#7d8694", "#3b424e", "#30353f", "#24282f", "#1c1f25", "#15171c", "#101216"],
  },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.8125rem", lg: "1rem", xl: "1.25rem" },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.45", lg: "1.5", xl: "1.5" },
  spacing: { xs: "0.25rem", sm: "0.5rem", md: "0.75rem", lg: "1rem", xl: "1.5rem" },
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "1.25rem" }, h2: { fontSize: "1rem" } } },
  components: {
    Button: Button.extend({ defaultProps: { size: "xs", variant: "default" } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { size: 28, variant: "subtle", color: "gray" } }),
    // A list that nobody has opened is not drawn, nor placed anew with each move of what it belongs to.
    Combobox: Combobox.extend({ defaultProps: { keepMounted: false } }),
    Input: Input.extend({ defaultProps: { size: "xs" } }),
    InputWrapper: Input.Wrapper.extend({ defaultProps: { size: "xs" } }),
    Menu: Menu.extend({
      // The placeholder for the first focus is an element that a menu may not contain.
      defaultProps: { transitionProps: { duration: 80 }, shadow: "md", withInitialFocusPlaceholder: false },
    }),
    // What opens above the page belongs to its main part, and not beside all landmarks.
    Portal: Portal.extend({ defaultProps: { target: "main" } }),
    Modal: Modal.extend({
      defaultProps: {
        transitionProps: { duration: 120 },
        centered: true,
        closeButtonProps: { "aria-label": "Close" },
        // The dialog's head is no banner of the page, which it would be as a plain <header>.
        attributes: { header: { role: "presentation" } },
      },
    }),
    FileInput: FileInput.extend({ defaultProps: { clearButtonProps: { "aria-label": "Clear the file" } } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 400, transitionProps: { duration: 80 }, withArrow: false },
    }),
  },
});

/** Mantine's dimmed texts and faults have too little contrast for their size. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-dimmed": "#5c6370", "--mantine-color-placeholder": "#6b7280", "--mantine-color-error": "#c02626" },
  dark: { "--mantine-color-dimmed": "#a0a8b5", "--mantine-color-placeholder": "#8c94a1", "--mantine-color-error": "#ff8f8f" },
});
