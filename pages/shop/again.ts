// "Pay with another card" on the page of an order that has stopped: the checkout begins to pay as if
// its own button had been pressed, because one was.
let wanted = false

/** The next checkout pays at once. */
export function wantAgain(): void {
  wanted = true
}

/** Whether this checkout is to pay at once. */
export function takeAgain(): boolean {
  const taken = wanted
  wanted = false
  return taken
}
