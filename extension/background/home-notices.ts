// A notification for each order that the card at home signs, for a holder who allowed them when lending was switched on.

import { t } from '../i18n'
import { money } from '../i18n/format'
import type { UseView } from '../shared/wallet-types'

const PREFIX = 'home-use-'

/** Pressing a notification leads to the list of uses. Called while the service worker starts. */
export function listenToNotices(): void {
  listen()
  // The browser gives the API with the permission.
  chrome.permissions.onAdded.addListener(({ permissions }) => {
    if (permissions?.includes('notifications')) listen()
  })
}

/** Says that the card was used. */
export async function noticeUse({ number, terminal_name: terminal, shop, amount_minor, currency }: UseView): Promise<void> {
  if (!(await chrome.permissions.contains({ permissions: ['notifications'] }))) return
  await chrome.notifications.create(`${PREFIX}${number}`, {
    type: 'basic',
    iconUrl: chrome.runtime.getURL('assets/icon-128.png'),
    title: t('home.notice.title', { amount: money(amount_minor, currency), shop }),
    message: t('home.notice.text', { terminal }),
  })
}

function listen(): void {
  const clicked = chrome.notifications?.onClicked
  if (clicked && !clicked.hasListener(open)) clicked.addListener(open)
}

function open(id: string): void {
  if (!id.startsWith(PREFIX)) return
  void chrome.tabs.create({ url: chrome.runtime.getURL('pages/home.html') })
  void chrome.notifications.clear(id)
}
