import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join("; ");

/** Recorded text is hostile: the built page may load nothing from anywhere but its own server. */
function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
    ],
  };
}

const server = process.env.PELLUCID_DEV_SERVER ?? "http://127.0.0.1:7600";

export default defineConfig({
  base: "/",
  plugins: [react(), tailwindcss(), contentSecurityPolicy()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: { target: "es2023", manifest: true, chunkSizeWarningLimit: 900 },
  server: { proxy: { "/api": { target: server, changeOrigin: true } } },
});
