// Where on the page one is: `#PURSE` or `#PURSE/ACT`, likewise of a prepaid card; `#new/ACCOUNT` for a new one.

import { ACTS, type Act } from '../../shared/bank/acts'

export function placeOf(hash: string): { id: string; act?: Act; newOf?: string } {
  const [id = '', rest] = hash.replace(/^#/, '').split('/')
  if (id === 'new') return { id: '', newOf: rest ?? '' }
  return { id, act: ACTS.find(act => act === rest) }
}
