// Whether the holder did something on this page just now. A page alone must not be able to open a
// window of the wallet; of what is pressed nothing is read but that it was, and when.

/** A shop may take a while to sign what the holder pressed a button for; longer than the browser's own five seconds. */
const GESTURE_MS = 20_000
/** What the browser counts as an activation by the user (HTML, "activation triggering input event"). */
const GESTURES = ['pointerdown', 'pointerup', 'keydown'] as const

let lastMs = -Infinity

/** Watches for gestures from now on: before any script of the page can hide them. */
export function watchGestures(): void {
  const seen = (event: Event) => {
    if (event.isTrusted) lastMs = performance.now()
  }
  for (const type of GESTURES) window.addEventListener(type, seen, { capture: true, passive: true })
}

/** The holder pressed something in the wallet for this page. */
export function pressedInWallet(): void {
  lastMs = performance.now()
}

/** Whether a gesture stands behind what the page asks now. Each is good for one request. */
export function takeGesture(): boolean {
  const fresh = navigator.userActivation?.isActive === true || performance.now() - lastMs < GESTURE_MS
  lastMs = -Infinity
  return fresh
}
