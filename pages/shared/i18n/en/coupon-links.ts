// What the coupon office's pages say to which links lead, in English.
export const couponLinks = {
  claimTitle: 'Somebody gives you a coupon',
  claimText:
    'Put it into your wallet, and it is yours. Whoever does that first has it: do not pass this link on, and do not wait too long.',
  campaignTitle: 'A coupon for you',
  campaignWorth: 'A coupon of {amount} for you',
  campaignText: '{issuer} gives these away for a shop, one after the other, as long as there are some left.',
  secret: 'What stands behind the # of this address stays in your browser. No computer of {issuer} has seen it.',
  take: 'Look at it in my wallet',
  taking: 'Handing it to your wallet…',
  taken: 'Your wallet shows it in a tab of its own. There you see what it is before you take it.',
  again: 'Show it again',
  account: 'For that your wallet needs an account at {issuer}.',
  open: 'Open an account first',
  broken: 'This link is not whole',
  brokenText: 'The part behind the # is missing. Open the link as you were sent it, or ask for it again. Nothing is lost.',
  installBack: 'Come back to this page: the link stays good meanwhile.',
  missing: 'A coupon needs a wallet to be in. It is a browser extension; please do this first.',
  noGesture: 'Your wallet did not open. Press the button once more.',
  busy: 'Your wallet has much to ask just now. Try again in a minute.',
  refused: 'Your wallet did not take this link. It may be incomplete: open it as you were sent it.',
} as const
