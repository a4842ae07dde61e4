// Builds what one party serves to browsers, pages/ROLE into dist/pages/ROLE: the store or the
// front page (index.html), a bank's page for holders (account.html), what links to coupons lead to (claim.html, campaign.html),
// where an operator draws them (links.html), a demo's mail (mail.html), the console (console.html). TALLYSTICK_ROLE says which.
import { existsSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

const role = process.env.TALLYSTICK_ROLE ?? ''
const source = resolve(import.meta.dirname, 'pages', role)
const output = resolve(import.meta.dirname, 'dist/pages', role)
const shopScript = resolve(import.meta.dirname, 'packages/page/tallystick.js')

export default defineConfig({
  root: source,
  // The headers of every page: what a page cannot say of itself, and its policy once more.
  publicDir: resolve(import.meta.dirname, 'pages/shared/public'),
  plugins: [
    svelte(),
    {
      // The pages load the shop script as any shop does: from their own origin, unbundled.
      name: 'tallystick-shop-script',
      apply: 'build',
      async closeBundle() {
        if (existsSync(shopScript)) await copyFile(shopScript, resolve(output, 'tallystick.js'))
      },
    },
  ],
  build: {
    outDir: output,
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      external: ['/tallystick.js'],
      input: ['index.html', 'account.html', 'claim.html', 'campaign.html', 'links.html', 'console.html', 'mail.html']
        .map(name => resolve(source, name))
        .filter(existsSync),
    },
  },
})
