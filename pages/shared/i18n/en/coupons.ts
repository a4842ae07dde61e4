// What the coupon office's pages say, in English: in place of what an issuer's page says, and beside it.
export const coupons = {
  tagline: 'Coupons that belong to somebody',
  title: 'Open an account for coupons',
  intro:
    'It takes under a minute. With it your wallet can have coupons in your name: each is yours alone, is spent once, and moves only when your card signs. {issuer} is a test office: you can have coupons of {limit} in all, and no real money is asked for.',
  nameHint: 'Only {issuer} sees it. Any name will do.',
  telephoneHint: 'So that {issuer} can reach you about your account. Any number will do.',
  handing: 'Your wallet is asking whether to take the account. Look for its window.',
  doneTitle: 'Your wallet has the account',
  next1: 'If your wallet is new, you choose a passphrase, which locks it, and a PIN, with which you sign.',
  next3: 'In the wallet you find “Coupons”: get one, receive one, give one away.',
  next4: 'A shop that takes coupons sees the one you use. {issuer} sees that it was spent there, not on what.',
  toWallet: 'Your coupons are in the wallet: press its button in the toolbar.',
  cardAlt: 'Picture of a coupon for {name}',
  test: 'test coupon',
  numberNote: 'Every coupon has a number that nobody can guess. Only its owner’s wallet shows it.',
  walletThere: 'Your Tallystick wallet is here and ready to take the account.',
  walletMissing: 'It is a browser extension, and coupons are kept in it. Without it there is nowhere to put them, so please do this first.',
  moveText:
    'On a new device, or if the old one is lost, the account code brings your account into this wallet. The wallet that has it now can sign no more from that moment on. Your coupons stay yours.',
  move: 'Stop the old device and move the account here',
  movedTitle: 'Your account moves to this wallet',
  movedDone: 'Your coupons come by themselves: {issuer} knows that they are yours.',
  keepText:
    'With it you move the account to another device, and stop a device you have lost. It is shown once, and whoever has it can do the same: keep it with your PUK, not with the device.',
  errDeclined: 'You declined the account in your wallet. It stays unused; you can hand it over again.',
  errWallet: 'Your wallet did not take the account: {reason}',
  errWalletPlain: 'Your wallet did not take the account. Open it to see why, then hand it over again.',
  console: 'Open the console',
  demoNote: 'A demonstration. No real money, no real coupons.',
  tear: 'Split like a tally',
  tearText:
    'A warifu was a wooden slip with a seal across it, split in two: only both halves together proved anything. Here you have one half and {issuer} has the other. It says whose a coupon is; you alone can say where it goes.',
  worth: 'a coupon of',
  anywhere: 'good at shops that take coupons of {issuer}',
  of: 'in the name of',
} as const
