// What a shop's own server says to its Tallystick shop, and how it knows that a webhook is that shop's.
export { Problem } from './problem.js'
export { Shop } from './shop.js'
export { WebhookRefused, verifyWebhook } from './webhook.js'
