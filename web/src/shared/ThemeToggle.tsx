/** Light or dark; the choice is kept by the browser. */
import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Moon, Sun } from "lucide-react";

export function ThemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const isDark = scheme === "dark";
  const label = isDark ? "Light theme" : "Dark theme";
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={() => setColorScheme(isDark ? "light" : "dark")}>
        {isDark ? <Sun size={15} /> : <Moon size={15} />}
      </ActionIcon>
    </Tooltip>
  );
}
