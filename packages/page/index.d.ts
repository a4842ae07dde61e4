export { type Form, type Ordered, type PayButtonOptions, type TallystickPay, payButton } from './pay-button.js'
export { type Language, sentenceOf } from './sentences.js'
export { type Tallystick, TallystickError, type TallystickErrorName, tallystick } from './tallystick.js'
