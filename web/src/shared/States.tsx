/** The designed states of a view that has nothing to show: empty, failed, or not there. */
import { Button, Stack, Text, Title } from "@mantine/core";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

export interface StateProps {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
  readonly role?: "alert" | "status";
  /** Nothing else is on the page, whose heading this then is. */
  readonly isWholePage?: boolean;
}

export function State({ icon: Icon, title, children, actions, role, isWholePage = false }: StateProps) {
  return (
    <Stack align="center" gap="sm" py={48} px="lg" maw={460} mx="auto" ta="center" role={role}>
      <Icon size={28} strokeWidth={1.5} color="var(--dr-muted)" aria-hidden />
      <Title order={isWholePage ? 1 : 2} size="h2" dir="auto" style={{ overflowWrap: "anywhere" }}>{title}</Title>
      <Text c="var(--dr-muted)">{children}</Text>
      {actions}
    </Stack>
  );
}

export function RetryButton({ onRetry }: { readonly onRetry: () => void }) {
  return <Button onClick={onRetry}>Try again</Button>;
}
