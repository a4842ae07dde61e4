// Puts one of the office's pages into its document.
import { mount } from 'svelte'
import App from './App.svelte'
import './coupon-office.css'
import LinkPage from './LinkPage.svelte'
import { language, office } from './words.ts'

function target(): HTMLElement {
  document.documentElement.lang = language
  document.title = office
  return document.getElementById('app') ?? document.body
}

/** The front page, which opens accounts. */
export const mountOffice = () => mount(App, { target: target() })

/** A page to which a link leads. */
export const mountLink = (kind: 'claim' | 'campaign') => mount(LinkPage, { target: target(), props: { kind } })
