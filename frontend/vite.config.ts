import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

// Fixed names, one script and one style: Django's static storage adds the hashes and compresses.
export default defineConfig({
  root: "frontend",
  plugins: [tailwindcss()],
  publicDir: false,
  build: {
    outDir: "../src/enishi/site/static/build",
    emptyOutDir: false,
    target: "es2022",
    cssCodeSplit: false,
    rollupOptions: {
      input: { app: "frontend/main.ts" },
      output: {
        entryFileNames: "[name].js",
        assetFileNames: "app[extname]",
        inlineDynamicImports: true,
      },
    },
  },
});
