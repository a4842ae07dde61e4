// How to get the wallet, in English: the same on the store's and the issuer's page.
export const install = {
  computer: 'The wallet is an extension for Chrome on a computer. Open this page there: a phone’s browser takes no such extension.',
  needed: 'This waits for the wallet, which is not in this browser yet.',
  easiest: 'On a computer with a display, npm start opens a Chromium that has it already. To add it to a Chromium of your own:',
  folder: 'Take the folder dist/extension, which npm start has made.',
  developer: 'Open chrome://extensions and switch on Developer mode.',
  load: 'Choose Load unpacked and pick that folder.',
  again: 'I have it, look again',
  firefox:
    'Firefox takes the wallet until it closes; load it again then, and it has what it had. Firefox opens no card readers. To add it:',
  firefoxFolder: 'Take the folder dist/extension-firefox, which npm start has made.',
  firefoxPage: 'Open about:debugging#/runtime/this-firefox.',
  firefoxLoad: 'Choose Load Temporary Add-on and pick manifest.json in that folder.',
} as const
