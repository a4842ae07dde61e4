/** What moves the value of a purse or a prepaid card, in the order of their buttons. */
export const ACTS = ['load', 'unload', 'send'] as const
export type Act = (typeof ACTS)[number]
