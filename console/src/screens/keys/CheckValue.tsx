import { Text } from "@mantine/core";

/* In one piece: two people read it to each other. */
export function CheckValue({ value, size = "sm" }: { value: string; size?: "sm" | "xl" }) {
  return (
    <Text component="span" size={size} fw={size === "xl" ? 600 : undefined} className="number" style={{ whiteSpace: "nowrap" }}>
      {value}
    </Text>
  );
}
