import { mount } from 'svelte'
import type { ComponentProps } from 'svelte'
import '../paper.css'
import PartyHome from './PartyHome.svelte'

/** Puts a party's front page into the document. */
export function mountPartyHome(props: ComponentProps<typeof PartyHome>): void {
  const target = document.getElementById('app')
  if (target) mount(PartyHome, { target, props })
}
