/** The tool's look: dense, grey, one accent; the application being built is the loudest thing. */
import { ActionIcon, Button, createTheme, Input, Menu, Modal, Tooltip } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 5 },
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
    Input: Input.extend({ defaultProps: { size: "xs" } }),
    InputWrapper: Input.Wrapper.extend({ defaultProps: { size: "xs" } }),
    Menu: Menu.extend({ defaultProps: { transitionProps: { duration: 80 }, shadow: "md" } }),
    Modal: Modal.extend({ defaultProps: { transitionProps: { duration: 120 }, centered: true } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 400, transitionProps: { duration: 80 }, withArrow: false },
    }),
  },
});
