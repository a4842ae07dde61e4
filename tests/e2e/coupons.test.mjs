// Two people with coupons, each in a browser of their own: bought, given by a text, by a link, asked for, turned into
// money, locked; and what the pages look like meanwhile.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CouponHolder } from '../../scripts/lib/coupon-holder.mjs'
import { operatorOf } from '../../scripts/lib/operator.mjs'
import { AIKO, problemWords, words } from '../../scripts/lib/shopper.mjs'
import { axeLook, motionLook, narrowLook } from './support/looks.mjs'
import { consoleOf, eventually, openWorld } from './support/world.mjs'

const KENJI = { ...AIKO, name: 'Kenji Mori' }
const SHOTS = process.env.TALLYSTICK_SHOTS
const PASSWORD = 'three grey cats on the wall'
const recorded = []
let world, aiko, kenji

/** Waits until a coupon of somebody is as it should be. */
const until = (what, holder, id, is) =>
  eventually(what, async () => {
    const coupon = await holder.coupon(id)
    return coupon && is(coupon) && coupon
  })
const isMine = ({ state, usable, unconfirmed }) => state === 'owned' && usable && !unconfirmed
const looksWell = async page => {
  for (const look of [await axeLook(page), await motionLook(page), await narrowLook(page, { width: 320, height: 640 })])
    assert.deepEqual(look, [], page.url())
}

before(async () => {
  // Within a week, so that every coupon is one that ends soon.
  world = await openWorld({ record: recorded, shots: SHOTS, as: CouponHolder, vars: { 'coupon-office': { COUPON_DAYS: '5' } } })
  aiko = world.shopper
  kenji = await CouponHolder.start(world.parties, { extension: world.extension, shots: SHOTS, person: KENJI })
  await aiko.enrol()
})

after(async () => {
  await kenji?.close()
  await world?.close()
})

test('without an account the page says where there is one', async () => {
  const page = await aiko.coupons()
  await page.getByText(words('coupon.none.office')).waitFor()
  assert.equal(
    await page.getByRole('link', { name: words('coupon.open-office', { office: 'warifu.localhost' }) }).getAttribute('href'),
    `${world.parties.url('coupon-office')}/`,
  )
  await looksWell(page)
  await page.close()
})

test('the office’s page gives an account to a wallet with a card, and to one that has nothing', async () => {
  await aiko.openCouponAccount()
  await kenji.beginWithCoupons()
  for (const holder of [aiko, kenji]) assert.equal((await holder.view()).coupon_offices.length, 1)
  assert.equal((await aiko.view()).cards.length, 1, 'it is no card')
})

test('t001_1 a coupon is got, is its owner’s, and is shown with its value, its end and what happened', async () => {
  const id = await aiko.getCoupon(1_000)
  await until('it is hers', aiko, id, isMine)
  const page = await aiko.coupons()
  await page.getByRole('article', { name: words('coupon.of', { amount: '¥1,000', office: 'Warifu Coupons' }) }).waitFor()
  await looksWell(page)
  await page.getByRole('article').first().click()
  await page.getByText(words('coupon.event.bought'), { exact: true }).waitFor()
  await looksWell(page)
  await page.close()
  const { coupons } = await consoleOf(world.parties, 'coupon-office')
  assert.equal(coupons.length, 1)
})

test('t001_3 t001_7 a coupon is given by a text, and belongs to whoever takes it', async () => {
  const [{ id }] = await aiko.held()
  const text = await aiko.giveCoupon(id, await kenji.couponAddress())
  const taken = await kenji.takeCoupon(text)
  await until('it is his', kenji, taken, isMine)
  await aiko.followCoupons()
  await until('it is hers no longer', aiko, id, ({ state }) => state === 'given')
})

test('t001_23 what was given with no network is unconfirmed until the office has answered', async () => {
  const id = await aiko.getCoupon(700)
  const address = await kenji.couponAddress()
  await Promise.all([aiko, kenji].map(({ context }) => context.setOffline(true)))
  const text = await aiko.giveCoupon(id, address)
  const taken = await kenji.takeCoupon(text)
  assert.equal((await kenji.coupon(taken)).unconfirmed, true)
  await Promise.all([aiko, kenji].map(({ context }) => context.setOffline(false)))
  await kenji.followCoupons()
  await until('the office has confirmed it', kenji, taken, isMine)
})

test('a link gives a coupon to the first who opens it, and what is behind its # is in no request', async () => {
  const id = await aiko.getCoupon(500)
  const link = await aiko.linkCoupon(id)
  assert.equal(new URL(link).origin, world.parties.url('coupon-office'))
  recorded.length = 0
  const page = await kenji.openLink(link)
  await page.getByText(words('coupon.saw.link.title'), { exact: true }).waitFor()
  await looksWell(page)
  const taken = await kenji.take(page, 'coupon.saw.link.button')
  await until('it is his', kenji, taken, isMine)
  const secret = new URL(link).hash.slice(1).split(/[.&/]/).at(-1)
  assert.ok(secret.length >= 40, secret)
  assert.ok(recorded.length > 0)
  for (const { url, request } of recorded) {
    const sent = Buffer.concat([Buffer.from(url), request])
    for (const form of [secret, Buffer.from(secret, 'base64url')]) assert.ok(!sent.includes(form), url)
  }
})

