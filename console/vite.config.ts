import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": here("./src") } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0, // the security policy allows no data: addresses
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    // `npm run dev` beside a running server: CARDWRIGHT_URL says where it is.
    proxy: Object.fromEntries(
      ["/v1", "/demo", "/docs", "/openapi.json"].map((path) => [
        path,
        process.env["CARDWRIGHT_URL"] ?? "http://127.0.0.1:8080",
      ]),
    ),
  },
});
