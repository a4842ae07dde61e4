// How this browser's connection to the home proxy is. The service worker has it, and tells every page.

/** Why there is none: nobody answers there, the wallet is locked, this browser is offline, or the proxy ended it. */
export type LinkTrouble = 'unreachable' | 'locked' | 'offline' | 'ended'

export type HomeLink =
  /** The holder switched lending off. */
  | { state: 'off' }
  /** Nothing is lent, or the wallet has not been looked at yet. */
  | { state: 'idle' }
  | { state: 'connecting' }
  /** Since when, in milliseconds. */
  | { state: 'connected'; since: number }
  /** When it will be tried again, in milliseconds, if that is known. */
  | { state: 'down'; why: LinkTrouble; since: number; again_at?: number }
