// A parcel on its way: the courier's operator moves it on at the console, wallet and store follow, and the courier's page
// shows it to whoever has number and code.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { words } from '../../scripts/lib/shopper.mjs'
import { axeLook } from './support/looks.mjs'
import { eventually, openWorld } from './support/world.mjs'

/** The shop asks the courier at most every ten seconds. */
const SOON_MS = 40_000

let world
let order
/** The store's page of the order. */
let storePage

const stepsOf = async () => (await ordered()).parcel?.moves.map(({ step }) => step) ?? []

/** The order as the wallet has it. */
async function ordered() {
  const { orders } = await world.shopper.view()
  return orders.find(one => one.request_id === order.request_id)
}

async function visit(url, look) {
  const page = await world.shopper.openPage(url)
  try {
    return await look(page)
  } finally {
    await page.close()
  }
}

const orderPage = look => visit(`${world.shopper.walletUrl('orders')}#${order.request_id}`, look)

/** The holder opens the order until the wallet knows that its parcel came so far. */
const comes = step => eventually(`the parcel is ${step}`, () => orderPage(async () => (await stepsOf()).at(-1) === step), SOON_MS)

/** The courier's operator presses a button of the order's page at the console. */
const says = name =>
  visit(`${world.parties.url('courier')}/console#orders/${order.order_id}`, async page => {
    await page.getByRole('button', { name, exact: true }).click()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('button', { name: `Sign and do it: ${name}` }).click()
    await page.getByText(`Done: ${name}.`).waitFor()
  })

before(async () => {
  world = await openWorld()
  const { shopper } = world
  await shopper.enrol()
  const store = await shopper.fillBasket([{ sku: 'sencha-100', quantity: 1 }])
  const approval = await shopper.pay(store)
  await shopper.approve(approval)
  await shopper.delivered(approval)
  await approval.close()
  storePage = store
  ;[order] = (await shopper.view()).orders
})

after(() => world?.close())

test('the wallet gets number and code, and a link that has both behind the number sign', async () => {
  await comes('label-made')
  const { parcel, tracking } = await ordered()
  assert.match(parcel.code, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  assert.equal(new URL(parcel.page).hash, `#${tracking}/${parcel.code}`)
  await orderPage(async page => {
    const link = page.getByRole('link', { name: /^Follow it at/ })
    assert.equal(await link.getAttribute('href'), parcel.page)
  })
})

test('what the courier’s operator says reaches wallet and store', async () => {
  await says('Handed over')
  await comes('handed-over')
  await says('On the way')
  await comes('on-the-way')
  await eventually('the store shows it', () => storePage.getByText('On the way').isVisible(), 90_000)
  await visit(world.shopper.walletUrl('orders'), async page => {
    await page.getByRole('heading', { name: words('wallet.moving') }).waitFor()
  })
})

test('the courier’s page shows the way, and no code stays in the address bar', async () => {
  const { parcel, tracking } = await ordered()
  await visit(parcel.page, async page => {
    await page.getByRole('heading', { name: `Parcel ${tracking}` }).waitFor()
    assert.equal(new URL(page.url()).hash, '')
    assert.equal(await page.evaluate(() => history.length <= 2), true)
    const current = page.locator('li[aria-current=step]')
    assert.match(await current.innerText(), /On the way/)
    assert.deepEqual(await axeLook(page), [])
  })
})

test('number and code are found however they are typed, and a wrong code shows nothing', async () => {
  const { parcel, tracking } = await ordered()
  await visit(world.parties.url('courier'), async page => {
    const type = async (number, code) => {
      await page.getByLabel('Tracking number').fill(number)
      await page.getByLabel('Tracking code').fill(code)
      await page.getByRole('button', { name: 'Show the parcel' }).click()
    }
    await type(tracking, '0000-0000')
    await page.getByText(/no parcel with this number and this code/).waitFor()
    assert.deepEqual(await axeLook(page), [])
    const wide = [...tracking].map(c => (c === '-' ? 'ー' : String.fromCodePoint(c.codePointAt(0) + 0xfee0))).join('')
    await type(wide, parcel.code.toLowerCase().replace('-', ''))
    await page.getByRole('heading', { name: `Parcel ${tracking}` }).waitFor()
  })
})

test('a parcel is on its way until the courier says that it was delivered', async () => {
  await says('Delivered')
  await comes('delivered')
  assert.equal((await ordered()).is_parcel_under_way, false)
  await visit(world.shopper.walletUrl('orders'), async page => {
    await page.getByText(words('state.delivered')).first().waitFor()
    assert.equal(await page.getByRole('heading', { name: words('wallet.moving') }).count(), 0)
  })
  await orderPage(async page => {
    await page.getByText(words('orders.delivered'), { exact: true }).waitFor()
    assert.deepEqual(await axeLook(page), [])
  })
})
