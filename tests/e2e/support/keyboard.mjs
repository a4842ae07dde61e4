// A person who has a keyboard and no pointer.

const STOPS_MAX = 80

/** Presses Tab until `locator` has the focus; fails when it is never reached. */
export async function tabTo(page, locator) {
  await locator.waitFor()
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    if (await locator.evaluate(one => one === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reaches ${locator}`)
}

/** Goes to `locator` by Tab and presses Enter there. */
export async function enter(page, locator) {
  await tabTo(page, locator)
  await page.keyboard.press('Enter')
}

/** Goes to the field `locator` by Tab and types over what is in it. */
export async function type(page, locator, text) {
  await tabTo(page, locator)
  // A person sees that a window has just come up; what is typed into its PIN at once is not taken.
  while (!(await locator.isEditable())) await page.waitForTimeout(50)
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type(text)
}
