// How to get the wallet, in English: the same on the store's and the issuer's page.
export const install = {
  folder: 'Get the extension’s folder: dist/extension, made by npm start.',
  developer: 'In Chromium, open chrome://extensions and switch on Developer mode.',
  load: 'Choose Load unpacked and pick that folder.',
  again: 'I have it, look again',
  firefoxTitle: 'You are using Firefox',
  firefoxText:
    'This page works here, and the wallet loads as a temporary add-on (about:debugging, This Firefox, Load Temporary Add-on). Paying with the software card should work, but it is not tested here yet. The side panel and card readers over USB are not available in Firefox.',
  firefoxHint: 'To see everything, open this page in Chromium.',
} as const
