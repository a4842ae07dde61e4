// How the order stands, as the shop's webhooks told the server.
import { words } from './words.js'

const order = new URLSearchParams(location.search).get('order') ?? ''
const ended = ['accepted', 'refused', 'expired']

document.title = document.querySelector('#title').textContent = words.thanks
document.querySelector('#back').textContent = words.back

async function follow() {
  const { state } = await (await fetch(`orders/${encodeURIComponent(order)}`)).json()
  const place = document.querySelector('#state')
  place.dataset.state = state
  const sentence = words.states[state] ?? words.states.received
  if (place.textContent !== sentence) place.textContent = sentence
  return ended.includes(state)
}

while (!(await follow().catch(() => false))) await new Promise(resolve => setTimeout(resolve, 1_000))
