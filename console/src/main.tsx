import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/page.css";

import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { problemOf } from "./api/problem";
import { App } from "./app/App";
import { quietColors, theme } from "./app/theme";
import { startTexts } from "./texts";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => problemOf(error).code === "connection_lost" && count < 2,
    },
  },
});

// The page's security policy lets in only the styles that carry its nonce.
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
Object.assign(window, { __webpack_nonce__: nonce }); // where the library's dialogs look for it

startTexts();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={quietColors}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" />
        <App />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
