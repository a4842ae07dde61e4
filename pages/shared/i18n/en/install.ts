// How to get the wallet, in English: the same on the store's and the issuer's page.
export const install = {
  easiest: 'On a computer with a display, npm start opens a Chromium that has it already. To add it to a Chromium of your own:',
  folder: 'Take the folder dist/extension, which npm start has made.',
  developer: 'Open chrome://extensions and switch on Developer mode.',
  load: 'Choose Load unpacked and pick that folder.',
  again: 'I have it, look again',
  firefoxTitle: 'You are using Firefox',
  firefoxText:
    'Looking around, the basket and the pages of past orders work here. The wallet does not run in Firefox yet, so paying and taking a card do not work here.',
  firefoxHint: 'Open this page in Chromium to do that:',
} as const