test('a link that nobody has opened is taken back, and then gives nothing', async () => {
  const id = await aiko.getCoupon(600)
  const link = await aiko.linkCoupon(id)
  await aiko.takeBack(id)
  await until('it is hers again', aiko, id, isMine)
  const page = await kenji.openLink(link)
  await page.getByLabel(words('add.pin'), { exact: true }).fill(AIKO.pin)
  await page.getByRole('button', { name: words('coupon.saw.link.button'), exact: true }).click()
  await page.getByText(problemWords('coupon-link-void')).waitFor()
  await page.close()
})

test('an address that has no link behind it says so', async () => {
  const page = await kenji.openPage(`${world.parties.url('coupon-office')}/claim`)
  await page.getByRole('heading', { name: 'This link is not whole' }).waitFor()
  await looksWell(page)
  await page.close()
})

test('t001_7 whoever is shown a coupon asks for it, and has it once its owner agrees', async () => {
  const id = await aiko.getCoupon(800)
  const shown = await kenji.coupons('take')
  await shown.getByLabel(words('coupon.take.paste'), { exact: true }).fill(await aiko.showCoupon(id))
  await shown.getByRole('button', { name: words('between.look'), exact: true }).click()
  await shown.getByText(words('coupon.verdict.valid', { office: 'Warifu Coupons' })).waitFor()
  const asked = await kenji.take(shown, 'coupon.saw.shown.button')
  await aiko.followCoupons()
  await until('she is asked', aiko, id, ({ ask }) => ask !== null)
  await aiko.answerAsk(id, true)
  await kenji.followCoupons()
  await until('it is his', kenji, asked, isMine)
})

test('t001_12 a coupon is turned back into money, once', async () => {
  const id = await aiko.getCoupon(900)
  await aiko.convertCoupon(id)
  await until('it is over', aiko, id, ({ state }) => state === 'converted')
})

test('t001_13 t001_14 t001_24 a locked coupon shows nothing without its password', async () => {
  const id = await aiko.getCoupon(1_200)
  const page = await aiko.lockCoupon(id, PASSWORD)
  assert.equal((await aiko.coupon(id)).value, null)
  await aiko.unlockCoupon(page, 'not the password')
  await page.getByText(problemWords('coupon-password-wrong')).waitFor()
  await looksWell(page)
  await aiko.unlockCoupon(page, PASSWORD)
  await until('it can be read', aiko, id, ({ locked, value }) => !locked && value?.minor === 1_200)
  await page.close()
})

test('a campaign’s link says what it is worth, and gives one to each who asks', async () => {
  const paid = { party: 'kiso-tea.localhost', amount: '300', count: '2', each: '1', budget: '600', days: '30', minimum: '0', once: '0' }
  const domain = world.parties.domain('coupon-office')
  const { commands } = await consoleOf(world.parties, 'coupon-office')
  const wanted = commands.find(({ name }) => name === 'open-campaign').arguments.map(({ name }) => name)
  const command = await operatorOf(world.parties, { role: 'coupon-office', domain })
  await command('open-campaign', Object.fromEntries(wanted.map(name => [name, paid[name] ?? ''])))
  const { campaigns } = await consoleOf(world.parties, 'coupon-office')
  const link = `${world.parties.url('coupon-office')}/campaign#${campaigns[0].campaign}.300.JPY`
  const page = await kenji.openLink(link)
  await page.getByText('¥300', { exact: true }).waitFor()
  const id = await kenji.take(page, 'coupon.saw.campaign.button')
  const { shops } = await until('it is his', kenji, id, isMine)
  assert.deepEqual(shops, ['kiso-tea.localhost'])
})

test('a week before a coupon ends the popup and the button say so', async () => {
  const page = await aiko.openPage(aiko.walletUrl('popup'))
  const ending = (await aiko.held()).filter(coupon => coupon.ends_soon).length
  assert.ok(ending > 1, `${ending}`)
  await page.getByText(words('coupon.ends.other', { count: ending, date: '' }).split(',')[0]).waitFor()
  assert.equal(await page.evaluate(() => chrome.action.getBadgeText({})), String(ending))
  await page.close()
})

test('the popup shows coupons beside the cards', async () => {
  const page = await aiko.openPage(aiko.walletUrl('popup'))
  await page.getByRole('button', { name: words('wallet.coupons') }).click()
  await page.getByRole('article').first().waitFor()
  await looksWell(page)
  await page.close()
})
