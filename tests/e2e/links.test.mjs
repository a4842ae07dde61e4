// Links of a campaign as an operator makes them: drawn in the browser, saved, issued, looked at, cancelled, read again with what
// is in the way by its line, and printed. No secret goes to the office.
import assert from 'node:assert/strict'
import { createECDH, createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { wholeConsole } from '../../scripts/lib/console.mjs'
import { startParties } from '../../scripts/lib/parties.mjs'
import { openCampaign, openLinks } from '../support/links.mjs'
import { emptyFolder } from '../support/parties.mjs'
import { settleInto } from '../support/settled.mjs'

const COUNT = 30

const persist = emptyFolder()
let parties
let office
let campaign
let lines

const counted = async () => (await wholeConsole(parties, parties.domain('coupon-office'))).campaigns[0]
const claimOf = secret => {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(Buffer.from(secret, 'base64url'))
  const context = Buffer.from('tallystick/v1/claim-key')
  return createHash('sha256').update(context).update(pair.getPublicKey(null, 'compressed')).digest('hex')
}

before(async () => {
  await settleInto(persist)
  parties = await startParties({ port: 0, persist })
  campaign = await openCampaign(parties, 100)
  office = await openLinks(parties)
})
after(async () => {
  await office?.close()
  await parties?.stop()
})

test('links are drawn in the browser, each with a key of its own, and saved before they are issued', async () => {
  await office.draw(COUNT)
  assert.ok(await office.page.getByRole('button', { name: 'Issue them' }).isDisabled())
  lines = await office.save()
  assert.equal(lines[0], 'number,coupon,claim,link')
  assert.equal(lines.length, COUNT + 1)
  const secrets = new Set()
  for (const line of lines.slice(1)) {
    const [, coupon, claim, link] = line.split(',')
    const [page, fragment] = link.split('#')
    assert.equal(page, `${parties.url('coupon-office')}/claim`)
    const [named, secret] = fragment.split('.')
    assert.equal(named, coupon)
    assert.equal(claimOf(secret), claim)
    assert.equal(coupon, campaign.slice(0, 2) + claim.slice(0, 30))
    secrets.add(secret)
  }
  assert.equal(secrets.size, COUNT)
})

test('they are issued, and nothing that was sent has a secret in it', async () => {
  await office.issue()
  const { issued, links } = await counted()
  assert.deepEqual([issued.of, links], [COUNT, COUNT])
  const all = Buffer.concat(office.sent)
  for (const line of lines.slice(1)) {
    const [, secret] = line.split('#')[1].split('.')
    assert.ok(!all.includes(secret) && !all.includes(Buffer.from(secret, 'base64url')))
  }
  // Once more changes nothing.
  await office.issue()
  assert.equal((await counted()).issued.of, COUNT)
})

test('they are printed as codes, 24 on a sheet', async () => {
  const { page, press } = office
  await press('Show sheets')
  await page.getByRole('img', { name: `Code of link ${COUNT}` }).waitFor()
  assert.equal(await page.locator('.sheet').count(), 2)
  assert.equal(await page.locator('.sheet').first().getByRole('img').count(), 24)
})

test('a file is read again: what is in the way is said by its line, and the rest goes on', async () => {
  const { page, press, read } = office
  await office.draw(2)
  const more = await office.save()
  const other = more[2].replace(/^2,../, `2,${campaign.startsWith('00') ? '11' : '00'}`)
  await read([...lines.slice(0, 3), 'no link', lines[1], more[1], other])
  const conflicts = page.locator('section[aria-labelledby=conflicts]')
  await conflicts.getByText('Line 4 is no link of this office').waitFor()
  await conflicts.getByText('Line 5 stands twice').waitFor()
  await conflicts.getByText('Line 7').waitFor()
  await press('Issue them')
  await page.locator('.sure').click()
  await conflicts.getByText('Line 2 is issued already').waitFor()
  await conflicts.getByText('Line 3 is issued already').waitFor()
  await press('Go on without them')
  await office.issue()
  assert.equal((await counted()).issued.of, COUNT + 1)
})

test('what came of them is looked up, and those that nobody redeemed are cancelled', async () => {
  const { page, press, read, says, saved } = office
  await read(lines)
  await page.getByText(`${COUNT} links are here`).waitFor()
  const before = await saved(() => press('See what came of them'))
  assert.equal(before.filter(line => line.endsWith(',waiting')).length, COUNT)
  await press('Cancel those that nobody redeemed')
  await page.locator('.sure').click()
  await says('are cancelled')
  const { issued, links, budget } = await counted()
  assert.deepEqual([issued.of, links, budget.minor], [1, 1, 9_900])
  const after = await saved(() => press('See what came of them'))
  assert.equal(after.filter(line => line.endsWith(',cancelled')).length, COUNT)
})
