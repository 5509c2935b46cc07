/** Why there are neither members nor links on a server where nobody signs in. */
import { Button, Group, Stack, Text } from "@mantine/core";

export function LocalMode({ what, onClose }: { readonly what: string; readonly onClose: () => void }) {
  return (
    <Stack gap="md">
      <Text>
        This server runs in local mode: everybody on this machine may edit every room without signing in, so there is nobody to tell apart and {what}.
      </Text>
      <Text c="dimmed">
        Start it with <code>AUTH_SECRET</code> set, and people sign in with a token. Then each room has an owner, members and links.
      </Text>
      <Group justify="flex-end"><Button onClick={onClose}>Close</Button></Group>
    </Stack>
  );
}
