// Builds the extension: manifest.json names the sources, dist/extension gets what Chromium loads.
//
// Plain Vite: what CRXJS would take over is the one plugin in scripts/lib/manifest-plugin.mjs.
//
//   vite build                       the service worker and the pages
//   vite build --mode development    the same, and http://*.localhost pages may ask for orders
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import manifest from './manifest.json' with { type: 'json' }
import { sharedChunks } from './scripts/lib/chunks.mjs'
import { entriesOf, manifestPlugin } from './scripts/lib/manifest-plugin.mjs'

export default defineConfig(({ mode }) => ({
  root: 'extension',
  base: './',
  publicDir: 'public',
  plugins: [svelte(), manifestPlugin({ development: mode === 'development' })],
  build: {
    outDir: process.env.TALLYSTICK_OUT ?? '../dist/extension',
    emptyOutDir: true,
    target: 'chrome120',
    modulePreload: false,
    assetsInlineLimit: 0,
    // Larger than the rest by far: the postal codes of Japan, which only who writes an address loads.
    chunkSizeWarningLimit: 3_200,
    rolldownOptions: {
      input: entriesOf(),
      output: {
        codeSplitting: sharedChunks(manifest.background.service_worker),
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
}))
