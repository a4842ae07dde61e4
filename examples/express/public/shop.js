// What is in the basket, and the button that pays it.
import { payButton } from './tallystick/index.js'
import { language, words } from './words.js'

const goods = await (await fetch('honey')).json()
const yen = amount => new Intl.NumberFormat(language, { style: 'currency', currency: 'JPY' }).format(amount)
const basket = JSON.parse(sessionStorage.getItem('basket') ?? '{}')

const button = payButton({
  form: async () => {
    const answer = await fetch('checkout', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(basket),
    })
    if (!answer.ok) throw new Error(`the checkout answered ${answer.status}`)
    return answer.json()
  },
  basket: () => JSON.stringify(basket),
  onordered({ orderId }) {
    sessionStorage.removeItem('basket')
    location.assign(`thanks.html?order=${orderId}`)
  },
  // The button has told the buyer; this is for whoever looks at the page's console.
  onfailed: error => console.warn(`${error.name}: ${error.message}`),
  language,
})

function show() {
  const total = goods.reduce((sum, { sku, unit_price_minor }) => sum + unit_price_minor * (basket[sku] ?? 0), 0)
  document.querySelector('#total').textContent = total ? words.total(yen(total)) : words.nothing
  button.hidden = total === 0
}

function tile({ sku, name, unit_price_minor, colour }) {
  const item = document.createElement('li')
  item.style.setProperty('--honey', colour)
  const title = document.createElement('h2')
  title.textContent = name[language]
  const price = document.createElement('p')
  price.textContent = yen(unit_price_minor)
  const label = document.createElement('label')
  const input = document.createElement('input')
  Object.assign(input, { type: 'number', min: 0, max: 20, name: sku, value: basket[sku] ?? 0 })
  input.addEventListener('input', () => {
    basket[sku] = Math.min(20, Math.max(0, Math.trunc(input.valueAsNumber) || 0))
    sessionStorage.setItem('basket', JSON.stringify(basket))
    show()
  })
  input.setAttribute('aria-label', `${words.quantity}: ${name[language]}`)
  label.append(words.quantity, input)
  item.append(title, price, label)
  return item
}

document.querySelector('#tagline').textContent = words.tagline
document.querySelector('#goods').append(...goods.map(tile))
document.querySelector('#pay').append(button)
show()
