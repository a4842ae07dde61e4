// Puts a page's component into its document.

import { mount, type Component } from 'svelte'
import { language } from '../../i18n'
import '../../ui/styles/base.css'

export function start(page: Component): void {
  const target = document.getElementById('app')
  if (!target) throw new Error('the page has no #app')
  document.documentElement.lang = language
  // What the page showed until now.
  target.replaceChildren()
  mount(page, { target })
}
