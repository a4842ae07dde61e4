// Everything that a shop's page needs; tallystick.js alone is enough for one that draws its own button.
export { payButton } from './pay-button.js'
export { sentenceOf } from './sentences.js'
export { TallystickError, tallystick } from './tallystick.js'
