import { Alert, Badge, createTheme, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  components: {
    // The library's titles in orange, yellow and green are under the contrast of WCAG 2.2 AA (1.4.3).
    Alert: Alert.extend({ styles: { title: { color: "var(--mantine-color-bright)" } } }),
    Badge: Badge.extend({ defaultProps: { tt: "none", fw: 550 } }), // words as they are written
  },
});

// The library's quiet greys are under the contrast of WCAG 2.2 AA (1.4.3); these are above.
export const quietColors: CSSVariablesResolver = (base) => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": base.colors.gray[7],
    "--mantine-color-placeholder": base.colors.gray[7],
    "--mantine-color-error": base.colors.red[9],
    "--mantine-color-anchor": base.colors.indigo[8],
  },
  dark: {
    "--mantine-color-dimmed": base.colors.dark[1],
    "--mantine-color-placeholder": base.colors.dark[1],
    "--mantine-color-error": base.colors.red[4],
    "--mantine-color-anchor": base.colors.indigo[2],
  },
});
