// The service worker: owns the wallet, answers pages, and drives open orders on. All listeners
// are registered while this file runs first, so that the event that woke it finds them.

import { readPageRequest } from '../shared/messages'
import { wordsOf } from '../shared/problem-words'
import type { UseView } from '../shared/wallet-types'
import { showBadge } from './badge'
import { ALARM, Drive } from './drive'
import { HOME_ALARM, HomeConnection } from './home-connection'
import { listenToNotices, noticeUse } from './home-notices'
import { HomeUses, USES_ALARM } from './home-uses'
import { LOCK_ALARM, LockWatch } from './lock-watch'
import { anyPaired, openReaders } from './open-readers'
import { openWallet } from './open-wallet'
import { OwnCalls, readOwnCall } from './own-calls'
import { PageRequests } from './page-requests'
import { PARCEL_ALARM, ParcelWatch } from './parcel-watch'
import { Ports } from './ports'
import { problemOf } from './problems'
import { ReaderHost } from './readers'
import { REVOCATION_ALARM, RevocationWatch } from './revocation-watch'
import { isOwnPage, pageSender, type House } from './sender'
import { WalletHost } from './wallet-host'

const LOCALHOST = 'http://*.localhost/*'

const house: House = {
  extensionId: chrome.runtime.id,
  origin: chrome.runtime.getURL('').replace(/\/$/, ''),
  // The manifest alone decides: the release build's content script does not name localhost.
  allowLocalhost: (chrome.runtime.getManifest().content_scripts ?? []).some(script => script.matches?.includes(LOCALHOST)),
}
const readers = new ReaderHost(openReaders, anyPaired)
const host = new WalletHost(() => openWallet(readers))
const drive = new Drive(host)
const requests = new PageRequests(host, drive)
const told = (use: UseView) => void noticeUse(use).catch(() => undefined)
const home = new HomeConnection(host, told)
const uses = new HomeUses(host, told)
const parcels = new ParcelWatch(host)
const calls = new OwnCalls(host, drive, requests, readers, home, uses, parcels)
const ports = new Ports(host, home)
const lockWatch = new LockWatch(host)
const revocationWatch = new RevocationWatch(host)

chrome.runtime.onMessage.addListener((message: unknown, sender, respond) => {
  void answer(message, sender).then(respond, (error: unknown) => respond({ ok: false, error: problemOf(error) }))
  return true
})

chrome.runtime.onConnect.addListener(port => {
  if (port.name === 'view' && isOwnPage(port.sender, house)) ports.add(port)
  else port.disconnect()
})

chrome.alarms.onAlarm.addListener(alarm => {
  if (alarm.name === ALARM) drive.kick()
  if (alarm.name === LOCK_ALARM) lockWatch.look()
  if (alarm.name === REVOCATION_ALARM) void revocationWatch.look()
  if (alarm.name === HOME_ALARM) void home.look().catch(() => undefined)
  if (alarm.name === USES_ALARM) void uses.look().catch(() => undefined)
  if (alarm.name === PARCEL_ALARM) void parcels.look().catch(() => undefined)
})

listenToNotices()
host.listen(view => void showBadge(view).catch(() => undefined))
chrome.windows.onRemoved.addListener(windowId => void requests.windowClosed(windowId))
chrome.tabs.onRemoved.addListener(tabId => void requests.tabClosed(tabId))
chrome.runtime.onStartup.addListener(() => drive.kick())
chrome.runtime.onInstalled.addListener(() => drive.kick())

// Whatever woke this service worker, an order may have been left half-way when it last died.
void chrome.alarms.get(ALARM).then(alarm => alarm && drive.kick())
// And while a card is lent, whoever is away waits for its connection.
void chrome.alarms.get(HOME_ALARM).then(alarm => alarm && home.look().catch(() => undefined))
void chrome.alarms.get(USES_ALARM).then(alarm => alarm && uses.look().catch(() => undefined))

async function answer(message: unknown, sender: chrome.runtime.MessageSender): Promise<unknown> {
  if (isOwnPage(sender, house)) {
    const call = readOwnCall(message)
    return call ? calls.answer(call) : { ok: false, error: problemOf(new TypeError('not a call')) }
  }
  const page = pageSender(sender, house)
  if ('refused' in page) return { ok: false, error: { name: 'NotAllowed', message: page.refused } }
  const request = readPageRequest(message)
  if (!request) return { ok: false, error: { name: 'BadRequest', message: 'The wallet does not know this request.' } }
  return requests.answer(request, page.origin, sender.tab).catch((error: unknown) => ({
    ok: false,
    error: { name: 'Failed', message: wordsOf(problemOf(error)).sentence },
  }))
}
