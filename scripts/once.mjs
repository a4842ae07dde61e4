// npm start -- --once [--story purchase|bank|purse|coupon|tap|reader|home|all] [--json FILE]: a story with the real extension in
// headless Chromium, and what each party saw of it. Succeeds only if everything went through and
// nobody could open another's part.
//
//   purchase  one purchase with the software card
//   bank      an account at a bank, and a purchase from the purse in the card
//   purse     two purses pay each other with the network off, a drink is bought, and who spent twice is named
//   coupon    a coupon is bought, given to somebody else, spent together with a card, and a part of it given back
//   tap       a contactless card gets value, pays in the store, and gets a part back
//   reader    a purchase with a card behind a software USB device: Linux, root
//   home      a card behind such a device stays at home, and another browser buys with it: Linux, root
//   all       every one of them, one after the other; what this machine cannot play is said
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBrowser } from './lib/browser.mjs'
import { artifactsFolder } from './lib/paths.mjs'
import { prepare } from './lib/prepare.mjs'
import { Stop, say } from './lib/say.mjs'
import { seenBy, table } from './lib/who-saw-what.mjs'

const STORIES = {
  purchase: () => import('./stories/purchase.mjs'),
  bank: () => import('./stories/bank.mjs'),
  purse: () => import('./stories/purse.mjs'),
  coupon: () => import('./stories/coupon.mjs'),
  tap: () => import('./stories/tap.mjs'),
  reader: () => import('./stories/reader.mjs'),
  home: () => import('./stories/home.mjs'),
}

const ALL = 'all'
const NAMES = [...Object.keys(STORIES), ALL].join(' or ')

export async function main(args) {
  const json = option(args, '--json', 'a file: npm start -- --once --json seen.json')
  const name = option(args, '--story', `a story: ${NAMES}`) ?? 'purchase'
  if (name === ALL) return playAll(json)
  if (!Object.hasOwn(STORIES, name)) throw new Stop(`There is no story called ${name}: choose ${NAMES}.`)
  const obstacle = await obstacleOf(name)
  if (obstacle) throw new Stop(obstacle)
  await playOne(name, json)
}

/** Plays all that this machine can; the first that fails ends it. */
async function playAll(json) {
  if (json) throw new Stop('--json takes what was seen in one story: name it with --story.')
  const left = []
  for (const name of Object.keys(STORIES)) {
    const obstacle = await obstacleOf(name)
    say(`\n── ${name}${obstacle ? ': not on this machine' : ''}`)
    if (obstacle) left.push(obstacle)
    else await playOne(name)
  }
  say(`\nPlayed ${Object.keys(STORIES).length - left.length} of ${Object.keys(STORIES).length} stories.`)
  for (const obstacle of left) say(obstacle)
}

async function playOne(name, json) {
  const story = await STORIES[name]()
  const shots = join(artifactsFolder, name)
  rmSync(shots, { recursive: true, force: true })
  // A story of its own: nothing of an earlier one is in the tables.
  const persist = mkdtempSync(join(tmpdir(), 'tallystick-parties-'))
  const parties = await prepare({ port: 0, persist, meanwhile: findBrowser })
  try {
    const tracking = await story.play(parties, shots)
    await tell(parties, { tracking, shots, json })
  } finally {
    await parties.stop()
    rmSync(persist, { recursive: true, force: true })
  }
}

/** Why a story cannot be played on this machine, as a sentence; or undefined. */
export async function obstacleOf(name) {
  return (await STORIES[name]()).obstacle?.()
}

/** Prints who saw what; stops if somebody saw what is not theirs. */
async function tell(parties, { tracking, shots, json }) {
  const seen = await seenBy(parties)
  // Where nothing was ordered of a shop, there are no parts.
  if (tracking) say(`\n${table(seen)}\n\nBought, charged and on its way as ${tracking}.`)
  say(`Pictures of every step: ${shots}`)
  if (json) writeFileSync(json, `${JSON.stringify({ tracking, parties: seen }, null, 2)}\n`)
  const leaks = seen.flatMap(party => party.openedOfOthers)
  if (leaks.length > 0) throw new Stop(`A party opened what is not its own: ${leaks.join(', ')}.`)
  if (tracking) say('Nobody could open the part of another.')
}

function option(args, name, what) {
  const place = args.indexOf(name)
  if (place === -1) return undefined
  if (!args[place + 1]) throw new Stop(`${name} needs ${what}.`)
  return args[place + 1]
}
