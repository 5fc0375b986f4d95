// Builds the console's pages into the Python package, which serves them at /console/ and ships them in its wheel.
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { manual } from "./manual.ts";

const INITIAL_SCRIPT_BYTES_MAX = 300_000;

/** Fails the build when what a browser must load before it shows anything has grown too large (compressed). */
function initialScriptLimit(): Plugin {
  return {
    name: "initial-script-limit",
    apply: "build",
    generateBundle(_options, bundle) {
      const initial = new Set<string>();
      const add = (fileName: string) => {
        const chunk = bundle[fileName];
        if (chunk?.type !== "chunk" || initial.has(fileName)) return;
        initial.add(fileName);
        chunk.imports.forEach(add);
      };
      for (const chunk of Object.values(bundle)) if (chunk.type === "chunk" && chunk.isEntry) add(chunk.fileName);
      let bytes = 0;
      for (const fileName of initial) {
        const chunk = bundle[fileName];
        if (chunk?.type === "chunk") bytes += gzipSync(chunk.code).length;
      }
      const facts = `initial script: ${bytes} bytes compressed, at most ${INITIAL_SCRIPT_BYTES_MAX}`;
      if (bytes > INITIAL_SCRIPT_BYTES_MAX) this.error(`${facts}; load something later`);
      this.info(facts);
    },
  };
}

export default defineConfig({
  base: "/console/",
  plugins: [react(), initialScriptLimit(), manual()],
  // The chart library is one large chunk, loaded late.
  build: { chunkSizeWarningLimit: 700, outDir: "../src/hearth/console/pages", emptyOutDir: true, assetsInlineLimit: 0 },
  server: { fs: { allow: [".."] }, proxy: { "/console/api": "http://127.0.0.1:8080" } },
});
