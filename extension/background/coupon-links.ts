// Links to coupons that an office's page hands over. Nothing is asked of the wallet here: its own page opens, tells the
// holder what the link is, and asks for the PIN. The link's secret stays in storage.session until that tab closes.

import { t } from '../i18n'
import { bytesOf } from '../shared/bytes'
import type { CouponRequest, PageAnswer } from '../shared/messages'
import { allAsks, makeRoom, removeAsk, saveAsk } from './asks'
import { waitMs } from './patience'
import { openCoupons, showsCoupon } from './windows'

/** Longer than any link that a wallet or a campaign makes. */
const CHARACTERS_MAX = 1024

const refuse = (name: string, message: string): PageAnswer<never> => ({ ok: false, error: { name, message } })

/** Shows the holder a link of the page's own office; what the same site handed over before is forgotten. */
export async function takeLink({ link, gesture }: CouponRequest, origin: string): Promise<PageAnswer<null>> {
  if (!gesture) return refuse('NoGesture', t('ask.no-gesture'))
  const wait = await waitMs(origin)
  if (wait > 0) return refuse('Busy', t('ask.wait', { seconds: Math.ceil(wait / 1000) }))
  const text = linkOf(link, origin)
  if (!text) return refuse('CouponRefused', 'This is no link to a coupon of this site.')
  const former = (await allAsks()).find(ask => ask.kind === 'coupon' && ask.origin === origin)
  if (former?.payload === text && (await showsCoupon(former.id))) {
    // Handed over again, because the first answer was lost, or the holder looks for the tab.
    await saveAsk({ ...former, tab_id: await openCoupons(former.id) })
    return { ok: true, value: null }
  }
  if (former) await removeAsk(former.id)
  if (!(await makeRoom())) return refuse('Busy', 'Too many sites are waiting for an answer.')
  // Nothing is asked that a page could wait for: it counts as ended.
  const ask = { id: crypto.randomUUID(), kind: 'coupon' as const, origin, digest: '', payload: text, ended: true, at: Date.now() }
  await saveAsk(ask)
  await saveAsk({ ...ask, tab_id: await openCoupons(ask.id) })
  return { ok: true, value: null }
}

/** The text of a link; undefined if it is none of the page's own origin with something behind its #. */
function linkOf(payload: string, origin: string): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(payload))
    const url = new URL(text)
    return text.length <= CHARACTERS_MAX && url.origin === origin && url.hash.length > 1 ? text : undefined
  } catch {
    return undefined
  }
}
