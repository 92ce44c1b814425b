// Bundles the page into dist/.
import { copyFile, mkdir } from "node:fs/promises";
import { build } from "esbuild";

await mkdir("dist", { recursive: true });
await build({
  entryPoints: ["src/page.ts"],
  bundle: true,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  outfile: "dist/page.js",
  minify: true,
  // ts-mls asks for these only in other cipher suites, and they are not installed.
  external: [
    "@hpke/chacha20poly1305",
    "@hpke/dhkem-x448",
    "@hpke/hybridkem-x-wing",
    "@hpke/ml-kem",
    "@noble/curves/*",
    "@noble/post-quantum/*",
  ],
  logLevel: "warning",
});
await copyFile("src/index.html", "dist/index.html");
